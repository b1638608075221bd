//! Who may do what.

use crate::domain::id::{ConversationId, InboxId, MessageId};
use crate::domain::user::Caller;
use crate::store::conversations::{self, Conversation};
use crate::store::messages::{self, Message};
use crate::store::{Db, inboxes, optional};

use super::{ActionError, Problem};

/// The house is set up by administrators alone.
pub fn must_administer(caller: &Caller) -> Result<(), ActionError> {
    if caller.role.may_administer() { Ok(()) } else { Err(ActionError::Forbidden) }
}

/// A conversation the caller may answer in.
///
/// # Errors
/// `NotFound` where they may not even see it, `Forbidden` where they only read.
pub fn to_answer(
    db: &mut Db,
    caller: &Caller,
    id: ConversationId,
) -> Result<Conversation, ActionError> {
    let conversation = conversations::visible_to(db, &caller.sight, id)?;
    if caller.role.may_answer() { Ok(conversation) } else { Err(ActionError::Forbidden) }
}

/// An inbox the caller may begin conversations in.
///
/// # Errors
/// `Invalid` names `inbox_id` where they may not even see it, `Forbidden` where they only
/// read.
pub fn inbox_to_answer(db: &mut Db, caller: &Caller, inbox: InboxId) -> Result<(), ActionError> {
    if !caller.sight.sees(inbox) || optional(inboxes::find(db, inbox))?.is_none() {
        return Err(ActionError::invalid("inbox_id", Problem::Unknown));
    }
    if caller.role.may_answer() { Ok(()) } else { Err(ActionError::Forbidden) }
}

/// A message of a conversation the caller may answer in.
pub fn message_to_answer(
    db: &mut Db,
    caller: &Caller,
    id: MessageId,
) -> Result<(Conversation, Message), ActionError> {
    let message = messages::find(db, id)?;
    let conversation = to_answer(db, caller, message.conversation_id)?;
    Ok((conversation, message))
}
