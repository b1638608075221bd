//! Who waits, for what a step is about, and which of its turns were taken.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
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
    step: (i32, &Step),
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Candidate>, StoreError> {
    // Time that counts is never more than time that passes.
    let wanted = Wanted { inbox, before: now - step.1.after, step: Some(step), now, limit };
    of_source(db, step.1.trigger.source(), &wanted)
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
    let found = of_source(db, source, &Wanted { inbox, before, step: None, now, limit })?;
    Ok(found.into_iter().map(|found| found.wait).collect())
}

struct Wanted<'a> {
    inbox: InboxId,
    before: DateTime<Utc>,
    /// Only what the step at that position is about and has not been told of.
    step: Option<(i32, &'a Step)>,
    now: DateTime<Utc>,
    limit: i64,
}

fn of_source(
    db: &mut Db,
    source: Source,
    wanted: &Wanted<'_>,
) -> Result<Vec<Candidate>, StoreError> {
    let rows = match source {
        Source::Wait => contacts(db, wanted)?,
        Source::Failure => failed_texts(db, wanted)?,
        Source::Call => calls(db, wanted)?,
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

/// Whether there is no turn of a step beside `$since` that is a reason not to look again.
macro_rules! untold {
    ($position:expr, $step:expr, $now:expr, $since:expr) => {{
        let told = escalations::table
            .filter(escalations::conversation_id.eq(conversations::id))
            .filter(escalations::since.nullable().eq($since))
            .filter(escalations::position.eq($position))
            .filter(
                escalations::fired_at
                    .gt(again_after($step, $now))
                    .or(escalations::mails.eq(0))
                    .or(escalations::turn.ge(MOST_TURNS - 1)),
            );
        not(exists(told))
    }};
}

fn contacts(db: &mut Db, wanted: &Wanted<'_>) -> Result<Vec<Row>, StoreError> {
    let mut query = conversations::table
        .filter(conversations::inbox_id.eq(wanted.inbox))
        .filter(conversations::waiting_since.le(wanted.before.naive_utc()))
        .filter(conversations::state.eq(ConversationState::Open.word()))
        .order(conversations::waiting_since)
        .limit(wanted.limit)
        .select((conversations::id, conversations::waiting_since, conversations::last_inbound_at))
        .into_boxed();
    if let Some((position, step)) = wanted.step {
        query = query.filter(untold!(position, step, wanted.now, conversations::waiting_since));
        if step.trigger == Trigger::Unassigned {
            query = query.filter(conversations::assignee_id.is_null());
        }
        if step.trigger == Trigger::Tagged {
            let carried = conversation_tags::table
                .filter(conversation_tags::conversation_id.eq(conversations::id))
                .filter(conversation_tags::tag_id.eq_any(&step.tags));
            query = query.filter(exists(carried));
        }
    }
    Ok(query.load(&mut db.conn)?)
}

fn failed_texts(db: &mut Db, wanted: &Wanted<'_>) -> Result<Vec<Row>, StoreError> {
    let mut query = messages::table
        .inner_join(conversations::table)
        .filter(messages::failed_at.le(wanted.before.naive_utc()))
        .filter(messages::failed_at.ge((wanted.now - LONGEST).naive_utc()))
        .filter(messages::state.eq_any(failed_states()))
        .filter(conversations::inbox_id.eq(wanted.inbox))
        .order(messages::failed_at)
        .limit(wanted.limit)
        .select((conversations::id, messages::failed_at, conversations::last_inbound_at))
        .into_boxed();
    if let Some((position, step)) = wanted.step {
        query = query.filter(untold!(position, step, wanted.now, messages::failed_at));
    }
    Ok(query.load(&mut db.conn)?)
}

fn calls(db: &mut Db, wanted: &Wanted<'_>) -> Result<Vec<Row>, StoreError> {
    let mut query = help_calls::table
        .inner_join(conversations::table)
        .filter(help_calls::since.le(wanted.before.naive_utc()))
        .filter(conversations::inbox_id.eq(wanted.inbox))
        .order(help_calls::since)
        .limit(wanted.limit)
        .select((conversations::id, help_calls::since.nullable(), conversations::last_inbound_at))
        .into_boxed();
    if let Some((position, step)) = wanted.step {
        query = query.filter(untold!(position, step, wanted.now, help_calls::since.nullable()));
    }
    Ok(query.load(&mut db.conn)?)
}

/// How a text of ours ends that did not arrive.
pub(super) fn failed_states() -> Vec<&'static str> {
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
            .filter(messages::state.eq_any(failed_states()))
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
