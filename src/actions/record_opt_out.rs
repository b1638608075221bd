//! A colleague notes that a contact wants no more texts, or wants them again.

use crate::app::App;
use crate::domain::id::ContactId;
use crate::domain::opt_out::{OptOutScope, OptOutSource};
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Caller, Sight};
use crate::store::audit::Object;
use crate::store::conversations::{self, Conversation};
use crate::store::{StoreError, Tx, contacts, opt_outs};

use super::{ActionError, timeline};

/// Notes a wish to stop that came by another way than a text.
///
/// # Errors
/// `NotFound` where the caller sees no conversation of this contact.
pub async fn begin(
    app: &App,
    caller: Caller,
    contact: ContactId,
    scope: OptOutScope,
    source: OptOutSource,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let (person, threads) = to_answer(tx, &caller, contact)?;
            let by = caller.user_id().map(|user| user.0);
            let (mut is_new, now) = (false, tx.now);
            // Each number: the wish holds also if they turn out to be two persons.
            for one in contacts::of_person(tx, person)? {
                is_new |= opt_outs::begin(tx, &one, scope, source, by, now)?;
            }
            if is_new {
                tell(tx, &caller, &threads, SystemLine::OptedOut)?;
                let detail = format!("{} {}", scope.word(), source.word());
                let object = Object::new("contact", contact.0);
                tx.audit_with(&caller.actor, "contact.opt_out", object, detail);
            }
            Ok(())
        })
        .await
}

/// Notes that the contact has agreed to texts again.
pub async fn end(app: &App, caller: Caller, contact: ContactId) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let (person, threads) = to_answer(tx, &caller, contact)?;
            let (mut was_stopped, now) = (false, tx.now);
            for one in contacts::of_person(tx, person)? {
                was_stopped |= opt_outs::end(tx, &one, now)?;
            }
            if was_stopped {
                tell(tx, &caller, &threads, SystemLine::OptedIn)?;
                let object = Object::new("contact", contact.0);
                tx.audit(&caller.actor, "contact.opt_in", object);
            }
            Ok(())
        })
        .await
}

/// Who it is, and all of their conversations: the wish holds everywhere, and is told
/// everywhere.
pub(super) fn to_answer(
    tx: &mut Tx,
    caller: &Caller,
    contact: ContactId,
) -> Result<(ContactId, Vec<Conversation>), ActionError> {
    if !contacts::is_seen(tx, &caller.sight, contact)? {
        return Err(StoreError::NotFound.into());
    }
    if !caller.role.may_answer() {
        return Err(ActionError::Forbidden);
    }
    let person = contacts::person_of(tx, contact)?;
    Ok((person, conversations::visible_of_person(tx, &Sight::All, person)?))
}

pub(super) fn tell(
    tx: &mut Tx,
    caller: &Caller,
    threads: &[Conversation],
    line: SystemLine,
) -> Result<(), StoreError> {
    for thread in threads {
        timeline::say(tx, thread.inbox_id, thread.id, caller.user_id(), line)?;
    }
    Ok(())
}
