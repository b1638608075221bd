//! A person writes an application down, or mends what is known of it.

use super::enter::{Entered, New, enter, medium_of, note, within};
use super::{tell, to_answer};
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::application::{LONGEST_JOB, LONGEST_MEDIUM};
use crate::domain::id::{ApplicationId, InboxId, UserId};
use crate::domain::user::Caller;
use crate::store::applications::{self, Application};
use crate::store::audit::Object;
use crate::store::{Tx, users};

/// What may be said anew of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub job: Option<String>,
    pub medium: Option<String>,
    pub recruiter: Option<UserId>,
}

/// Somebody applied by telephone or in person.
///
/// # Errors
/// `Invalid` names the field.
pub async fn add(
    app: &App,
    caller: Caller,
    new: New,
    recruiter: Option<UserId>,
) -> Result<Entered, ActionError> {
    app.store
        .write(move |tx| {
            let recruiter = recruiter.map(|id| answering(tx, new.inbox, id)).transpose()?;
            let new = New { recruiter_email: recruiter, ..new.clone() };
            let entered = enter(tx, &caller, new.inbox.0, new)?;
            note(tx, &caller, &entered);
            Ok(entered)
        })
        .await
}

/// Says anew what they applied for, where they come from, and who sees to it.
///
/// # Errors
/// `NotFound` where the caller does not see it, `Forbidden` where they only read,
/// `Invalid` names the field.
pub async fn change(
    app: &App,
    caller: Caller,
    id: ApplicationId,
    about: About,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let one = to_answer(tx, &caller, id)?;
            let about = about.clone();
            // Whoever has it keeps it, also after they have left the inbox.
            if let Some(other) = about.recruiter.filter(|_| about.recruiter != one.recruiter) {
                answering(tx, one.inbox, other)?;
            }
            let medium = within("medium", about.medium, LONGEST_MEDIUM)?;
            let told = Application {
                job: within("job", about.job, LONGEST_JOB)?,
                medium: medium.map(|name| medium_of(tx, &name)).transpose()?,
                recruiter: about.recruiter,
                ..one.clone()
            };
            if told == one {
                return Ok(());
            }
            applications::amend(tx, &told)?;
            tx.audit(&caller.actor, "application.change", Object::new("application", id.0));
            Ok(tell(tx, &one)?)
        })
        .await
}

/// The address of somebody who may answer in the inbox.
fn answering(tx: &mut Tx, inbox: InboxId, id: UserId) -> Result<String, ActionError> {
    let mut people = users::answering_in(tx, inbox)?.into_iter();
    let found = people.find(|user| user.id == id).map(|user| user.email);
    found.ok_or(ActionError::invalid("user_id", Problem::Unknown))
}
