//! Applicants come in, and move from step to step.
//!
//! What moves an application by itself does so in the transaction of its cause: a text
//! that left, an offer, a booking, an answer (product.md F-77).

use crate::app::App;
use crate::domain::application::{Cause, Step};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ApplicationId, UserId};
use crate::domain::user::{Actor, Caller};
use crate::store::applications::{self, Application, Move};
use crate::store::audit::Object;
use crate::store::conversations::{self, Conversation};
use crate::store::{Db, StoreError, Tx};

use super::ActionError;

pub mod by_hand;
pub mod enter;
pub mod import;
pub mod payload;
pub mod sources;

pub use enter::{Entered, New};

/// A person says how far an application has come.
///
/// # Errors
/// `NotFound` where they do not see it, `Forbidden` where they only read.
pub async fn move_to(
    app: &App,
    caller: Caller,
    id: ApplicationId,
    step: Step,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let one = to_answer(tx, &caller, id)?;
            if one.step == step {
                return Ok(());
            }
            let to = Move { step, cause: Cause::Hand, user: caller.user_id(), at: tx.now };
            advance(tx, &caller.actor, (one.id, one.step), to)?;
            Ok(tell(tx, &one)?)
        })
        .await
}

/// An application that the caller may do something about.
fn to_answer(db: &mut Db, caller: &Caller, id: ApplicationId) -> Result<Application, ActionError> {
    let one = applications::visible_to(db, &caller.sight, id)?;
    if caller.role.may_answer() { Ok(one) } else { Err(ActionError::Forbidden) }
}

/// Something happened to a conversation: the contact's application there moves on, where
/// they have one that is under way, and where that is the way from its step.
pub(super) fn heed(
    tx: &mut Tx,
    found: &Conversation,
    cause: Cause,
    user: Option<UserId>,
) -> Result<(), StoreError> {
    let Some((id, from)) = applications::under_way(tx, found.inbox_id, found.contact.id)? else {
        return Ok(());
    };
    let Some(step) = from.after(cause) else { return Ok(()) };
    let to = Move { step, cause, user, at: tx.now };
    let actor = user.map_or_else(Actor::system, |user| Actor::user(user, None));
    advance(tx, &actor, (id, from), to)?;
    let updated = EventKind::ConversationUpdated;
    tx.event(NewEvent::conversation(updated, found.inbox_id, found.id));
    Ok(())
}

/// What was read is still true when it is written: writers take turns.
fn advance(
    tx: &mut Tx,
    actor: &Actor,
    (id, from): (ApplicationId, Step),
    to: Move,
) -> Result<(), StoreError> {
    if applications::advance(tx, id, from, &to)? {
        let object = Object::new("application", id.0);
        tx.audit_with(actor, "application.move", object, to.step.word().to_owned());
    }
    Ok(())
}

/// Tells whoever looks at the conversation, where there is one.
fn tell(tx: &mut Tx, one: &Application) -> Result<(), StoreError> {
    if let Some(found) = conversations::find_of_contact(tx, one.inbox, one.contact)? {
        let updated = EventKind::ConversationUpdated;
        tx.event(NewEvent::conversation(updated, found.inbox_id, found.id));
    }
    Ok(())
}
