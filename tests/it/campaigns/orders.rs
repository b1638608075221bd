//! A program that goes on ordering texts, with a key for each, through all of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::task::{JoinHandle, JoinSet};

use super::PATIENCE;
use crate::support::binary::Binary;

const EVERY: Duration = Duration::from_millis(200);
/// One text of a conversation is on its way at a time: enough not to wait for that.
const RECIPIENTS: usize = 20;

pub struct Orders {
    /// Key, and the id of the text.
    pub placed: BTreeMap<String, String>,
    /// Answers that told to come back, and connections that broke.
    refused: usize,
    broken: usize,
}

/// At `url`, which may lead to any node of the house.
pub fn start(house: &Binary, url: &str, over: Arc<AtomicBool>) -> JoinHandle<Orders> {
    let order = Order {
        http: house.http.clone(),
        url: format!("{url}/api/v1/messages"),
        token: house.token.clone(),
        inbox: house.inbox.clone(),
    };
    tokio::spawn(async move {
        let mut clock = tokio::time::interval(EVERY);
        let mut under_way = JoinSet::new();
        for n in 0.. {
            clock.tick().await;
            if over.load(Ordering::SeqCst) {
                break;
            }
            let order = order.clone();
            under_way.spawn(async move { order.place(n).await });
        }
        let done = under_way.join_all().await;
        let refused = done.iter().map(|placed| placed.refused).sum();
        let broken = done.iter().map(|placed| placed.broken).sum();
        let placed = done.into_iter().map(|placed| (placed.key, placed.id)).collect();
        Orders { placed, refused, broken }
    })
}

#[derive(Clone)]
struct Order {
    http: Client,
    url: String,
    token: String,
    inbox: String,
}

struct Placed {
    key: String,
    id: String,
    refused: usize,
    broken: usize,
}

impl Order {
    /// Until it is taken, always with the same key.
    async fn place(&self, n: usize) -> Placed {
        let key = format!("order-{n}");
        let body = json!({"inbox_id": self.inbox, "to": recipient(n), "body": key});
        let (mut refused, mut broken) = (0, 0);
        loop {
            let order = self.http.request(Method::POST, &self.url).bearer_auth(&self.token);
            let answer = order.header("idempotency-key", &key).json(&body).send().await;
            let Ok(answer) = answer else {
                broken += 1;
                tokio::time::sleep(EVERY).await;
                continue;
            };
            match answer.status().as_u16() {
                201 => {
                    let made: Value = answer.json().await.unwrap();
                    let id = made["id"].as_str().unwrap().to_owned();
                    return Placed { key, id, refused, broken };
                }
                503 => {
                    refused += 1;
                    let after = answer.headers()["retry-after"].to_str().unwrap();
                    tokio::time::sleep(Duration::from_secs(after.parse().unwrap())).await;
                }
                // The same key is still being worked on.
                409 => tokio::time::sleep(EVERY).await,
                other => panic!("{key}: {other}: {}", answer.text().await.unwrap()),
            }
        }
    }
}

impl Orders {
    /// That somebody was told to come back, and nobody left without an answer.
    pub fn told_to_come_back(&self) {
        assert!(self.refused > 0, "no order was refused while it was away");
        assert_eq!(self.broken, 0, "connections that broke");
    }

    /// Each is at its handset once, by its own id; every node has its own carrier's
    /// journal.
    pub async fn check(&self, nodes: &[Binary]) -> String {
        let begun = Instant::now();
        loop {
            let arrived = arrived(nodes).await;
            let doubled: Vec<_> = arrived.iter().filter(|(_, times)| **times > 1).collect();
            assert!(doubled.is_empty(), "sent twice: {doubled:?}");
            let ids = self.placed.values();
            let missing: Vec<_> = ids.filter(|id| !arrived.contains_key(*id)).collect();
            if missing.is_empty() {
                let strangers = arrived.len() - self.placed.len();
                assert_eq!(strangers, 0, "texts that nobody was told of");
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "never arrived: {missing:?}");
            tokio::time::sleep(EVERY).await;
        }
        let (orders, refused, broken) = (self.placed.len(), self.refused, self.broken);
        format!(
            "{orders} orders, refused {refused} times, cut off {broken} times, each once at its handset"
        )
    }
}

/// How often each text of ours arrived, by its id.
async fn arrived(nodes: &[Binary]) -> BTreeMap<String, usize> {
    let mut arrived = BTreeMap::new();
    for (node, n) in nodes.iter().flat_map(|node| (0..RECIPIENTS).map(move |n| (node, n))) {
        let received = node.get(&format!("/simulator/handsets/{}", recipient(n))).await;
        for text in received["items"].as_array().unwrap() {
            *arrived.entry(text["reference"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    arrived
}

fn recipient(n: usize) -> String {
    format!("+8190123456{:02}", n % RECIPIENTS)
}
