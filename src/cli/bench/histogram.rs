//! Latencies, counted: a million samples in a few kilobytes.

use std::time::Duration;

/// Steps within a doubling: each is 1.6 % wide, which is finer than two runs agree.
const STEPS: usize = 64;
/// Doublings above one microsecond: up to 19 hours.
const DOUBLINGS: usize = 36;

#[derive(Clone, Debug)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    longest: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; STEPS * DOUBLINGS], total: 0, longest: Duration::ZERO }
    }
}

impl Histogram {
    pub fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
        let last = self.counts.len() - 1;
        self.counts[place(micros).min(last)] += 1;
        self.total += 1;
        self.longest = self.longest.max(time);
    }

    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
    }

    pub fn count(&self) -> u64 {
        self.total
    }

    /// The time that `percent` of the samples did not exceed, in milliseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        let wanted = (self.total as f64 * percent / 100.0).ceil().max(1.0) as u64;
        let mut seen = 0;
        let at = self.counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        rounded(at.map_or(0.0, |place| upper_micros(place) / 1_000.0))
    }

    pub fn longest(&self) -> f64 {
        rounded(self.longest.as_secs_f64() * 1_000.0)
    }
}

/// To three digits after the point: more would pretend to be known.
pub fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

fn place(micros: u64) -> usize {
    let doubling = micros.ilog2() as usize;
    let within =
        ((micros - (1 << doubling)) as f64 / (1_u64 << doubling) as f64 * STEPS as f64) as usize;
    doubling * STEPS + within
}

fn upper_micros(place: usize) -> f64 {
    let low = (1_u64 << (place / STEPS)) as f64;
    low * (1.0 + (place % STEPS + 1) as f64 / STEPS as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_within_a_step() {
        let mut histogram = Histogram::default();
        for micros in 1..=100_000 {
            histogram.record(Duration::from_micros(micros));
        }
        for (percent, expected) in [(50.0, 50.0), (99.0, 99.0), (100.0, 100.0)] {
            let found = histogram.percentile(percent);
            assert!((found - expected).abs() <= expected * 0.02, "{percent} %: {found}");
        }
        assert_eq!(histogram.longest(), 100.0);
    }

    #[test]
    fn two_histograms_count_together() {
        let (mut one, mut other) = (Histogram::default(), Histogram::default());
        one.record(Duration::from_millis(1));
        other.record(Duration::from_millis(9));
        one.merge(&other);
        assert_eq!((one.count(), one.longest()), (2, 9.0));
        assert!(one.percentile(99.0) > 8.9);
    }
}
