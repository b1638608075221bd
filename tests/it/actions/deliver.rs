//! A queued text is handed over: never twice, whatever the carrier does.

use chrono::{SecondsFormat, TimeDelta};
use henji::actions::{deliver, resolve_unknown};
use henji::clock::fresh_id;
use henji::domain::delivery::Reason;
use henji::domain::id::MessageId;
use henji::jobs::deliver::Worker;
use henji::providers::{Accepted, Retry, SendError};
use henji::store::ids::RowId;
use henji::store::outbox;
use serde_json::json;

use crate::support::TestApp;
use crate::support::cast::SATO;
use crate::support::test_db::is_postgres;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_lost_answer_is_unknown_and_never_sent_again() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"lose_response": true, "receipt": "none"})).await;
    let message = app.api().send(HANDSET, "ただ一度").await;
    app.settle().await;
    assert_eq!(app.api().state_of(message).await, "unknown");
    app.api().carrier(json!({})).await;
    for _ in 0..48 {
        app.advance(TimeDelta::hours(1));
        assert_eq!(app.deliver().await, 0);
    }
    assert_eq!(app.handset(HANDSET).received(), ["ただ一度"]);
}

#[tokio::test]
async fn a_receipt_tells_what_became_of_an_unknown_text() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"lose_response": true, "receipt": "delivered"})).await;
    let message = app.api().send(HANDSET, "届いたはず").await;
    app.settle().await;
    let found = app.api().message(message).await;
    assert_eq!(found["state"], "delivered");
    assert_eq!(found["provider_ref"], app.simulator.handset(HANDSET)[0].provider_ref);
}

#[tokio::test]
async fn a_person_may_send_an_unknown_text_again_and_once() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    app.api().carrier(json!({"lose_response": true, "receipt": "none"})).await;
    let message = app.api().send(HANDSET, "もう一度").await;
    app.settle().await;
    app.api().carrier(json!({})).await;
    for _ in 0..2 {
        sato.post(&format!("/messages/{message}/resend"), &[("confirm", "1")]).await.expect(303);
    }
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["もう一度", "もう一度"]);
    assert_eq!(app.api().state_of(message).await, "unknown");
}

#[tokio::test]
async fn a_throttled_text_waits_as_told_and_is_sent_once() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"throttle_every": 1})).await;
    let message = app.api().send(HANDSET, "急ぎません").await;
    assert_eq!(app.deliver().await, 1);
    let found = app.api().message(message).await;
    assert_eq!((&found["state"], &found["reason"]), (&json!("queued"), &json!("throttled")));
    app.api().carrier(json!({})).await;
    app.advance(TimeDelta::milliseconds(1_900));
    assert_eq!(app.deliver().await, 0, "offered again before the carrier said");
    app.advance(TimeDelta::milliseconds(1_200));
    assert_eq!(app.deliver().await, 1);
    app.simulator.idle().await;
    assert_eq!(app.handset(HANDSET).received(), ["急ぎません"]);
    assert_eq!(app.api().state_of(message).await, "delivered");
}

#[tokio::test]
async fn a_text_refused_for_good_is_not_tried_again() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"reject_code": "no_such_number"})).await;
    let message = app.api().send(HANDSET, "?").await;
    app.deliver().await;
    let found = app.api().message(message).await;
    assert_eq!((&found["state"], &found["reason"]), (&json!("failed"), &json!("no_such_number")));
    app.api().carrier(json!({})).await;
    app.advance(TimeDelta::days(1));
    assert_eq!(app.deliver().await, 0);
}

#[tokio::test]
async fn a_text_refused_for_ever_is_given_up_and_told() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"throttle_every": 1})).await;
    let message = app.api().send(HANDSET, "?").await;
    let mut tries = 0;
    for _ in 0..40 {
        tries += app.deliver().await;
        app.advance(TimeDelta::hours(1));
    }
    assert_eq!(tries, 10);
    let found = app.api().message(message).await;
    assert_eq!((&found["state"], &found["reason"]), (&json!("failed"), &json!("throttled")));
    assert_eq!(app.raw().count("attempts", ""), 10);
}

