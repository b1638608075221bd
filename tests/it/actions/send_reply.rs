//! An agent answers: once, never past a colleague, and with time to think again.

use chrono::TimeDelta;
use henji::domain::event::{EventKind, NewEvent};
use henji::domain::id::ConversationId;
use henji::store::StoreError;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{SATO, SUZUKI, TANAKA, VIEWER};

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_reply_reaches_the_handset_and_ends_the_wait() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("営業時間は?").await;
    let message = sato.reply(conversation, "9時から18時です").await;
    assert_eq!(app.api().state_of(message).await, "draft-held");
    app.settle().await;
    assert_eq!(handset.received(), ["9時から18時です"]);
    assert_eq!(app.api().state_of(message).await, "delivered");
    let found = app.api().conversation(conversation).await;
    assert!(found["waiting_since"].is_null());
    assert_eq!(found["assignee"], app.cast.id(SATO).to_string());
}

#[tokio::test]
async fn the_same_press_of_the_button_is_one_text() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let client_id = Uuid::now_v7().to_string();
    let fields = [("body", "一度だけ"), ("client_message_id", client_id.as_str())];
    let path = messages_of(conversation);
    let posts = (0..8).map(|_| sato.post(&path, &fields));
    for answer in futures_util::future::join_all(posts).await {
        assert_eq!(
            answer.expect(303).header("location"),
            format!("/conversations/{conversation}#latest")
        );
    }
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["一度だけ"]);
}

#[tokio::test]
async fn whoever_has_not_seen_a_colleagues_answer_is_told_first() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let conversation = app.handset(HANDSET).sends("届きません").await;
    let seen = seen_by(&tanaka, conversation).await;
    sato.reply(conversation, "調べます").await;

    let client_id = Uuid::now_v7().to_string();
    let fields = [("body", "再送します"), ("seen_seq", &seen), ("client_message_id", &client_id)];
    let refused = tanaka.post(&messages_of(conversation), &fields).await.expect(409);
    assert_eq!(refused.texts(".conflict .b"), ["調べます"]);
    assert_eq!(refused.texts("#conflict-body"), ["再送します"]);
    assert_eq!(app.api().texts(conversation).await, ["届きません", "調べます"]);

    // The page's own form: told, and sent all the same.
    let kept = refused.attribute("input[name=client_message_id]", "value").unwrap();
    assert_eq!(kept, client_id);
    let seen = refused.attribute("#conflict-form input[name=seen_seq]", "value").unwrap();
    let fields = [("body", "再送します"), ("seen_seq", &seen), ("client_message_id", &kept)];
    tanaka.post(&messages_of(conversation), &fields).await.expect(303);
    app.settle().await;
    let mut received = app.handset(HANDSET).received();
    received.sort();
    assert_eq!(received, ["再送します", "調べます"]);
}

/// A2: one text leaves, whoever was first; the others see it and decide.
#[tokio::test]
async fn of_many_answers_at_the_same_moment_one_leaves() {
    let app = TestApp::start().await;
    let agents = [SATO, TANAKA, SUZUKI];
    let mut browsers = Vec::new();
    for who in agents {
        browsers.push(app.sign_in(who).await);
    }
    for round in 0..10 {
        let conversation = app.handset(&format!("+81901234560{round}")).sends("?").await;
        let seen = seen_by(&browsers[0], conversation).await;
        let posts = browsers.iter().zip(agents).map(|(browser, who)| {
            let fields = [("body", who.name), ("seen_seq", seen.as_str())];
            let form = browser.form(&messages_of(conversation), &fields);
            // With scripts and without.
            Answer::to(if who == SATO { form.header("x-fragment", "message") } else { form })
        });
        let answers = futures_util::future::join_all(posts).await;
        let sent = app.api().texts(conversation).await;
        assert_eq!(sent.len(), 2, "{sent:?}");
        let taken = answers.iter().filter(|answer| answer.status != 409).count();
        assert_eq!(taken, 1, "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        for told in answers.iter().filter(|answer| answer.status == 409) {
            assert_eq!(told.texts(".conflict .b"), sent[1..], "{}", told.text);
        }
    }
    app.settle().await;
}

#[tokio::test]
async fn a_page_from_long_ago_is_told_as_well() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    let seen = seen_by(&tanaka, conversation).await;
    app.advance(TimeDelta::hours(1));
    for _ in 0..5 {
        let busy = app.store.write(|tx| {
            for _ in 0..4_001 {
                tx.event(NewEvent::new(EventKind::SettingsChanged));
            }
            Ok::<_, StoreError>(())
        });
        busy.await.unwrap();
    }
    let fields = [("body", "遅れました"), ("seen_seq", seen.as_str())];
    // Nothing came since: the age of the page alone is no reason to ask.
    tanaka.post(&messages_of(conversation), &fields).await.expect(303);
    sato.reply(conversation, "調べます").await;
    tanaka.post(&messages_of(conversation), &fields).await.expect(409);
    app.settle().await;
}

