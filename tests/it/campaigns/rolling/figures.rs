//! What the screens were told, held against what there was.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::screen::Seen;
use crate::campaigns::load::Truth;

#[derive(Default)]
pub struct Figures {
    pub texts: usize,
    pub offered_again: usize,
    pub frames: u64,
    pub lines: usize,
    pub anew: usize,
    pub seconds: u64,
    pub stop: Duration,
    pub late: Duration,
}

impl Figures {
    pub fn add(&mut self, more: &Self) {
        self.texts += more.texts;
        self.offered_again += more.offered_again;
        self.frames += more.frames;
        self.lines += more.lines;
        self.anew += more.anew;
        self.seconds += more.seconds;
        self.late = self.late.max(more.late);
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} texts in {} s, {} offered a second time, 0 failed, 0 lost, 0 doubled; {} frames \
             on {} lines, {} read anew; the longest stop {} ms, the latest text {} ms",
            self.texts,
            self.seconds,
            self.offered_again,
            self.frames,
            self.lines,
            self.anew,
            self.stop.as_millis(),
            self.late.as_millis(),
        )
    }
}

/// How late the latest text was on a screen after it was acknowledged, and which
/// were not there, or twice.
pub fn compare(
    seen: &Seen,
    texts: &BTreeMap<i64, String>,
    truth: &Truth,
    begun: Instant,
) -> (Duration, Vec<String>) {
    let mut at: BTreeMap<i64, u32> = BTreeMap::new();
    let (mut late, mut wrong) = (0, Vec::new());
    for (seq, when) in &seen.told {
        if at.insert(*seq, *when).is_some() {
            wrong.push(format!("event {seq} twice"));
        }
    }
    for (seq, text) in texts {
        let is_read = |(after, up_to, _): &&(i64, i64, u32)| after < seq && seq <= up_to;
        let anew = seen.anew.iter().find(is_read).map(|(_, _, when)| *when);
        let Some(when) = at.get(seq).copied().or(anew) else {
            wrong.push(text.clone());
            continue;
        };
        if let Some(acknowledged) = truth.acknowledged.get(text) {
            let said = acknowledged.duration_since(begun).as_millis();
            late = late.max(when.saturating_sub(u32::try_from(said).unwrap()));
        }
    }
    (Duration::from_millis(late.into()), wrong)
}
