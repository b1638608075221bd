//! The machine a figure was measured on, and how its disk feels right now.

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::histogram::{Histogram, rounded};

/// Ticks a second in /proc, whatever the kernel's own clock (USER_HZ).
const TICKS: f64 = 100.0;

/// What a reader must know to compare a figure with theirs.
pub fn shape() -> Value {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    json!({
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "cpu": field("/proc/cpuinfo", "model name"),
        "memory": field("/proc/meminfo", "MemTotal"),
        "kernel": fs::read_to_string("/proc/sys/kernel/osrelease").ok().map(|text| text.trim().to_owned()),
        // Above the number of cores, others were at work: quote ratios only.
        "load_average": fs::read_to_string("/proc/loadavg").ok().and_then(|text| {
            text.split(' ').next().and_then(|number| number.parse::<f64>().ok())
        }),
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
        "version": env!("CARGO_PKG_VERSION"),
    })
}

/// How often a second this disk makes 4 KiB durable: it differs from minute to
/// minute by a factor of 20 on some machines (performance.md 0).
pub fn disk_probe(folder: &Path) -> std::io::Result<Value> {
    const LONG: Duration = Duration::from_millis(700);
    let path = folder.join("probe");
    let mut file = File::create(&path)?;
    let page = [7; 4096];
    let mut times = Histogram::default();
    let started = Instant::now();
    while started.elapsed() < LONG {
        let before = Instant::now();
        file.rewind()?;
        file.write_all(&page)?;
        file.sync_data()?;
        times.record(before.elapsed());
    }
    let per_second = times.count() as f64 / started.elapsed().as_secs_f64();
    fs::remove_file(path)?;
    Ok(json!({
        "fdatasync_per_s": per_second.round(),
        "p50_ms": times.percentile(50.0),
        "p99_ms": times.percentile(99.0),
    }))
}

/// A process as the kernel counts it.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub rss_kb: u64,
    cpu_seconds: f64,
}

/// `None` once the process is gone.
pub fn usage(pid: u32) -> Option<Usage> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(Usage { rss_kb: rss_kb(&status)?, cpu_seconds: cpu_seconds(&stat)? })
}

impl Usage {
    /// Milliseconds of processor time since `before`.
    pub fn cpu_ms_since(&self, before: &Self) -> f64 {
        rounded((self.cpu_seconds - before.cpu_seconds) * 1_000.0)
    }
}

fn rss_kb(status: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The name, in brackets, may hold spaces: fields are counted after it.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_as_proc_describes_it() {
        assert_eq!(rss_kb("Name:\thenji\nVmRSS:\t   13056 kB\n"), Some(13_056));
        let stat = "42 (a b) c) S 1 42 42 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 6 0 100";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        let own = usage(std::process::id()).unwrap();
        assert!(own.rss_kb > 0);
    }
}
