//! A text is taken back before it leaves.

use crate::app::App;
use crate::domain::delivery::OutboundState;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::MessageId;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::messages::{self, Message, Progress};
use crate::store::outbox;

use super::{ActionError, access};

/// # Errors
/// `TooLate` once a worker has it in hand: an SMS cannot be called back.
pub async fn run(app: &App, caller: Caller, message: MessageId) -> Result<Message, ActionError> {
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
            let updated = EventKind::MessageUpdated;
            let event = NewEvent::conversation(updated, conversation.inbox_id, conversation.id);
            tx.event(event.about(message));
            tx.audit(&caller.actor, "message.cancel", Object::new("message", message.0));
            Ok(messages::find(tx, message)?)
        })
        .await
}
