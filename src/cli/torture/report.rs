//! One table: promise, faults, lost, doubled, worst delay.

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;

use super::super::Torture;
use super::compare::Verdict;
use super::faults::Thrown;
use super::plan::Plan;
use super::settle::Seen;

/// Names shown of each loss; the files hold the others.
const NAMED: usize = 10;

#[derive(Clone, Debug, Default)]
pub struct Report {
    verdicts: Vec<Verdict>,
    head: String,
    tail: String,
    cries: Vec<String>,
    folder: Option<PathBuf>,
}

impl Report {
    pub fn new(
        asked: &Torture,
        plan: &Plan,
        thrown: &Thrown,
        verdicts: Vec<Verdict>,
        seen: &Seen,
    ) -> Self {
        let place = match (&asked.database_url, &asked.nats_url) {
            (None, _) => "one node on SQLite",
            (Some(_), None) => "two nodes on PostgreSQL",
            (Some(_), Some(_)) => "two nodes on PostgreSQL, with NATS",
        };
        let control = asked.control.as_ref().map(|word| format!(", control {word}"));
        let head = format!(
            "henji {}: {place}, seed {}, {:.0} s{}",
            env!("CARGO_PKG_VERSION"),
            asked.seed,
            plan.time.as_secs_f64(),
            control.unwrap_or_default()
        );
        let faults: Vec<_> =
            thrown.counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
        let lines: u64 = seen.views.iter().map(|view| view.lines).sum();
        let resets: usize = seen.views.iter().map(|view| view.read_anew.len()).sum();
        let unknown = seen.messages.iter().filter(|m| m.state.as_deref() == Some("unknown"));
        let tail = format!(
            "thrown: {}; {} requests, answers and connections lost on the way\n\
             {} sockets opened, {resets} started again; {} texts nobody can tell of; \
             slowest stop {} ms",
            faults.join(", "),
            thrown.lost_on_roads.values().sum::<u64>(),
            lines,
            unknown.count(),
            thrown.slowest_stop.as_millis()
        );
        Self { verdicts, head, tail, cries: seen.cries.clone(), folder: None }
    }

    /// Where the files of a failed run are.
    pub fn kept_in(self, folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), ..self }
    }

    /// Nothing lost, nothing doubled, and nobody panicked.
    pub fn is_clean(&self) -> bool {
        let is_kept = |verdict: &Verdict| verdict.lost.is_empty() && verdict.doubled.is_empty();
        self.cries.is_empty() && self.verdicts.iter().all(is_kept)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.head)?;
        writeln!(
            f,
            "{:<32} {:>7} {:>8} {:>6} {:>8} {:>12}",
            "promise", "of", "faults", "lost", "doubled", "worst delay"
        )?;
        for verdict in &self.verdicts {
            writeln!(
                f,
                "{} {:<29} {:>7} {:>8} {:>6} {:>8} {:>12}",
                verdict.promise,
                verdict.words,
                verdict.of,
                verdict.faults,
                verdict.lost.len(),
                verdict.doubled.len(),
                verdict.worst.map_or_else(|| "-".to_owned(), seconds)
            )?;
        }
        writeln!(f, "\n{}", self.tail)?;
        for verdict in &self.verdicts {
            for (word, names) in [("lost", &verdict.lost), ("doubled", &verdict.doubled)] {
                for name in names.iter().take(NAMED) {
                    writeln!(f, "{word} ({}): {name}", verdict.promise)?;
                }
                if names.len() > NAMED {
                    writeln!(f, "{word} ({}): {} more", verdict.promise, names.len() - NAMED)?;
                }
            }
        }
        self.cries.iter().try_for_each(|cry| writeln!(f, "panicked: {cry}"))?;
        match (&self.folder, self.is_clean()) {
            (_, true) => write!(f, "nothing lost, nothing doubled"),
            (Some(folder), false) => write!(f, "FAILED; the files are in {}", folder.display()),
            (None, false) => write!(f, "FAILED"),
        }
    }
}

fn seconds(time: TimeDelta) -> String {
    format!("{:.3} s", time.as_seconds_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(lost: usize) -> Verdict {
        let names = (0..lost).map(|n| format!("text-{n}")).collect();
        Verdict {
            promise: "R1",
            words: "kept",
            of: 9,
            faults: 3,
            lost: names,
            ..Verdict::default()
        }
    }

    #[test]
    fn a_loss_is_named_and_fails_the_run() {
        let report = Report { verdicts: vec![verdict(12)], ..Report::default() };
        assert!(!report.is_clean());
        let text = report.kept_in(Path::new("/tmp/x")).to_string();
        assert!(text.contains("lost (R1): text-9\nlost (R1): 2 more\n"), "{text}");
        assert!(text.ends_with("FAILED; the files are in /tmp/x"), "{text}");
    }

    #[test]
    fn a_panic_is_a_failure_even_if_nothing_was_lost() {
        let clean = Report { verdicts: vec![verdict(0)], ..Report::default() };
        assert!(clean.is_clean() && clean.to_string().ends_with("nothing doubled"));
        let cries = vec!["thread panicked".to_owned()];
        assert!(!Report { cries, ..clean }.is_clean());
    }
}
