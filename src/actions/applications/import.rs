//! A table of applicants is taken in, all of it or nothing.

use super::enter::{self, New};
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::application::sheet::{Column, Fault, Problem as Wrong, SheetRow};
use crate::domain::contact_field::folded;
use crate::domain::contact_sheet::MOST_ROWS;
use crate::domain::id::InboxId;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::users::{self, User};
use crate::store::{Db, StoreError};

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: usize,
    /// Those that were there already.
    pub known: usize,
}

/// Takes applicants of `inbox` in. The same table again changes nothing.
///
/// # Errors
/// `Invalid` where any row cannot be taken: then none is.
pub async fn run(
    app: &App,
    caller: Caller,
    inbox: InboxId,
    rows: Vec<SheetRow>,
) -> Result<Imported, ActionError> {
    app.store
        .write(move |tx| {
            if rows.len() > MOST_ROWS {
                return Err(ActionError::invalid("file", Problem::TooMany));
            }
            let people = users::all(tx)?;
            let mut outcome = Imported::default();
            for row in &rows {
                let recruiter = match &row.recruiter {
                    None => None,
                    Some(called) => match one_of(&people, called) {
                        Some(user) => Some(user.email.clone()),
                        None => return Err(ActionError::invalid("file", Problem::Unknown)),
                    },
                };
                let new = New {
                    inbox,
                    to: row.number.as_str().to_owned(),
                    name: row.name.clone(),
                    job: row.job.clone(),
                    medium: row.medium.clone(),
                    recruiter_email: recruiter,
                    applied_at: row.applied_at,
                    external_id: row.external_id.clone(),
                };
                match enter::enter(tx, &caller, inbox.0, new)?.is_new {
                    true => outcome.added += 1,
                    false => outcome.known += 1,
                }
            }
            let detail = format!("added {}, known {}", outcome.added, outcome.known);
            let object = Object::new("inbox", inbox.0);
            tx.audit_with(&caller.actor, "application.import", object, detail);
            Ok(outcome)
        })
        .await
}

/// The recruiters of a table that nobody of ours is.
pub fn strangers(db: &mut Db, rows: &[SheetRow]) -> Result<Vec<Fault>, StoreError> {
    let people = users::all(db)?;
    let is_strange = |row: &&SheetRow| {
        row.recruiter.as_ref().is_some_and(|called| one_of(&people, called).is_none())
    };
    let fault = |row: &SheetRow| Fault {
        line: row.line,
        column: Column::Recruiter,
        problem: Wrong::Nobody,
    };
    Ok(rows.iter().filter(is_strange).map(fault).collect())
}

/// Who has that mail address, or alone that name.
fn one_of<'a>(people: &'a [User], called: &str) -> Option<&'a User> {
    let called = folded(called);
    let mut found = people.iter().filter(|user| {
        let is_called = folded(&user.email) == called || folded(&user.name) == called;
        user.disabled_at.is_none() && is_called
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
