//! A user signs in, or out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{SessionId, UserId};
use crate::domain::user::{Actor, Caller};
use crate::store::audit::Object;
use crate::store::seal::random;
use crate::store::{StoreError, sessions, users};

use super::ActionError;

/// A working day and a night: nobody signs in twice a day, nobody stays for ever.
pub const SESSION_LIFE: TimeDelta = TimeDelta::hours(16);

/// How exactly is known when somebody was last there; each note is a write.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A new session; `secret` goes into the cookie and nowhere else.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: SessionId,
    pub user: UserId,
    pub secret: String,
}

/// Where somebody signs in from.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The network address.
    pub origin: Option<String>,
    /// The browser's name, for its user's own list.
    pub browser: Option<String>,
}

/// `None` if address and password do not belong together: which of the two is
/// wrong is never told, nor how long it took to see.
pub async fn run(
    app: &App,
    email: String,
    password: String,
    place: Place,
) -> Result<Option<SignedIn>, ActionError> {
    let found = app.store.read(move |db| users::find_by_email(db, &email)).await?;
    let hash = found.as_ref().map(|user| user.password_hash.clone());
    let matches = app.passwords.verify(password, hash).await;
    let user = match found {
        Some(user) if matches && user.disabled_at.is_none() => user.id,
        Some(user) => {
            note_failure(app, user.id, place.origin).await?;
            return Ok(None);
        }
        None => return Ok(None),
    };
    start(app, user, place).await.map(Some)
}

/// Signs `user` in without asking for a password: at the end of set-up.
pub async fn start(app: &App, user: UserId, place: Place) -> Result<SignedIn, ActionError> {
    let signed_in =
        SignedIn { session: fresh_id(), user, secret: URL_SAFE_NO_PAD.encode(random::<32>()) };
    let session = signed_in.clone();
    app.store
        .write(move |tx| {
            let now = tx.now;
            let SignedIn { session, user, secret } = &session;
            let (browser, until) = (place.browser.as_deref(), now + SESSION_LIFE);
            sessions::insert(tx, *session, *user, secret, browser, now, until)?;
            sessions::touch(tx, *session, *user, now)?;
            let actor = Actor::user(*user, place.origin.clone());
            tx.audit(&actor, "session.start", Object::new("session", session.0));
            Ok::<_, ActionError>(())
        })
        .await?;
    Ok(signed_in)
}

/// Notes that somebody is there, at most every [`SEEN_EVERY`].
///
/// Not audited: the log says who signed in and what they did.
pub async fn note_seen(
    app: &App,
    session: SessionId,
    user: UserId,
    last_seen_at: DateTime<Utc>,
) -> Result<(), ActionError> {
    if app.clock.now() - last_seen_at < SEEN_EVERY {
        return Ok(());
    }
    app.store
        .write(move |tx| {
            let now = tx.now;
            Ok(sessions::touch(tx, session, user, now)?)
        })
        .await
}

pub async fn end(
    app: &App,
    session: SessionId,
    user: UserId,
    origin: Option<String>,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            sessions::delete(tx, session)?;
            let actor = Actor::user(user, origin.clone());
            // Sockets of the session on every node look again whether it is in force.
            tx.event(NewEvent::new(EventKind::AccessChanged).of_user(user));
            tx.audit(&actor, "session.end", Object::new("session", session.0));
            Ok::<_, ActionError>(())
        })
        .await?;
    app.hub.revoke_session(session);
    Ok(())
}

/// Signs a user out on another of their browsers.
///
/// # Errors
/// Not found for a session of somebody else.
pub async fn end_other(app: &App, caller: Caller, session: SessionId) -> Result<(), ActionError> {
    let Some(user) = caller.user_id() else { return Err(ActionError::Forbidden) };
    let theirs = theirs(app, user).await?;
    if !theirs.contains(&session) {
        return Err(StoreError::NotFound.into());
    }
    end(app, session, user, caller.actor.origin).await
}

/// Signs a user out everywhere but in the browser they ask from.
pub async fn end_others(app: &App, caller: Caller, kept: SessionId) -> Result<(), ActionError> {
    let Some(user) = caller.user_id() else { return Err(ActionError::Forbidden) };
    for session in theirs(app, user).await?.into_iter().filter(|session| *session != kept) {
        end(app, session, user, caller.actor.origin.clone()).await?;
    }
    Ok(())
}

async fn theirs(app: &App, user: UserId) -> Result<Vec<SessionId>, ActionError> {
    let now = app.clock.now();
    let found = app.store.read(move |db| sessions::of_user(db, user, now)).await?;
    Ok(found.into_iter().map(|session| session.id).collect())
}

async fn note_failure(app: &App, user: UserId, origin: Option<String>) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let actor = Actor { origin: origin.clone(), ..Actor::system() };
            tx.audit(&actor, "session.refuse", Object::new("user", user.0));
            Ok(())
        })
        .await
}
