//! Closing is taken back, and leads to the next one.

use chrono::TimeDelta;
use henji::domain::id::ConversationId;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::cast::{SATO, TANAKA};

const HANDSET: &str = "+819012345678";

async fn found(app: &TestApp, conversation: ConversationId) -> Value {
    let mut found = app.api().conversation(conversation).await;
    // Lines of the timeline are no texts; what the row shows must be the same.
    found.as_object_mut().unwrap().remove("tags");
    found
}

#[tokio::test]
async fn closing_that_is_taken_back_at_once_has_not_been() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    sato.post(&format!("/conversations/{conversation}/assignment"), &[]).await.expect(303);
    let closure = format!("/conversations/{conversation}/closure");
    let before = found(&app, conversation).await;
    assert_ne!(before["waiting_since"], json!(null));
    app.advance(TimeDelta::seconds(30));
    sato.post(&closure, &[]).await.expect(303);
    assert_eq!(found(&app, conversation).await["waiting_since"], json!(null));
    app.advance(TimeDelta::seconds(8));
    sato.delete(&closure).await.expect(303);
    assert_eq!(found(&app, conversation).await, before, "the wait goes on from where it began");
    let page = sato.get(&format!("/conversations/{conversation}/about")).await.expect(200);
    assert_eq!(page.texts(".cases li").len(), 1, "and so does the case");
}

#[tokio::test]
async fn a_snooze_that_closing_ended_is_there_again() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let until = (app.now() + TimeDelta::hours(2)).to_rfc3339();
    let snooze = format!("/conversations/{conversation}/snooze");
    sato.post(&snooze, &[("until", &until)]).await.expect(303);
    let before = found(&app, conversation).await;
    let closure = format!("/conversations/{conversation}/closure");
    sato.post(&closure, &[]).await.expect(303);
    sato.delete(&closure).await.expect(303);
    assert_eq!(found(&app, conversation).await, before);
}

#[tokio::test]
async fn another_or_a_later_reopening_begins_a_new_case() {
    let app = TestApp::start().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    let conversation = app.handset(HANDSET).sends("?").await;
    let closure = format!("/conversations/{conversation}/closure");
    sato.post(&closure, &[]).await.expect(303);
    tanaka.delete(&closure).await.expect(303);
    assert_eq!(found(&app, conversation).await["waiting_since"], json!(null));
    sato.post(&closure, &[]).await.expect(303);
    app.advance(TimeDelta::seconds(61));
    sato.delete(&closure).await.expect(303);
    let page = sato.get(&format!("/conversations/{conversation}/about")).await.expect(200);
    assert_eq!(page.texts(".cases li").len(), 3);
}

#[tokio::test]
async fn without_scripts_closing_leads_to_the_next_of_the_list() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let mut threads = Vec::new();
    for n in 0..3 {
        threads.push(app.handset(&format!("+8190111100{n:02}")).sends("?").await);
        app.advance(TimeDelta::seconds(1));
    }
    let next = [("next", "1"), ("back", "?view=unassigned")];
    let close = async |conversation: ConversationId| {
        let path = format!("/conversations/{conversation}/closure");
        sato.post(&path, &next).await.expect(303).header("location").to_owned()
    };
    let of = |conversation: ConversationId| {
        format!("/conversations/{conversation}?view=unassigned#latest")
    };
    // Newest first: below the middle one stands the oldest.
    assert_eq!(close(threads[1]).await, of(threads[0]));
    assert_eq!(close(threads[0]).await, of(threads[2]), "the last one leads up");
    assert_eq!(close(threads[2]).await, "/conversations?view=unassigned");
    // The list beside a thread stays the one it was.
    let path = format!("/conversations/{}/closure", threads[2]);
    let back = [("back", "?view=closed&inbox=nonsense"), ("_method", "DELETE")];
    let answer = sato.post(&path, &back).await.expect(303);
    let expected = format!("/conversations/{}?view=closed#latest", threads[2]);
    assert_eq!(answer.header("location"), expected);
}

#[tokio::test]
async fn an_answer_may_close_with_it_once_and_a_refused_one_closes_nothing() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let conversation = app.handset(HANDSET).sends("?").await;
    let answer = format!("/conversations/{conversation}/messages");
    let fields = |body| {
        [
            ("body", body),
            ("close", "1"),
            ("client_message_id", "0193e7a1-7c61-7f1e-8a55-0242ac120002"),
        ]
    };
    sato.post(&answer, &fields("4242 4242 4242 4242")).await.expect(422);
    assert_eq!(found(&app, conversation).await["state"], "open");
    sato.post(&answer, &fields("こちらで完了です")).await.expect(303);
    assert_eq!(found(&app, conversation).await["state"], "closed");
    // Taken up again; the same answer comes once more, from a browser that heard nothing.
    sato.delete(&format!("/conversations/{conversation}/closure")).await.expect(303);
    sato.post(&answer, &fields("こちらで完了です")).await.expect(303);
    assert_eq!(found(&app, conversation).await["state"], "open");
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["こちらで完了です"]);
}
