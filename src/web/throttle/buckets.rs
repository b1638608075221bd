//! A bounded number of counts.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, Utc};

/// A count that can grow old.
pub(super) trait Bucket: Default {
    /// Whether forgetting it changes nothing any more.
    fn is_stale(&self, now: DateTime<Utc>) -> bool;
    /// How much is lost by forgetting it, and when it was last used.
    fn weight(&self) -> (u32, DateTime<Utc>);
}

/// Counts by key, never more than `capacity`.
#[derive(Debug)]
pub(super) struct Buckets<K, B> {
    buckets: HashMap<K, B>,
    capacity: usize,
}

impl<K: Copy + Eq + Hash, B: Bucket> Buckets<K, B> {
    pub fn new(capacity: usize) -> Self {
        Self { buckets: HashMap::new(), capacity }
    }

    /// The count of `key`, a fresh one where there is none.
    pub fn at(&mut self, key: K, now: DateTime<Utc>) -> &mut B {
        if !self.buckets.contains_key(&key) && self.buckets.len() >= self.capacity {
            self.make_room(now);
        }
        self.buckets.entry(key).or_default()
    }

    pub fn forget(&mut self, key: &K) {
        self.buckets.remove(key);
    }

    /// Forgets what is stale; failing that, the lightest quarter, so that a flood
    /// of single tries cannot wash away the count of an account under attack.
    fn make_room(&mut self, now: DateTime<Utc>) {
        self.buckets.retain(|_, bucket| !bucket.is_stale(now));
        if self.buckets.len() < self.capacity {
            return;
        }
        let mut keys: Vec<_> = self.buckets.iter().map(|(key, b)| (b.weight(), *key)).collect();
        keys.sort_unstable_by_key(|(weight, _)| *weight);
        for (_, key) in keys.into_iter().take((self.capacity / 4).max(1)) {
            self.buckets.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::web::throttle::ladder::Ladder;

    #[test]
    fn a_flood_does_not_wash_away_a_heavy_count() {
        let now = DateTime::UNIX_EPOCH;
        let mut buckets: Buckets<u32, Ladder> = Buckets::new(100);
        for _ in 0..5 {
            buckets.at(0, now).count(now);
        }
        for key in 1..10_000 {
            buckets.at(key, now + TimeDelta::seconds(1)).count(now + TimeDelta::seconds(1));
            assert!(buckets.buckets.len() <= 100);
        }
        assert_eq!(buckets.at(0, now).weight().0, 5);
    }

    #[test]
    fn stale_counts_go_first() {
        let now = DateTime::UNIX_EPOCH;
        let later = now + TimeDelta::days(2);
        let mut buckets: Buckets<u32, Ladder> = Buckets::new(2);
        for _ in 0..9 {
            buckets.at(0, now).count(now);
        }
        buckets.at(1, later).count(later);
        buckets.at(2, later).count(later);
        assert!(!buckets.buckets.contains_key(&0));
        assert!(buckets.buckets.contains_key(&1));
    }
}
