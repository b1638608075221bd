//! What comes in at one node is seen at the other.

use std::time::{Duration, Instant};

use henji::clock::Clock;
use serde_json::Value;

use super::{sato_at, two_nodes};
use crate::support::binary::Binary;
use crate::support::browser::Browser;
use crate::support::nats;
use crate::support::socket::Socket;
use crate::support::webhook::inbound;

/// R15: without a broker, from commit to screen.
const WITHOUT_BROKER: Duration = Duration::from_millis(1_500);
const TEXTS: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_at_one_node_is_on_the_screens_of_the_other() {
    let Some((a, b)) = two_nodes(None).await else { return };
    let times = times_of_arrival(&a, &b).await;
    assert!(slowest(&times) < WITHOUT_BROKER, "{times:?}");

    let Some(url) = nats::shared() else { return };
    let Some((a, b)) = two_nodes(Some(&url)).await else { return };
    nats::both_connected(&a, &b).await;
    let hinted = times_of_arrival(&a, &b).await;
    assert!(middle(&hinted) < middle(&times) / 2, "hints: {hinted:?}, none: {times:?}");
    assert!(b.metric(r#"henji_hints_total{way="heard"}"#).await.unwrap() >= 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_of_one_node_holds_at_the_other() {
    let Some((a, b)) = two_nodes(None).await else { return };
    let browser = sato_at(&a).await;
    let mut at_a = open(&a, &browser, 0).await;
    let mut seen = Vec::new();
    for n in 0..3 {
        post(&a, n).await;
        seen.push(next_event(&mut at_a).await);
    }
    let cursor = *seen.last().unwrap();
    drop(at_a);
    for n in 3..6 {
        post(&a, n).await;
    }
    // The browser comes back somewhere else, and sees what it missed, once.
    let mut at_b = open(&b, &browser, cursor).await;
    let mut resumed = Vec::new();
    for _ in 3..6 {
        resumed.push(next_event(&mut at_b).await);
    }
    assert!(resumed[0] > cursor && resumed.is_sorted(), "{seen:?} then {resumed:?}");

    // A program that asked A goes on at B.
    let first = a.get("/events?after=0&limit=4").await;
    let rest = b.get(&format!("/events?after={}&limit=1000", first["next"])).await;
    let whole = a.get("/events?after=0&limit=1000").await;
    let joined = [numbers(&first), numbers(&rest)].concat();
    assert_eq!(joined, numbers(&whole));
}

/// Posts at `a` and measures until it is on a screen of `b`.
async fn times_of_arrival(a: &Binary, b: &Binary) -> Vec<Duration> {
    let browser = sato_at(b).await;
    let mut socket = open(b, &browser, 0).await;
    let mut times = Vec::new();
    for n in 0..TEXTS {
        let begun = Instant::now();
        post(a, n).await;
        loop {
            let frame = socket.next_of("ev").await;
            if frame.to_string().contains(&body(n)) {
                break;
            }
        }
        times.push(begun.elapsed());
        // Not in step with the other node's looking.
        tokio::time::sleep(Duration::from_millis(7 * (n as u64 % 11))).await;
    }
    times.sort();
    times
}

async fn open(node: &Binary, browser: &Browser, after: i64) -> Socket {
    let opened = Socket::try_open_at(&node.url, &browser.cookie(), &node.public_url, after).await;
    opened.unwrap_or_else(|status| panic!("refused with {status}"))
}

async fn next_event(socket: &mut Socket) -> i64 {
    socket.next_of("ev").await["id"].as_i64().unwrap()
}

async fn post(node: &Binary, n: usize) {
    let body = inbound(&format!("REF-{n}"), "+819012345678", &body(n)).to_string();
    let now = Clock::default().now();
    let answer = node.signer.request(&node.http, now, "inbound", body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

fn body(n: usize) -> String {
    format!("text-{n}-end")
}

fn numbers(page: &Value) -> Vec<i64> {
    page["events"].as_array().unwrap().iter().map(|event| event["seq"].as_i64().unwrap()).collect()
}

fn slowest(sorted: &[Duration]) -> Duration {
    *sorted.last().unwrap()
}

fn middle(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() / 2]
}
