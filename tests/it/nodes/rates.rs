//! A sender's rate is the house's, not each node's.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::json;

use super::two_nodes;
use crate::support::binary::{Binary, SENDER};

const RATE: usize = 10;
const TEXTS: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_send_no_faster_than_one() {
    let Some((mut a, b)) = two_nodes(None).await else { return };
    let slow =
        format!("update senders set segments_per_second = {RATE} where address = '{SENDER}'");
    a.db().raw().execute(&slow);
    // Ten handsets: a contact gets its texts one after the other.
    for n in 0..TEXTS {
        let node = if n % 2 == 0 { &a } else { &b };
        let order = node.api(Method::POST, "/messages").header("idempotency-key", n.to_string());
        let body = json!({"inbox_id": a.inbox, "to": handset(n), "body": "お待ちください", "sender": SENDER});
        assert_eq!(order.json(&body).send().await.unwrap().status(), 201);
    }
    let mut times = Vec::new();
    for _ in 0..300 {
        times = arrivals(&a, &b).await;
        if times.len() >= TEXTS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(times.len(), TEXTS);
    let worst = busiest_second(&times);
    // A second's worth saved up, and one that trickles in meanwhile.
    assert!(worst <= 2 * RATE + 1, "{worst} in one second at {RATE} a second: {times:?}");
    let took = (times[TEXTS - 1] - times[0]).as_seconds_f64();
    let least = (TEXTS - 2 * RATE) as f64 / RATE as f64;
    assert!(took >= least, "{TEXTS} texts in {took} s");
    a.kill();
}

/// The control: each node counting alone would do this.
#[test]
fn the_measure_finds_two_nodes_that_do_not_agree() {
    let start = DateTime::UNIX_EPOCH;
    let alone = |n: usize| {
        start + TimeDelta::milliseconds(1_000 * n.saturating_sub(RATE) as i64 / RATE as i64)
    };
    let mut both: Vec<_> = (0..TEXTS / 2).flat_map(|n| [alone(n), alone(n)]).collect();
    both.sort();
    assert!(busiest_second(&both) > 2 * RATE + 1);
}

/// When handsets got their texts, from whichever node.
async fn arrivals(a: &Binary, b: &Binary) -> Vec<DateTime<Utc>> {
    let mut times = Vec::new();
    for node in [a, b] {
        for n in 0..10 {
            let received = node.get(&format!("/simulator/handsets/{}", handset(n))).await;
            let items = received["items"].as_array().unwrap().clone();
            times.extend(
                items
                    .iter()
                    .map(|item| item["at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap()),
            );
        }
    }
    times.sort();
    times
}

fn handset(n: usize) -> String {
    format!("+8190123456{:02}", n % 10)
}

fn busiest_second(sorted: &[DateTime<Utc>]) -> usize {
    let within = |from: usize| {
        sorted[from..].iter().take_while(|at| **at - sorted[from] < TimeDelta::seconds(1)).count()
    };
    (0..sorted.len()).map(within).max().unwrap_or(0)
}
