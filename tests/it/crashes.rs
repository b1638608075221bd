//! A process that dies at each of the eight places between claiming a text and
//! recording what became of it (R4): nothing is doubled, and what is unknown is
//! resolved by itself.
//!
//! `TEST_SEND_CRASHES` says how often at each place.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::binary::Binary;

const PLACES: [&str; 8] =
    ["Claiming", "Claimed", "Calling", "Taken", "Answered", "Settling", "Settled", "Recorded"];
const HANDSET: &str = "+819012345678";
/// For all crashes together.
const PATIENCE: Duration = Duration::from_secs(600);
/// Another node's or process's lease, and then some looks at the list.
const SETTLED: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_place_doubles_nothing() {
    let mut house = Binary::set_up("warn");
    // As a rule no receipt will tell: the list must.
    let silent = json!({"receipt": "none"});
    let begun = Instant::now();
    let mut orders = BTreeMap::new();
    for round in 0..rounds() {
        for place in PLACES {
            house.surround("TEST_CRASH_AT", format!("{place}:{}", round % 3 + 1));
            house.start();
            // It may die of a text that was left from before.
            let mut n = 0;
            while house.lives() {
                let set = house.api(Method::PUT, "/simulator/behaviour").json(&silent);
                let key = format!("{place} {round} {n}");
                if set.send().await.is_ok()
                    && n < 4
                    && let Some(id) = order(&house, &key).await
                {
                    orders.insert(id, key);
                    n += 1;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
                assert!(begun.elapsed() < PATIENCE, "{place} is not passed: {}", house.log());
            }
            assert_eq!(house.ends().await, None, "it did not end by itself");
        }
    }
    house.surround("TEST_CRASH_AT", "");
    house.start();
    house.answers().await;
    let (mut states, deadline) = (BTreeMap::new(), Instant::now() + SETTLED);
    while Instant::now() < deadline {
        states = self::states(&house, orders.keys()).await;
        let is_done = |state: &String| matches!(state.as_str(), "sent" | "delivered" | "unknown");
        let unknown = states.values().filter(|state| *state == "unknown").count();
        // Those that were never taken stay so: a person decides.
        if states.values().all(is_done) && unknown <= never_taken(&house, &orders).await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let received = received(&house).await;
    let doubled: Vec<_> = received.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "sent twice: {doubled:?}");
    for (id, key) in &orders {
        let arrived = received.contains_key(id);
        match states[id].as_str() {
            "sent" | "delivered" => assert!(arrived, "{key} is sent and never arrived"),
            "unknown" => assert!(!arrived, "{key} arrived, and the list did not tell"),
            other => panic!("{key} is {other}"),
        }
    }
    let unknown = states.values().filter(|state| *state == "unknown").count();
    assert!(unknown > 0, "no crash left a text between claim and call");
    // The control: who sent again what a crash had cut off would have doubled these.
    let cut_off = "inner join messages on messages.id = message_id where \
        (outcome is null or outcome = 'unknown') and messages.state in ('sent', 'delivered')";
    let would_double = house.db().raw().count("attempts", cut_off);
    assert!(would_double > 0, "no crash came between the carrier and the record");
    tell(format_args!(
        "{} crashes at {} places in {} s: {} texts, {} arrived, 0 doubled ({would_double} \
         had they been sent again), {unknown} left to a person",
        rounds() * PLACES.len(),
        PLACES.len(),
        begun.elapsed().as_secs(),
        orders.len(),
        received.len(),
    ));
}

/// How many of the texts no handset has.
async fn never_taken(house: &Binary, orders: &BTreeMap<String, String>) -> usize {
    let received = received(house).await;
    orders.keys().filter(|id| !received.contains_key(*id)).count()
}

/// How often each text of ours reached the handset, by our reference.
async fn received(house: &Binary) -> BTreeMap<String, usize> {
    let mut received = BTreeMap::new();
    let found = house.get(&format!("/simulator/handsets/{HANDSET}")).await;
    for text in found["items"].as_array().unwrap() {
        *received.entry(text["reference"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    received
}

async fn states(house: &Binary, ids: impl Iterator<Item = &String>) -> BTreeMap<String, String> {
    let mut states = BTreeMap::new();
    for id in ids {
        let message = house.get(&format!("/messages/{id}")).await;
        states.insert(id.clone(), message["state"].as_str().unwrap().to_owned());
    }
    states
}

/// The id of a text that was taken with a 201; the process may die meanwhile.
async fn order(house: &Binary, key: &str) -> Option<String> {
    let body = json!({"inbox_id": house.inbox, "to": HANDSET, "body": key});
    let order = house.api(Method::POST, "/messages").header("idempotency-key", key).json(&body);
    let answer = order.send().await.ok()?;
    assert_eq!(answer.status(), 201);
    let taken: serde_json::Value = answer.json().await.ok()?;
    Some(taken["id"].as_str()?.to_owned())
}

fn rounds() -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_SEND_CRASHES").ok();
    asked.map_or(2, |rounds| rounds.parse().expect("TEST_SEND_CRASHES is a number"))
}

#[expect(clippy::print_stdout, reason = "the numbers are part of what the test tells")]
fn tell(what: impl std::fmt::Display) {
    println!("{what}");
}
