//! Who asks us to stop is heard at once.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestApp;
use crate::support::cast::SATO;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn what_is_queued_does_not_leave_after_a_stop_word() {
    let app = TestApp::start().await;
    let sato = app.sign_in(SATO).await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("案内をください").await;
    let message = sato.reply(conversation, "こちらです").await;
    handset.sends("配信停止").await;
    app.settle().await;
    assert!(handset.received().is_empty());
    let found = app.api().message(message).await;
    assert_eq!((&found["state"], &found["reason"]), (&json!("failed"), &json!("opted_out")));
    assert_eq!(app.api().system_lines(conversation).await, ["opted_out"]);
    assert_eq!(app.api().conversation(conversation).await["contact"]["opted_out"], true);

    let path = format!("/conversations/{conversation}/messages");
    sato.post(&path, &[("body", "それでも")]).await.expect(422);
    let order = app.api().order(HANDSET, "それでも", json!({}));
    let refused = app.api().post("/messages", order).await.expect(422).json();
    assert_eq!((&refused["field"], &refused["reason"]), (&json!("to"), &json!("opted_out")));
}

#[tokio::test]
async fn a_start_word_lets_texts_through_again() {
    let app = TestApp::start().await;
    let handset = app.handset(HANDSET);
    let conversation = handset.sends("STOP").await;
    handset.sends("stop").await;
    handset.sends("START").await;
    assert_eq!(app.api().system_lines(conversation).await, ["opted_out", "opted_in"]);
    app.api().send(HANDSET, "おかえりなさい").await;
    app.settle().await;
    assert_eq!(handset.received(), ["おかえりなさい"]);
    assert_eq!(app.raw().count("opt_outs", ""), 1);
    assert_eq!(app.raw().count("opt_outs", "where ended_at is null"), 0);
}

#[tokio::test]
async fn a_word_that_cancels_an_interview_stops_nothing() {
    let app = TestApp::start().await;
    let handset = app.handset(HANDSET);
    for word in ["キャンセル", "CANCEL", "終了", "中止の連絡です", "電車が停止しています"]
    {
        handset.sends(word).await;
    }
    app.api().send(HANDSET, "承知しました").await;
    app.settle().await;
    assert_eq!(handset.received(), ["承知しました"]);
    assert_eq!(app.raw().count("opt_outs", ""), 0);
}

#[tokio::test]
async fn a_stop_request_holds_for_the_number_in_every_inbox() {
    let app = TestApp::start().await;
    app.handset(HANDSET).sends("退会").await;
    app.advance(TimeDelta::days(400));
    let order = json!({"inbox_id": app.cast.recruiting.0, "to": HANDSET, "body": "?"});
    // A year is longer than a token lives.
    let admin = crate::support::cast::caller(&app, app.cast.id(crate::support::cast::ADMIN)).await;
    let scopes = vec!["messages:send".to_owned()];
    let (_, token) =
        henji::actions::settings::add_token(&app, admin, "new".into(), scopes).await.unwrap();
    let api = crate::support::api::Api::new(&app, &token);
    let refused = api.post("/messages", order).await.expect(422).json();
    assert_eq!(refused["reason"], "opted_out");
}

#[tokio::test]
async fn the_carriers_word_that_somebody_stopped_is_believed() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"reject_code": "opted_out"})).await;
    let message = app.api().send(HANDSET, "?").await;
    app.deliver().await;
    assert_eq!(app.api().message(message).await["reason"], "opted_out");
    let conversation = app.handset(HANDSET).conversation().await;
    assert_eq!(app.api().conversation(conversation).await["contact"]["opted_out"], true);
    let order = app.api().order(HANDSET, "?", json!({}));
    app.api().post("/messages", order).await.expect(422);
}
