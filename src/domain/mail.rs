//! What becomes of a mail.

use chrono::TimeDelta;

use super::message::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailState {
    /// It is tried, and tried again.
    Queued,
    /// Somebody is trying it: until their time is over nobody else touches it.
    InHand,
    /// The server has taken it.
    Sent,
    /// The server will never take it.
    Failed,
    /// An administrator would rather not send it.
    Discarded,
    /// Nobody waits any more for what it tells of: somebody answered while it waited.
    Overtaken,
}

words!(MailState {
    Queued = "queued",
    InHand = "in_hand",
    Sent = "sent",
    Failed = "failed",
    Discarded = "discarded",
    Overtaken = "overtaken",
});

/// Why a try came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailFailure {
    /// No connection, or none that held.
    Unreachable,
    /// The connection cannot be made safe.
    Tls,
    /// The server does not take our name and password.
    Credentials,
    /// The server asks to come back (4xx).
    Later,
    /// The server refuses this mail for good (5xx).
    Refused,
}

impl MailState {
    /// Whether somebody may still have to look at it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::InHand | Self::Failed)
    }
}

words!(MailFailure {
    Unreachable = "unreachable",
    Tls = "tls",
    Credentials = "credentials",
    Later = "later",
    Refused = "refused",
});

impl MailFailure {
    /// Whether the same mail may be taken another time: all but what the server said
    /// of the mail itself.
    pub fn may_pass(self) -> bool {
        self != Self::Refused
    }
}

/// How long to wait after so many tries: 1, 2, 4 … 60 minutes.
pub fn wait_after(tries: i32) -> TimeDelta {
    let doublings = u32::try_from(tries - 1).unwrap_or(0).min(6);
    TimeDelta::minutes((1 << doublings).min(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<i64> = (0..10).map(|tries| wait_after(tries).num_minutes()).collect();
        assert_eq!(waits, [1, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }
}
