//! Texts that still have to be handed over, and the attempts to do so.
//!
//! A row is claimed by a conditional UPDATE: whoever changed exactly one row owns
//! it until the lease ends. The attempt is on disk before the provider is called.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::ids::RowId;
use super::schema::{attempts, messages, outbox};
use super::seal::place;
use crate::clock::fresh_id;
use crate::domain::delivery::OutboundState;
use crate::domain::id::{AttemptId, ConversationId, MessageId, SenderId};

/// A text whose turn it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub sender_id: SenderId,
    /// Attempts so far.
    pub tries: i32,
    /// Parts it will cost, for the sender's rate.
    pub segments: i32,
    /// Whether a worker held it and let the lease run out.
    pub abandoned: bool,
}

pub fn insert(
    db: &mut Db,
    message: MessageId,
    sender: SenderId,
    due_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = (
        outbox::message_id.eq(message),
        outbox::sender_id.eq(sender),
        outbox::due_at.eq(due_at.naive_utc()),
        outbox::tries.eq(0),
    );
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(outbox::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

/// Texts that are due and in nobody's hands, the longest due first.
pub fn due(db: &mut Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<Due>, StoreError> {
    let now = now.naive_utc();
    let rows: Vec<(MessageId, ConversationId, SenderId, i32, i32, Option<NaiveDateTime>)> =
        outbox::table
            .inner_join(messages::table)
            .filter(outbox::due_at.le(now))
            .filter(outbox::claimed_until.is_null().or(outbox::claimed_until.lt(now)))
            .order((outbox::due_at, outbox::message_id))
            .limit(limit)
            .select((
                outbox::message_id,
                messages::conversation_id,
                outbox::sender_id,
                outbox::tries,
                messages::segments,
                outbox::claimed_until,
            ))
            .load(&mut db.conn)?;
    Ok(rows
        .into_iter()
        .map(|(message_id, conversation_id, sender_id, tries, segments, claimed_until)| Due {
            message_id,
            conversation_id,
            sender_id,
            tries,
            segments,
            abandoned: claimed_until.is_some(),
        })
        .collect())
}

/// When the next text in nobody's hands is due.
pub fn next_due_at(db: &mut Db) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at: Option<NaiveDateTime> = outbox::table
        .filter(outbox::claimed_until.is_null())
        .select(diesel::dsl::min(outbox::due_at))
        .first(&mut db.conn)?;
    Ok(at.map(|at| at.and_utc()))
}

/// How long the text has waited that should have left first.
pub fn oldest_wait(db: &mut Db, now: DateTime<Utc>) -> Result<TimeDelta, StoreError> {
    let at: Option<NaiveDateTime> =
        outbox::table.select(diesel::dsl::min(outbox::due_at)).first(&mut db.conn)?;
    let wait = at.map(|at| now - at.and_utc()).unwrap_or_default();
    Ok(wait.max(TimeDelta::zero()))
}

pub fn depth(db: &mut Db) -> Result<i64, StoreError> {
    Ok(outbox::table.count().get_result(&mut db.conn)?)
}

/// Takes a text into `worker`'s hands until `until`. False if somebody else has it.
pub fn claim(
    db: &mut Db,
    message: MessageId,
    worker: RowId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let claimed = diesel::update(outbox::table.find(message))
        .filter(outbox::due_at.le(now.naive_utc()))
        .filter(outbox::claimed_until.is_null().or(outbox::claimed_until.lt(now.naive_utc())))
        .set((
            outbox::claimed_by.eq(worker),
            outbox::claimed_until.eq(until.naive_utc()),
            outbox::tries.eq(outbox::tries + 1),
        ))
        .execute(&mut db.conn)?;
    Ok(claimed == 1)
}

/// Puts a text that was just claimed back, untried.
pub fn unclaim(db: &mut Db, message: MessageId) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(message))
        .set((
            outbox::claimed_by.eq(None::<RowId>),
            outbox::claimed_until.eq(None::<NaiveDateTime>),
            outbox::tries.eq(outbox::tries - 1),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Whether `worker`'s claim of that count still stands. The count is the fence:
/// a worker that slept through its lease finds another one there, or no row.
pub fn is_held(
    db: &mut Db,
    message: MessageId,
    worker: RowId,
    tries: i32,
) -> Result<bool, StoreError> {
    let held = outbox::table
        .find(message)
        .filter(outbox::claimed_by.eq(worker))
        .filter(outbox::tries.eq(tries));
    Ok(diesel::select(diesel::dsl::exists(held)).get_result(&mut db.conn)?)
}

/// Ends the leases of `worker`, or of every worker: what they held is up for
/// anybody, as abandoned.
pub fn end_leases(
    db: &mut Db,
    worker: Option<RowId>,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let over = outbox::claimed_until.eq(now.naive_utc() - chrono::TimeDelta::microseconds(1));
    let held = outbox::table.filter(outbox::claimed_until.gt(now.naive_utc()));
    Ok(match worker {
        Some(worker) => diesel::update(held.filter(outbox::claimed_by.eq(worker)))
            .set(over)
            .execute(&mut db.conn),
        None => diesel::update(held).set(over).execute(&mut db.conn),
    }?)
}

/// Lets a text go until `due_at`.
pub fn release(db: &mut Db, message: MessageId, due_at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(message))
        .set((
            outbox::claimed_by.eq(None::<RowId>),
            outbox::claimed_until.eq(None::<NaiveDateTime>),
            outbox::due_at.eq(due_at.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// The text has left, or never will.
pub fn delete(db: &mut Db, message: MessageId) -> Result<(), StoreError> {
    diesel::delete(outbox::table.find(message)).execute(&mut db.conn)?;
    Ok(())
}

/// Puts an attempt on disk before it is made.
pub fn begin_attempt(
    db: &mut Db,
    message: MessageId,
    now: DateTime<Utc>,
) -> Result<AttemptId, StoreError> {
    let before: Option<i32> = attempts::table
        .filter(attempts::message_id.eq(message))
        .select(diesel::dsl::max(attempts::number))
        .first(&mut db.conn)?;
    let id: AttemptId = fresh_id();
    diesel::insert_into(attempts::table)
        .values((
            attempts::id.eq(id),
            attempts::message_id.eq(message),
            attempts::number.eq(before.unwrap_or(0) + 1),
            attempts::started_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(id)
}

/// Notes how an attempt ended. `detail` is the provider's own words, which may
/// hold a number: sealed.
pub fn end_attempt(
    db: &mut Db,
    attempt: AttemptId,
    now: DateTime<Utc>,
    outcome: OutboundState,
    detail: &str,
) -> Result<(), StoreError> {
    let sealed = db.vault.house().seal_text(place("attempts", "detail_sealed", attempt), detail);
    diesel::update(attempts::table.find(attempt))
        .set((
            attempts::finished_at.eq(now.naive_utc()),
            attempts::outcome.eq(outcome.word()),
            attempts::detail_sealed.eq(sealed),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// When the last attempt was begun.
pub fn last_attempt_at(
    db: &mut Db,
    message: MessageId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at: Option<NaiveDateTime> = attempts::table
        .filter(attempts::message_id.eq(message))
        .select(diesel::dsl::max(attempts::started_at))
        .first(&mut db.conn)?;
    Ok(at.map(|at| at.and_utc()))
}

/// The provider's words at the last attempt that ended.
pub fn last_detail(db: &mut Db, message: MessageId) -> Result<Option<String>, StoreError> {
    let row: Option<(AttemptId, Option<Vec<u8>>)> = attempts::table
        .filter(attempts::message_id.eq(message))
        .filter(attempts::finished_at.is_not_null())
        .order(attempts::number.desc())
        .select((attempts::id, attempts::detail_sealed))
        .first(&mut db.conn)
        .optional()?;
    row.and_then(|(id, sealed)| sealed.map(|sealed| (id, sealed)))
        .map(|(id, sealed)| {
            db.vault.house().open_text(place("attempts", "detail_sealed", id), &sealed)
        })
        .transpose()
}
