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
use super::schema::{conversations, messages};
use super::seal::{Key, place};
use crate::domain::delivery::{OutboundState, Reason};
use crate::domain::id::{
    ContactId, ConversationId, MessageId, ProviderAccountId, SenderId, UserId,
};
use crate::domain::message::{Direction, MessageKind, Purpose};
use crate::domain::segment::Encoding;

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

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(super) struct MessageRow {
    id: MessageId,
    conversation_id: ConversationId,
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
    created_at: NaiveDateTime,
    sent_at: Option<NaiveDateTime>,
    delivered_at: Option<NaiveDateTime>,
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
pub fn find(db: &mut Db, id: MessageId) -> Result<Message, StoreError> {
    let row = messages::table.find(id).select(MessageRow::as_select()).first(&mut db.conn)?;
    let key = key_of(db, row.conversation_id)?;
    open(row, &key)
}

/// The delivery state of an outbound text; `None` for any other line, or none.
pub fn state_of(db: &mut Db, id: MessageId) -> Result<Option<OutboundState>, StoreError> {
    let word: Option<Option<String>> =
        messages::table.find(id).select(messages::state).first(&mut db.conn).optional()?;
    word.flatten()
        .map(|word| known(OutboundState::from_word(&word), "messages.state", &word))
        .transpose()
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

/// Up to `limit` messages before `before` (the newest if `None`), oldest first.
pub fn page_before(
    db: &mut Db,
    conversation: ConversationId,
    before: Option<Position>,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let mut query = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .order((messages::created_at.desc(), messages::id.desc()))
        .limit(limit)
        .select(MessageRow::as_select())
        .into_boxed();
    if let Some(Position { at, id }) = before {
        let at = at.naive_utc();
        query = query.filter(
            messages::created_at
                .lt(at)
                .or(messages::created_at.eq(at).and(messages::id.lt(MessageId(id)))),
        );
        // The plain bound lets both planners walk the index from there.
        query = query.filter(messages::created_at.le(at));
    }
    let rows: Vec<MessageRow> = query.load(&mut db.conn)?;
    let mut page = open_all(db, conversation, rows)?;
    page.reverse();
    Ok(page)
}

/// Up to `limit` messages after `after`, oldest first.
pub fn page_after(
    db: &mut Db,
    conversation: ConversationId,
    after: Position,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let at = after.at.naive_utc();
    let rows: Vec<MessageRow> = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::created_at.ge(at))
        .filter(
            messages::created_at
                .gt(at)
                .or(messages::created_at.eq(at).and(messages::id.gt(MessageId(after.id)))),
        )
        .order((messages::created_at, messages::id))
        .limit(limit)
        .select(MessageRow::as_select())
        .load(&mut db.conn)?;
    open_all(db, conversation, rows)
}

/// Inbound texts of a conversation after `since`, counted up to `limit`.
pub fn count_inbound_after(
    db: &mut Db,
    conversation: ConversationId,
    since: Option<DateTime<Utc>>,
    limit: i64,
) -> Result<i64, StoreError> {
    let mut query = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::direction.eq(Direction::Inbound.word()))
        .select(messages::id)
        .limit(limit)
        .into_boxed();
    if let Some(since) = since {
        query = query.filter(messages::created_at.gt(since.naive_utc()));
    }
    let ids: Vec<MessageId> = query.load(&mut db.conn)?;
    Ok(ids.len() as i64)
}

/// What may change when a message moves on.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pub reason: Option<Reason>,
    pub provider_ref: Option<String>,
    pub segments: Option<u16>,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
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
        #[diesel(treat_none_as_null = true)]
        reason: Option<String>,
    }
    let change = Change {
        state: to.word().to_owned(),
        provider_ref: progress.provider_ref,
        segments: progress.segments.map(i32::from),
        sent_at: progress.sent_at.map(|at| at.naive_utc()),
        delivered_at: progress.delivered_at.map(|at| at.naive_utc()),
        reason: progress.reason.map(|reason| reason.word().to_owned()),
    };
    let changed = diesel::update(messages::table.find(id))
        .filter(messages::state.eq(from.word()))
        .set(change)
        .execute(&mut db.conn)?;
    Ok(changed == 1)
}

/// The key a conversation's messages are sealed with.
pub fn key_of(db: &mut Db, conversation: ConversationId) -> Result<Arc<Key>, StoreError> {
    let contact: ContactId = conversations::table
        .find(conversation)
        .select(conversations::contact_id)
        .first(&mut db.conn)?;
    contacts::key(db, contact)
}

fn open_all(
    db: &mut Db,
    conversation: ConversationId,
    rows: Vec<MessageRow>,
) -> Result<Vec<Message>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = key_of(db, conversation)?;
    rows.into_iter().map(|row| open(row, &key)).collect()
}

pub(super) fn seal(message: &Message, key: &Key) -> MessageRow {
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
    }
}

fn open(row: MessageRow, key: &Key) -> Result<Message, StoreError> {
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    let state = row
        .state
        .map(|word| known(OutboundState::from_word(&word), "messages.state", &word))
        .transpose()?;
    let reason = row
        .reason
        .map(|word| known(Reason::from_word(&word), "messages.reason", &word))
        .transpose()?;
    Ok(Message {
        body: key.open_text(place("messages", "body_sealed", row.id), &row.body_sealed)?,
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
    })
}

/// Texts of a conversation whose creation is told by an event after `seq`,
/// oldest first, 50 at most.
///
/// Looks by time first, which is indexed; the few of the same instant are told
/// apart by their events.
pub fn texts_after_event(
    db: &mut Db,
    conversation: ConversationId,
    seq: i64,
) -> Result<Vec<Message>, StoreError> {
    const ENOUGH: i64 = 50;
    let seen_at = super::events::time_of(db, seq)?;
    let start = Position { at: seen_at.unwrap_or_default(), id: Uuid::nil() };
    let mut news = Vec::new();
    for message in page_after(db, conversation, start, ENOUGH)? {
        let same_instant = seen_at == Some(message.created_at);
        let is_news = message.kind == MessageKind::Sms
            && (!same_instant || super::events::told_after(db, seq, message.id)?);
        if is_news {
            news.push(message);
        }
    }
    Ok(news)
}

/// When a conversation's newest inbound texts came, newest first.
pub fn newest_inbound_times(
    db: &mut Db,
    conversation: ConversationId,
    limit: i64,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let times: Vec<NaiveDateTime> = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::direction.eq(Direction::Inbound.word()))
        .order((messages::created_at.desc(), messages::id.desc()))
        .limit(limit)
        .select(messages::created_at)
        .load(&mut db.conn)?;
    Ok(times.into_iter().map(|at| at.and_utc()).collect())
}
