//! Interviewers as the house keeps them: who they are, the calendars that say when they
//! are busy, and the address at which their calendar asks for what is booked.
//!
//! Each user may be one, and keeps what is theirs; administrators keep everybody's. To
//! all others an interviewer does not exist.

use crate::app::App;
use crate::domain::escalation::is_address;
use crate::domain::id::InterviewerId;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::interviewers::{self, Interviewer};
use crate::store::{Db, StoreError, Tx, users};

use super::{ActionError, Problem, access};

pub mod calendars;
pub mod feeds;
pub mod reading;

/// Characters of a name: what fits a line of the settings.
const LONGEST_NAME: usize = 40;

/// Makes whoever asks an interviewer: a calendar can be kept before the first interview.
pub async fn join(app: &App, caller: Caller) -> Result<InterviewerId, ActionError> {
    let Some(id) = caller.user_id() else { return Err(ActionError::Forbidden) };
    app.store
        .write(move |tx| {
            let user = users::find(tx, id)?;
            let now = tx.now;
            let name = Some(user.name.as_str());
            let one = interviewers::find_or_insert(tx, &user.email, name, Some(user.id), now)?;
            record(tx, &caller, "interviewer.add", one);
            Ok(one)
        })
        .await
}

/// Makes somebody an interviewer, a user or not.
///
/// # Errors
/// `Invalid` names `email` or `name`.
pub async fn add(
    app: &App,
    caller: Caller,
    email: &str,
    name: &str,
) -> Result<InterviewerId, ActionError> {
    access::must_administer(&caller)?;
    let (email, name) = (email.trim().to_owned(), name_in(name)?);
    if email.is_empty() {
        return Err(ActionError::invalid("email", Problem::Missing));
    }
    if !is_address(&email) {
        return Err(ActionError::invalid("email", Problem::NotAnAddress));
    }
    app.store
        .write(move |tx| {
            if !interviewers::known(tx, std::slice::from_ref(&email))?.is_empty() {
                return Err(ActionError::invalid("email", Problem::Taken));
            }
            let user = users::find_by_email(tx, &email)?;
            let name = name.clone().or_else(|| user.as_ref().map(|user| user.name.clone()));
            let (now, user) = (tx.now, user.map(|user| user.id));
            let one = interviewers::find_or_insert(tx, &email, name.as_deref(), user, now)?;
            record(tx, &caller, "interviewer.add", one);
            Ok(one)
        })
        .await
}

/// Calls an interviewer by another name.
///
/// # Errors
/// Not found for anybody else's, `Invalid` names `name`.
pub async fn rename(
    app: &App,
    caller: Caller,
    id: InterviewerId,
    name: &str,
) -> Result<(), ActionError> {
    let name = name_in(name)?;
    app.store
        .write(move |tx| {
            let one = find(tx, &caller, id)?;
            if one.name != name {
                interviewers::rename(tx, id, name.as_deref())?;
                record(tx, &caller, "interviewer.rename", id);
            }
            Ok(())
        })
        .await
}

/// Forgets an interviewer who was a mistake. Of one with whom times were offered a record
/// stays: their calendars can be taken away, and nobody has to offer them.
///
/// # Errors
/// Not found for anybody else's, `Invalid` where somebody was to meet them.
pub async fn remove(app: &App, caller: Caller, id: InterviewerId) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            find(tx, &caller, id)?;
            if interviewers::is_met(tx, id)? {
                return Err(ActionError::invalid("interviewer", Problem::Taken));
            }
            interviewers::remove(tx, id)?;
            record(tx, &caller, "interviewer.remove", id);
            Ok(())
        })
        .await
}

/// `None` where nobody says one.
fn name_in(text: &str) -> Result<Option<String>, ActionError> {
    let name = text.trim();
    match name.chars().count() {
        0 => Ok(None),
        1..=LONGEST_NAME => Ok(Some(name.to_owned())),
        _ => Err(ActionError::invalid("name", Problem::TooLong)),
    }
}

/// The interviewers whose calendars the caller keeps: everybody's, or their own.
pub fn kept(db: &mut Db, caller: &Caller) -> Result<Vec<Interviewer>, StoreError> {
    match (caller.role.may_administer(), caller.user_id()) {
        (true, _) => interviewers::all(db, None),
        (false, Some(user)) => interviewers::all(db, Some(user)),
        (false, None) => Ok(Vec::new()),
    }
}

/// One of [`kept`].
///
/// # Errors
/// Not found for anybody else's.
pub fn find(db: &mut Db, caller: &Caller, id: InterviewerId) -> Result<Interviewer, StoreError> {
    let one = interviewers::find(db, id)?;
    let is_own = one.user.is_some() && one.user == caller.user_id();
    if is_own || caller.role.may_administer() { Ok(one) } else { Err(StoreError::NotFound) }
}

fn record(tx: &mut Tx, caller: &Caller, action: &'static str, one: InterviewerId) {
    tx.audit(&caller.actor, action, Object::new("interviewer", one.0));
}
