//! A user has read a conversation up to a message.

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::user::Caller;
use crate::store::reads::Marker;
use crate::store::{conversations, messages, reads};

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
            if reads::advance(tx, user, conversation, marker)? {
                let read = EventKind::ConversationRead;
                let event = NewEvent::conversation(read, found.inbox_id, conversation);
                tx.event(event.of_user(user));
            }
            Ok(())
        })
        .await
}
