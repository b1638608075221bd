//! What somebody begins to write is kept for them, and for nobody else.

use chrono::TimeDelta;
use henji::domain::id::ConversationId;
use serde_json::Value;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::cast::{SATO, SUZUKI, TANAKA, VIEWER, YAMADA};
use crate::support::socket::Socket;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_draft_is_there_on_every_machine_of_its_writer_and_on_no_other() {
    let app = TestApp::start().await;
    let (desk, phone) = (app.sign_in(SATO).await, app.sign_in(SATO).await);
    let conversation = app.handset(HANDSET).sends("見積もりは?").await;
    write(&desk, conversation, "折り返し", "reply").await;
    assert_eq!(begun(&phone, conversation).await, ("折り返し".into(), "reply".into()));
    write(&phone, conversation, "折り返しご連絡します", "note").await;
    assert_eq!(begun(&desk, conversation).await, ("折り返しご連絡します".into(), "note".into()));
    for other in [TANAKA, SUZUKI] {
        let other = app.sign_in(other).await;
        assert_eq!(begun(&other, conversation).await, (String::new(), "reply".into()));
        assert_eq!(marked(&other, conversation).await, 0);
    }
    assert_eq!(marked(&desk, conversation).await, 1);
    write(&desk, conversation, "  ", "reply").await;
    assert_eq!(begun(&phone, conversation).await, (String::new(), "reply".into()));
    assert_eq!(marked(&desk, conversation).await, 0);
}

#[tokio::test]
async fn a_draft_is_for_what_it_was_begun_for_and_so_is_a_text_taken_back() {
    let app = TestApp::start().await;
    let (desk, phone) = (app.sign_in(SATO).await, app.sign_in(SATO).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    let fields = |purpose| [("body", "お支払いを"), ("mode", "reply"), ("purpose", purpose)];
    desk.put(&draft_of(conversation), &fields("dunning")).await.expect(303);
    assert_eq!(purpose(&phone, conversation).await, "dunning");
    // What the version before wrote says nothing of it.
    app.raw().execute("update drafts set purpose = null");
    assert_eq!(purpose(&phone, conversation).await, "conversation");

    let path = format!("/conversations/{conversation}/messages");
    desk.post(&path, &fields("notice")).await.expect(303);
    assert_eq!(purpose(&phone, conversation).await, "conversation");
    let message = app.api().timeline(conversation).await.pop().unwrap();
    let cancel = format!("/messages/{}/cancellation", message["id"].as_str().unwrap());
    desk.post(&cancel, &[("to_edit", "1")]).await.expect(303);
    assert_eq!(begun(&phone, conversation).await.0, "お支払いを");
    assert_eq!(purpose(&phone, conversation).await, "notice");
}

#[tokio::test]
async fn whoever_may_not_answer_may_not_write_either() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let path = draft_of(conversation);
    app.sign_in(YAMADA).await.put(&path, &[("body", "x")]).await.expect(404);
    app.sign_in(VIEWER).await.put(&path, &[("body", "x")]).await.expect(403);
    let long = "あ".repeat(20_001);
    let refused = app.sign_in(SATO).await.put(&path, &[("body", &long)]).await;
    assert!(matches!(refused.status, 413 | 422), "{}", refused.status);
    assert_eq!(app.raw().number("select count(*) as n from drafts"), 0);
}

#[tokio::test]
async fn sending_forgets_the_draft_and_no_late_one_brings_it_back() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    for (path, mode) in [("messages", "reply"), ("notes", "note")] {
        let id = Uuid::now_v7().to_string();
        let fields = [("body", "承知しました"), ("mode", mode), ("client_message_id", &id)];
        sato.put(&draft_of(conversation), &fields).await.expect(303);
        assert_eq!(marked(&sato, conversation).await, 1);
        sato.post(&format!("/conversations/{conversation}/{path}"), &fields).await.expect(303);
        assert_eq!(marked(&sato, conversation).await, 0);
        // It was on its way when the text was sent.
        sato.put(&draft_of(conversation), &fields).await.expect(303);
        assert_eq!(begun(&sato, conversation).await.0, "");
    }
    // What is begun afterwards is another text.
    write(&sato, conversation, "もう一つ", "reply").await;
    assert_eq!(begun(&sato, conversation).await.0, "もう一つ");
    app.settle().await;
}

