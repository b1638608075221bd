//! Users come, change and go.

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{InboxId, SessionId, UserId};
use crate::domain::user::{Caller, Notify, NotifyScope, Role};
use crate::password::{MAX_LENGTH, MIN_LENGTH, MIN_LENGTH_ADMIN, is_guessable};
use crate::store::audit::Object;
use crate::store::users::{self, User};
use crate::store::{Tx, inboxes, organization, sessions};

use super::{ActionError, Problem, access};

#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password: String,
    pub locale: String,
}

/// What an administrator may change of somebody.
#[derive(Clone, Debug)]
pub struct Changes {
    pub name: String,
    /// Another address to sign in with; sessions under the old one go on.
    pub email: String,
    pub role: Role,
    pub inboxes: Vec<InboxId>,
    pub disabled: bool,
}

/// What users change of themselves.
#[derive(Clone, Debug)]
pub struct Preferences {
    pub locale: String,
    pub theme: String,
    pub enter_sends: bool,
    pub notify: Notify,
    pub notify_scope: NotifyScope,
    pub sound: bool,
}

pub async fn add(
    app: &App,
    caller: Caller,
    new: NewUser,
    inboxes: Vec<InboxId>,
) -> Result<UserId, ActionError> {
    access::must_administer(&caller)?;
    let house = app.store.read(organization::find).await?;
    let house = house.map_or_else(String::new, |house| house.name);
    let user = checked(app, new, &house).await?;
    app.store
        .write(move |tx| {
            if users::find_by_email(tx, &user.email)?.is_some() {
                return Err(ActionError::invalid("email", Problem::Taken));
            }
            inboxes_must_exist(tx, &inboxes)?;
            let now = tx.now;
            users::insert(tx, &user, now)?;
            users::set_inboxes(tx, user.id, &inboxes, now)?;
            let role = user.role.word().to_owned();
            tx.audit_with(&caller.actor, "user.add", Object::new("user", user.id.0), role);
            Ok(user.id)
        })
        .await
}

/// Changes role, inboxes or name, or shuts somebody out. Rights that are gone
/// are gone at once: open sockets are closed by the event.
pub async fn change(
    app: &App,
    caller: Caller,
    id: UserId,
    changes: Changes,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    check_name(&changes.name)?;
    check_email(&changes.email)?;
    app.store
        .write(move |tx| {
            let mut user = users::find(tx, id)?;
            let stays_admin = changes.role == Role::Admin && !changes.disabled;
            if user.role == Role::Admin && !stays_admin && only_admin(tx, id)? {
                return Err(ActionError::invalid("role", Problem::Missing));
            }
            inboxes_must_exist(tx, &changes.inboxes)?;
            let email = changes.email.trim();
            if email != user.email {
                let holder = users::find_by_email(tx, email)?;
                if holder.is_some_and(|holder| holder.id != id) {
                    return Err(ActionError::invalid("email", Problem::Taken));
                }
                user.email = email.to_owned();
                tx.audit(&caller.actor, "user.readdress", Object::new("user", id.0));
            }
            let now = tx.now;
            user.name = changes.name.trim().to_owned();
            user.role = changes.role;
            user.disabled_at = changes.disabled.then(|| user.disabled_at.unwrap_or(now));
            users::update(tx, &user)?;
            users::set_inboxes(tx, id, &changes.inboxes, now)?;
            if changes.disabled {
                sessions::delete_of(tx, id)?;
            }
            tx.event(NewEvent::new(EventKind::AccessChanged).of_user(id));
            let what = if changes.disabled { "user.disable" } else { "user.change" };
            let role = user.role.word().to_owned();
            tx.audit_with(&caller.actor, what, Object::new("user", id.0), role);
            Ok(())
        })
        .await
}

/// Shuts somebody out, by mail address.
pub async fn disable(app: &App, caller: Caller, email: String) -> Result<(), ActionError> {
    let (user, inboxes) = app
        .store
        .read(move |db| {
            let user = users::find_by_email(db, &email)?
                .ok_or(ActionError::invalid("email", Problem::Unknown))?;
            let inboxes = users::own_inboxes_of(db, user.id)?;
            Ok::<_, ActionError>((user, inboxes))
        })
        .await?;
    let changes =
        Changes { name: user.name, email: user.email, role: user.role, inboxes, disabled: true };
    change(app, caller, user.id, changes).await
}

pub async fn prefer(
    app: &App,
    caller: Caller,
    preferences: Preferences,
) -> Result<(), ActionError> {
    let Some(id) = caller.user_id() else { return Err(ActionError::Forbidden) };
    if !["ja", "en"].contains(&preferences.locale.as_str()) {
        return Err(ActionError::invalid("locale", Problem::Unknown));
    }
    if !["auto", "light", "dark"].contains(&preferences.theme.as_str()) {
        return Err(ActionError::invalid("theme", Problem::Unknown));
    }
    app.store
        .write(move |tx| {
            let mut user = users::find(tx, id)?;
            user.locale = preferences.locale.clone();
            user.theme = preferences.theme.clone();
            user.enter_sends = preferences.enter_sends;
            user.notify = preferences.notify;
            user.notify_scope = preferences.notify_scope;
            user.sound = preferences.sound;
            users::update(tx, &user)?;
            tx.event(NewEvent::new(EventKind::AccessChanged).of_user(id));
            tx.audit(&caller.actor, "user.prefer", Object::new("user", id.0));
            Ok(())
        })
        .await
}

