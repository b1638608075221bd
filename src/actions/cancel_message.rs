//! A text is taken back before it leaves: as if it had never been written, or
//! to be written differently.

use crate::app::App;
use crate::domain::conversation::{Conversation as Status, ConversationState};
use crate::domain::delivery::OutboundState;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::MessageId;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::conversations::{self, Conversation};
use crate::store::messages::{self, Message, Progress};
use crate::store::{StoreError, Tx, outbox};

use super::{ActionError, access, save_draft};

/// `to_edit` puts its words into the caller's draft. The contact waits again
/// since when they did, if nobody has answered otherwise.
///
/// # Errors
/// `TooLate` once a worker has it in hand: an SMS cannot be called back.
pub async fn run(
    app: &App,
    caller: Caller,
    message: MessageId,
    to_edit: bool,
) -> Result<Message, ActionError> {
    app.store
        .write(move |tx| {
            let (conversation, found) = access::message_to_answer(tx, &caller, message)?;
            let from = found.state.ok_or(ActionError::TooLate)?;
            let may = from.may_move_to(OutboundState::Canceled)
                && matches!(from, OutboundState::DraftHeld | OutboundState::Queued);
            let to = OutboundState::Canceled;
            if !may || !messages::advance(tx, message, from, to, Progress::default())? {
                return Err(ActionError::TooLate);
            }
            outbox::delete(tx, message)?;
            waits_again(tx, &conversation)?;
            if let Some(user) = caller.user_id().filter(|_| to_edit) {
                save_draft::take_back(tx, &conversation, user, &found.body, found.purpose)?;
            }
            let updated = EventKind::MessageUpdated;
            let event = NewEvent::conversation(updated, conversation.inbox_id, conversation.id);
            tx.event(event.about(message));
            tx.audit(&caller.actor, "message.cancel", Object::new("message", message.0));
            Ok(messages::find(tx, message)?)
        })
        .await
}

/// What was taken back had ended the contact's wait.
fn waits_again(tx: &mut Tx, conversation: &Conversation) -> Result<(), StoreError> {
    let status = conversation.status;
    if status.waiting_since.is_some() || status.state == ConversationState::Closed {
        return Ok(());
    }
    let since = conversations::opened_at(tx, conversation.case_id)?;
    let waiting_since = messages::oldest_unanswered(tx, conversation.id, since)?;
    if waiting_since.is_some() {
        conversations::set_status(tx, conversation.id, &Status { waiting_since, ..status })?;
        let updated = EventKind::ConversationUpdated;
        tx.event(NewEvent::conversation(updated, conversation.inbox_id, conversation.id));
    }
    Ok(())
}
