//! A node that is told to stop, and one that is stopped without a word (R19).

use std::time::{Duration, Instant};

use henji::actions::deliver::LEASE;
use henji::clock::Clock;
use reqwest::Method;
use serde_json::json;

use crate::providers::fake_twilio::{ACCOUNT_SID, AUTH_TOKEN, FakeTwilio};
use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::binary::Binary;
use crate::support::cast::SATO;
use crate::support::socket::Socket;
use crate::support::test_db::is_postgres;
use crate::support::webhook::inbound;

const HANDSET: &str = "+819012345678";
/// What a stop may take (R19).
const STOP: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_node_loses_nothing_and_leaves_in_time() {
    let mut house = Binary::set_up("info");
    house.start();
    house.answers().await;
    // Texts on their way and webhooks coming in while it stops.
    for n in 0..20 {
        let body = json!({"inbox_id": house.inbox, "to": HANDSET, "body": n.to_string()});
        let sent = house.api(Method::POST, "/messages").json(&body).send().await.unwrap();
        assert_eq!(sent.status(), 201);
    }
    let (http, signer) = (house.http.clone(), house.signer.clone());
    let posting = tokio::spawn(async move {
        let (mut acknowledged, mut refused) = (Vec::new(), 0);
        for n in 0.. {
            let text = format!("text {n}");
            let body = inbound(&text, HANDSET, &text).to_string();
            let answer =
                signer.request(&http, Clock::default().now(), "inbound", body).send().await;
            match answer {
                Ok(answer) if answer.status() == 200 => acknowledged.push(text),
                Ok(_) => refused += 1,
                Err(_) => break,
            }
        }
        (acknowledged, refused)
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.signal("TERM");
    let begun = Instant::now();
    assert_eq!(house.ends().await, Some(0), "{}", house.log());
    let took = begun.elapsed();
    assert!(took < STOP, "it took {took:?}");
    let (acknowledged, refused) = posting.await.unwrap();
    assert!(!acknowledged.is_empty());

    let mut raw = house.db().raw();
    let kept = raw.count("messages", "where direction = 'inbound'");
    assert!(kept >= acknowledged.len() as i64, "{kept} of {}", acknowledged.len());
    assert_eq!(raw.count("outbox", "where claimed_until is not null"), 0, "leases were kept");
    for state in ["submitting", "unknown"] {
        assert_eq!(raw.count("messages", &format!("where state = '{state}'")), 0, "{state}");
    }
    if !raw.is_postgres() {
        let log = std::fs::metadata(house.db().folder().join("henji.db-wal"));
        assert_eq!(log.map_or(0, |log| log.len()), 0, "the log was not moved into the file");
    }
    // All of it leaves once, whichever process sends it.
    house.start();
    house.answers().await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while received(&house).await.len() < 20 {
        assert!(Instant::now() < deadline, "{:?}", received(&house).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut received = received(&house).await;
    received.sort();
    received.dedup();
    assert_eq!(received.len(), 20);
    tell(format_args!(
        "stopped in {} ms: {} webhooks acknowledged, {refused} told to come back, 0 lost",
        took.as_millis(),
        acknowledged.len()
    ));
}

#[tokio::test]
async fn a_stopping_node_says_so_and_sends_everybody_elsewhere() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let mut socket = Socket::open(&app, &sato, app.last_event().await).await;
    let ready = || Answer::to(app.http.get(format!("{}/readyz", app.url)));
    ready().await.expect(200);
    app.begin_to_stop();
    assert_eq!(ready().await.expect(503).json()["stopping"], true);
    assert_eq!(socket.closed().await, 1012);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_slept_through_its_lease_doubles_nothing() {
    if !is_postgres() {
        // The start of a second process on a SQLite file ends all leases at once.
        return tell("skipped: two nodes need PostgreSQL");
    }
    let twilio = FakeTwilio::start().await;
    let mut here = Binary::set_up("info");
    let add = format!(
        "provider add twilio --inbox {} --sender +815033334444 --set account_sid={ACCOUNT_SID} \
         --set base_url={} --secret-stdin --json",
        here.inbox,
        twilio.peer.url(),
    );
    here.run(&add, AUTH_TOKEN);
    let mut there = here.another();
    here.start();
    here.answers().await;
    twilio.fall_silent();
    let body = json!({"inbox_id": here.inbox, "to": HANDSET, "sender": "+815033334444", "body": "一度だけ"});
    let sent = here.api(Method::POST, "/messages").json(&body).send().await.unwrap();
    assert_eq!(sent.status(), 201, "{}", sent.text().await.unwrap());
    let sent: serde_json::Value = sent.json().await.unwrap();
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    until(Duration::from_secs(10), async || twilio.taken().len() == 1).await;

    // In the middle of the call, and for longer than its lease.
    here.signal("STOP");
    let asleep = Instant::now();
    there.start();
    there.answers().await;
    let limit = LEASE.to_std().unwrap() + Duration::from_secs(2);
    until(limit, async || there.get(&path).await["state"] != "submitting").await;
    let taken_over = asleep.elapsed();
    // Not before: the call may still be under way.
    assert!(taken_over + Duration::from_secs(2) >= LEASE.to_std().unwrap(), "{taken_over:?}");
    assert!(taken_over <= limit, "{taken_over:?}");
    // The list tells the other node what became of it.
    until(Duration::from_secs(15), async || there.get(&path).await["state"] == "sent").await;

    here.signal("CONT");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let found = there.get(&path).await;
    assert_eq!((found["state"].as_str(), twilio.taken().len()), (Some("sent"), 1), "{found}");
    assert_eq!(found["provider_ref"], format!("SM{:032x}", 1));
    let mut raw = here.db().raw();
    assert_eq!((raw.count("outbox", ""), raw.count("unresolved", "")), (0, 0));
    tell(format_args!("taken over after {} ms, sent once", taken_over.as_millis()));
}

async fn until(limit: Duration, is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + limit;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn received(house: &Binary) -> Vec<String> {
    let found = house.get(&format!("/simulator/handsets/{HANDSET}")).await;
    let items = found["items"].as_array().unwrap().clone();
    items.iter().map(|text| text["body"].as_str().unwrap().to_owned()).collect()
}

#[expect(clippy::print_stdout, reason = "figures are told")]
fn tell(what: impl std::fmt::Display) {
    println!("{what}");
}
