//! How well group commit does: how many writes share a transaction.

use std::sync::atomic::{AtomicU64, Ordering};

/// Upper ends of the classes that batches are counted in.
pub const CLASSES: [usize; 5] = [1, 4, 16, 64, 256];

/// Transactions since the start, by how many writes were in them.
#[derive(Debug, Default)]
pub struct Commits {
    counts: [AtomicU64; CLASSES.len()],
    writes: AtomicU64,
}

impl Commits {
    pub(super) fn count(&self, writes: usize) {
        let class = CLASSES.iter().position(|most| writes <= *most).unwrap_or(CLASSES.len() - 1);
        self.counts[class].fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes as u64, Ordering::Relaxed);
    }

    /// Of each class, in the order of [`CLASSES`].
    pub fn counts(&self) -> [u64; CLASSES.len()] {
        std::array::from_fn(|class| self.counts[class].load(Ordering::Relaxed))
    }

    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_counted_by_size() {
        let commits = Commits::default();
        for writes in [1, 1, 2, 4, 5, 256, 300] {
            commits.count(writes);
        }
        assert_eq!(commits.counts(), [2, 2, 1, 0, 2]);
        assert_eq!(commits.writes(), 569);
    }
}
