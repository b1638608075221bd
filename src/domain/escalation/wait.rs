//! How long somebody has waited, as far as it counts.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::business_hours::BusinessHours;
use super::Source;

/// What happened in a conversation during a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The contact wrote again.
    Inbound,
    /// It was put aside.
    Snoozed,
    /// It came back.
    Woken,
    /// Somebody took it themselves.
    Taken,
    /// A step of the ladder was taken.
    Escalated,
    /// A person sent another text.
    Answered,
    /// Somebody is done with it.
    Closed,
    /// Somebody said that nobody else need be told.
    Stopped,
}

/// How long `since` has been waiting at `now`: the time in which the inbox was open
/// and the conversation not put aside. `marks` in their order.
pub fn waited(
    hours: &BusinessHours,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    marks: &[(DateTime<Utc>, Mark)],
) -> TimeDelta {
    let mut time = TimeDelta::zero();
    let mut running = Some(since);
    for (at, mark) in marks.iter().filter(|(at, _)| (since..=now).contains(at)) {
        match (mark, running) {
            (Mark::Snoozed, Some(from)) => {
                time += hours.between(from, *at);
                running = None;
            }
            (Mark::Woken | Mark::Inbound, None) => running = Some(*at),
            _ => {}
        }
    }
    time + running.map_or(TimeDelta::zero(), |from| hours.between(from, now))
}

/// The first moment from `from` on by which `since` has waited for `owed`, if nothing else
/// happens; `None` while it is put aside, or where the inbox does not open that long.
pub fn due(
    hours: &BusinessHours,
    since: DateTime<Utc>,
    owed: TimeDelta,
    from: DateTime<Utc>,
    marks: &[(DateTime<Utc>, Mark)],
) -> Option<DateTime<Utc>> {
    let from = from.max(since);
    let left = owed - waited(hours, since, from, marks);
    if left <= TimeDelta::zero() {
        return Some(from);
    }
    let moves = |mark: &Mark| matches!(mark, Mark::Snoozed | Mark::Woken | Mark::Inbound);
    let mut known = marks.iter().filter(|(at, mark)| (since..=from).contains(at) && moves(mark));
    let is_aside = known.next_back().is_some_and(|(_, mark)| *mark == Mark::Snoozed);
    if is_aside { None } else { hours.after(from, left) }
}

/// Whether nobody else need be told: somebody took the conversation after its ladder
/// had begun, or stopped it.
pub fn is_taken_in_hand(marks: &[(DateTime<Utc>, Mark)]) -> bool {
    let is = |wanted: Mark| move |(_, mark): &(DateTime<Utc>, Mark)| *mark == wanted;
    let begun = marks.iter().position(is(Mark::Escalated));
    let was_taken = begun.is_some_and(|begun| marks[begun..].iter().any(is(Mark::Taken)));
    was_taken || marks.iter().any(is(Mark::Stopped))
}

/// Whether what began it is seen to. An answer ends a contact's wait, and help a call,
/// where they are kept; a failed text stays one, and what came after it tells.
pub fn is_over(source: Source, since: DateTime<Utc>, marks: &[(DateTime<Utc>, Mark)]) -> bool {
    let ends = |(at, mark): &(DateTime<Utc>, Mark)| {
        // The text itself may be as old as its failure, never younger.
        *at > since && matches!(mark, Mark::Answered | Mark::Closed)
    };
    source == Source::Failure && marks.iter().any(ends)
}
