//! How long somebody has waited, as far as it counts.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::business_hours::BusinessHours;

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

/// Whether somebody took the conversation after its ladder had begun: they know, and
/// nobody else is told.
pub fn is_taken_in_hand(marks: &[(DateTime<Utc>, Mark)]) -> bool {
    let begun = marks.iter().position(|(_, mark)| *mark == Mark::Escalated);
    begun.is_some_and(|begun| marks[begun..].iter().any(|(_, mark)| *mark == Mark::Taken))
}
