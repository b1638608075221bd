//! What users decide for themselves.

use actix_web::{HttpRequest, HttpResponse, web};

use super::browsers::browsers;
use super::{quiet_times, saved, status_of};
use crate::actions::people::{self, Preferences};
use crate::app::App;
use crate::domain::user::{Notify, NotifyScope, Role};
use crate::password::{MIN_LENGTH, MIN_LENGTH_ADMIN};
use crate::web::client_address::client_address;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{asked_for, html_with};
use crate::web::session::Session;
use crate::web::throttle::{SignIn, Throttle};
use crate::web::views::{FormErrors, Nav, PreferencesPage, Theme};
use crate::web::words;

/// `GET /settings/preferences`
pub async fn edit(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let chosen = chosen(&session, &Fields::default());
    page(&app, &session, &request, chosen, FormErrors::none()).await
}

/// `PUT /settings/preferences`: a field that is not sent stays as it is.
pub async fn update(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let chosen = chosen(&session, &fields);
    match people::prefer(&app, session.caller.clone(), chosen.clone()).await {
        Ok(()) if asked_for(&request).is_some() => Ok(HttpResponse::NoContent().finish()),
        Ok(()) => Ok(saved("/settings/preferences")),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            page(&app, &session, &request, chosen, errors).await
        }
    }
}

/// `PUT /settings/password`. Trying the old one is as slow as signing in.
pub async fn change_password(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    session: Session,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let origin = client_address(&request, &app.config.web.trusted_proxies);
    let attempt = SignIn::new(&session.user.email, None, origin);
    if let Err(wait) = throttle.try_sign_in(&attempt) {
        return Err(WebError::TooManyRequests { retry_after: wait.retry_after });
    }
    let (current, password) = (fields.get("current").to_owned(), fields.get("password").to_owned());
    let caller = session.caller.clone();
    match people::change_password(&app, caller, session.id, current, password).await {
        Ok(()) => {
            throttle.signed_in(&attempt);
            Ok(saved("/settings/preferences"))
        }
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            let chosen = chosen(&session, &Fields::default());
            page(&app, &session, &request, chosen, errors).await
        }
    }
}

fn chosen(session: &Session, fields: &Fields) -> Preferences {
    let text = |name, before: &str| fields.filled(name).unwrap_or(before).to_owned();
    Preferences {
        locale: text("locale", &session.user.locale),
        theme: text("theme", &session.user.theme),
        // A hidden field says no, and the ticked box after it yes.
        enter_sends: fields
            .all("enter_sends")
            .last()
            .map_or(session.user.enter_sends, |value| value == "true"),
        notify: Notify::from_word(fields.get("notify")).unwrap_or(session.user.notify),
        notify_scope: NotifyScope::from_word(fields.get("notify_scope"))
            .unwrap_or(session.user.notify_scope),
        sound: fields.all("sound").last().map_or(session.user.sound, |value| value == "true"),
    }
}

async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    chosen: Preferences,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    page_with(app, session, request, chosen, errors, None).await
}

/// The page again, with what is wrong about the quiet times that were typed.
pub(super) async fn again(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    errors: FormErrors,
    typed: &Fields,
) -> Result<HttpResponse, WebError> {
    let chosen = chosen(session, &Fields::default());
    page_with(app, session, request, chosen, errors, Some(typed)).await
}

async fn page_with(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    chosen: Preferences,
    mut errors: FormErrors,
    typed: Option<&Fields>,
) -> Result<HttpResponse, WebError> {
    let mut shell = super::frame(app, session, request).await?;
    shell.nav = Nav::Account;
    // Most of its fields are lists to choose from, with no room for words beside them.
    let has_room = |name: &str| matches!(name, "current" | "password" | "zone" | "quiet_from");
    let first = errors.fields.iter().find(|(name, _)| !has_room(name));
    errors.summary = first.map(|(_, message)| message.clone());
    let page = PreferencesPage {
        shell,
        quiet: quiet_times::view(app, session, typed).await?,
        browsers: browsers(app, session).await?,
        push_on: app.push.key().is_some(),
        email: session.user.email.clone(),
        locale: chosen.locale,
        theme: Theme::from_word(&chosen.theme).unwrap_or_default(),
        enter_sends: chosen.enter_sends,
        notify: chosen.notify,
        notify_scope: chosen.notify_scope,
        sound: chosen.sound,
        password_min: shortest(session),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn shortest(session: &Session) -> u32 {
    let shortest = if session.user.role == Role::Admin { MIN_LENGTH_ADMIN } else { MIN_LENGTH };
    u32::try_from(shortest).unwrap_or(u32::MAX)
}
