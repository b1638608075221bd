//! A text from a handset arrives: once, however often it is delivered.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{self, SATO};
use crate::support::webhook::{Signer, inbound};

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_text_from_an_unknown_number_starts_a_conversation() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANDSET).sends("予約を変更したいです").await;
    let found = app.api().conversation(conversation).await;
    assert_eq!(found["contact"]["phone"], HANDSET);
    assert_eq!(found["state"], "open");
    assert_eq!(found["assignee"], json!(null));
    assert_eq!(
        found["waiting_since"],
        json!(app.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    );
    let timeline = app.api().timeline(conversation).await;
    assert_eq!(timeline.len(), 1);
    assert_eq!(timeline[0]["body"], "予約を変更したいです");
    assert_eq!(timeline[0]["to"], cast::RECEPTION_NUMBER);
    let page = app.sign_in(SATO).await.get(&format!("/conversations/{conversation}")).await;
    assert_eq!(page.expect(200).texts(".m.in .b"), ["予約を変更したいです"]);
}

#[tokio::test]
async fn a_text_delivered_again_and_again_is_one() {
    let app = TestApp::start().await;
    for _ in 0..5 {
        app.webhook("inbound", &inbound("SIM1", HANDSET, "はい")).await.expect(200);
    }
    let conversation = app.handset(HANDSET).conversation().await;
    assert_eq!(app.api().texts(conversation).await, ["はい"]);
    assert_eq!(app.raw().count("messages", ""), 1);
}

#[tokio::test]
async fn a_text_delivered_fifty_times_at_once_is_one() {
    let app = TestApp::start().await;
    let signer = Signer::of(&app, &app.cast.account);
    let body = inbound("SIM1", HANDSET, "はい").to_string();
    let posts =
        (0..50).map(|_| Answer::to(signer.request(&app.http, app.now(), "inbound", body.clone())));
    for answer in futures_util::future::join_all(posts).await {
        answer.expect(200);
    }
    assert_eq!(app.raw().count("messages", ""), 1);
    assert_eq!(app.raw().count("conversations", ""), 1);
    assert_eq!(app.raw().count("contacts", ""), 1);
}

#[tokio::test]
async fn forty_first_texts_of_one_number_at_once_are_one_conversation() {
    // Two doors to the same database: on PostgreSQL, two nodes.
    let here = TestApp::start().await;
    let there = TestApp::on(here.db().shared()).await;
    let doors = [Signer::of(&here, &here.cast.account), Signer::of(&there, &here.cast.account)];
    for round in 0..3 {
        let number = format!("+8190123456{round:02}");
        // Each text comes to both doors, and again where it was not taken.
        let posts = (0..40).map(|n| {
            let body = inbound(&format!("SIM{round}-{}", n / 2), &number, &format!("{}", n / 2));
            offer(&here, &doors[n % 2], body.to_string())
        });
        futures_util::future::join_all(posts).await;
        let mut raw = here.raw();
        assert_eq!(raw.count("contacts", ""), round + 1);
        assert_eq!(raw.count("conversations", ""), round + 1);
        assert_eq!(raw.count("cases", ""), round + 1);
        assert_eq!(raw.count("messages", ""), 20 * (round + 1));
        assert_eq!(raw.count("quarantine", ""), 0);
    }
}

#[tokio::test]
async fn two_equal_texts_are_two() {
    let app = TestApp::start().await;
    let handset = app.handset(HANDSET);
    handset.sends("はい").await;
    let conversation = handset.sends("はい").await;
    assert_eq!(app.api().texts(conversation).await, ["はい", "はい"]);
}

#[tokio::test]
async fn the_carriers_own_repetition_is_one() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"duplicate": true})).await;
    let handset = app.handset(HANDSET);
    let sent = handset.sends_to(cast::RECEPTION_NUMBER, "一度だけ", None).await;
    handset.sends_to(cast::RECEPTION_NUMBER, "一度だけ", Some(&sent)).await;
    let conversation = handset.conversation().await;
    assert_eq!(app.api().texts(conversation).await, ["一度だけ"]);
    let taken = app.simulator.posts().iter().filter(|post| post.status == Some(200)).count();
    assert!(taken >= 4, "the carrier posted {taken} times");
}

#[tokio::test]
async fn the_same_number_is_one_contact_in_two_inboxes() {
    let app = TestApp::start().await;
    let handset = app.handset(HANDSET);
    handset.sends_to(cast::RECEPTION_NUMBER, "受付へ", None).await;
    handset.sends_to(cast::RECRUITING_NUMBER, "採用へ", None).await;
    let found = app.api().conversations().await;
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["contact"]["id"], found[1]["contact"]["id"]);
    assert_ne!(found[0]["inbox_id"], found[1]["inbox_id"]);
}

#[tokio::test]
async fn a_reply_to_a_closed_conversation_makes_it_everybodys_again() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("いつ届きますか").await;
    sato.reply(conversation, "明日です").await;
    app.settle().await;
    sato.post(&format!("/conversations/{conversation}/closure"), &[]).await.expect(303);
    assert_eq!(app.api().conversation(conversation).await["state"], "closed");

    app.advance(TimeDelta::hours(1));
    assert_eq!(handset.sends("まだ届きません").await, conversation);
    let found = app.api().conversation(conversation).await;
    assert_eq!(found["state"], "open");
    assert_eq!(found["assignee"], json!(null));
    assert_eq!(found["last_answered_by"], json!(app.cast.id(SATO).0));
    assert_eq!(app.raw().count("cases", ""), 2);
    let lines = app.api().system_lines(conversation).await;
    assert_eq!(lines, ["closed", "reopened"]);
}

/// Posts as a provider does: what was not taken for now is offered again.
async fn offer(app: &TestApp, door: &Signer, body: String) {
    for _ in 0..10 {
        let request = door.request(&app.http, app.now(), "inbound", body.clone());
        match Answer::to(request).await {
            taken if taken.status == 200 => return,
            // Two nodes stood in each other's way.
            refused => assert_eq!(refused.status, 503, "{}", refused.text),
        }
    }
    panic!("never taken: {body}");
}
