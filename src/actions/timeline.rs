//! Lines of a timeline that are no texts: notes and what the system says.

use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, InboxId, MessageId, UserId};
use crate::domain::message::{Direction, MessageKind, Purpose};
use crate::domain::segment::Encoding;
use crate::domain::system_line::SystemLine;
use crate::store::messages::{self, Message};
use crate::store::{StoreError, Tx};

/// Tells in the timeline what somebody did, and everybody who watches.
pub fn say(
    tx: &mut Tx,
    inbox: InboxId,
    conversation: ConversationId,
    by: Option<UserId>,
    line: SystemLine,
) -> Result<(), StoreError> {
    let message = internal(tx, conversation, by, MessageKind::System, line.to_string());
    let key = messages::key_of(tx, conversation)?;
    messages::insert_unless_seen(tx, &message, &key)?;
    let created = NewEvent::conversation(EventKind::MessageCreated, inbox, conversation);
    tx.event(created.about(message.id));
    Ok(())
}

/// A line that never leaves the house.
pub fn internal(
    tx: &Tx,
    conversation_id: ConversationId,
    author_id: Option<UserId>,
    kind: MessageKind,
    body: String,
) -> Message {
    Message {
        id: fresh_id::<MessageId>(),
        conversation_id,
        direction: Direction::Internal,
        kind,
        purpose: Purpose::Conversation,
        body,
        our_address: None,
        address_id: None,
        sender_id: None,
        author_id,
        provider_account_id: None,
        provider_ref: None,
        client_message_id: None,
        state: None,
        reason: None,
        encoding: Encoding::Ucs2,
        segments: 0,
        not_before: None,
        expires_at: None,
        until_reply: false,
        automatic: false,
        mailed: None,
        created_at: tx.now,
        sent_at: None,
        delivered_at: None,
    }
}
