//! Work for a process that is about to die.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use henji::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::support::binary::Binary;
use crate::support::webhook::inbound;

/// Posts under way at a time: enough to share commits.
const AT_ONCE: usize = 8;
/// Handsets that write; each has one conversation.
const HANDSETS: usize = 40;
/// The handset that we write to.
pub const ANSWERED: &str = "+819012349999";

/// What really happened, as the world outside saw it.
#[derive(Default)]
pub struct Truth {
    pub posted: BTreeSet<String>,
    /// Answered with a 2xx.
    pub acknowledged: BTreeSet<String>,
    /// Ids of texts of ours that were taken with a 201.
    pub ordered: BTreeSet<String>,
}

/// The provider's id and the handset of a text.
pub fn names(text: &str) -> (String, String) {
    let number: usize = text.rsplit('-').next().unwrap().parse().unwrap();
    (format!("REF-{text}"), format!("+8190000000{:02}", number % HANDSETS))
}

/// Posts from all sides until the process is killed, so long after its first
/// acknowledgement.
pub async fn work_until_killed(
    house: &mut Binary,
    truth: &mut Truth,
    cycle: usize,
    life: Duration,
) {
    house.listens().await;
    let shared = Arc::new(Mutex::new(std::mem::take(truth)));
    let taken = Arc::new(Notify::new());
    let mut posters = tokio::task::JoinSet::new();
    for poster in 0..AT_ONCE {
        let (http, signer) = (house.http.clone(), house.signer.clone());
        let (shared, taken) = (shared.clone(), taken.clone());
        posters.spawn(async move {
            for n in 0.. {
                let text = format!("text-{cycle}-{}", n * AT_ONCE + poster);
                let (reference, number) = names(&text);
                let body = inbound(&reference, &number, &text).to_string();
                shared.lock().unwrap().posted.insert(text.clone());
                let now = Clock::default().now();
                let answer = signer.request(&http, now, "inbound", body).send().await;
                match answer {
                    Ok(answer) if answer.status().is_success() => {
                        shared.lock().unwrap().acknowledged.insert(text);
                        taken.notify_one();
                    }
                    Ok(_) => {}
                    Err(_) => return,
                }
            }
        });
    }
    let order = house.api(Method::POST, "/messages").header("idempotency-key", cycle.to_string());
    let body = json!({"inbox_id": house.inbox, "to": ANSWERED, "body": format!("order {cycle}")});
    let order = tokio::spawn(order.json(&body).send());
    let first = timeout(Duration::from_secs(30), taken.notified()).await;
    assert!(first.is_ok(), "nothing was acknowledged: {}", house.log());
    sleep(life).await;
    house.kill();
    // A connection that broke ends its poster; none may outlive the process.
    let ended = timeout(Duration::from_secs(30), posters.join_all()).await;
    ended.expect("every poster hears of the end");
    let ordered = match order.await.unwrap() {
        Ok(answer) if answer.status() == 201 => answer.json::<Value>().await.ok(),
        Ok(answer) => panic!("{}", answer.text().await.unwrap()),
        Err(_killed) => None,
    };
    *truth = std::mem::take(&mut *shared.lock().unwrap());
    if let Some(ordered) = ordered {
        truth.ordered.insert(ordered["id"].as_str().unwrap().to_owned());
    }
}
