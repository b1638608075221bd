//! The timeline: texts both ways, notes and system lines.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::{Db, DbConnection, on_each_backend};
use super::contacts;
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::{contacts as contact_rows, conversations, messages};
use super::seal::Key;
use crate::domain::delivery::{OutboundState, Reason};
use crate::domain::id::{
    ContactId, ConversationId, MessageId, ProviderAccountId, SenderId, UserId,
};
use crate::domain::mail::MailState;
use crate::domain::message::{Direction, MessageKind, Purpose};
use crate::domain::segment::Encoding;

mod pages;
mod row;

pub use pages::{
    count_inbound_after, find_all_to_show, oldest_unanswered, page_after, page_before, position_in,
    settled_after, since_each, texts_after_event, time_of,
};
use row::open;
pub(super) use row::{MessageRow, seal};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub direction: Direction,
    pub kind: MessageKind,
    pub purpose: Purpose,
    pub body: String,
    /// Our number the text came to or goes out from.
    pub our_address: Option<String>,
    /// The contact's number at the time.
    pub address_id: Option<RowId>,
    pub sender_id: Option<SenderId>,
    /// Who wrote it; none for inbound texts and automatic ones.
    pub author_id: Option<UserId>,
    pub provider_account_id: Option<ProviderAccountId>,
    pub provider_ref: Option<String>,
    /// The browser's or API caller's id; unique in the conversation.
    pub client_message_id: Option<Uuid>,
    /// Outbound texts only.
    pub state: Option<OutboundState>,
    pub reason: Option<Reason>,
    pub encoding: Encoding,
    /// Parts, by the route's profile or, once sent, by the provider's word.
    pub segments: u16,
    /// Does not leave before this: undo window or schedule.
    pub not_before: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Taken back when the contact writes before it leaves.
    pub until_reply: bool,
    /// A rule's answer: nobody wrote it.
    pub automatic: bool,
    /// What became of the mail that brought it instead.
    pub mailed: Option<MailState>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
}

impl Message {
    /// Where the message stands in its timeline.
    pub fn position(&self) -> Position {
        Position { at: self.created_at, id: self.id.0 }
    }
}

/// A place in a list ordered by time; the id keeps ties apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub at: DateTime<Utc>,
    pub id: Uuid,
}

/// Stores a message unless it is there already: by its provider's id, by its
/// client's id, or by its own.
pub fn insert_unless_seen(db: &mut Db, message: &Message, key: &Key) -> Result<bool, StoreError> {
    let row = seal(message, key);
    let inserted = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(messages::table).values(&row).on_conflict_do_nothing().execute(conn)
    })?;
    Ok(inserted == 1)
}

/// Stores messages, each sealed with its key: in one statement on PostgreSQL,
/// where each costs a round trip.
///
/// Returns how many were stored: fewer than given means that some were there.
pub fn insert_all(db: &mut Db, new: &[(Message, Arc<Key>)]) -> Result<usize, StoreError> {
    let DbConnection::Postgres(conn) = &mut db.conn else {
        let mut stored = 0;
        for (message, key) in new {
            stored += usize::from(insert_unless_seen(db, message, key)?);
        }
        return Ok(stored);
    };
    let rows: Vec<MessageRow> = new.iter().map(|(message, key)| seal(message, key)).collect();
    let insert = diesel::insert_into(messages::table).values(&rows);
    Ok(insert.on_conflict_do_nothing().execute(conn)?)
}

/// Which of these provider references are known, and as which messages.
pub fn known_refs(
    db: &mut Db,
    account: ProviderAccountId,
    provider_refs: &[&str],
) -> Result<HashMap<String, MessageId>, StoreError> {
    let rows: Vec<(Option<String>, MessageId)> = messages::table
        .filter(messages::provider_account_id.eq(account))
        .filter(messages::provider_ref.eq_any(provider_refs))
        .select((messages::provider_ref, messages::id))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().filter_map(|(known, id)| known.map(|known| (known, id))).collect())
}

/// A message by id, whoever may see it: callers check its conversation.
/// Those of `ids` that are there, in no particular order.
pub fn find_all(db: &mut Db, ids: &[MessageId]) -> Result<Vec<Message>, StoreError> {
    let rows: Vec<(MessageRow, ContactId, Vec<u8>)> = messages::table
        .inner_join(conversations::table.inner_join(contact_rows::table))
        .filter(messages::id.eq_any(ids))
        .select((MessageRow::as_select(), contact_rows::id, contact_rows::key_wrapped))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|(row, contact, wrapped)| open(row, &*db.vault.contact_key(contact, &wrapped)?))
        .collect()
}

pub fn find(db: &mut Db, id: MessageId) -> Result<Message, StoreError> {
    let row = messages::table.find(id).select(MessageRow::as_select()).first(&mut db.conn)?;
    let key = key_of(db, row.conversation_id)?;
    open(row, &key)
}

