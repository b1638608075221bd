//! Whether the time of a step has come.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::domain::business_hours::BusinessHours;
use crate::domain::escalation::{Mark, Policy, Step, is_taken_in_hand, waited};
use crate::domain::id::InboxId;
use crate::domain::message::{Direction, MessageKind};
use crate::domain::system_line::SystemLine;
use crate::store::escalations::{Kept, Wait};
use crate::store::messages::{self, Position};
use crate::store::{Db, StoreError, calendars, inboxes};

/// Lines of a wait that are looked at: who is put aside more often is not waiting.
const LINES: i64 = 500;

/// What became of a wait's step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    NotYet,
    /// Somebody has waited so long, as far as it counts.
    Due(TimeDelta),
    /// It is never taken in this wait: somebody has the conversation in hand, or it was
    /// late before there was such a step.
    Passed,
}

/// What an inbox reckons with.
pub(super) struct Clock {
    pub hours: BusinessHours,
    pub zone: Tz,
}

pub(super) fn judge(
    db: &mut Db,
    clock: &Clock,
    kept: &Kept,
    step: &Step,
    wait: Wait,
    now: DateTime<Utc>,
) -> Result<Verdict, StoreError> {
    // Most waits are told apart without a look at their lines.
    if clock.hours.between(wait.since, now) < step.after {
        return Ok(Verdict::NotYet);
    }
    let marks = marks(db, wait)?;
    let waited = |until: DateTime<Utc>| waited(&clock.hours, wait.since, until, &marks);
    let was_late = wait.since < kept.changed_at && waited(kept.changed_at) >= step.after;
    let time = waited(now);
    Ok(match time >= step.after {
        _ if was_late || is_taken_in_hand(&marks) => Verdict::Passed,
        true => Verdict::Due(time),
        false => Verdict::NotYet,
    })
}

pub(super) fn clock(db: &mut Db, inbox: InboxId, policy: &Policy) -> Result<Clock, StoreError> {
    let inbox = inboxes::find(db, inbox)?;
    let zone = inbox.time_zone.parse().unwrap_or(Tz::UTC);
    let hours = match inbox.calendar_id.filter(|_| !policy.always) {
        Some(calendar) => calendars::find(db, calendar)?.hours(),
        None => BusinessHours::always(zone),
    };
    Ok(Clock { hours, zone })
}

/// What happened since the wait began, as far as its clock is concerned.
fn marks(db: &mut Db, wait: Wait) -> Result<Vec<(DateTime<Utc>, Mark)>, StoreError> {
    let just_before = wait.since - TimeDelta::microseconds(1);
    let start = Position { at: just_before, id: uuid::Uuid::max() };
    let lines = messages::page_after(db, wait.conversation, start, LINES)?;
    let mark = |line: messages::Message| {
        let mark = match (line.kind, line.direction) {
            (MessageKind::Sms, Direction::Inbound) => Mark::Inbound,
            (MessageKind::System, _) => match SystemLine::parse(&line.body)? {
                SystemLine::Snoozed(_) => Mark::Snoozed,
                SystemLine::Woken => Mark::Woken,
                SystemLine::Assigned(to) if line.author_id == Some(to) => Mark::Taken,
                SystemLine::Escalated(_) => Mark::Escalated,
                _ => return None,
            },
            _ => return None,
        };
        Some((line.created_at, mark))
    };
    Ok(lines.into_iter().filter_map(mark).collect())
}
