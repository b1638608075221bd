//! More candidates than places, at two nodes of one house: by text, by their pages and
//! through the API at once.
//!
//! `TEST_CANDIDATES` says how many; the promise is about 200 for 50 places.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use futures_util::future::join_all;
use henji::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use super::two_nodes;
use crate::support::answer::Answer;
use crate::support::binary::Binary;
use crate::support::webhook::inbound;

const CANDIDATES: usize = 24;
/// Two hundred at once stand in a queue of the database's, in a debug build.
const PATIENCE: Duration = Duration::from_secs(120);

/// Somebody who was offered the times.
struct Candidate {
    number: String,
    offer: String,
    /// The path of their page.
    page: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_give_each_place_once() {
    let Some((a, b)) = two_nodes(None).await else { return };
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_CANDIDATES").ok();
    let count: usize = asked.map_or(CANDIDATES, |n| n.parse().expect("it is a number"));
    // A quarter of them can be taken: two times, each with half of the places.
    let each = count / 8;
    a.db().raw().execute("update senders set segments_per_second = 10000");
    let starts = Clock::default().now() + TimeDelta::days(8);
    let mut candidates = Vec::new();
    for n in 0..count {
        candidates.push(offered(&a, n, starts, each).await);
    }
    have_left(&a).await;
    let nodes = [&a, &b];
    let answers = candidates.iter().enumerate().map(|(n, one)| answers(nodes[n / 3 % 2], n, one));
    join_all(answers).await;

    let (mut booked, mut offered_again) = (0, 0);
    for one in &candidates {
        let offer = b.get(&format!("/appointment_offers/{}", one.offer)).await;
        match offer["state"].as_str().unwrap() {
            "booked" => booked += 1,
            "replaced" => offered_again += 1,
            other => panic!("{} is {other}", one.number),
        }
    }
    assert_eq!((booked, offered_again), (2 * each, count - 2 * each));
    let mut raw = a.db().raw();
    let full = "where capacity > 1 and booked = capacity";
    assert_eq!(raw.count("appointment_openings", full), 2);
    assert_eq!(raw.count("appointment_openings", "where booked > capacity"), 0);
    let stand = raw.count("appointments", "where state = 'booked'");
    assert_eq!(stand, 2 * each as i64);
    let next = raw.count("appointment_offers", "where after_offer_id is not null");
    assert_eq!(next, (count - 2 * each) as i64, "everybody else was offered more");
}

async fn offered(node: &Binary, n: usize, starts: DateTime<Utc>, each: usize) -> Candidate {
    let number = format!("+8190{:08}", 55_550_000 + n);
    let at = |hours| {
        let at = starts + TimeDelta::hours(hours);
        json!({"starts_at": at.to_rfc3339_opts(SecondsFormat::Secs, true), "capacity": each})
    };
    let order = json!({
        "inbox_id": node.inbox,
        "to": number,
        "title": "説明会",
        "duration_minutes": 60,
        "slots": [at(0), at(4)],
        "interviewer_email": "suzuki@example.jp",
        "include_page": true,
    });
    let made = Answer::to(node.api(Method::POST, "/appointment_offers").json(&order)).await;
    let made = made.expect(201).json();
    let text = node.get(&format!("/messages/{}", made["message_id"].as_str().unwrap())).await;
    let (_, token) = text["body"].as_str().unwrap().rsplit_once("/s/").unwrap();
    let offer = made["id"].as_str().unwrap().to_owned();
    Candidate { number, offer, page: format!("/s/{token}") }
}

/// A number is an answer to a list that is on the handset.
async fn have_left(node: &Binary) {
    let waiting = "where direction = 'outbound' and sent_at is null";
    for _ in 0..1_200 {
        if node.db().raw().count("messages", waiting) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} lists have not left", node.db().raw().count("messages", waiting));
}

async fn answers(node: &Binary, n: usize, one: &Candidate) {
    let slot = 1 + n % 2;
    match n % 3 {
        0 => {
            let body = inbound(&format!("RACE{n}"), &one.number, &slot.to_string()).to_string();
            let now = Clock::default().now();
            let posted = node.signer.request(&node.http, now, "inbound", body);
            Answer::to(posted.timeout(PATIENCE)).await.expect(200);
        }
        1 => {
            let page = || {
                let page = node.http.post(format!("{}{}", node.url, one.page));
                page.header("origin", "null").form(&[("slot", slot)]).timeout(PATIENCE)
            };
            taken(page).await.expect(303);
        }
        _ => {
            let path = format!("/appointment_offers/{}/booking", one.offer);
            let number = json!({ "number": slot });
            let post = || node.api(Method::POST, &path).json(&number).timeout(PATIENCE);
            let booked: Value = taken(post).await.expect(200).json();
            assert!(["booked", "filled"].contains(&booked["outcome"].as_str().unwrap()));
        }
    }
}

/// Once more where the house is busy.
async fn taken(ask: impl Fn() -> reqwest::RequestBuilder) -> Answer {
    let mut answer = Answer::to(ask()).await;
    while answer.status == 503 {
        answer = Answer::to(ask()).await;
    }
    answer
}
