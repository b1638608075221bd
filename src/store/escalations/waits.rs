//! Who waits, for what a step is about, and which of its turns were taken.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::super::connection::{Db, on_each_backend};
use super::super::error::StoreError;
use super::super::schema::{conversation_tags, conversations, escalations, help_calls, messages};
use crate::domain::conversation::ConversationState;
use crate::domain::delivery::OutboundState;
use crate::domain::escalation::{LONGEST, MOST_TURNS, Source, Step, Trigger};
use crate::domain::id::{ConversationId, InboxId};

/// Somebody or something that waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wait {
    pub conversation: ConversationId,
    pub source: Source,
    pub since: DateTime<Utc>,
}

/// A wait that a step may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub wait: Wait,
    /// When the contact wrote last.
    pub last_inbound_at: Option<DateTime<Utc>>,
}

type Row = (ConversationId, Option<NaiveDateTime>, Option<NaiveDateTime>);

/// What waits in `inbox` for as long as the step at `position` says, or longer, and has
/// not been told of by it; the longest first. Whether the time counts is for the caller
/// to see.
pub fn waiting(
    db: &mut Db,
    inbox: InboxId,
    (position, step): (i32, &Step),
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Candidate>, StoreError> {
    // Time that counts is never more than time that passes.
    let before = (now - step.after).naive_utc();
    let source = step.trigger.source();
    let rows = match source {
        Source::Wait => waiting_contacts(db, inbox, (position, step), before, now, limit)?,
        Source::Failure => failed_texts(db, inbox, (position, step), before, now, limit)?,
        Source::Call => calls(db, inbox, (position, step), before, now, limit)?,
    };
    let candidate = |(conversation, since, last_inbound_at): Row| {
        let wait = Wait { conversation, source, since: since?.and_utc() };
        Some(Candidate { wait, last_inbound_at: last_inbound_at.map(|at| at.and_utc()) })
    };
    Ok(rows.into_iter().filter_map(candidate).collect())
}

/// A turn after this keeps a step that comes again from being looked at. One that does
/// not come again has no turn but its first.
fn again_after(step: &Step, now: DateTime<Utc>) -> NaiveDateTime {
    step.every.map_or(DateTime::UNIX_EPOCH, |every| now - every).naive_utc()
}

/// Puts the turns of a step that are no reason to look again beside `$since`.
macro_rules! told {
    ($position:expr, $step:expr, $now:expr, $since:expr) => {
        escalations::table
            .filter(escalations::conversation_id.eq(conversations::id))
            .filter(escalations::since.nullable().eq($since))
            .filter(escalations::position.eq($position))
            .filter(
                escalations::fired_at
                    .gt(again_after($step, $now))
                    .or(escalations::mails.eq(0))
                    .or(escalations::turn.ge(MOST_TURNS - 1)),
            )
    };
}

fn waiting_contacts(
    db: &mut Db,
    inbox: InboxId,
    (position, step): (i32, &Step),
    before: NaiveDateTime,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let told = told!(position, step, now, conversations::waiting_since);
    let mut query = conversations::table
        .filter(conversations::inbox_id.eq(inbox))
        .filter(conversations::waiting_since.le(before))
        .filter(conversations::state.eq(ConversationState::Open.word()))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order(conversations::waiting_since)
        .limit(limit)
        .select((conversations::id, conversations::waiting_since, conversations::last_inbound_at))
        .into_boxed();
    if step.trigger == Trigger::Unassigned {
        query = query.filter(conversations::assignee_id.is_null());
    }
    if step.trigger == Trigger::Tagged {
        let carried = conversation_tags::table
            .filter(conversation_tags::conversation_id.eq(conversations::id))
            .filter(conversation_tags::tag_id.eq_any(&step.tags));
        query = query.filter(diesel::dsl::exists(carried));
    }
    Ok(query.load(&mut db.conn)?)
}

fn failed_texts(
    db: &mut Db,
    inbox: InboxId,
    (position, step): (i32, &Step),
    before: NaiveDateTime,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let told = told!(position, step, now, messages::failed_at);
    Ok(messages::table
        .inner_join(conversations::table)
        .filter(messages::failed_at.le(before))
        .filter(messages::failed_at.ge((now - LONGEST).naive_utc()))
        .filter(messages::state.eq_any(failures()))
        .filter(conversations::inbox_id.eq(inbox))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order(messages::failed_at)
        .limit(limit)
        .select((conversations::id, messages::failed_at, conversations::last_inbound_at))
        .load(&mut db.conn)?)
}

fn calls(
    db: &mut Db,
    inbox: InboxId,
    (position, step): (i32, &Step),
    before: NaiveDateTime,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let told = told!(position, step, now, help_calls::since.nullable());
    Ok(help_calls::table
        .inner_join(conversations::table)
        .filter(help_calls::since.le(before))
        .filter(conversations::inbox_id.eq(inbox))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order(help_calls::since)
        .limit(limit)
        .select((conversations::id, help_calls::since.nullable(), conversations::last_inbound_at))
        .load(&mut db.conn)?)
}

/// Everything of `source` that waits in `inbox` since `before` or longer and is not put
/// aside; the longest first.
pub fn open(
    db: &mut Db,
    inbox: InboxId,
    source: Source,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Wait>, StoreError> {
    let before = before.naive_utc();
    let rows: Vec<(ConversationId, Option<NaiveDateTime>)> = match source {
        Source::Wait => conversations::table
            .filter(conversations::inbox_id.eq(inbox))
            .filter(conversations::waiting_since.le(before))
            .filter(conversations::state.eq(ConversationState::Open.word()))
            .order(conversations::waiting_since)
            .limit(limit)
            .select((conversations::id, conversations::waiting_since))
            .load(&mut db.conn)?,
        Source::Failure => messages::table
            .inner_join(conversations::table)
            .filter(messages::failed_at.le(before))
            .filter(messages::failed_at.ge((now - LONGEST).naive_utc()))
            .filter(messages::state.eq_any(failures()))
            .filter(conversations::inbox_id.eq(inbox))
            .order(messages::failed_at)
            .limit(limit)
            .select((conversations::id, messages::failed_at))
            .load(&mut db.conn)?,
        Source::Call => help_calls::table
            .inner_join(conversations::table)
            .filter(help_calls::since.le(before))
            .filter(conversations::inbox_id.eq(inbox))
            .order(help_calls::since)
            .limit(limit)
            .select((conversations::id, help_calls::since.nullable()))
            .load(&mut db.conn)?,
    };
    let wait = |(conversation, since): (ConversationId, Option<NaiveDateTime>)| {
        Some(Wait { conversation, source, since: since?.and_utc() })
    };
    Ok(rows.into_iter().filter_map(wait).collect())
}

/// How a text of ours ends that did not arrive.
fn failures() -> Vec<&'static str> {
    let all = OutboundState::ALL.iter().filter(|state| state.is_failure());
    all.map(|state| state.word()).collect()
}

/// Keeps the wait as it is until this transaction ends: whoever answers meanwhile
/// comes before us or after us. False if it is over or put aside.
pub fn hold(db: &mut Db, wait: Wait) -> Result<bool, StoreError> {
    let since = wait.since.naive_utc();
    let held = match wait.source {
        Source::Wait => diesel::update(conversations::table.find(wait.conversation))
            .filter(conversations::waiting_since.eq(since))
            .filter(conversations::state.eq(ConversationState::Open.word()))
            .set(conversations::waiting_since.eq(since))
            .execute(&mut db.conn)?,
        Source::Failure => diesel::update(messages::table)
            .filter(messages::conversation_id.eq(wait.conversation))
            .filter(messages::failed_at.eq(since))
            .filter(messages::state.eq_any(failures()))
            .set(messages::failed_at.eq(since))
            .execute(&mut db.conn)?,
        Source::Call => diesel::update(help_calls::table.find(wait.conversation))
            .filter(help_calls::since.eq(since))
            .set(help_calls::since.eq(since))
            .execute(&mut db.conn)?,
    };
    Ok(held > 0)
}

/// Puts on record that a turn of a step is taken. False if it was before.
pub fn record(
    db: &mut Db,
    wait: Wait,
    (position, turn): (i32, i32),
    mails: usize,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = (
        escalations::conversation_id.eq(wait.conversation),
        escalations::since.eq(wait.since.naive_utc()),
        escalations::position.eq(position),
        escalations::turn.eq(turn),
        escalations::fired_at.eq(now.naive_utc()),
        escalations::mails.eq(i32::try_from(mails).unwrap_or(i32::MAX)),
    );
    let recorded = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(escalations::table).values(row).on_conflict_do_nothing().execute(conn)
    })?;
    Ok(recorded == 1)
}