#[tokio::test]
async fn a_text_that_came_too_late_does_not_leave() {
    let app = TestApp::start().await;
    let expires = (app.now() + TimeDelta::minutes(10)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let order = app.api().order(HANDSET, "10分以内に", json!({"expires_at": expires}));
    let answer = app.api().post("/messages", order).await.expect(201).json();
    let message: MessageId = answer["id"].as_str().unwrap().parse().unwrap();
    app.advance(TimeDelta::minutes(10));
    app.deliver().await;
    assert_eq!(app.api().state_of(message).await, "expired");
    assert!(app.handset(HANDSET).received().is_empty());
}

#[tokio::test]
async fn a_scheduled_text_waits_for_its_time() {
    let app = TestApp::start().await;
    let at = app.now() + TimeDelta::hours(3);
    let send_at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let order = app.api().order(HANDSET, "明日の面接です", json!({"send_at": send_at}));
    let answer = app.api().post("/messages", order).await.expect(201).json();
    assert_eq!(answer["state"], "draft-held");
    app.advance(TimeDelta::hours(3) - TimeDelta::seconds(1));
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(app.deliver().await, 1);
    app.simulator.idle().await;
    assert_eq!(app.handset(HANDSET).received(), ["明日の面接です"]);
}

#[tokio::test]
async fn a_sender_sends_no_faster_than_it_may() {
    let app = TestApp::start().await;
    for n in 0..25 {
        app.api().send(HANDSET, &format!("{n}")).await;
    }
    let mut seconds = Vec::new();
    let mut received = 0;
    while received < 25 {
        app.deliver().await;
        app.simulator.idle().await;
        let now_received = app.handset(HANDSET).received().len();
        seconds.push(now_received - received);
        received = now_received;
        app.advance(TimeDelta::seconds(1));
    }
    if is_postgres() {
        // Nodes agree by the database's clock there, which no test turns
        // (nodes::rates holds them to it): it takes more looks, and none is too fast.
        assert!(seconds.iter().all(|texts| *texts <= 10), "{seconds:?}");
    } else {
        assert_eq!(seconds, [10, 10, 5]);
    }
    assert_eq!(app.deliver().await, 0);
}

#[tokio::test]
async fn an_attempt_nobody_finished_is_unknown_once_its_lease_is_over() {
    let app = TestApp::start().await;
    let message = app.api().send(HANDSET, "途中で").await;
    let now = app.now();
    let due = app.store.read(move |db| outbox::due(db, now, 1)).await.unwrap().remove(0);
    let begun = deliver::begin(&app, due, fresh_id::<RowId>()).await.unwrap().unwrap();
    assert_eq!(begun.sms.body, "途中で");
    assert_eq!(app.api().state_of(message).await, "submitting");

    // The worker died here. Nobody takes it up before its lease is over.
    app.advance(deliver::LEASE - TimeDelta::seconds(1));
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::seconds(2));
    app.deliver().await;
    assert_eq!(app.api().state_of(message).await, "unknown");
    app.advance(TimeDelta::days(1));
    assert_eq!(app.deliver().await, 0);
    assert!(app.handset(HANDSET).received().is_empty());
}

#[tokio::test]
async fn workers_side_by_side_send_each_text_once() {
    let app = TestApp::start().await;
    for n in 0..8 {
        app.api().send(HANDSET, &format!("{n}")).await;
    }
    let mut workers: Vec<_> = (0..4).map(|_| Worker::new(app.clone())).collect();
    let runs = workers.iter_mut().map(Worker::run_one);
    for taken in futures_util::future::join_all(runs).await {
        taken.unwrap();
    }
    app.simulator.idle().await;
    let mut received = app.handset(HANDSET).received();
    received.sort();
    assert_eq!(received, ["0", "1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(app.raw().count("attempts", ""), 8);
}

#[tokio::test]
async fn nodes_side_by_side_send_each_text_once() {
    let here = TestApp::start().await;
    let there = TestApp::on(here.db().shared()).await;
    for n in 0..10 {
        here.api().send(HANDSET, &format!("{n}")).await;
    }
    let (one, other) = tokio::join!(here.deliver(), there.deliver());
    assert!(one + other >= 10);
    here.simulator.idle().await;
    there.simulator.idle().await;
    let mut received = here.handset(HANDSET).received();
    received.extend(there.handset(HANDSET).received());
    received.sort();
    assert_eq!(received, (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(here.raw().count("attempts", ""), 10);
}

#[tokio::test]
async fn the_providers_list_tells_what_became_of_a_text() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"lose_response": true, "receipt": "none"})).await;
    let message = app.api().send(HANDSET, "届いたか").await;
    app.settle().await;
    assert_eq!(app.api().state_of(message).await, "unknown");
    assert_eq!(resolve_unknown::run(&app).await.unwrap(), 0, "too soon to look");
    app.advance(TimeDelta::seconds(6));
    assert_eq!(resolve_unknown::run(&app).await.unwrap(), 1);
    let found = app.api().message(message).await;
    assert_eq!(found["state"], "sent");
    assert_eq!(found["provider_ref"], app.simulator.handset(HANDSET)[0].provider_ref);
    assert_eq!(app.raw().count("unresolved", ""), 0);
    assert_eq!(app.handset(HANDSET).received(), ["届いたか"]);
}

