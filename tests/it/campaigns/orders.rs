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
    refused: usize,
}

pub fn start(house: &Binary, over: Arc<AtomicBool>) -> JoinHandle<Orders> {
    let order = Order {
        http: house.http.clone(),
        url: format!("{}/api/v1/messages", house.url),
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
        let refused = done.iter().map(|(_, _, refused)| refused).sum();
        Orders { placed: done.into_iter().map(|(key, id, _)| (key, id)).collect(), refused }
    })
}

#[derive(Clone)]
struct Order {
    http: Client,
    url: String,
    token: String,
    inbox: String,
}

impl Order {
    /// Until it is taken, always with the same key; how often it was refused.
    async fn place(&self, n: usize) -> (String, String, usize) {
        let key = format!("order-{n}");
        let body = json!({"inbox_id": self.inbox, "to": recipient(n), "body": key});
        for refused in 0.. {
            let order = self.http.request(Method::POST, &self.url).bearer_auth(&self.token);
            let answer = order.header("idempotency-key", &key).json(&body).send().await.unwrap();
            match answer.status().as_u16() {
                201 => {
                    let made: Value = answer.json().await.unwrap();
                    return (key, made["id"].as_str().unwrap().to_owned(), refused);
                }
                503 => {
                    let after = answer.headers()["retry-after"].to_str().unwrap();
                    tokio::time::sleep(Duration::from_secs(after.parse().unwrap())).await;
                }
                // The same key is still being worked on.
                409 => tokio::time::sleep(EVERY).await,
                other => panic!("{key}: {other}: {}", answer.text().await.unwrap()),
            }
        }
        unreachable!()
    }
}

impl Orders {
    /// Each is at its handset once, by its own id.
    pub async fn check(&self, house: &Binary) -> String {
        assert!(self.refused > 0, "no order was refused while it was away");
        let begun = Instant::now();
        loop {
            let arrived = arrived(house).await;
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
        let (orders, refused) = (self.placed.len(), self.refused);
        format!("{orders} orders, refused {refused} times, each once at its handset")
    }
}

/// How often each text of ours arrived, by its id.
async fn arrived(house: &Binary) -> BTreeMap<String, usize> {
    let mut arrived = BTreeMap::new();
    for n in 0..RECIPIENTS {
        let received = house.get(&format!("/simulator/handsets/{}", recipient(n))).await;
        for text in received["items"].as_array().unwrap() {
            *arrived.entry(text["reference"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    arrived
}

fn recipient(n: usize) -> String {
    format!("+8190123456{:02}", n % RECIPIENTS)
}