#[tokio::test]
async fn a_refused_text_leaves_the_draft_where_it_was() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("?").await;
    write(&sato, conversation, "返事", "reply").await;
    handset.sends("STOP").await;
    let path = format!("/conversations/{conversation}/messages");
    sato.post(&path, &[("body", "返事")]).await.expect(422);
    assert_eq!(begun(&sato, conversation).await.0, "返事");
}

#[tokio::test]
async fn what_is_taken_back_stands_in_the_box_again_and_the_customer_waits() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let waiting = app.api().conversation(conversation).await["waiting_since"].clone();
    assert_ne!(waiting, Value::Null);
    app.advance(TimeDelta::seconds(1));
    let message = sato.reply(conversation, "間違えた").await;
    assert_eq!(app.api().conversation(conversation).await["waiting_since"], Value::Null);
    write(&sato, conversation, "続き", "reply").await;
    let cancel = format!("/messages/{message}/cancellation");
    sato.post(&cancel, &[("to_edit", "1")]).await.expect(303);
    assert_eq!(begun(&sato, conversation).await.0, "間違えた\n続き");
    assert_eq!(app.api().conversation(conversation).await["waiting_since"], waiting);

    // Dropped for good: nothing comes back. And an answer that left ends the wait.
    write(&sato, conversation, "", "reply").await;
    sato.reply(conversation, "こちらです").await;
    app.settle().await;
    let message = sato.reply(conversation, "蛇足").await;
    sato.post(&format!("/messages/{message}/cancellation"), &[]).await.expect(303);
    assert_eq!(begun(&sato, conversation).await.0, "");
    assert_eq!(app.api().conversation(conversation).await["waiting_since"], Value::Null);
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["こちらです"]);
}

#[tokio::test]
async fn only_the_writers_own_screens_hear_of_it_and_no_word_of_what() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("?").await;
    let start = app.last_event().await;
    let mut mine = Socket::open(&app, &sato, start).await;
    let mut theirs = Socket::open(&app, &tanaka, start).await;
    for body in ["秘", "秘密", "秘密の下書き"] {
        write(&sato, conversation, body, "reply").await;
    }
    assert_eq!(app.last_event().await, start + 1, "one event where it begins");
    let frame = mine.next_of("ev").await.to_string();
    assert!(frame.contains("chip draft") && !frame.contains("秘"), "{frame}");
    handset.sends("次").await;
    let frame = theirs.next_of("ev").await;
    assert_eq!(frame["id"], start + 2, "{frame}");
    assert!(!frame.to_string().contains("chip draft"), "{frame}");
    let told = app.raw().texts(
        "select kind || detail as t from (select kind, '' as detail \
        from events union all select action, detail from audit_entries) as s",
    );
    assert!(told.iter().all(|line| !line.contains('秘')));
    let told = app.api().get(&format!("/events?after={start}&wait=0")).await.expect(200);
    assert!(!told.text.contains("draft"), "{}", told.text);
}

async fn write(who: &Browser, conversation: ConversationId, body: &str, mode: &str) {
    who.put(&draft_of(conversation), &[("body", body), ("mode", mode)]).await.expect(303);
}

/// What stands in the composer, and as what.
async fn begun(who: &Browser, conversation: ConversationId) -> (String, String) {
    let page = who.get(&format!("/conversations/{conversation}")).await.expect(200);
    let html = page.html();
    let field = scraper::Selector::parse("#body").unwrap();
    let body = html.select(&field).next().unwrap().text().collect();
    (body, page.attribute("#composer [name=mode][checked]", "value").unwrap())
}

async fn purpose(who: &Browser, conversation: ConversationId) -> String {
    let page = who.get(&format!("/conversations/{conversation}")).await.expect(200);
    page.attribute("#composer [name=purpose] [selected]", "value").unwrap()
}

/// How many rows of the list say that there is a draft.
async fn marked(who: &Browser, conversation: ConversationId) -> usize {
    let list = who.get("/conversations?view=all").await.expect(200);
    list.texts(&format!("#row-{conversation} .chip.draft")).len()
}

fn draft_of(conversation: ConversationId) -> String {
    format!("/conversations/{conversation}/draft")
}
