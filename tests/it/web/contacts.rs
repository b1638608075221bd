//! A contact's own page: one person, whichever inboxes they wrote to.

use chrono::TimeDelta;
use henji::domain::id::ConversationId;
use henji::store::conversations;

use crate::support::TestApp;
use crate::support::cast::{self, ADMIN, SATO, VIEWER, YAMADA};

mod fields;
mod list;
mod merge;
pub mod table;

const HANDSET: &str = "+819012345678";

/// The page of whoever has this conversation.
async fn page_of(app: &TestApp, conversation: ConversationId) -> String {
    let found = app.store.read(move |db| conversations::find(db, conversation)).await.unwrap();
    format!("/contacts/{}", found.contact.id)
}

#[tokio::test]
async fn everything_is_read_in_one_timeline_as_far_as_one_may_see_it() {
    let app = TestApp::start().await;
    let reception = app.handset(HANDSET).sends("受付への質問").await;
    app.advance(TimeDelta::minutes(1));
    app.handset(HANDSET).sends_to(cast::RECRUITING_NUMBER, "応募したいです", None).await;
    let path = page_of(&app, reception).await;
    let admin = app.sign_in(ADMIN).await.get(&path).await.expect(200);
    assert_eq!(admin.texts(".m.in .b"), ["受付への質問", "応募したいです"]);
    assert_eq!(admin.texts(".contact .msgs .line > .day").len(), 3, "two inboxes and a day");
    // Sato is of the reception alone, Yamada of recruiting.
    let sato = app.sign_in(SATO).await.get(&path).await.expect(200);
    assert_eq!(sato.texts(".m.in .b"), ["受付への質問"]);
    assert!(!sato.text.contains("応募したいです"));
    let yamada = app.sign_in(YAMADA).await.get(&path).await.expect(200);
    assert_eq!(yamada.texts(".m.in .b"), ["応募したいです"]);
}

#[tokio::test]
async fn who_sees_none_of_their_conversations_finds_nobody() {
    let app = TestApp::start().await;
    let reception = app.handset(HANDSET).sends("受付だけに").await;
    let path = page_of(&app, reception).await;
    let yamada = app.sign_in(YAMADA).await;
    yamada.get(&path).await.expect(404);
    let stop = [("scope", "all"), ("source", "user")];
    yamada.post(&format!("{path}/opt_out"), &stop).await.expect(404);
    assert_eq!(app.raw().count("opt_outs", ""), 0);
}

#[tokio::test]
async fn a_wish_to_stop_that_was_spoken_holds_in_every_inbox() {
    let app = TestApp::start().await;
    let reception = app.handset(HANDSET).sends("電話でも言いましたが").await;
    let elsewhere = app.handset(HANDSET);
    elsewhere.sends_to(cast::RECRUITING_NUMBER, "こちらも", None).await;
    let path = page_of(&app, reception).await;
    let sato = app.sign_in(SATO).await;
    let before = app.last_event().await;
    sato.post(&format!("{path}/opt_out"), &[("scope", "all"), ("source", "user")])
        .await
        .expect(303);
    let page = sato.get(&path).await.expect(200);
    assert_eq!(page.texts(".facts .stop").len(), 1);
    assert!(page.text.contains("佐藤"), "who recorded it is told");
    // Once: the same again changes nothing.
    sato.post(&format!("{path}/opt_out"), &[("scope", "all"), ("source", "law")]).await.expect(303);
    assert_eq!(app.raw().count("opt_outs", ""), 1);
    assert_eq!(app.raw().count("audit_entries", "where action = 'contact.opt_out'"), 1);
    assert_eq!(app.last_event().await - before, 2, "a line in each conversation");
    assert_eq!(app.api().system_lines(reception).await.len(), 1);
    let order = app.api().order(HANDSET, "お知らせ", serde_json::json!({}));
    let refused = app.api().post("/messages", order.clone()).await.expect(422).json();
    assert_eq!(refused["field"], "to");
    // Agreed again, and ticked.
    let refused = sato.delete(&format!("{path}/opt_out")).await.expect(422);
    assert_eq!(refused.texts("h1").len(), 1, "without scripts it is a page: {}", refused.text);
    app.api().post("/messages", order.clone()).await.expect(422);
    let tick = sato.form(&format!("{path}/opt_out"), &[("_method", "DELETE"), ("agreed", "1")]);
    crate::support::answer::Answer::to(tick).await.expect(303);
    app.api().post("/messages", order).await.expect(201);
    assert_eq!(app.raw().count("opt_outs", "where ended_at is null"), 0);
    app.settle().await;
}

#[tokio::test]
async fn who_only_reads_records_nothing() {
    let app = TestApp::start().await;
    let reception = app.handset(HANDSET).sends("こんにちは").await;
    let path = page_of(&app, reception).await;
    let viewer = app.sign_in(VIEWER).await;
    let page = viewer.get(&path).await.expect(200);
    assert!(page.texts("form[action$='/opt_out']").is_empty());
    let stop = [("scope", "all"), ("source", "user")];
    viewer.post(&format!("{path}/opt_out"), &stop).await.expect(403);
}

#[tokio::test]
async fn older_lines_are_a_page_away() {
    let app = TestApp::start().await;
    let mut conversation = None;
    for n in 0..65 {
        conversation = Some(app.handset(HANDSET).sends(&format!("{n}通目")).await);
        app.advance(TimeDelta::seconds(1));
    }
    let path = page_of(&app, conversation.unwrap()).await;
    let sato = app.sign_in(SATO).await;
    let newest = sato.get(&path).await.expect(200);
    let shown = newest.texts(".m.in .b");
    assert_eq!((shown.len(), shown[0].as_str(), shown[59].as_str()), (60, "5通目", "64通目"));
    let older = newest.attribute("a[href*='before=']", "href").unwrap();
    let oldest = sato.get(&older).await.expect(200);
    assert_eq!(oldest.texts(".m.in .b"), ["0通目", "1通目", "2通目", "3通目", "4通目"]);
    assert_eq!(oldest.attribute("a[href*='before=']", "href"), None);
}