/// A new password for whoever asks, who knows the old one. Whoever else is signed
/// in as them is not any more: that may be why they change it.
///
/// # Errors
/// `Invalid` names `current` where the old one is wrong, `password` where the new
/// one is none for this user.
pub async fn change_password(
    app: &App,
    caller: Caller,
    session: SessionId,
    current: String,
    password: String,
) -> Result<(), ActionError> {
    let Some(id) = caller.user_id() else { return Err(ActionError::Forbidden) };
    let (user, house) = app
        .store
        .read(move |db| Ok::<_, ActionError>((users::find(db, id)?, organization::find(db)?)))
        .await?;
    if !app.passwords.verify(current, Some(user.password_hash.clone())).await {
        note_wrong_password(app, caller, id).await?;
        return Err(ActionError::invalid("current", Problem::Wrong));
    }
    let User { email, name, role, locale, .. } = user;
    let new = NewUser { email, name, role, password, locale };
    check_password(&new, &house.map_or_else(String::new, |house| house.name))?;
    let old_hash = user.password_hash;
    let hash = app.passwords.hash(new.password).await;
    app.store
        .write(move |tx| {
            let mut user = users::find(tx, id)?;
            if user.password_hash != old_hash {
                // Somebody else was faster with the same old password.
                return Err(ActionError::invalid("current", Problem::Wrong));
            }
            user.password_hash = hash.clone();
            users::update(tx, &user)?;
            sessions::delete_others(tx, id, session)?;
            // Their sockets look again whether they are still signed in.
            tx.event(NewEvent::new(EventKind::AccessChanged).of_user(id));
            tx.audit(&caller.actor, "user.password", Object::new("user", id.0));
            Ok(())
        })
        .await
}

async fn note_wrong_password(app: &App, caller: Caller, id: UserId) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            tx.audit(&caller.actor, "user.password_refuse", Object::new("user", id.0));
            Ok(())
        })
        .await
}

/// A new user as it will be stored, or the field that is wrong.
pub(super) async fn checked(app: &App, new: NewUser, house: &str) -> Result<User, ActionError> {
    check(&new, house)?;
    let NewUser { email, name, role, password, locale } = new;
    Ok(User {
        id: fresh_id(),
        email: email.trim().to_owned(),
        name: name.trim().to_owned(),
        role,
        password_hash: app.passwords.hash(password).await,
        enter_sends: locale == "en",
        notify: Notify::default(),
        notify_scope: NotifyScope::default(),
        sound: false,
        locale,
        theme: "auto".to_owned(),
        disabled_at: None,
    })
}

/// Whether a user of the organisation `house` could be made of these words.
pub fn check(new: &NewUser, house: &str) -> Result<(), ActionError> {
    check_name(&new.name)?;
    check_email(&new.email)?;
    check_password(new, house)
}

/// Whether the password is one for this user: long enough for the role, and
/// nothing that follows from who they are.
pub fn check_password(new: &NewUser, house: &str) -> Result<(), ActionError> {
    let shortest = if new.role == Role::Admin { MIN_LENGTH_ADMIN } else { MIN_LENGTH };
    let length = new.password.chars().count();
    if length < shortest {
        return Err(ActionError::invalid("password", Problem::TooShort));
    }
    if length > MAX_LENGTH {
        return Err(ActionError::invalid("password", Problem::TooLong));
    }
    if is_guessable(&new.password, &[&new.name, &new.email, house]) {
        return Err(ActionError::invalid("password", Problem::Guessable));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), ActionError> {
    const LONGEST: usize = 100;
    match name.trim().chars().count() {
        0 => Err(ActionError::invalid("name", Problem::Missing)),
        1..=LONGEST => Ok(()),
        _ => Err(ActionError::invalid("name", Problem::TooLong)),
    }
}

/// Looks for a typing error, not for a mailbox: only a mail proves that.
fn check_email(email: &str) -> Result<(), ActionError> {
    /// RFC 5321 4.5.3.1.3.
    const LONGEST: usize = 254;
    let email = email.trim();
    let parts = email.rsplit_once('@');
    let looks_right = parts.is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !email.contains(char::is_whitespace)
    });
    match email.len() {
        0 => Err(ActionError::invalid("email", Problem::Missing)),
        1..=LONGEST if looks_right => Ok(()),
        _ => Err(ActionError::invalid("email", Problem::Malformed)),
    }
}

fn only_admin(tx: &mut Tx, id: UserId) -> Result<bool, ActionError> {
    let others = users::all(tx)?
        .into_iter()
        .filter(|user| user.id != id && user.role == Role::Admin && user.disabled_at.is_none());
    Ok(others.count() == 0)
}

fn inboxes_must_exist(tx: &mut Tx, asked: &[InboxId]) -> Result<(), ActionError> {
    for inbox in asked {
        inboxes::find(tx, *inbox)
            .map_err(|_absent| ActionError::invalid("inbox", Problem::Unknown))?;
    }
    Ok(())
}
