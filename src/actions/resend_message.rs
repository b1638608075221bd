//! A person sends a text again that failed, or whose fate nobody knows.
//!
//! A failed one becomes a new message with the same words, so that both stay
//! told. One of unknown fate is queued again only because a person says so: the
//! contact may get it twice.

use crate::app::App;
use crate::domain::delivery::OutboundState;
use crate::domain::id::MessageId;
use crate::domain::user::Caller;
use crate::store::messages;

use super::outgoing::{self, Draft};
use super::send_reply::Sent;
use super::{ActionError, access};

pub async fn run(app: &App, caller: Caller, message: MessageId) -> Result<Sent, ActionError> {
    let providers = app.providers.clone();
    app.store
        .write(move |tx| {
            let (conversation, found) = access::message_to_answer(tx, &caller, message)?;
            let may_be_resent = matches!(
                found.state,
                Some(
                    OutboundState::Failed
                        | OutboundState::Undelivered
                        | OutboundState::Expired
                        | OutboundState::Unknown
                )
            );
            if !may_be_resent {
                return Err(ActionError::TooLate);
            }
            // Pressing twice sends once.
            let again = again_id(message);
            if let Some(message) = messages::find_by_client_id(tx, conversation.id, again)? {
                return Ok(Sent { message, repeated: true });
            }
            outgoing::check_recipient(tx, &conversation.contact, found.purpose)?;
            let sender = outgoing::choose_sender(tx, &conversation, found.sender_id)?;
            let profile = outgoing::profile_of(tx, &providers, &sender)?;
            let checked = outgoing::check_body(&found.body, profile, true)?;
            let draft = Draft {
                body: found.body.clone(),
                purpose: found.purpose,
                client_message_id: Some(again),
                sender: Some(sender.id),
                send_at: None,
                expires_at: None,
                until_reply: false,
                automatic: false,
                may_be_undone: false,
                despite_doubt: true,
            };
            let message = outgoing::queue(tx, &caller, &conversation, &draft, &checked, &sender)?;
            Ok(Sent { message, repeated: false })
        })
        .await
}

/// The client id of the text that is sent in place of `message`: made from its
/// id, always the same for the same one.
pub(super) fn again_id(message: MessageId) -> uuid::Uuid {
    let mut bytes = message.0.into_bytes();
    bytes.reverse();
    uuid::Uuid::new_v8(bytes)
}
