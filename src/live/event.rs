//! What live reads: numbered events, from whoever keeps the log.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use crate::domain::event::NewEvent;

/// An event of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub event: NewEvent,
}

/// The event log, as far as live needs it.
pub trait EventSource: Send + Sync {
    type Error: Display + Send;

    /// The events after `seq`, oldest first, at most `limit`, none left out:
    /// when event N is visible, every event below N is.
    fn read_after(&self, seq: i64, limit: usize) -> BoxFuture<'_, Result<Vec<Event>, Self::Error>>;
}

#[cfg(test)]
pub(super) fn test_event(seq: i64) -> Event {
    use crate::domain::event::EventKind;

    let at = DateTime::from_timestamp(1_700_000_000 + seq, 0).expect("a valid time");
    Event { seq, at, event: NewEvent::new(EventKind::SettingsChanged) }
}