#[tokio::test]
async fn the_customers_next_text_stops_a_reply_too_and_scripts_get_the_part() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("予約したい").await;
    let seen = seen_by(&sato, conversation).await;
    handset.sends("やっぱり結構です").await;
    let fields = [("body", "何時が良いですか"), ("seen_seq", seen.as_str())];
    let form = sato.form(&messages_of(conversation), &fields).header("x-fragment", "message");
    let refused = Answer::to(form).await.expect(409);
    assert!(refused.text.starts_with("<section class=\"conflict\""), "{}", refused.text);
    assert_eq!(refused.texts(".b"), ["やっぱり結構です"]);
}

#[tokio::test]
async fn ones_own_texts_are_no_conflict() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let seen = seen_by(&sato, conversation).await;
    for body in ["一", "二"] {
        let fields = [("body", body), ("seen_seq", seen.as_str())];
        sato.post(&messages_of(conversation), &fields).await.expect(303);
    }
    app.settle().await;
    let mut received = app.handset(HANDSET).received();
    received.sort();
    assert_eq!(received, ["一", "二"]);
}

#[tokio::test]
async fn taken_back_inside_the_window_nothing_leaves() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let message = sato.reply(conversation, "間違えました").await;
    app.advance(TimeDelta::seconds(4));
    assert_eq!(app.deliver().await, 0);
    sato.post(&format!("/messages/{message}/cancellation"), &[]).await.expect(303);
    app.advance(TimeDelta::hours(1));
    assert_eq!(app.deliver().await, 0);
    assert!(app.handset(HANDSET).received().is_empty());
    assert_eq!(app.api().state_of(message).await, "canceled");
}

#[tokio::test]
async fn what_has_left_cannot_be_taken_back() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let message = sato.reply(conversation, "送りました").await;
    app.settle().await;
    sato.post(&format!("/messages/{message}/cancellation"), &[]).await.expect(409);
    assert_eq!(app.handset(HANDSET).received(), ["送りました"]);
}

#[tokio::test]
async fn a_colleague_may_take_it_back_too_but_no_viewer() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let viewer = app.sign_in(VIEWER).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let message = sato.reply(conversation, "待って").await;
    let path = format!("/messages/{message}/cancellation");
    viewer.post(&path, &[]).await.expect(403);
    tanaka.post(&path, &[]).await.expect(303);
    assert_eq!(app.api().state_of(message).await, "canceled");
}

#[tokio::test]
async fn what_cannot_be_sent_comes_back_as_it_was_typed() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let too_long = "長".repeat(2_000);
    for body in ["", "   ", &too_long] {
        let refused = sato.post(&messages_of(conversation), &[("body", body)]).await.expect(422);
        assert!(!refused.texts("#body-error").is_empty(), "{body:.9}");
        let html = refused.html();
        let field = scraper::Selector::parse("textarea#body").unwrap();
        let typed: String = html.select(&field).next().unwrap().text().collect();
        assert_eq!(typed.trim(), body.trim());
    }
    assert_eq!(app.raw().count("outbox", ""), 0);
}

#[tokio::test]
async fn a_note_never_leaves_even_from_the_wrong_form() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    sato.note(conversation, "社内だけ").await;
    let fields = [("body", "これも社内"), ("mode", "note")];
    sato.post(&messages_of(conversation), &fields).await.expect(303);
    app.settle().await;
    assert!(app.handset(HANDSET).received().is_empty());
    let page = sato.get(&format!("/conversations/{conversation}")).await;
    assert_eq!(page.texts(".note .b"), ["社内だけ", "これも社内"]);
}

#[tokio::test]
async fn a_text_to_a_new_number_starts_its_conversation() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let page = sato.get("/conversations/new").await.expect(200);
    let sender = page.attribute("[name=sender_id] option, input[name=sender_id]", "value").unwrap();
    for (to, status) in [("03-1234-5678", 422), ("", 422), ("090-8765-4321", 303)] {
        let fields = [("to", to), ("sender_id", &sender), ("body", "初めまして")];
        sato.post("/conversations", &fields).await.expect(status);
    }
    app.settle().await;
    assert_eq!(app.handset("+819087654321").received(), ["初めまして"]);
}

async fn seen_by(browser: &Browser, conversation: ConversationId) -> String {
    let page = browser.get(&format!("/conversations/{conversation}")).await.expect(200);
    page.attribute("#composer input[name=seen_seq]", "value").unwrap()
}

fn messages_of(conversation: ConversationId) -> String {
    format!("/conversations/{conversation}/messages")
}
