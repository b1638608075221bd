//! Whether the time of a step has come.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::domain::business_hours::BusinessHours;
use crate::domain::escalation::{Mark, Step, Trigger, is_over, is_taken_in_hand, says, waited};
use crate::domain::id::InboxId;
use crate::domain::message::{Direction, MessageKind};
use crate::domain::system_line::SystemLine;
use crate::store::conversations::Conversation;
use crate::store::escalations::{Kept, Wait};
use crate::store::messages::{self, Message, Position};
use crate::store::tags::Tag;
use crate::store::{Db, StoreError, calendars, inboxes};

/// Lines of a wait that are looked at: who is put aside more often is not waiting.
const LINES: i64 = 500;
/// Waits whose lines are read at a time.
const TOGETHER: usize = 50;

/// What became of a wait's step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    NotYet,
    /// Nobody has said one of its words, up to the last text there is.
    Unsaid,
    /// It has waited for so long, as far as it counts.
    Due(TimeDelta),
    /// It is never taken in this wait: somebody has the conversation in hand, or it was
    /// late before there was such a step.
    Passed,
}

/// What an inbox reckons with.
pub(super) struct Clock {
    hours: BusinessHours,
    always: BusinessHours,
    pub zone: Tz,
}

impl Clock {
    pub fn of(db: &mut Db, inbox: InboxId) -> Result<Self, StoreError> {
        let inbox = inboxes::find(db, inbox)?;
        let zone = inbox.time_zone.parse().unwrap_or(Tz::UTC);
        let always = BusinessHours::always(zone);
        let hours = match inbox.calendar_id {
            Some(calendar) => calendars::find(db, calendar)?.hours(),
            None => always.clone(),
        };
        Ok(Self { hours, always, zone })
    }

    /// Where the inbox is: its calendar's zone, or its own.
    pub fn hours_zone(&self) -> Tz {
        self.hours.zone
    }

    /// What counts for a step.
    pub fn hours(&self, kept: &Kept, step: &Step) -> &BusinessHours {
        if kept.policy.always || step.urgent { &self.always } else { &self.hours }
    }
}

/// Whether the `turn`th turn of a step is to be taken; the first is 0.
pub(super) fn judge(
    db: &mut Db,
    clock: &Clock,
    kept: &Kept,
    (step, turn): (&Step, i32),
    wait: Wait,
    now: DateTime<Utc>,
) -> Result<Verdict, StoreError> {
    let hours = clock.hours(kept, step);
    let owed = step.owed(turn);
    // Most waits are told apart without a look at their lines.
    if hours.between(wait.since, now) < owed {
        return Ok(Verdict::NotYet);
    }
    let lines = lines(db, wait)?;
    let marks: Vec<_> = lines.iter().filter_map(mark).collect();
    let since = match step.trigger {
        Trigger::Words => match said(step, &lines) {
            Some(at) => at,
            None => return Ok(Verdict::Unsaid),
        },
        _ => wait.since,
    };
    Ok(verdict(hours, kept.changed_at, owed, (wait, since), &marks, now))
}

/// The same of a wait whose lines are known; `since` is from when on the step counts in
/// it, `changed_at` from when on there is such a step.
pub(super) fn verdict(
    hours: &BusinessHours,
    changed_at: DateTime<Utc>,
    owed: TimeDelta,
    (wait, since): (Wait, DateTime<Utc>),
    marks: &[(DateTime<Utc>, Mark)],
    now: DateTime<Utc>,
) -> Verdict {
    let waited = |until: DateTime<Utc>| waited(hours, since, until, marks);
    let was_late = since < changed_at && waited(changed_at) >= owed;
    if was_late || is_over(wait.source, wait.since, marks) || is_taken_in_hand(marks) {
        return Verdict::Passed;
    }
    let time = waited(now);
    if time >= owed { Verdict::Due(time) } else { Verdict::NotYet }
}

/// From when on a step counts in a wait; `None` where it is not about it. `carried` are
/// the conversation's tags.
pub(super) fn begins(
    step: &Step,
    wait: Wait,
    found: &Conversation,
    lines: &[Message],
    carried: &[Tag],
) -> Option<DateTime<Utc>> {
    let counts = match step.trigger {
        Trigger::Words => return said(step, lines),
        Trigger::Unassigned => found.status.assignee.is_none(),
        Trigger::Tagged => carried.iter().any(|tag| step.tags.contains(&tag.id)),
        Trigger::Unanswered | Trigger::Undelivered | Trigger::Help => true,
    };
    counts.then_some(wait.since)
}

/// When somebody wrote one of the words.
pub(super) fn said(step: &Step, lines: &[Message]) -> Option<DateTime<Utc>> {
    let says = |line: &&Message| is_inbound(line) && says(&step.words, &line.body);
    lines.iter().find(says).map(|line| line.created_at)
}

/// The lines since each wait began.
pub(super) fn lines_of(
    db: &mut Db,
    waits: &[Wait],
) -> Result<HashMap<Wait, Vec<Message>>, StoreError> {
    let mut all = HashMap::new();
    for some in waits.chunks(TOGETHER) {
        let since: Vec<_> = some.iter().map(|wait| (wait.conversation, wait.since)).collect();
        let found = messages::since_each(db, &since, LINES * TOGETHER as i64)?;
        for wait in some {
            let own = found.iter().filter(|line| {
                line.conversation_id == wait.conversation && line.created_at >= wait.since
            });
            all.insert(*wait, own.cloned().collect());
        }
    }
    Ok(all)
}

/// The lines since the wait began.
pub(super) fn lines(db: &mut Db, wait: Wait) -> Result<Vec<Message>, StoreError> {
    let just_before = wait.since - TimeDelta::microseconds(1);
    let start = Position { at: just_before, id: uuid::Uuid::max() };
    messages::page_after(db, wait.conversation, start, LINES)
}

pub(super) fn is_inbound(line: &Message) -> bool {
    line.kind == MessageKind::Sms && line.direction == Direction::Inbound
}

/// What a line is to the clock of a wait.
pub(super) fn mark(line: &Message) -> Option<(DateTime<Utc>, Mark)> {
    let mark = match (line.kind, line.direction) {
        (MessageKind::Sms, Direction::Inbound) => Mark::Inbound,
        (MessageKind::Sms, Direction::Outbound) if line.author_id.is_some() => Mark::Answered,
        (MessageKind::System, _) => match SystemLine::parse(&line.body)? {
            SystemLine::Snoozed(_) => Mark::Snoozed,
            SystemLine::Woken => Mark::Woken,
            SystemLine::Closed => Mark::Closed,
            SystemLine::Assigned(to) if line.author_id == Some(to) => Mark::Taken,
            SystemLine::Escalated(..) => Mark::Escalated,
            SystemLine::Stopped => Mark::Stopped,
            _ => return None,
        },
        _ => return None,
    };
    Some((line.created_at, mark))
}
