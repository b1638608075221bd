//! A user has read a conversation up to a message, and the notes that call them.

use chrono::TimeDelta;

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::user::Caller;
use crate::store::reads::Marker;
use crate::store::{conversations, mentions, messages, reads};

use super::ActionError;

/// `message` is the last one seen; without it, everything.
pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    message: Option<MessageId>,
) -> Result<(), ActionError> {
    let Some(user) = caller.user_id() else { return Err(ActionError::Forbidden) };
    app.store
        .write(move |tx| {
            let found = conversations::visible_to(tx, &caller.sight, conversation)?;
            let up_to = match message {
                Some(id) => {
                    let message = messages::find(tx, id)?;
                    if message.conversation_id != conversation {
                        return Err(ActionError::Store(crate::store::StoreError::NotFound));
                    }
                    message.created_at
                }
                None => found.last_message_at,
            };
            let later = messages::count_inbound_after(tx, conversation, up_to)?;
            let marker = Marker { at: up_to, inbound: found.inbound_texts - later };
            let now = tx.now;
            // Notes come after the last text too.
            let heard = if message.is_some() { up_to } else { now };
            let has_heard = mentions::see(tx, user, conversation, heard, now)?;
            if reads::advance(tx, user, conversation, marker)? || has_heard {
                let read = EventKind::ConversationRead;
                let event = NewEvent::conversation(read, found.inbox_id, conversation);
                tx.event(event.of_user(user));
            }
            Ok(())
        })
        .await
}

/// The last text of the contact is news again to whoever asks.
pub async fn undo(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
) -> Result<(), ActionError> {
    let Some(user) = caller.user_id() else { return Err(ActionError::Forbidden) };
    app.store
        .write(move |tx| {
            let found = conversations::visible_to(tx, &caller.sight, conversation)?;
            let Some(last) = found.last_inbound_at else { return Ok(()) };
            let at = last - TimeDelta::microseconds(1);
            let later = messages::count_inbound_after(tx, conversation, at)?;
            let marker = Marker { at, inbound: found.inbound_texts - later };
            reads::set(tx, user, conversation, marker)?;
            let read = EventKind::ConversationRead;
            tx.event(NewEvent::conversation(read, found.inbox_id, conversation).of_user(user));
            Ok(())
        })
        .await
}
