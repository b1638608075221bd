//! Who is told of a new text on a screen that henji is not open on, and what becomes
//! of a message to it.

use chrono::{DateTime, TimeDelta, Utc};

use super::retry_after::not_before;

/// How long news is news: half a shift. What nobody has looked at by then is told by
/// the escalation.
pub const KEPT: TimeDelta = TimeDelta::hours(4);

/// What a push service said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    /// It carries it.
    Taken,
    /// The browser wants no more of ours.
    Gone,
    /// It will never take this message.
    Refused,
    /// It may take it another time, not before this.
    Later(Option<DateTime<Utc>>),
}

impl PushOutcome {
    /// Reads a status of RFC 8030, with what `Retry-After` says.
    pub fn of(status: u16, retry_after: Option<&str>, now: DateTime<Utc>) -> Self {
        match status {
            200..=299 => Self::Taken,
            404 | 410 => Self::Gone,
            408 | 425 | 429 | 500..=599 => {
                Self::Later(retry_after.and_then(|it| not_before(it, now)))
            }
            _ => Self::Refused,
        }
    }
}

/// How long to wait after so many tries: 15, 30 seconds, 1, 2, 4 … 15 minutes.
pub fn wait_after(tries: i32) -> TimeDelta {
    let doublings = u32::try_from(tries - 1).unwrap_or(0).min(6);
    TimeDelta::seconds((15 << doublings).min(900))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_taken_at_its_word() {
        let now = DateTime::from_timestamp(1_795_301_400, 0).unwrap();
        let in_a_minute = Some(now + TimeDelta::minutes(1));
        for (status, retry_after, outcome) in [
            (201, None, PushOutcome::Taken),
            (202, None, PushOutcome::Taken),
            (404, None, PushOutcome::Gone),
            (410, None, PushOutcome::Gone),
            (400, None, PushOutcome::Refused),
            (403, Some("60"), PushOutcome::Refused),
            (413, None, PushOutcome::Refused),
            (301, None, PushOutcome::Refused),
            (429, Some("60"), PushOutcome::Later(in_a_minute)),
            (503, Some("Sat, 21 Nov 2026 22:51:00 GMT"), PushOutcome::Later(in_a_minute)),
            (500, None, PushOutcome::Later(None)),
            (429, Some("soon"), PushOutcome::Later(None)),
            (429, Some("-5"), PushOutcome::Later(None)),
        ] {
            assert_eq!(PushOutcome::of(status, retry_after, now), outcome, "{status}");
        }
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (0..9).map(|tries| wait_after(tries).num_seconds()).collect();
        assert_eq!(waits, [15, 15, 30, 60, 120, 240, 480, 900, 900]);
    }
}
