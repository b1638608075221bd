//! Programs of others that are told what happens (Standard Webhooks,
//! <https://www.standardwebhooks.com>): which events, how often one is tried, and what
//! an answer means.

use chrono::{DateTime, TimeDelta, Utc};

use super::event::EventKind;
use super::message::words;
use super::retry_after;

/// As many as anybody looks after.
pub const MOST: usize = 20;
/// How long the old secret signs beside a new one.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// What a trial is called, in the place of an event.
pub const TRIAL: &str = "webhook.trial";

/// What may be told: what happens to conversations, not what a house sets up nor what
/// concerns one user alone.
pub const TOLD: [EventKind; 9] = [
    EventKind::AppointmentOffered,
    EventKind::AppointmentBooked,
    EventKind::AppointmentChanged,
    EventKind::AppointmentDeclined,
    EventKind::MessageCreated,
    EventKind::MessageUpdated,
    EventKind::ConversationUpdated,
    EventKind::HandoffCreated,
    EventKind::LinkOpened,
];

/// Why nothing leaves for a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pause {
    /// An administrator said so.
    Person,
    /// The receiver answered 410: it wants no more.
    Gone,
}

words!(Pause { Person = "person", Gone = "gone" });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It is tried, and tried again.
    Queued,
    /// Somebody is trying it: until their time is over nobody else touches it.
    InHand,
    /// The receiver has taken it.
    Delivered,
    /// Every try failed: it waits for a person.
    Failed,
    /// An administrator would rather not deliver it.
    Discarded,
}

words!(DeliveryState {
    Queued = "queued",
    InHand = "in_hand",
    Delivered = "delivered",
    Failed = "failed",
    Discarded = "discarded",
});

/// Why a try came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryFailure {
    /// The address may not be called from here.
    Address,
    /// No connection, or no answer in time.
    Unreachable,
    /// It wants to be called elsewhere; nobody allowed that.
    Redirected,
    /// The receiver said no.
    Refused,
    /// It wants no more of it at all.
    Gone,
}

words!(DeliveryFailure {
    Address = "address",
    Unreachable = "unreachable",
    Redirected = "redirected",
    Refused = "refused",
    Gone = "gone",
});

/// What a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    Taken,
    Failed {
        failure: DeliveryFailure,
        /// What the receiver answered, if it did.
        status: Option<u16>,
        /// It wants to be left alone until then.
        not_before: Option<DateTime<Utc>>,
    },
}

impl DeliveryOutcome {
    /// Nothing was answered.
    pub fn unanswered(failure: DeliveryFailure) -> Self {
        Self::Failed { failure, status: None, not_before: None }
    }

    /// Reads an answer: only 2xx is a yes, and 410 the end of it all.
    pub fn of(status: u16, retry_after: Option<&str>, now: DateTime<Utc>) -> Self {
        let failure = match status {
            200..=299 => return Self::Taken,
            300..=399 => DeliveryFailure::Redirected,
            410 => DeliveryFailure::Gone,
            _ => DeliveryFailure::Refused,
        };
        let not_before = retry_after.and_then(|asked| retry_after::not_before(asked, now));
        Self::Failed { failure, status: Some(status), not_before }
    }
}

/// How long to wait after so many tries, as Standard Webhooks proposes: three days in
/// all. `None` when that was the last.
pub fn wait_after(tries: i32) -> Option<TimeDelta> {
    const SECONDS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    let done = usize::try_from(tries - 1).unwrap_or_default();
    SECONDS.get(done).map(|seconds| TimeDelta::seconds(*seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_end_after_three_days() {
        assert_eq!(wait_after(1), Some(TimeDelta::seconds(5)));
        assert_eq!(wait_after(9), Some(TimeDelta::hours(24)));
        assert_eq!(wait_after(10), None);
        let all: TimeDelta = (1..).map_while(wait_after).sum();
        assert!((TimeDelta::days(3)..TimeDelta::days(4)).contains(&all), "{all}");
    }

    #[test]
    fn only_a_yes_is_a_yes() {
        let now = DateTime::from_timestamp(1_795_301_400, 0).unwrap();
        let in_a_minute = Some(now + TimeDelta::minutes(1));
        for (status, retry_after, failure, not_before) in [
            (301, None, DeliveryFailure::Redirected, None),
            (400, None, DeliveryFailure::Refused, None),
            (410, None, DeliveryFailure::Gone, None),
            (429, Some("60"), DeliveryFailure::Refused, in_a_minute),
            (500, Some("soon"), DeliveryFailure::Refused, None),
        ] {
            let failed = DeliveryOutcome::Failed { failure, status: Some(status), not_before };
            assert_eq!(DeliveryOutcome::of(status, retry_after, now), failed, "{status}");
        }
        for status in [200, 202, 204, 299] {
            assert_eq!(DeliveryOutcome::of(status, None, now), DeliveryOutcome::Taken);
        }
    }

    /// What concerns one user alone, or how the house is set up, goes nowhere.
    #[test]
    fn nothing_private_is_told() {
        for kind in EventKind::ALL {
            let is_told = TOLD.contains(kind);
            let is_inside = kind.is_private()
                || matches!(
                    kind,
                    EventKind::AccessChanged
                        | EventKind::SettingsChanged
                        | EventKind::QuarantineAdded
                );
            assert_ne!(is_told, is_inside, "{}", kind.word());
        }
    }
}
