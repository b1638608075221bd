//! A calendar of an interviewer's own: where it is, and when it is read.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};

use super::FURTHEST;
use crate::domain::message::words;

/// How soon henji knows of what an interviewer puts into their calendar. Google and
/// Outlook write their files anew every few minutes to hours: more often is for nothing.
pub const EVERY: TimeDelta = TimeDelta::minutes(10);
/// One that fails is asked less and less often, and four times a day at least: whoever
/// mends it need not tell us.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);
/// How long "not changed" is an answer: meanwhile the window moves on, and what was read
/// of it does not.
pub const WHOLE_EVERY: TimeDelta = TimeDelta::days(1);
/// Somebody who presses a button again and again asks somebody else's server once.
pub const SOONEST_AGAIN: TimeDelta = TimeDelta::seconds(30);
/// A private one, one of work, one of the team, and as many again.
pub const MOST_CALENDARS: usize = 6;
/// Busy times of one calendar: one for each half hour of every working day for a year
/// is half of it.
pub const MOST_SPANS: usize = 12_000;

/// How a calendar is come by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CalendarKind {
    /// A file at a secret address.
    #[default]
    Feed,
    /// A collection on a server that asks who we are.
    CalDav,
}

words!(CalendarKind { Feed = "feed", CalDav = "caldav" });

/// What is asked of a calendar: as far as times may be offered, so that no time is
/// offered of which nobody knows, and two days more because it is read whole once a day.
pub fn window(now: DateTime<Utc>) -> Range<DateTime<Utc>> {
    now..now + FURTHEST + TimeDelta::days(2)
}

/// How long to wait after so many tries in a row that failed: 10 minutes, 20, 40 … 6 hours.
pub fn wait_after(failures: i32) -> TimeDelta {
    let doublings = u32::try_from(failures - 1).unwrap_or(0).min(6);
    (EVERY * (1 << doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_a_day() {
        let waits: Vec<i64> = (0..9).map(|failures| wait_after(failures).num_minutes()).collect();
        assert_eq!(waits, [10, 10, 20, 40, 80, 160, 320, 360, 360]);
    }

    #[test]
    fn all_that_may_be_offered_is_read_until_it_is_read_anew() {
        let read_at = DateTime::UNIX_EPOCH;
        let just_before = read_at + WHOLE_EVERY;
        assert!(window(read_at).end > just_before + FURTHEST + EVERY);
    }
}
