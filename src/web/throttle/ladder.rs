//! Wrong passwords of one account: longer and longer waits.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::buckets::Bucket;
use super::limits::{FORGET, FREE_TRIES, LOCK, LOCK_AT, LONGEST_LOCK};

#[derive(Debug, Default)]
pub(super) struct Ladder {
    tries: u32,
    last: DateTime<Utc>,
    free_at: DateTime<Utc>,
}

impl Ladder {
    /// How long until the next try; `None` when it may be now.
    pub fn wait(&self, now: DateTime<Utc>) -> Option<Duration> {
        (self.free_at - now).to_std().ok().filter(|wait| !wait.is_zero())
    }

    pub fn count(&mut self, now: DateTime<Utc>) {
        if self.is_stale(now) {
            self.tries = 0;
        }
        self.tries = self.tries.saturating_add(1);
        self.last = now;
        self.free_at = now + delay(self.tries);
    }
}

impl Bucket for Ladder {
    fn is_stale(&self, now: DateTime<Utc>) -> bool {
        now - self.last >= FORGET
    }

    fn weight(&self) -> (u32, DateTime<Utc>) {
        (self.tries, self.last)
    }
}

/// The wait after so many wrong passwords: 0, 0, then 1, 2, 4 … 64 seconds, then
/// the lock.
fn delay(tries: u32) -> TimeDelta {
    if tries < FREE_TRIES {
        TimeDelta::zero()
    } else if tries < LOCK_AT {
        TimeDelta::seconds(1 << (tries - FREE_TRIES))
    } else {
        let doubled = LOCK * (1 << (tries - LOCK_AT).min(2));
        doubled.min(LONGEST_LOCK)
    }
}
