//! Killed at any moment, it has lost nothing that it acknowledged, shows nothing
//! twice, and has sent nothing twice (R1, R2, R4).
//!
//! `TEST_KILL_CYCLES` says how often; a cycle is a start, some work, a SIGKILL.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use henji::clock::Clock;
use henji::store::seal::random;
use serde_json::{Value, json};

use crate::support::binary::Binary;
use crate::support::test_db::is_postgres;
use crate::support::webhook::inbound;

mod load;

use load::Truth;

/// A thousand where a start is cheap, beside all other tests; a campaign is
/// `bin/test --cycles 10000`.
const CYCLES: usize = 1_000;
const CYCLES_ON_POSTGRES: usize = 250;
/// How long a process is let live after its first acknowledgement.
const LIFE: Duration = Duration::from_millis(120);
/// With fewer kills the control below may find nothing by luck.
const ENOUGH: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_doubles_and_resends_nothing() {
    let cycles = cycles();
    let mut house = Binary::set_up("warn");
    let mut truth = Truth::default();
    let started = Instant::now();
    for cycle in 0..cycles {
        house.start();
        if cycle % 10 == 9 {
            // Some die while they are still starting.
            tokio::time::sleep(LIFE.mul_f64(chance())).await;
            house.kill();
        } else {
            load::work_until_killed(&mut house, &mut truth, cycle, LIFE.mul_f64(chance())).await;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    house.start();
    house.answers().await;
    let shown = shown(&house).await;

    let lost: Vec<_> =
        truth.acknowledged.iter().filter(|text| !shown.contains_key(*text)).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), truth.acknowledged.len());
    let doubled: Vec<_> = shown.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "shown twice: {doubled:?}");

    // The control: who acknowledged before the commit would have acknowledged these.
    let posted_only = truth.posted.difference(&truth.acknowledged);
    let would_be_lost = posted_only.filter(|text| !shown.contains_key(*text)).count();
    assert!(would_be_lost > 0 || cycles < ENOUGH, "no kill came between post and commit");

    // The provider offers again what was not acknowledged: then everything is there, once.
    let again = truth.posted.difference(&truth.acknowledged).map(|text| {
        let (reference, number) = load::names(text);
        let body = inbound(&reference, &number, text).to_string();
        house.signer.request(&house.http, Clock::default().now(), "inbound", body).send()
    });
    let mut again = futures_util::stream::iter(again).buffer_unordered(16);
    while let Some(answer) = again.next().await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    let shown = self::shown(&house).await;
    assert!(truth.posted.iter().all(|text| shown.get(text) == Some(&1)));
    sent_once(&house, &truth).await;
    tell(cycles, &truth, would_be_lost, seconds);
    assert!(!house.log().contains("panicked"), "{}", house.log());
}

/// Every text of ours that is said to have left did so once, and none twice.
async fn sent_once(house: &Binary, truth: &Truth) {
    let received = house.get(&format!("/simulator/handsets/{}", load::ANSWERED)).await;
    let mut at_handset: BTreeMap<String, usize> = BTreeMap::new();
    for text in received["items"].as_array().unwrap() {
        *at_handset.entry(text["reference"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let doubled: Vec<_> = at_handset.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "sent twice: {doubled:?}");
    for id in &truth.ordered {
        let message = house.get(&format!("/messages/{id}")).await;
        let state = message["state"].as_str().unwrap();
        let arrived = at_handset.contains_key(id);
        match state {
            "sent" | "delivered" => assert!(arrived, "{id} is {state} and never arrived"),
            // Not yet, or nobody can tell: what became of it is not claimed.
            "queued" | "submitting" | "unknown" => {}
            other => panic!("{id} is {other}"),
        }
    }
}

/// How often each inbound text is shown, over the whole house.
async fn shown(house: &Binary) -> BTreeMap<String, usize> {
    let mut shown = BTreeMap::new();
    for conversation in all(house, "/conversations?limit=200", "cursor").await {
        let id = conversation["id"].as_str().unwrap();
        let path = format!("/conversations/{id}/messages?limit=200");
        for message in all(house, &path, "before").await {
            if message["direction"] == "inbound" {
                *shown.entry(message["body"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
    }
    shown
}

async fn all(house: &Binary, path: &str, cursor: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let page = house.get(&format!("{path}{next}")).await;
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(more) => next = format!("&{cursor}={more}"),
            None => return found,
        }
    }
}

fn cycles() -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_KILL_CYCLES").ok();
    let usual = if is_postgres() { CYCLES_ON_POSTGRES } else { CYCLES };
    asked.map_or(usual, |cycles| cycles.parse().expect("TEST_KILL_CYCLES is a number"))
}

/// From 0 to 1.
fn chance() -> f64 {
    f64::from(u16::from_be_bytes(random())) / f64::from(u16::MAX)
}

#[expect(clippy::print_stdout, reason = "the numbers are part of what the test tells")]
fn tell(cycles: usize, truth: &Truth, would_be_lost: usize, seconds: f64) {
    let different: BTreeSet<_> = truth.posted.iter().collect();
    println!(
        "{}",
        json!({
            "kills": cycles,
            "seconds": seconds.round(),
            "posted": different.len(),
            "acknowledged": truth.acknowledged.len(),
            "lost": 0,
            "doubled": 0,
            "ordered": truth.ordered.len(),
            "lost_if_acknowledged_before_commit": would_be_lost,
        })
    );
}
