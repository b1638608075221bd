//! Who is asking: the signed-in user of a request.
//!
//! A handler that takes a [`Session`] cannot be reached without one; one that
//! takes an [`Admin`] answers 404 to everybody else, because what a user may not
//! see does not exist for them.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::LocalBoxFuture;

use super::client_address::client_address;
use super::cookies::Cookies;
use super::csrf;
use super::error::WebError;
use crate::actions::sign_in;
use crate::app::App;
use crate::domain::id::SessionId;
use crate::domain::user::{Actor, Caller, Role, Sight};
use crate::locale::Locale;
use crate::store::users::User;
use crate::store::{StoreError, masking, sessions, users};

/// A signed-in user, with what they may see.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub user: User,
    pub caller: Caller,
    /// The token of this session's forms.
    pub csrf: String,
}

/// A signed-in administrator.
pub struct Admin(pub Session);

/// Somebody who may read the audit log.
pub struct Auditor(pub Session);

impl Session {
    pub fn locale(&self) -> Locale {
        Locale::from_tag(&self.user.locale).unwrap_or_default()
    }
}

impl FromRequest for Session {
    type Error = WebError;
    type Future = LocalBoxFuture<'static, Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            if let Some(known) = request.extensions().get::<Self>() {
                return Ok(known.clone());
            }
            let app = app_of(&request);
            let cookies = Cookies::new(&app.config.web.public_url);
            let secret = cookies.session_secret(&request).ok_or(WebError::SignedOut)?;
            let session = find(&app, secret, origin(&request, &app)).await?;
            request.extensions_mut().insert(session.clone());
            Ok(session)
        })
    }
}

impl FromRequest for Admin {
    type Error = WebError;
    type Future = LocalBoxFuture<'static, Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        only(Session::from_request(request, payload), Role::may_administer, Self)
    }
}

impl FromRequest for Auditor {
    type Error = WebError;
    type Future = LocalBoxFuture<'static, Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        only(Session::from_request(request, payload), Role::may_read_audit, Self)
    }
}

/// The parts, from any request.
pub fn app_of(request: &HttpRequest) -> Arc<App> {
    let app = request.app_data::<web::Data<App>>();
    app.expect("the server hands every request its parts").clone().into_inner()
}

/// The session that `secret` opens, as it is right now.
pub async fn find(app: &App, secret: String, origin: String) -> Result<Session, WebError> {
    let now = app.clock.now();
    let csrf = csrf::token(&secret);
    let (found, user, inboxes, numbers) = app
        .store
        .read(move |db| {
            let Some(found) = sessions::find(db, &secret, now)? else {
                return Ok(None);
            };
            let inboxes = users::inboxes_of(db, found.user)?;
            let user = users::find(db, found.user)?;
            let numbers = masking::of(db, user.role)?;
            Ok::<_, StoreError>(Some((found, user, inboxes, numbers)))
        })
        .await?
        .ok_or(WebError::SignedOut)?;
    if let Err(error) = sign_in::note_seen(app, found.id, found.user, found.last_seen_at).await {
        tracing::warn!(user.id = %found.user, %error, "when a user was seen could not be noted");
    }
    let caller = Caller {
        actor: Actor::user(user.id, Some(origin)),
        role: user.role,
        sight: Sight::of(user.role, inboxes),
        numbers,
    };
    Ok(Session { id: found.id, user, caller, csrf })
}

/// The address a request comes from, as the audit log keeps it.
pub fn origin(request: &HttpRequest, app: &App) -> String {
    client_address(request, &app.config.web.trusted_proxies).to_string()
}

fn only<T: 'static>(
    session: LocalBoxFuture<'static, Result<Session, WebError>>,
    may: fn(Role) -> bool,
    wrap: fn(Session) -> T,
) -> LocalBoxFuture<'static, Result<T, WebError>> {
    Box::pin(async move {
        let session = session.await?;
        if may(session.user.role) { Ok(wrap(session)) } else { Err(WebError::NotFound) }
    })
}
