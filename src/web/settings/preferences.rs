//! What users decide for themselves.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{saved, status_of};
use crate::actions::people::{self, Preferences};
use crate::app::App;
use crate::domain::user::Notify;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{asked_for, html_with};
use crate::web::session::Session;
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
        sound: fields.all("sound").last().map_or(session.user.sound, |value| value == "true"),
    }
}

async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    chosen: Preferences,
    mut errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let mut shell = super::frame(app, session, request).await?;
    shell.nav = Nav::Account;
    // Its fields are lists to choose from, with no room for words beside them.
    errors.summary = errors.fields.first().map(|(_, message)| message.clone());
    let page = PreferencesPage {
        shell,
        email: session.user.email.clone(),
        locale: chosen.locale,
        theme: Theme::from_word(&chosen.theme).unwrap_or_default(),
        enter_sends: chosen.enter_sends,
        notify: chosen.notify,
        sound: chosen.sound,
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}
