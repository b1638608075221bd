//! An inbox answers by itself: once, to people only, and never over somebody's head.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::cast::{RECEPTION_NUMBER, RECRUITING_NUMBER, SATO};

const HANDSET: &str = "+819012345678";
const OTHER: &str = "+819087654321";

async fn answers(app: &TestApp, rules: Value) {
    let path = format!("/inboxes/{}/automatic_replies", app.cast.reception);
    let policy = json!({"pause_hours": 12, "rules": rules});
    assert_eq!(app.api().put(&path, policy.clone()).await.expect(200).json(), policy);
}

fn contains(word: &str, body: &str) -> Value {
    json!({"on": "keyword", "matching": "contains", "words": [word], "body": body})
}

#[tokio::test]
async fn the_first_rule_that_fits_answers_and_the_contact_goes_on_waiting() {
    let app = TestApp::start().await;
    // It opens on Tuesday; it is Sunday morning.
    app.keeps_hours("9-18").await;
    answers(
        &app,
        json!([
            contains("住所", "銀座1-2-3です。{{会社名}}"),
            {"on": "first_contact", "body": "{{氏名}}様、はじめまして"},
            {"on": "outside_hours", "body": "ただいま営業時間外です"},
        ]),
    )
    .await;
    // Nobody's name is known: the rule that asks for it leaves it to the next.
    let conversation = app.handset(HANDSET).sends("もしもし").await;
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["ただいま営業時間外です"]);
    let found = app.api().conversation(conversation).await;
    assert_ne!(found["waiting_since"], Value::Null, "nobody has heard them");
    assert_eq!(found["assignee"], Value::Null);
    let messages = app.api().timeline(conversation).await;
    let automatic: Vec<&Value> = messages.iter().map(|message| &message["automatic"]).collect();
    assert_eq!(automatic, [&Value::Null, &json!(true)]);
    let page = app.sign_in(SATO).await.get(&format!("/conversations/{conversation}")).await;
    assert!(page.expect(200).texts(".m.out .f").concat().contains("自動返信"));

    // Once in twelve hours, whatever rule; the carrier repeating itself is nothing new.
    app.handset(HANDSET).sends("ｼﾞｭｳｼｮ、いえ住所は").await;
    app.advance(TimeDelta::hours(12));
    let again = app.handset(HANDSET).sends_to(RECEPTION_NUMBER, "住所を教えて", None).await;
    app.settle().await;
    app.advance(TimeDelta::hours(13));
    app.handset(HANDSET).sends_to(RECEPTION_NUMBER, "住所を教えて", Some(&again)).await;
    app.settle().await;
    let received = app.handset(HANDSET).received();
    assert_eq!(received, ["ただいま営業時間外です", "銀座1-2-3です。さくら電力"]);
    let audited =
        "select count(*) as n from audit_entries where action = 'inbox.automatic_replies'";
    assert_eq!(app.raw().number(audited), 1);
}

#[tokio::test]
async fn nobody_is_talked_over_and_nobody_is_written_to_who_must_not_be() {
    let app = TestApp::start().await;
    answers(&app, json!([contains("予約", "予約はこちら"), contains("停止", "停止しました")]))
        .await;
    let sato = app.sign_in(SATO).await;
    let silent = async |number: &str, text: &str| {
        let before = app.handset(number).received().len();
        let conversation = app.handset(number).sends(text).await;
        app.settle().await;
        assert_eq!(app.handset(number).received().len(), before, "{number} {text}");
        conversation
    };
    // Somebody writes, or has just written.
    let conversation = silent(HANDSET, "こんにちは").await;
    let draft = format!("/conversations/{conversation}/draft");
    sato.put(&draft, &[("body", "ただい")]).await;
    silent(HANDSET, "予約したい").await;
    app.advance(TimeDelta::minutes(31));
    sato.reply(conversation, "何名様ですか").await;
    app.settle().await;
    app.advance(TimeDelta::minutes(29));
    silent(HANDSET, "予約は2名").await;
    app.advance(TimeDelta::minutes(2));
    app.handset(HANDSET).sends("予約は2名").await;
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received().last().unwrap(), "予約はこちら");

    silent(OTHER, "停止").await;
    silent(OTHER, "予約したい").await;
    silent("+81312345678", "予約したい").await;
    silent("+818011112222", "これは自動返信です。予約は電話で").await;
    silent(RECRUITING_NUMBER, "予約はこちら").await;
}

#[tokio::test]
async fn texts_that_come_together_get_one_each_and_late_ones_none() {
    let app = TestApp::start().await;
    answers(&app, json!([contains("予約", "予約はこちら")])).await;
    let numbers: Vec<String> = (0..8).map(|n| format!("+8190123400{n:02}")).collect();
    for number in &numbers {
        for text in ["予約", "予約です"] {
            app.simulator.handset_sends(number, RECEPTION_NUMBER, text, None).unwrap();
        }
    }
    app.simulator.idle().await;
    app.settle().await;
    for number in &numbers {
        assert_eq!(app.handset(number).received(), ["予約はこちら"], "{number}");
    }
    let text = henji::domain::inbound::InboundMessage {
        provider_ref: "late".into(),
        from: HANDSET.into(),
        to: RECEPTION_NUMBER.into(),
        body: "予約".into(),
        sent_at: Some(app.now() - TimeDelta::minutes(61)),
        opt_out: None,
    };
    let account = app.cast.account.id;
    henji::actions::receive_inbound::run(&app, account, vec![text]).await.unwrap();
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), [""; 0]);
}

/// Two houses that answer whatever comes, each a handset of the other: what one sends is
/// brought to the other, after `pause`, until nothing more is sent or `most` were.
async fn texts_between(pause: TimeDelta, most: usize) -> usize {
    let (one, other) = (TestApp::start().await, TestApp::start().await);
    const ONE: &str = "+819011110001";
    const OTHER: &str = "+819011110002";
    for house in [&one, &other] {
        answers(house, json!([contains("す", "承っております")])).await;
    }
    // Of each house: its number as the other knows it, and the other's.
    let sides = [(&one, OTHER), (&other, ONE)];
    one.handset(OTHER).sends("もしもしす").await;
    one.settle().await;
    let mut brought = [0, 0];
    let mut sent = 0;
    while sent < most {
        let before = sent;
        for n in [0, 1] {
            let ((from, their), (to, ours)) = (sides[n], sides[1 - n]);
            for text in from.handset(their).received().into_iter().skip(brought[n]) {
                (brought[n], sent) = (brought[n] + 1, sent + 1);
                sides.iter().for_each(|(house, _)| house.advance(pause));
                to.handset(ours).sends(&text).await;
                to.settle().await;
            }
        }
        if sent == before {
            break;
        }
    }
    sent
}

#[tokio::test]
async fn two_houses_that_answer_each_other_stop_after_one_each() {
    assert_eq!(texts_between(TimeDelta::minutes(1), 9).await, 2);
    // Where the pause has passed each time they would go on: the guard stops them, not the road.
    assert!(texts_between(TimeDelta::hours(13), 9).await >= 9);
}
