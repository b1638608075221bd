//! Two contacts turn out to be one person, or one person turns out to be two.

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::ContactId;
use crate::domain::user::{Caller, Sight};
use crate::store::audit::Object;
use crate::store::{Db, StoreError, Tx, contacts, conversations, optional};

use super::{ActionError, Problem};

/// Numbers of a person: nobody has as many, and a house number is no person.
const MOST: usize = 20;

/// Merges the person `merged` is into the one `kept` is. Both keep their
/// conversations, each sealed with its own key; the name is that of `kept`, and a
/// stop against either holds for both. Merging what is merged changes nothing.
///
/// # Errors
/// `NotFound` where the caller may not see `kept`; `contact` is unknown where they
/// may not see `merged`.
pub async fn merge(
    app: &App,
    caller: Caller,
    kept: ContactId,
    merged: ContactId,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let kept = to_answer(tx, &caller, kept)?;
            let Some(merged) = optional(seen(tx, &caller, merged))? else {
                return Err(ActionError::invalid("contact", Problem::Unknown));
            };
            if kept == merged {
                return Ok(());
            }
            let numbers = contacts::members(tx, kept)?.len() + contacts::members(tx, merged)?.len();
            if numbers > MOST {
                return Err(ActionError::invalid("contact", Problem::TooMany));
            }
            let now = tx.now;
            contacts::merge(tx, merged, kept, caller.user_id(), now)?;
            tell(tx, &[kept])?;
            let object = Object::new("contact", kept.0);
            tx.audit_with(&caller.actor, "contact.merge", object, merged.to_string());
            Ok(())
        })
        .await
}

/// Takes a contact out of the person it was merged into, with its name, its stops
/// and what was merged into it before. What was written since stays in the
/// conversation it was written in. Gives the person it was taken out of.
pub async fn separate(
    app: &App,
    caller: Caller,
    contact: ContactId,
) -> Result<ContactId, ActionError> {
    app.store
        .write(move |tx| {
            let person = to_answer(tx, &caller, contact)?;
            if contacts::separate(tx, contact)? {
                tell(tx, &[person, contact])?;
                let object = Object::new("contact", person.0);
                tx.audit_with(&caller.actor, "contact.separate", object, contact.to_string());
            }
            Ok(person)
        })
        .await
}

fn to_answer(db: &mut Db, caller: &Caller, contact: ContactId) -> Result<ContactId, ActionError> {
    let person = seen(db, caller, contact)?;
    if caller.role.may_answer() { Ok(person) } else { Err(ActionError::Forbidden) }
}

/// The person a contact is, where the caller sees a conversation of theirs.
fn seen(db: &mut Db, caller: &Caller, contact: ContactId) -> Result<ContactId, StoreError> {
    match contacts::is_seen(db, &caller.sight, contact)? {
        true => contacts::person_of(db, contact),
        false => Err(StoreError::NotFound),
    }
}

/// Every row and page that shows one of them is drawn anew.
fn tell(tx: &mut Tx, persons: &[ContactId]) -> Result<(), StoreError> {
    for person in persons {
        for thread in conversations::visible_of_person(tx, &Sight::All, *person)? {
            let updated = EventKind::ConversationUpdated;
            tx.event(NewEvent::conversation(updated, thread.inbox_id, thread.id));
        }
    }
    Ok(())
}
