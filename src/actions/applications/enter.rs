//! An application comes in: by a program, by a webhook, with a file.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::tell;
use crate::actions::{ActionError, Problem, access, contact_fields};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::application::{
    LONGEST_EXTERNAL_ID, LONGEST_JOB, LONGEST_MEDIUM, MOST_MEDIA, Step, is_time,
};
use crate::domain::contact_sheet::LONGEST_NAME;
use crate::domain::id::{InboxId, MediumId, UserId};
use crate::domain::phone_number::PhoneNumber;
use crate::domain::user::Caller;
use crate::store::applications::{self, Application, media};
use crate::store::audit::Object;
use crate::store::contacts::Contact;
use crate::store::{StoreError, Tx, contacts, users};

/// What somebody tells of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New {
    pub inbox: InboxId,
    pub to: String,
    pub name: Option<String>,
    pub job: Option<String>,
    pub medium: Option<String>,
    pub recruiter_email: Option<String>,
    /// Now, where nobody says.
    pub applied_at: Option<DateTime<Utc>>,
    /// What its source knows it by: the same again is the same application.
    pub external_id: Option<String>,
}

/// An application that is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    pub application: Application,
    /// Whether it came just now.
    pub is_new: bool,
}

/// A program tells of an application.
///
/// # Errors
/// `Invalid` names the field.
pub async fn run(app: &App, caller: Caller, new: New) -> Result<Entered, ActionError> {
    app.store
        .write(move |tx| {
            let entered = enter(tx, &caller, new.inbox.0, new.clone())?;
            note(tx, &caller, &entered);
            Ok(entered)
        })
        .await
}

/// Writes down who told of it; of a file that is one entry for all of them.
pub(super) fn note(tx: &mut Tx, caller: &Caller, entered: &Entered) {
    if entered.is_new {
        let object = Object::new("application", entered.application.id.0);
        tx.audit(&caller.actor, "application.add", object);
    }
}

/// Keeps an application, or finds the one it is. `way` is how it came: names of two ways
/// may be the same for two applications.
///
/// One without a name of its source's is the same as another of the contact in the inbox
/// that came in at the same time or, where nobody says when it did, is under way for the
/// same job. What is there already stays as it is: people have worked with it.
pub(super) fn enter(
    tx: &mut Tx,
    caller: &Caller,
    way: Uuid,
    new: New,
) -> Result<Entered, ActionError> {
    access::inbox_to_answer(tx, caller, new.inbox)?;
    let now = tx.now;
    let number = PhoneNumber::parse(&new.to)
        .map_err(|_error| ActionError::invalid("to", Problem::NotAPhoneNumber))?;
    number
        .sms_destination()
        .map_err(|why| ActionError::invalid("to", Problem::CannotReceive(why)))?;
    let name = within("name", new.name, LONGEST_NAME)?;
    let job = within("job", new.job, LONGEST_JOB)?;
    let medium = within("medium", new.medium, LONGEST_MEDIUM)?;
    let external_id = within("external_id", new.external_id, LONGEST_EXTERNAL_ID)?;
    if new.applied_at.is_some_and(|at| !is_time(at, now)) {
        let is_late = new.applied_at > Some(now);
        let problem = if is_late { Problem::InFuture } else { Problem::TooFar };
        return Err(ActionError::invalid("applied_at", problem));
    }
    let index = external_id.as_ref().map(|id| applications::index(tx, way, id));
    if let Some(index) = &index
        && let Some(application) = applications::find_by_index(tx, index)?
    {
        return Ok(Entered { application, is_new: false });
    }
    let contact = contacts::find_or_insert(tx, number.as_str(), now)?;
    if index.is_none()
        && let Some(application) = same(tx, new.inbox, &contact, &job, new.applied_at)?
    {
        return Ok(Entered { application, is_new: false });
    }
    contacts::show_to(tx, new.inbox, &[contact.id], now)?;
    call(tx, &contact, name)?;
    let application = Application {
        id: fresh_id(),
        inbox: new.inbox,
        contact: contact.id,
        external_id,
        job,
        medium: medium.map(|name| medium_of(tx, &name)).transpose()?,
        recruiter: recruiter_of(tx, new.recruiter_email)?,
        step: Step::Applied,
        applied_at: new.applied_at.unwrap_or(now),
        created_at: now,
    };
    applications::insert(tx, &application, index, caller.user_id())?;
    tell(tx, &application)?;
    Ok(Entered { application, is_new: true })
}

pub(super) fn within(
    field: &'static str,
    text: Option<String>,
    longest: usize,
) -> Result<Option<String>, ActionError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > longest) {
        return Err(ActionError::invalid(field, Problem::TooLong));
    }
    // PostgreSQL takes no text with a NUL in it.
    if text.as_ref().is_some_and(|text| text.contains('\0')) {
        return Err(ActionError::invalid(field, Problem::Malformed));
    }
    Ok(text)
}

/// The application that this one is, though its source has no name for it.
fn same(
    tx: &mut Tx,
    inbox: InboxId,
    contact: &Contact,
    job: &Option<String>,
    applied_at: Option<DateTime<Utc>>,
) -> Result<Option<Application>, StoreError> {
    let known = applications::of_contact(tx, inbox, contact.id)?;
    Ok(known.into_iter().find(|one| match applied_at {
        Some(at) => one.applied_at == at,
        None => !one.step.is_end() && one.job == *job,
    }))
}

/// Names a contact whom nobody has named.
fn call(tx: &mut Tx, contact: &Contact, name: Option<String>) -> Result<(), StoreError> {
    if contact.name.is_none() && name.is_some() {
        contacts::rename(tx, contact.id, name.as_deref())?;
        contact_fields::tell(tx, contact.person)?;
    }
    Ok(())
}

pub(super) fn medium_of(tx: &mut Tx, name: &str) -> Result<MediumId, ActionError> {
    let found = media::find_or_insert(tx, name, MOST_MEDIA)?;
    found.ok_or(ActionError::invalid("medium", Problem::TooMany))
}

fn recruiter_of(tx: &mut Tx, email: Option<String>) -> Result<Option<UserId>, ActionError> {
    let email = email.map(|email| email.trim().to_owned()).filter(|email| !email.is_empty());
    let Some(email) = email else { return Ok(None) };
    let found = users::find_by_email(tx, &email)?.filter(|user| user.disabled_at.is_none());
    let found = found.ok_or(ActionError::invalid("recruiter_email", Problem::Unknown))?;
    Ok(Some(found.id))
}