/// The delivery state of an outbound text; `None` for any other line, or none.
/// The states of those of `ids` that are outbound texts.
pub fn states_of(
    db: &mut Db,
    ids: &[MessageId],
) -> Result<HashMap<MessageId, OutboundState>, StoreError> {
    let rows: Vec<(MessageId, String)> = messages::table
        .filter(messages::id.eq_any(ids))
        .filter(messages::state.is_not_null())
        .select((messages::id, messages::state.assume_not_null()))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|(id, word)| {
            Ok((id, known(OutboundState::from_word(&word), "messages.state", &word)?))
        })
        .collect()
}

pub fn find_by_provider_ref(
    db: &mut Db,
    account: ProviderAccountId,
    provider_ref: &str,
) -> Result<Option<MessageId>, StoreError> {
    Ok(messages::table
        .filter(messages::provider_account_id.eq(account))
        .filter(messages::provider_ref.eq(provider_ref))
        .select(messages::id)
        .first(&mut db.conn)
        .optional()?)
}

pub fn find_by_client_id(
    db: &mut Db,
    conversation: ConversationId,
    client_message_id: Uuid,
) -> Result<Option<Message>, StoreError> {
    let row = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::client_message_id.eq(RowId(client_message_id)))
        .select(MessageRow::as_select())
        .first(&mut db.conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let key = key_of(db, conversation)?;
    open(row, &key).map(Some)
}

/// What may change when a message moves on.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pub reason: Option<Reason>,
    pub provider_ref: Option<String>,
    pub segments: Option<u16>,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it was known that it had not arrived.
    pub failed_at: Option<DateTime<Utc>>,
}

/// Moves a message from one state to the next. False if it was no longer in `from`.
pub fn advance(
    db: &mut Db,
    id: MessageId,
    from: OutboundState,
    to: OutboundState,
    progress: Progress,
) -> Result<bool, StoreError> {
    #[derive(AsChangeset)]
    #[diesel(table_name = messages)]
    struct Change {
        state: String,
        // Of these, `None` leaves the column as it is.
        provider_ref: Option<String>,
        segments: Option<i32>,
        sent_at: Option<NaiveDateTime>,
        delivered_at: Option<NaiveDateTime>,
        failed_at: Option<NaiveDateTime>,
        #[diesel(treat_none_as_null = true)]
        reason: Option<String>,
    }
    let change = Change {
        state: to.word().to_owned(),
        provider_ref: progress.provider_ref,
        segments: progress.segments.map(i32::from),
        sent_at: progress.sent_at.map(|at| at.naive_utc()),
        delivered_at: progress.delivered_at.map(|at| at.naive_utc()),
        failed_at: progress.failed_at.map(|at| at.naive_utc()),
        reason: progress.reason.map(|reason| reason.word().to_owned()),
    };
    let changed = diesel::update(messages::table.find(id))
        .filter(messages::state.eq(from.word()))
        .set(change)
        .execute(&mut db.conn)?;
    Ok(changed == 1)
}

/// Texts of `conversations` that wait to leave, and only until the contact writes.
pub fn until_reply(
    db: &mut Db,
    conversations: &[ConversationId],
) -> Result<Vec<(MessageId, ConversationId, OutboundState)>, StoreError> {
    let waiting = [OutboundState::DraftHeld, OutboundState::Queued].map(OutboundState::word);
    let rows: Vec<(MessageId, ConversationId, String)> = messages::table
        .filter(messages::conversation_id.eq_any(conversations))
        .filter(messages::until_reply)
        .filter(messages::state.eq_any(waiting))
        .select((messages::id, messages::conversation_id, messages::state.assume_not_null()))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|(id, conversation, word)| {
            Ok((id, conversation, known(OutboundState::from_word(&word), "messages.state", &word)?))
        })
        .collect()
}

/// Whether a person of ours, or a program that speaks for one, wrote to the contact after
/// `since`.
pub fn wrote_since(
    db: &mut Db,
    conversation: ConversationId,
    since: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let newer = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::created_at.gt(since.naive_utc()))
        .filter(messages::kind.eq(MessageKind::Sms.word()))
        .filter(messages::direction.eq(Direction::Outbound.word()))
        .filter(messages::author_id.is_not_null().or(messages::automatic.eq(false)));
    Ok(diesel::select(diesel::dsl::exists(newer)).get_result(&mut db.conn)?)
}

/// The key a conversation's messages are sealed with.
pub fn key_of(db: &mut Db, conversation: ConversationId) -> Result<Arc<Key>, StoreError> {
    let contact: ContactId = conversations::table
        .find(conversation)
        .select(conversations::contact_id)
        .first(&mut db.conn)?;
    contacts::key(db, contact)
}
