//! Who may do what.

use crate::domain::id::{ConversationId, MessageId};
use crate::domain::user::Caller;
use crate::store::Db;
use crate::store::conversations::{self, Conversation};
use crate::store::messages::{self, Message};

use super::ActionError;

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
