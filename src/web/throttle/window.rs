//! So many in so long, counted from the first.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::buckets::Bucket;
use super::limits::Limit;

#[derive(Debug, Default)]
pub(super) struct Window {
    count: u32,
    begun: DateTime<Utc>,
    ends: DateTime<Utc>,
}

impl Window {
    /// How long until the next one is allowed; `None` when it may be now.
    pub fn wait(&self, limit: &Limit, now: DateTime<Utc>) -> Option<Duration> {
        let is_full = self.count >= limit.count;
        (self.ends - now).to_std().ok().filter(|wait| is_full && !wait.is_zero())
    }

    pub fn count(&mut self, limit: &Limit, now: DateTime<Utc>) {
        if self.is_stale(now) {
            *self = Self { count: 0, begun: now, ends: now + limit.per };
        }
        self.count = self.count.saturating_add(1);
    }

    pub fn give_back(&mut self) {
        self.count = self.count.saturating_sub(1);
    }
}

impl Bucket for Window {
    fn is_stale(&self, now: DateTime<Utc>) -> bool {
        self.ends - now <= TimeDelta::zero()
    }

    fn weight(&self) -> (u32, DateTime<Utc>) {
        (self.count, self.begun)
    }
}
