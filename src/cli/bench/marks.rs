//! Which text is which: each carries a number, and its number knows when it was
//! sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Stands before and after the number, in no word of any language.
const FENCE: &str = "zq";
/// Where in a frame the text stands: at its beginning, before list row and head.
const LOOK: usize = 4_096;

pub struct Marks {
    origin: Instant,
    /// Microseconds after the origin, one more than that; 0 for not sent.
    sent: Vec<AtomicU64>,
    next: AtomicU64,
    /// Texts of the phases before are not counted.
    first: AtomicU64,
}

impl Marks {
    /// Room for `most` texts.
    pub fn new(most: usize) -> Self {
        let sent = (0..most).map(|_| AtomicU64::new(0)).collect();
        let (next, first) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { origin: Instant::now(), sent, next, first }
    }

    /// From here on, texts that were sent before are passed over.
    pub fn begin_phase(&self) {
        self.first.store(self.count(), Ordering::Relaxed);
    }

    /// The next number; `None` when there is no room left.
    pub fn next(&self) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.sent.len() as u64).then_some(number)
    }

    /// Texts that were given a number.
    pub fn count(&self) -> u64 {
        self.next.load(Ordering::Relaxed).min(self.sent.len() as u64)
    }

    pub fn note(&self, number: u64, sent_at: Instant) {
        let micros = sent_at.duration_since(self.origin).as_micros() as u64;
        self.sent[number as usize].store(micros + 1, Ordering::Release);
    }

    /// How long ago the first text named in `frame` was sent.
    pub fn since_mark_in(&self, frame: &[u8]) -> Option<Duration> {
        let number = number_in(&frame[..frame.len().min(LOOK)])?;
        if number < self.first.load(Ordering::Relaxed) {
            return None;
        }
        let sent = self.sent.get(number as usize)?.load(Ordering::Acquire);
        let sent = Duration::from_micros(sent.checked_sub(1)?);
        Some(self.origin.elapsed().saturating_sub(sent))
    }
}

/// A text of usual length with `number` in it.
pub fn body(number: u64) -> String {
    format!("{FENCE}{number}{FENCE} 2番の15時でお願いします。当日よろしくお願いいたします。")
}

fn number_in(frame: &[u8]) -> Option<u64> {
    let fence = FENCE.as_bytes();
    let mut rest = frame;
    while let Some(at) = rest.windows(2).position(|two| two == fence) {
        rest = &rest[at + 2..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 && rest[digits..].starts_with(fence) {
            return std::str::from_utf8(&rest[..digits]).ok()?.parse().ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_known_by_its_first_text() {
        let frame = format!("<p>zq not one</p><p>{}</p><p>{}</p>", body(17), body(4));
        assert_eq!(number_in(frame.as_bytes()), Some(17));
        assert_eq!(number_in(b"<p>no mark</p>"), None);
    }

    #[test]
    fn time_runs_from_sending() {
        let marks = Marks::new(1);
        let number = marks.next().unwrap();
        assert_eq!(marks.since_mark_in(body(number).as_bytes()), None, "not sent yet");
        marks.note(number, Instant::now());
        let since = marks.since_mark_in(body(number).as_bytes()).unwrap();
        assert!(since < Duration::from_secs(1));
        assert_eq!(marks.next(), None);
        marks.begin_phase();
        assert_eq!(marks.since_mark_in(body(number).as_bytes()), None, "of a phase before");
    }
}
