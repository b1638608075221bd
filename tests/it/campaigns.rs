//! Long faults under load, each with a control that must be found out. They want
//! the machine for themselves: `bin/test campaigns` runs them one by one, and
//! `bin/nightly` at their full counts.
//!
//! Where PostgreSQL is needed, each starts its own: they kill it.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::support::binary::Binary;
use crate::support::test_db::TestDb;

mod failover;
mod guesses;
mod ladders;
mod load;
mod orders;
mod postgres_killed;
mod power;
mod rolling;
mod versions;

use load::{Line, Truth};

/// Until nothing is heard any more after all faults are over.
const PATIENCE: Duration = Duration::from_secs(120);
/// How many times as long a program without optimisation may take.
const UNOPTIMISED: f64 = 3.0;

/// A house on a database of the campaign's own, not started yet.
fn house_at(url: String) -> Binary {
    house_by(program(), url)
}

/// What is looked at: the program that `TEST_PROGRAM` names, or the one built with the
/// tests. Limits of time are promised of a release.
fn program() -> PathBuf {
    named().unwrap_or_else(|| env!("CARGO_BIN_EXE_henji").into())
}

fn named() -> Option<PathBuf> {
    std::env::var_os("TEST_PROGRAM").map(PathBuf::from)
}

/// The same, made by that program.
fn house_by(program: PathBuf, url: String) -> Binary {
    let house = Binary::set_up_by(program, TestDb::at(url), "warn");
    // What a campaign waits for is not the carrier's rate.
    house.db().raw().execute("update senders set segments_per_second = 500");
    house
}

/// Until it answers and nothing waits in its journal; how long that took.
async fn recovers(house: &Binary) -> Duration {
    let begun = Instant::now();
    loop {
        let ready = house.http.get(format!("{}/readyz", house.url)).send().await;
        if let Ok(ready) = ready
            && ready.status() == 200
            && ready.json::<serde_json::Value>().await.unwrap()["journal"] == "empty"
        {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < PATIENCE, "it does not recover: {}", house.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn line(house: &Binary) -> Line {
    Line { http: house.http.clone(), signer: house.signer.clone(), again: None }
}

/// The provider offers once more what it was not told to have arrived: then all
/// of it is there once.
async fn offered_again<'a>(house: &Binary, texts: impl Iterator<Item = &'a String>) {
    let (line, again) = (line(house), Mutex::new(Truth::default()));
    for text in texts {
        line.offer(text, &again).await;
    }
    let again = again.into_inner().unwrap();
    assert_eq!(again.acknowledged.len(), again.offered.len());
    let shown = house.shown().await;
    let wrong: Vec<_> = again.offered.iter().filter(|text| shown.get(*text) != Some(&1)).collect();
    assert!(wrong.is_empty(), "not shown once: {wrong:?}");
}

/// A limit is promised of a release on a machine of its own. Beside others' work it is
/// as much longer as there is more of that than processors, asked at a campaign's
/// start; and the program built with the tests is several times as slow as a release.
pub fn beside_others(limit: Duration) -> Duration {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    let load: f64 = load.split(' ').next().unwrap().parse().unwrap();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let unoptimised = if named().is_some() { 1.0 } else { UNOPTIMISED };
    limit.mul_f64((load / processors as f64).max(1.0) * unoptimised)
}

/// What the environment says a campaign's length is.
fn wanted(variable: &str, usual: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var(variable).ok();
    asked.map_or(usual, |n| n.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

#[expect(clippy::print_stdout, reason = "the numbers are what a campaign is for")]
fn tell(what: impl std::fmt::Display) {
    println!("{what}");
}
