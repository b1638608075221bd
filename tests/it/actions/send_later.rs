//! A text is written now and leaves later, unless somebody thinks better of it
//! or the customer writes first.

use chrono::TimeDelta;
use henji::domain::id::ConversationId;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{SATO, TANAKA};
use crate::support::webhook::inbound;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_scheduled_text_leaves_at_its_time_and_says_so_until_then() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("明日でよいです").await;
    let page = sato.get(&thread(conversation)).await.expect(200);
    let tomorrow = page.attribute(".later button[name=send_at]:not([value=typed])", "value");
    let at = chrono::DateTime::parse_from_rfc3339(&tomorrow.unwrap()).unwrap();
    let fields = [("body", "一時間後です"), ("send_at", &at.to_rfc3339())];
    sato.post(&messages(conversation), &fields).await.expect(303);
    let page = sato.get(&thread(conversation)).await.expect(200);
    assert!(page.texts(".m.out .st")[0].starts_with("予約中"), "{:?}", page.texts(".m.out .st"));
    assert_eq!(page.texts(".m.out .ring").len(), 0, "no undo window runs for an hour");
    app.settle().await;
    assert!(app.handset(HANDSET).received().is_empty());
    app.advance(TimeDelta::minutes(61));
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["一時間後です"]);
}

#[tokio::test]
async fn a_typed_time_is_of_the_inbox_and_a_wrong_one_is_told() {
    let app = TestApp::start().await;
    app.leaves_work();
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    // The clock of the tests stands at 2026-11-22 07:50 in Tokyo.
    for (typed, says) in [
        ("", "日時を選んで"),
        ("2026-11-22T07:49", "過ぎた"),
        ("2028-01-01T09:00", "1年以内"),
        ("tomorrow", "日時を選んで"),
    ] {
        let fields = [("body", "予約"), ("send_at", "typed"), ("send_at_typed", typed)];
        let refused = sato.post(&messages(conversation), &fields).await.expect(422);
        assert!(refused.texts("#body-error")[0].contains(says), "{typed}: {}", refused.text);
        assert_eq!(refused.texts("#body"), ["予約"]);
    }
    sato.post(&messages(conversation), &[("body", "x"), ("send_at", "soon")]).await.expect(422);
    let fields = [("body", "予約"), ("send_at", "typed"), ("send_at_typed", "2026-11-23T09:00")];
    sato.post(&messages(conversation), &fields).await.expect(303);
    let held = app
        .raw()
        .texts("select cast(not_before as text) as t from messages where state is not null");
    assert!(held[0].starts_with("2026-11-23 00:00:00"), "{held:?}");
}

#[tokio::test]
async fn the_first_text_of_a_conversation_waits_as_any_other() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let page = sato.get("/conversations/new").await.expect(200);
    let in_an_hour = page.attribute(".later button:not([value=typed])", "value").unwrap();
    assert_eq!(page.texts("form .pri").len(), 1, "what Enter does is to send now");
    let sender = page.attribute("#sender_id option", "value").unwrap();
    let form = |at: &str, typed: &str| {
        let text = [("sender_id", sender.as_str()), ("to", HANDSET), ("body", "はじめまして")];
        let fields = [text.as_slice(), &[("send_at", at), ("send_at_typed", typed)]].concat();
        Answer::to(sato.form("/conversations", &fields))
    };
    for (typed, says) in [("2026-11-22T07:49", "過ぎた"), ("2028-01-01T09:00", "1年以内")] {
        let refused = form("typed", typed).await.expect(422);
        assert!(refused.texts("#send_at-hint")[0].contains(says), "{}", refused.text);
        assert_eq!(refused.texts("#body"), ["はじめまして"]);
    }
    assert_eq!(app.raw().count("messages", ""), 0);
    let taken = form(&in_an_hour, "").await.expect(303);
    let thread = sato.get(taken.header("location").split('#').next().unwrap()).await.expect(200);
    assert!(thread.texts(".m.out .st")[0].starts_with("予約中"), "{}", thread.text);
    app.settle().await;
    assert!(app.handset(HANDSET).received().is_empty());
    app.advance(TimeDelta::minutes(61));
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["はじめまして"]);
}

#[tokio::test]
async fn a_scheduled_text_can_be_edited_and_canceled() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    let first = schedule(&app, &sato, conversation, "書き直す", &[]).await;
    sato.post(&format!("/messages/{first}/cancellation"), &[("to_edit", "1")]).await.expect(303);
    assert_eq!(sato.get(&thread(conversation)).await.texts("#body"), ["書き直す"]);
    let second = schedule(&app, &sato, conversation, "やめる", &[]).await;
    tanaka.post(&format!("/messages/{second}/cancellation"), &[]).await.expect(303);
    assert_eq!(tanaka.get(&thread(conversation)).await.texts("#body"), [""]);
    app.advance(TimeDelta::hours(25));
    app.settle().await;
    assert!(app.handset(HANDSET).received().is_empty());
    // Nobody has answered: the customer waits as before.
    assert_ne!(app.api().conversation(conversation).await["waiting_since"], Value::Null);
}

