//! The browsers somebody is signed in on, and which of them are told of new texts.

use actix_web::{HttpResponse, web};

use super::{house_times, saved};
use crate::actions::push::{self, Address};
use crate::actions::sign_in;
use crate::app::App;
use crate::domain::id::SessionId;
use crate::store::pushes::subscriptions;
use crate::store::{StoreError, sessions};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::session::Session;
use crate::web::views::BrowserView;

const PAGE: &str = "/settings/preferences";

/// `PUT /settings/subscription`: this browser wants to be told.
pub async fn subscribe(
    app: web::Data<App>,
    session: Session,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let text = |name| fields.get(name).to_owned();
    let address =
        Address { endpoint: text("endpoint"), p256dh: text("p256dh"), auth: text("auth") };
    push::subscribe(&app, session.caller.clone(), session.id, address).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /settings/subscriptions/{id}`
pub async fn unsubscribe(
    app: web::Data<App>,
    session: Session,
    id: web::Path<uuid::Uuid>,
) -> Result<HttpResponse, WebError> {
    push::remove(&app, session.caller, SessionId(id.into_inner())).await?;
    Ok(saved(PAGE))
}

/// `DELETE /settings/sessions/{id}`
pub async fn sign_out(
    app: web::Data<App>,
    session: Session,
    id: web::Path<uuid::Uuid>,
) -> Result<HttpResponse, WebError> {
    sign_in::end_other(&app, session.caller, SessionId(id.into_inner())).await?;
    Ok(saved(PAGE))
}

/// `DELETE /settings/sessions`: all but the one that asks.
pub async fn sign_out_others(
    app: web::Data<App>,
    session: Session,
) -> Result<HttpResponse, WebError> {
    sign_in::end_others(&app, session.caller, session.id).await?;
    Ok(saved(PAGE))
}

/// The one that asks first, then the one used last.
pub(super) async fn browsers(app: &App, session: &Session) -> Result<Vec<BrowserView>, WebError> {
    let (user, this, now) = (session.user.id, session.id, app.clock.now());
    let times = house_times(app, session.locale()).await?;
    let (mut found, told) = app
        .store
        .read(move |db| {
            let found = sessions::of_user(db, user, now)?;
            Ok::<_, StoreError>((found, subscriptions::of_user(db, user)?))
        })
        .await?;
    found.sort_by_key(|one| (one.id != this, std::cmp::Reverse(one.last_seen_at)));
    let view = |one: sessions::SignedIn| BrowserView {
        id: one.id.to_string(),
        name: one.browser,
        seen: times.full(one.last_seen_at),
        is_this: one.id == this,
        is_told: told.contains(&one.id),
    };
    Ok(found.into_iter().map(view).collect())
}
