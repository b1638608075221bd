//! Providers repeat themselves, to any node, in any order: each text is there
//! once (R2), and each of ours ends as the network said (R5).
//!
//! `TEST_DELIVERIES` says how many texts; on SQLite one node takes them all.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use futures_util::StreamExt;
use henji::clock::Clock;
use henji::store::seal::random;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::binary::{Binary, SENDER};
use crate::support::test_db::is_postgres;
use crate::support::webhook::{inbound, receipt};

/// A hundredth of the campaign, for every run.
const TEXTS: usize = 3_000;
const AT_ONCE: usize = 64;
const HANDSETS: usize = 60;
const ORDERS: usize = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shuffled_repeated_deliveries_are_shown_once() {
    let texts = texts();
    let mut nodes = house().await;
    let mut deliveries: Vec<usize> = (0..texts).flat_map(|n| vec![n; 1 + draw(7)]).collect();
    shuffle(&mut deliveries);
    let repeated = deliveries.len() - texts;
    let half = deliveries.split_off(deliveries.len() / 2);
    deliver(&nodes, deliveries).await;
    // One node is killed while deliveries are under way; what it did not answer comes again.
    let doors: Vec<_> = nodes.iter().map(|node| (node.http.clone(), node.signer.clone())).collect();
    let posting = tokio::spawn(post_until_taken(doors, half));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    nodes[0].kill();
    nodes[0].start();
    nodes[0].answers().await;
    posting.await.unwrap();

    let shown = nodes.last().unwrap().shown().await;
    assert!(shown.iter().all(|(_, times)| *times == 1), "doubled: {:?}", doubled(&shown));
    let lost: Vec<_> = (0..texts).map(body).filter(|text| !shown.contains_key(text)).collect();
    assert!(lost.is_empty() && shown.len() == texts, "{} shown, lost {lost:?}", shown.len());
    // The control: who showed each delivery would have shown so many too often.
    assert!(repeated > texts, "{repeated} repetitions of {texts}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_first_words_open_one_conversation() {
    let nodes = house().await;
    for round in 0..3 {
        let number = format!("+81901111000{round}");
        let posts = (0..200).map(|n| {
            let node = &nodes[n % nodes.len()];
            let text = inbound(&format!("FIRST{round}-{n}"), &number, "もしもし").to_string();
            node.signer.request(&node.http, Clock::default().now(), "inbound", text).send()
        });
        let mut posts = futures_util::stream::iter(posts).buffer_unordered(200);
        while let Some(answer) = posts.next().await {
            assert_eq!(answer.unwrap().status(), 200);
        }
        let listed = nodes[0].get("/conversations?limit=200").await;
        let opened = listed["items"].as_array().unwrap();
        assert_eq!(opened.len(), round + 1, "one contact, one conversation");
        let thread = opened[0]["id"].as_str().unwrap();
        let lines = nodes[0].get(&format!("/conversations/{thread}/messages?limit=200")).await;
        // Equal words without an equal id are different texts.
        assert_eq!(lines["items"].as_array().unwrap().len(), 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_in_any_order_at_any_node_end_the_same() {
    let nodes = house().await;
    let quick = format!("update senders set segments_per_second = 500 where address = '{SENDER}'");
    nodes[0].db().raw().execute(&quick);
    let none = json!({"receipt": "none"});
    for node in &nodes {
        node.api(Method::PUT, "/simulator/behaviour").json(&none).send().await.unwrap();
    }
    let sent = sent(&nodes).await;
    let mut told: Vec<(String, &str)> = Vec::new();
    for (n, (_, reference)) in sent.iter().enumerate() {
        let end = if n % 3 == 0 { "undelivered" } else { "delivered" };
        for status in ["sent", "no news", end, "sent", end].into_iter().take(3 + draw(3)) {
            told.push((reference.clone(), status));
        }
        told.push((format!("SOMEBODY-ELSES-{n}"), "delivered"));
    }
    shuffle(&mut told);
    let posts = told.iter().enumerate().map(|(n, (reference, status))| {
        let node = &nodes[n % nodes.len()];
        let body = receipt(reference, status).to_string();
        node.signer.request(&node.http, Clock::default().now(), "receipts", body).send()
    });
    let mut posts = futures_util::stream::iter(posts).buffer_unordered(AT_ONCE);
    while let Some(answer) = posts.next().await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    let mut ends = BTreeMap::new();
    for (n, (id, _)) in sent.iter().enumerate() {
        let state = nodes[0].get(&format!("/messages/{id}")).await["state"].clone();
        let wanted = if n % 3 == 0 { "undelivered" } else { "delivered" };
        assert_eq!(state, wanted, "order {n}");
        *ends.entry(wanted).or_insert(0) += 1;
    }
    // Had the last word won, some would have ended as "sent".
    let last_words: BTreeMap<&String, &str> =
        told.iter().map(|(of, status)| (of, *status)).collect();
    assert!(last_words.values().any(|status| *status == "sent"));
    assert_eq!(ends.values().sum::<usize>(), ORDERS);
}

/// Texts of ours that the carrier took: message and the carrier's id.
async fn sent(nodes: &[Binary]) -> Vec<(String, String)> {
    let mut ids = Vec::new();
    for n in 0..ORDERS {
        let node = &nodes[n % nodes.len()];
        let body =
            json!({"inbox_id": node.inbox, "to": number(n), "body": body(n), "sender": SENDER});
        let answer = node.api(Method::POST, "/messages").json(&body).send().await.unwrap();
        let made: Value = answer.json().await.unwrap();
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let mut sent = Vec::new();
    for id in ids {
        let mut reference = None;
        for _ in 0..500 {
            let message = nodes[0].get(&format!("/messages/{id}")).await;
            reference = message["provider_ref"].as_str().map(str::to_owned);
            if reference.is_some() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        sent.push((id, reference.expect("it is sent")));
    }
    sent
}

async fn house() -> Vec<Binary> {
    let first = Binary::set_up("warn");
    let mut nodes = vec![first];
    if is_postgres() {
        let second = nodes[0].another();
        nodes.push(second);
    }
    for node in &mut nodes {
        node.start();
    }
    for node in &nodes {
        node.answers().await;
    }
    nodes
}

async fn deliver(nodes: &[Binary], deliveries: Vec<usize>) {
    let doors = nodes.iter().map(|node| (node.http.clone(), node.signer.clone())).collect();
    post_until_taken(doors, deliveries).await;
}

/// As a provider does: what is not answered with a 2xx is offered again, to
/// whichever node comes next.
async fn post_until_taken(
    doors: Vec<(reqwest::Client, crate::support::webhook::Signer)>,
    deliveries: Vec<usize>,
) {
    let waiting = Arc::new(std::sync::Mutex::new(VecDeque::from(deliveries)));
    let doors = Arc::new(doors);
    let mut posters = tokio::task::JoinSet::new();
    for poster in 0..AT_ONCE {
        let (waiting, doors) = (waiting.clone(), doors.clone());
        posters.spawn(async move {
            for turn in poster.. {
                let Some(n) = waiting.lock().unwrap().pop_front() else { return };
                let (http, signer) = &doors[turn % doors.len()];
                let text = inbound(&format!("REF-{n}"), &number(n), &body(n)).to_string();
                let request = signer.request(http, Clock::default().now(), "inbound", text);
                let taken = request.send().await.is_ok_and(|answer| answer.status() == 200);
                if !taken {
                    waiting.lock().unwrap().push_back(n);
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            }
        });
    }
    posters.join_all().await;
}

fn doubled(shown: &BTreeMap<String, usize>) -> Vec<&String> {
    shown.iter().filter(|(_, times)| **times > 1).map(|(text, _)| text).collect()
}

fn number(n: usize) -> String {
    format!("+8190123456{:02}", n % HANDSETS)
}

fn body(n: usize) -> String {
    format!("text-{n:06}")
}

/// From 0 to below `limit`.
fn draw(limit: usize) -> usize {
    usize::from(u16::from_be_bytes(random())) % limit
}

fn shuffle<T>(items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let other = u64::from_be_bytes(random()) % (last as u64 + 1);
        items.swap(last, other as usize);
    }
}

fn texts() -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_DELIVERIES").ok();
    asked.map_or(TEXTS, |texts| texts.parse().expect("TEST_DELIVERIES is a number"))
}
