//! A disk that is full or breaks under a SQLite database (R11): nothing that was
//! acknowledged is lost, people are told, and it recovers without a restart.

use std::time::{Duration, Instant};

use henji::clock::Clock;
use reqwest::Method;
use serde_json::json;

use crate::support::binary::Binary;
use crate::support::webhook::inbound;

mod faulty;
mod full;

/// From the moment there is room again until it works again.
const RECOVERY: Duration = Duration::from_secs(5);
const HANDSET: &str = "+819012345678";

/// What the world outside saw.
#[derive(Default)]
struct Truth {
    offered: Vec<String>,
    acknowledged: Vec<String>,
    turned_away: usize,
}

impl Truth {
    /// Offers a text. It is taken, or the provider is told when to come back.
    async fn offer(&mut self, house: &Binary, text: String) -> bool {
        let taken = offer(house, &text).await;
        self.offered.push(text.clone());
        match taken {
            true => self.acknowledged.push(text),
            false => self.turned_away += 1,
        }
        taken
    }

    /// Compares with what the house shows; what was turned away is offered again.
    async fn check(&self, house: &Binary) {
        let shown = house.shown().await;
        let lost: Vec<_> =
            self.acknowledged.iter().filter(|text| !shown.contains_key(*text)).collect();
        assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), self.acknowledged.len());
        for text in &self.offered {
            assert!(offer(house, text).await, "{text} is still turned away");
        }
        let shown = house.shown().await;
        let wrong: Vec<_> =
            self.offered.iter().filter(|text| shown.get(*text) != Some(&1)).collect();
        assert!(wrong.is_empty(), "not shown once: {wrong:?}");
    }
}

async fn offer(house: &Binary, text: &str) -> bool {
    let body = inbound(&format!("REF-{text}"), HANDSET, text).to_string();
    let now = Clock::default().now();
    let answer = house.signer.request(&house.http, now, "inbound", body).send().await.unwrap();
    match answer.status().as_u16() {
        200 => true,
        503 | 507 => {
            assert!(answer.headers().contains_key("retry-after"), "{text}");
            false
        }
        other => panic!("{text}: {other}: {}", answer.text().await.unwrap()),
    }
}

async fn readiness(house: &Binary) -> (u16, serde_json::Value) {
    let answer = house.http.get(format!("{}/readyz", house.url)).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// How long it took to be well again.
async fn recovers(house: &Binary) -> Duration {
    let begun = Instant::now();
    loop {
        let (status, ready) = readiness(house).await;
        if status == 200 && ready["journal"] == "empty" {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < RECOVERY, "it does not recover: {ready}\n{}", house.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A person's order through the API: its status and the word for what is wrong.
async fn order(house: &Binary, key: &str) -> (u16, String) {
    let body = json!({"inbox_id": house.inbox, "to": HANDSET, "body": key});
    let order = house.api(Method::POST, "/messages").header("idempotency-key", key).json(&body);
    let answer = order.send().await.unwrap();
    let status = answer.status().as_u16();
    let told: serde_json::Value = answer.json().await.unwrap();
    (status, told["reason"].as_str().unwrap_or_default().to_owned())
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so, and figures are told")]
fn tell(what: impl std::fmt::Display) {
    println!("{what}");
}
