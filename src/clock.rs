//! The one clock of the house.
//!
//! Times are UTC and cut to microseconds when made, because PostgreSQL keeps
//! six digits: a row read back equals the row written.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

/// Tells the time; in tests, the time somebody set.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    fixed: Option<Arc<Mutex<DateTime<Utc>>>>,
}

impl Clock {
    /// A clock that stands still until [`Clock::advance`].
    pub fn fixed_at(now: DateTime<Utc>) -> Self {
        Self { fixed: Some(Arc::new(Mutex::new(cut(now)))) }
    }

    pub fn now(&self) -> DateTime<Utc> {
        match &self.fixed {
            Some(now) => *now.lock().expect("no code panics while it holds the clock"),
            None => system_now(),
        }
    }

    /// Moves a fixed clock; the system's clock is left alone.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(now) = &self.fixed {
            *now.lock().expect("no code panics while it holds the clock") += by;
        }
    }
}

/// A new UUIDv7 id of any kind: ids sort by the time they were made.
pub fn fresh_id<T: From<Uuid>>() -> T {
    T::from(Uuid::now_v7())
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn system_now() -> DateTime<Utc> {
    cut(Utc::now())
}

fn cut(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}
