//! The one clock of the house.
//!
//! Times are UTC and cut to microseconds when made, because PostgreSQL keeps
//! six digits: a row read back equals the row written. Nodes that share a
//! database share its clock too (design.md 2.12): whoever hears the database's
//! time corrects the node's by it, so that a machine whose clock is wrong, or is
//! set while it runs, neither takes a text out of another node's hands nor sends
//! one before its time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

/// Tells the time; in tests, the time somebody set.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// The machine's clock, off by `error`, and what sets that right: both in microseconds.
    Machine {
        error: i64,
        correction: Arc<AtomicI64>,
    },
    Fixed(Arc<Mutex<DateTime<Utc>>>),
}

impl Default for Clock {
    /// The machine's clock, as it is.
    fn default() -> Self {
        Self::wrong_by(TimeDelta::zero())
    }
}

impl Clock {
    /// A clock that stands still until [`Clock::advance`].
    pub fn fixed_at(now: DateTime<Utc>) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(cut(now)))))
    }

    /// The clock of a machine that has it wrong.
    pub fn wrong_by(error: TimeDelta) -> Self {
        let error = error.num_microseconds().unwrap_or_default();
        Self(Source::Machine { error, correction: Arc::default() })
    }

    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::Machine { error, correction } => {
                machine_now() + micros(error.saturating_add(correction.load(Ordering::Relaxed)))
            }
            Source::Fixed(now) => *now.lock().expect("no code panics while it holds the clock"),
        }
    }

    /// Hears that it is `now`, and goes by that from here on; the time by this
    /// clock. A fixed clock believes nobody.
    pub fn agree(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let Source::Machine { error, correction } = &self.0 else { return self.now() };
        let here = machine_now() + micros(*error);
        let behind = (now - here).num_microseconds().unwrap_or_default();
        correction.store(behind, Ordering::Relaxed);
        cut(now)
    }

    /// Moves a fixed clock; the machine's is left alone.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Fixed(now) = &self.0 {
            *now.lock().expect("no code panics while it holds the clock") += by;
        }
    }
}

/// A new UUIDv7 id of any kind: ids sort by the time they were made.
pub fn fresh_id<T: From<Uuid>>() -> T {
    T::from(Uuid::now_v7())
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn machine_now() -> DateTime<Utc> {
    cut(Utc::now())
}

fn cut(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}

fn micros(count: i64) -> TimeDelta {
    TimeDelta::microseconds(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_goes_right_once_it_has_heard_the_time() {
        for minutes in [-5, 0, 5] {
            let clock = Clock::wrong_by(TimeDelta::minutes(minutes));
            let copy = clock.clone();
            let right = Clock::default().now();
            assert_eq!(clock.agree(right), right);
            let off = (copy.now() - Clock::default().now()).abs();
            assert!(off < TimeDelta::seconds(1), "{off}");
        }
        let control = Clock::wrong_by(TimeDelta::minutes(5)).now() - Clock::default().now();
        assert!(control > TimeDelta::minutes(4));
    }

    #[test]
    fn a_fixed_clock_believes_nobody() {
        let then = DateTime::UNIX_EPOCH;
        let clock = Clock::fixed_at(then);
        assert_eq!(clock.agree(then + TimeDelta::days(1)), then);
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(clock.now(), then + TimeDelta::seconds(1));
    }
}
