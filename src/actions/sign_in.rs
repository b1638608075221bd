//! A user signs in, or out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{SessionId, UserId};
use crate::domain::user::Actor;
use crate::store::audit::Object;
use crate::store::seal::random;
use crate::store::{sessions, users};

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

/// `None` if address and password do not belong together: which of the two is
/// wrong is never told, nor how long it took to see.
pub async fn run(
    app: &App,
    email: String,
    password: String,
    origin: Option<String>,
) -> Result<Option<SignedIn>, ActionError> {
    let found = app.store.read(move |db| users::find_by_email(db, &email)).await?;
    let hash = found.as_ref().map(|user| user.password_hash.clone());
    let matches = app.passwords.verify(password, hash).await;
    let user = match found {
        Some(user) if matches && user.disabled_at.is_none() => user.id,
        Some(user) => {
            note_failure(app, user.id, origin).await?;
            return Ok(None);
        }
        None => return Ok(None),
    };
    start(app, user, origin).await.map(Some)
}

/// Signs `user` in without asking for a password: at the end of set-up.
pub async fn start(
    app: &App,
    user: UserId,
    origin: Option<String>,
) -> Result<SignedIn, ActionError> {
    let signed_in =
        SignedIn { session: fresh_id(), user, secret: URL_SAFE_NO_PAD.encode(random::<32>()) };
    let session = signed_in.clone();
    app.store
        .write(move |tx| {
            let now = tx.now;
            let SignedIn { session, user, secret } = &session;
            sessions::insert(tx, *session, *user, secret, now, now + SESSION_LIFE)?;
            sessions::touch(tx, *session, *user, now)?;
            let actor = Actor::user(*user, origin.clone());
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

async fn note_failure(app: &App, user: UserId, origin: Option<String>) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let actor = Actor { origin: origin.clone(), ..Actor::system() };
            tx.audit(&actor, "session.refuse", Object::new("user", user.0));
            Ok(())
        })
        .await
}