#[tokio::test]
async fn a_text_the_list_does_not_show_is_left_to_a_person() {
    let app = TestApp::start().await;
    let message = app.api().send(HANDSET, "どこにも").await;
    // Claimed by a worker that died before it called.
    begin(&app).await;
    app.advance(deliver::LEASE + TimeDelta::seconds(1));
    app.deliver().await;
    assert_eq!(app.api().state_of(message).await, "unknown");
    let mut looks = 0;
    while app.raw().count("unresolved", "") > 0 {
        app.advance(TimeDelta::days(1));
        assert_eq!(resolve_unknown::run(&app).await.unwrap(), 0);
        looks += 1;
        assert!(looks < 20, "it looks for ever");
    }
    assert_eq!((looks, app.api().state_of(message).await.as_str()), (9, "unknown"));
    assert!(app.handset(HANDSET).received().is_empty());
}

#[tokio::test]
async fn whoever_slept_through_the_lease_may_tell_and_not_decide() {
    let app = TestApp::start().await;
    for (outcome, expected) in [
        (Ok(accepted("SIMlate")), "sent"),
        (Err(refused(Retry::Soon)), "queued"),
        (Err(refused(Retry::No)), "failed"),
        (Err(SendError::Unknown { detail: "?".into() }), "unknown"),
    ] {
        let message = app.api().send(HANDSET, expected).await;
        let begun = begin(&app).await;
        app.advance(deliver::LEASE + TimeDelta::seconds(1));
        app.deliver().await;
        assert_eq!(app.api().state_of(message).await, "unknown");
        deliver::finish(&app, begun, outcome).await.unwrap();
        assert_eq!(app.api().state_of(message).await, expected);
    }
    // What provably was not taken leaves once, and nothing else does.
    app.advance(TimeDelta::minutes(1));
    app.deliver().await;
    app.simulator.idle().await;
    assert_eq!(app.handset(HANDSET).received(), ["queued"]);
}

#[tokio::test]
async fn a_late_refusal_does_not_send_beside_what_a_person_sent_again() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let message = app.api().send(HANDSET, "一度").await;
    let begun = begin(&app).await;
    app.advance(deliver::LEASE + TimeDelta::seconds(1));
    app.deliver().await;
    sato.post(&format!("/messages/{message}/resend"), &[("confirm", "1")]).await.expect(303);
    deliver::finish(&app, begun, Err(refused(Retry::Soon))).await.unwrap();
    assert_eq!(app.api().state_of(message).await, "failed");
    app.advance(TimeDelta::minutes(1));
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["一度"]);
}

#[tokio::test]
async fn a_claim_that_came_to_nothing_is_given_back() {
    let app = TestApp::start().await;
    let message = app.api().send(HANDSET, "やり直し").await;
    let now = app.now();
    let due = app.store.read(move |db| outbox::due(db, now, 1)).await.unwrap().remove(0);
    let worker = fresh_id::<RowId>();
    deliver::begin(&app, due, worker).await.unwrap().unwrap();
    // Not by anybody else.
    deliver::give_back(&app, due, fresh_id::<RowId>()).await.unwrap();
    assert_eq!(app.api().state_of(message).await, "submitting");
    deliver::give_back(&app, due, worker).await.unwrap();
    assert_eq!(app.api().state_of(message).await, "queued");
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["やり直し"]);
}

#[tokio::test]
async fn a_silent_provider_is_left_alone_and_its_texts_stay_queued() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"lose_response": true, "receipt": "none"})).await;
    for n in 0..10 {
        app.api().send(&format!("+81901234567{n}"), &n.to_string()).await;
        app.deliver().await;
    }
    // Five calls told enough; the other five texts wait.
    let states = |word: &str| app.raw().count("messages", &format!("where state = '{word}'"));
    assert_eq!((states("unknown"), states("queued")), (5, 5));
    let metrics = app.http.get(format!("{}/metrics", app.url)).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(
        metrics.contains(r#"henji_provider_circuits_open{provider="simulator"} 1"#),
        "{metrics}"
    );
    // The probe finds it no better.
    app.advance(TimeDelta::seconds(7));
    app.deliver().await;
    assert_eq!((states("unknown"), states("queued")), (6, 4));
    app.api().carrier(json!({})).await;
    app.advance(TimeDelta::seconds(13));
    app.deliver().await;
    app.deliver().await;
    assert_eq!(states("queued"), 0);
    let metrics = app.http.get(format!("{}/metrics", app.url)).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(
        metrics.contains(r#"henji_provider_circuits_open{provider="simulator"} 0"#),
        "{metrics}"
    );
    app.simulator.idle().await;
}

/// Claims the text that is due, as a worker that then falls silent.
async fn begin(app: &TestApp) -> deliver::Begun {
    let now = app.now();
    let due = app.store.read(move |db| outbox::due(db, now, 1)).await.unwrap().remove(0);
    deliver::begin(app, due, fresh_id::<RowId>()).await.unwrap().unwrap()
}

fn accepted(provider_ref: &str) -> Accepted {
    Accepted { provider_ref: provider_ref.to_owned(), segments: None }
}

fn refused(retry: Retry) -> SendError {
    SendError::Refused { reason: Reason::ProviderError, detail: "refused".to_owned(), retry }
}
