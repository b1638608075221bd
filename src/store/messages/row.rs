//! A message as it stands in its row: the body sealed, words for values.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Message;
use crate::domain::delivery::{OutboundState, Reason};
use crate::domain::id::{ConversationId, MessageId, ProviderAccountId, SenderId, UserId};
use crate::domain::mail::MailState;
use crate::domain::message::{Direction, MessageKind, Purpose};
use crate::domain::segment::Encoding;
use crate::store::StoreError;
use crate::store::error::known;
use crate::store::ids::RowId;
use crate::store::schema::messages;
use crate::store::seal::{Key, place, show};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(in crate::store) struct MessageRow {
    id: MessageId,
    pub(super) conversation_id: ConversationId,
    direction: String,
    kind: String,
    purpose: String,
    body_sealed: Vec<u8>,
    our_address: Option<String>,
    address_id: Option<RowId>,
    sender_id: Option<SenderId>,
    author_id: Option<UserId>,
    provider_account_id: Option<ProviderAccountId>,
    provider_ref: Option<String>,
    client_message_id: Option<RowId>,
    state: Option<String>,
    reason: Option<String>,
    encoding: String,
    segments: i32,
    not_before: Option<NaiveDateTime>,
    expires_at: Option<NaiveDateTime>,
    pub(super) created_at: NaiveDateTime,
    sent_at: Option<NaiveDateTime>,
    delivered_at: Option<NaiveDateTime>,
    until_reply: bool,
    automatic: bool,
    mailed: Option<String>,
}

pub(in crate::store) fn seal(message: &Message, key: &Key) -> MessageRow {
    let utc = |at: Option<DateTime<Utc>>| at.map(|at| at.naive_utc());
    MessageRow {
        id: message.id,
        conversation_id: message.conversation_id,
        direction: message.direction.word().to_owned(),
        kind: message.kind.word().to_owned(),
        purpose: message.purpose.word().to_owned(),
        body_sealed: key.seal_text(place("messages", "body_sealed", message.id), &message.body),
        our_address: message.our_address.clone(),
        address_id: message.address_id,
        sender_id: message.sender_id,
        author_id: message.author_id,
        provider_account_id: message.provider_account_id,
        provider_ref: message.provider_ref.clone(),
        client_message_id: message.client_message_id.map(RowId),
        state: message.state.map(|state| state.word().to_owned()),
        reason: message.reason.map(|reason| reason.word().to_owned()),
        encoding: message.encoding.word().to_owned(),
        segments: i32::from(message.segments),
        not_before: utc(message.not_before),
        expires_at: utc(message.expires_at),
        created_at: message.created_at.naive_utc(),
        sent_at: utc(message.sent_at),
        delivered_at: utc(message.delivered_at),
        until_reply: message.until_reply,
        automatic: message.automatic,
        mailed: message.mailed.map(|state| state.word().to_owned()),
    }
}

/// Like [`open`], for a screen: a body that does not open is said to be damaged.
pub(super) fn open_to_show(row: MessageRow, key: Option<&Key>) -> Result<Message, StoreError> {
    let body = show(key, place("messages", "body_sealed", row.id), &row.body_sealed)?;
    read(row, body)
}

pub(super) fn open(row: MessageRow, key: &Key) -> Result<Message, StoreError> {
    let body = key.open_text(place("messages", "body_sealed", row.id), &row.body_sealed)?;
    read(row, body)
}

fn read(row: MessageRow, body: String) -> Result<Message, StoreError> {
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    let state = row
        .state
        .map(|word| known(OutboundState::from_word(&word), "messages.state", &word))
        .transpose()?;
    let reason = row
        .reason
        .map(|word| known(Reason::from_word(&word), "messages.reason", &word))
        .transpose()?;
    let mailed = row
        .mailed
        .map(|word| known(MailState::from_word(&word), "messages.mailed", &word))
        .transpose()?;
    Ok(Message {
        body,
        direction: known(
            Direction::from_word(&row.direction),
            "messages.direction",
            &row.direction,
        )?,
        kind: known(MessageKind::from_word(&row.kind), "messages.kind", &row.kind)?,
        purpose: known(Purpose::from_word(&row.purpose), "messages.purpose", &row.purpose)?,
        encoding: known(Encoding::from_word(&row.encoding), "messages.encoding", &row.encoding)?,
        id: row.id,
        conversation_id: row.conversation_id,
        our_address: row.our_address,
        address_id: row.address_id,
        sender_id: row.sender_id,
        author_id: row.author_id,
        provider_account_id: row.provider_account_id,
        provider_ref: row.provider_ref,
        client_message_id: row.client_message_id.map(|id| id.0),
        state,
        reason,
        segments: u16::try_from(row.segments).unwrap_or(u16::MAX),
        not_before: utc(row.not_before),
        expires_at: utc(row.expires_at),
        created_at: row.created_at.and_utc(),
        sent_at: utc(row.sent_at),
        delivered_at: utc(row.delivered_at),
        until_reply: row.until_reply,
        automatic: row.automatic,
        mailed,
    })
}