#[tokio::test]
async fn what_waits_for_silence_is_taken_back_with_the_reply_that_breaks_it() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("考えます").await;
    let until = [("until_reply", "1")];
    let reminder = schedule(&app, &sato, conversation, "いかがでしょうか", &until).await;
    let plain = schedule(&app, &sato, conversation, "定期のご案内", &[]).await;
    let page = sato.get(&thread(conversation)).await.expect(200);
    assert_eq!(page.texts(".m.out .until"), ["返信が来たら取り消し"]);
    // Somebody else's reply is not theirs.
    app.handset("+819011112222").sends("別の人").await;
    assert_eq!(app.api().state_of(reminder).await, "draft-held");

    handset.sends("お願いします").await;
    assert_eq!(app.api().state_of(reminder).await, "canceled");
    assert_eq!(app.api().state_of(plain).await, "draft-held");
    assert!(app.api().system_lines(conversation).await.contains(&"withdrawn".to_owned()));
    let page = sato.get(&thread(conversation)).await.expect(200);
    assert!(page.text.contains("先に返信が来たため"));
    app.advance(TimeDelta::hours(25));
    app.settle().await;
    assert_eq!(handset.received(), ["定期のご案内"]);
    // Once: what has left is nothing to take back.
    handset.sends("もう一通").await;
    assert_eq!(app.api().state_of(plain).await, "delivered");
}

#[tokio::test]
async fn of_many_replies_at_once_each_takes_back_its_own() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let mut waiting = Vec::new();
    for n in 0..30 {
        let number = format!("+81901234{n:04}");
        let conversation = app.handset(&number).sends("?").await;
        let until: &[(&str, &str)] = if n % 3 == 0 { &[] } else { &[("until_reply", "1")] };
        let message = schedule(&app, &sato, conversation, "催促", until).await;
        waiting.push((number, message, n % 3 != 0));
    }
    let posts = waiting.iter().enumerate().flat_map(|(n, (number, ..))| {
        let app = &app;
        (0..2).map(move |again| {
            let body = inbound(&format!("R{n}-{again}"), number, "返信");
            async move { app.webhook("inbound", &body).await.expect(200) }
        })
    });
    futures_util::future::join_all(posts).await;
    for (number, message, is_taken_back) in &waiting {
        let state = app.api().state_of(*message).await;
        assert_eq!(state == "canceled", *is_taken_back, "{number} is {state}");
    }
    app.advance(TimeDelta::hours(25));
    app.settle().await;
}

#[tokio::test]
async fn a_stop_word_in_between_keeps_a_scheduled_text_from_leaving() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("?").await;
    let message = schedule(&app, &sato, conversation, "明日のご案内", &[]).await;
    handset.sends("STOP").await;
    app.advance(TimeDelta::hours(25));
    app.settle().await;
    assert!(handset.received().is_empty());
    assert_eq!(app.api().message(message).await["reason"], "opted_out");
}

#[tokio::test]
async fn a_program_says_when_and_until_when() {
    let app = TestApp::start().await;
    let at = |hours| (app.now() + TimeDelta::hours(hours)).to_rfc3339();
    let order = |send: i64, expire: i64| {
        json!({"inbox_id": app.cast.reception.to_string(), "to": HANDSET, "body": "予約",
            "send_at": at(send), "expires_at": at(expire)})
    };
    let made = app.api().post("/messages", order(2, 3)).await.expect(201).json();
    assert_eq!(made["state"], "draft-held");
    app.api().post("/messages", order(3, 2)).await.expect(422);
    app.advance(TimeDelta::hours(4));
    app.settle().await;
    assert_eq!(app.api().state_of(made["id"].as_str().unwrap().parse().unwrap()).await, "expired");
    assert!(app.handset(HANDSET).received().is_empty());
}

/// A text for tomorrow.
async fn schedule(
    app: &TestApp,
    who: &Browser,
    conversation: ConversationId,
    body: &str,
    more: &[(&str, &str)],
) -> henji::domain::id::MessageId {
    let at = (app.now() + TimeDelta::hours(24)).to_rfc3339();
    let fields = [&[("body", body), ("send_at", at.as_str())], more].concat();
    let form = who.form(&messages(conversation), &fields).header("x-fragment", "message");
    let bubble = Answer::to(form).await.expect(200);
    bubble.attribute("li.line", "id").unwrap()[2..].parse().unwrap()
}

fn thread(conversation: ConversationId) -> String {
    format!("/conversations/{conversation}")
}

fn messages(conversation: ConversationId) -> String {
    format!("/conversations/{conversation}/messages")
}
