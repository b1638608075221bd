//! A text to any number: joins the contact's conversation in the inbox, or
//! starts it.

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::conversation::Conversation as Status;
use crate::domain::id::{ApiTokenId, ConversationId, InboxId, MessageId};
use crate::domain::message::Direction;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::user::Caller;
use crate::store::contacts::Contact;
use crate::store::conversations::{Conversation, NewConversation};
use crate::store::{Db, StoreError, Tx, api_tokens, contacts, conversations, messages};

use super::outgoing::{self, Draft};
use super::send_reply::Sent;
use super::{ActionError, Problem, access, link_places};

/// What an API caller gave so that a repetition is known as one.
#[derive(Clone, Debug)]
pub struct Idempotency {
    pub token: ApiTokenId,
    pub key: String,
    /// Over the request's meaning: another request with the same key is refused.
    pub request_hash: Vec<u8>,
}

pub async fn run(
    app: &App,
    caller: Caller,
    inbox: InboxId,
    to: String,
    draft: Draft,
    idempotency: Option<Idempotency>,
) -> Result<Sent, ActionError> {
    let (providers, links) = (app.providers.clone(), app.config.web.links().clone());
    app.store
        .write(move |tx| {
            if let Some(before) = first_use(tx, idempotency.as_ref())? {
                return Ok(Sent { message: messages::find(tx, before)?, repeated: true });
            }
            access::inbox_to_answer(tx, &caller, inbox)?;
            let number = PhoneNumber::parse(&to)
                .map_err(|_error| ActionError::invalid("to", Problem::NotAPhoneNumber))?;
            number
                .sms_destination()
                .map_err(|why| ActionError::invalid("to", Problem::CannotReceive(why)))?;
            let now = tx.now;
            let contact = contacts::find_or_insert(tx, number.as_str(), now)?;
            outgoing::check_recipient(tx, &contact, draft.purpose)?;
            let conversation = join_or_start(tx, &caller, inbox, &contact)?;
            if let Some(id) = draft.client_message_id
                && let Some(message) = messages::find_by_client_id(tx, conversation.id, id)?
            {
                return Ok(Sent { message, repeated: true });
            }
            let sender = outgoing::choose_sender(tx, &conversation, draft.sender)?;
            let profile = outgoing::profile_of(tx, &providers, &sender)?;
            let filled = link_places::fill(tx, &links, &conversation, &draft)?;
            let checked = outgoing::check_body(&filled.body, profile, draft.despite_doubt)?;
            let message = outgoing::queue(tx, &caller, &conversation, &draft, &checked, &sender)?;
            filled.attach(tx, message.id)?;
            if let Some(Idempotency { token, key, request_hash }) = &idempotency {
                api_tokens::keep_first_use(tx, *token, key, request_hash, message.id, now)?;
            }
            Ok(Sent { message, repeated: false })
        })
        .await
}

/// The message that this very request made before, if it did.
///
/// # Errors
/// `KeyReused` where another request had the key.
pub fn first_use(
    db: &mut Db,
    idempotency: Option<&Idempotency>,
) -> Result<Option<MessageId>, ActionError> {
    let Some(Idempotency { token, key, request_hash }) = idempotency else { return Ok(None) };
    match api_tokens::first_use(db, *token, key)? {
        None => Ok(None),
        Some((hash, _)) if hash != *request_hash => Err(ActionError::KeyReused),
        Some((_, id)) => Ok(Some(id)),
    }
}

/// The contact's conversation in the inbox, begun now if there is none.
pub(super) fn join_or_start(
    tx: &mut Tx,
    caller: &Caller,
    inbox: InboxId,
    contact: &Contact,
) -> Result<Conversation, StoreError> {
    if let Some(known) = conversations::find_of_contact(tx, inbox, contact.id)? {
        return Ok(known);
    }
    let now = tx.now;
    let new = NewConversation {
        id: fresh_id::<ConversationId>(),
        inbox_id: inbox,
        contact,
        status: Status::started_by_us(caller.user_id()),
        first_message: fresh_id::<MessageId>(),
        direction: Direction::Outbound,
    };
    conversations::insert(tx, &new, now)?;
    conversations::find_of_contact(tx, inbox, contact.id)?.ok_or(StoreError::NotFound)
}
