//! The event log.
//!
//! A reader may trust its numbers: when event N is visible, every event below N
//! is visible, and none is skipped. On SQLite there is one writer at a time. On
//! PostgreSQL a write transaction begins by taking an advisory lock and holds it
//! until commit, so that numbers become visible in their order.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::schema::events;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, InboxId, MessageId, UserId};

/// Any number all nodes agree on; "henji" in ASCII.
const LOG_LOCK: i64 = 0x68_65_6e_6a_69;

/// An event with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub event: NewEvent,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = events)]
struct EventRow {
    seq: i64,
    kind: String,
    inbox_id: Option<InboxId>,
    conversation_id: Option<ConversationId>,
    message_id: Option<MessageId>,
    user_id: Option<UserId>,
    at: NaiveDateTime,
}

/// The number of the newest event, 0 in an empty log.
pub fn last_seq(db: &mut Db) -> Result<i64, StoreError> {
    let last: Option<i64> =
        events::table.select(diesel::dsl::max(events::seq)).first(&mut db.conn)?;
    Ok(last.unwrap_or(0))
}

/// The events after `seq`, oldest first.
pub fn after(db: &mut Db, seq: i64, limit: i64) -> Result<Vec<Event>, StoreError> {
    events::table
        .filter(events::seq.gt(seq))
        .order(events::seq)
        .limit(limit)
        .select(EventRow::as_select())
        .load(&mut db.conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// Orders the writers of all nodes until the transaction ends.
///
/// Tells what time it was then by the database's clock: it rises with the events.
pub(super) fn lock_log(conn: &mut PgConnection) -> Result<DateTime<Utc>, StoreError> {
    // The targets are worked out from left to right.
    let locked = diesel::sql_query("select pg_advisory_xact_lock($1), clock_timestamp() as now");
    let Locked { now } = locked.bind::<BigInt, _>(LOG_LOCK).get_result(conn)?;
    Ok(now)
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

/// Appends in order; the number of the last one. The transaction holds [`lock_log`].
pub(super) fn append(
    db: &mut Db,
    now: DateTime<Utc>,
    new: &[NewEvent],
) -> Result<Option<i64>, StoreError> {
    if new.is_empty() {
        return Ok(None);
    }
    let first = last_seq(db)? + 1;
    append_from(db, now, first, new)
}

/// Like [`append`], with numbers from `first` on, which nobody has used.
pub(super) fn append_from(
    db: &mut Db,
    now: DateTime<Utc>,
    first: i64,
    new: &[NewEvent],
) -> Result<Option<i64>, StoreError> {
    let rows: Vec<EventRow> = new
        .iter()
        .zip(first..)
        .map(|(event, seq)| EventRow {
            seq,
            kind: event.kind.word().to_owned(),
            inbox_id: event.inbox_id,
            conversation_id: event.conversation_id,
            message_id: event.message_id,
            user_id: event.user_id,
            at: now.naive_utc(),
        })
        .collect();
    let last = rows.last().map(|row| row.seq);
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(events::table)
        .values(&rows)
        .execute(conn))?;
    Ok(last)
}

fn read(row: EventRow) -> Result<Event, StoreError> {
    Ok(Event {
        seq: row.seq,
        at: row.at.and_utc(),
        event: NewEvent {
            kind: known(EventKind::from_word(&row.kind), "events.kind", &row.kind)?,
            inbox_id: row.inbox_id,
            conversation_id: row.conversation_id,
            message_id: row.message_id,
            user_id: row.user_id,
        },
    })
}

/// When event `seq` happened; `None` if the log does not hold it.
pub fn time_of(db: &mut Db, seq: i64) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at: Option<NaiveDateTime> =
        events::table.find(seq).select(events::at).first(&mut db.conn).optional()?;
    Ok(at.map(|at| at.and_utc()))
}

/// The messages of a conversation that the log says were created after event
/// `seq`, oldest first; `None` where that is too far back to look for.
pub(super) fn created_after(
    db: &mut Db,
    conversation: ConversationId,
    seq: i64,
) -> Result<Option<Vec<MessageId>>, StoreError> {
    /// Some minutes of a busy house: the log has no index but its numbers.
    const FARTHEST: i64 = 20_000;
    if last_seq(db)? - seq > FARTHEST {
        return Ok(None);
    }
    let ids: Vec<Option<MessageId>> = events::table
        .filter(events::seq.gt(seq))
        .filter(events::conversation_id.eq(conversation))
        .filter(events::kind.eq(EventKind::MessageCreated.word()))
        .order(events::seq)
        .select(events::message_id)
        .load(&mut db.conn)?;
    Ok(Some(ids.into_iter().flatten().collect()))
}
