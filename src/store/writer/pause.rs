//! How long to wait before colliding work is tried again.

use std::time::Duration;

use crate::store::seal::random;

/// About one commit on a fast disk.
const LEAST: Duration = Duration::from_millis(2);
/// The writer stands still meanwhile, so not for long.
const MOST: Duration = Duration::from_millis(100);

/// Decorrelated jitter: each pause is drawn between the least and three times
/// the last one. Nodes that collided once do not keep step.
pub struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(LEAST)
    }
}

impl Pause {
    pub fn next(&mut self) -> Duration {
        let chance = f64::from(u16::from_be_bytes(random())) / f64::from(u16::MAX);
        let span = (self.0 * 3).saturating_sub(LEAST);
        self.0 = (LEAST + span.mul_f64(chance)).min(MOST);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_bounded_and_differ_between_nodes() {
        let mut pause = Pause::default();
        let pauses: Vec<Duration> = (0..100).map(|_| pause.next()).collect();
        assert!(pauses.iter().all(|pause| (LEAST..=MOST).contains(pause)), "{pauses:?}");
        let mut other = Pause::default();
        assert_ne!(pauses, (0..100).map(|_| other.next()).collect::<Vec<_>>());
    }
}
