//! A provider says what became of a text: early, late, twice, in any order.

use henji::actions::deliver;
use henji::clock::fresh_id;
use henji::domain::id::MessageId;
use henji::providers::Accepted;
use henji::store::ids::RowId;
use henji::store::outbox;
use serde_json::json;

use crate::support::TestApp;
use crate::support::webhook::receipt;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn a_receipt_that_overtakes_the_send_call_is_joined() {
    let app = TestApp::start().await;
    let message = app.api().send(HANDSET, "速い網").await;
    let now = app.now();
    let due = app.store.read(move |db| outbox::due(db, now, 1)).await.unwrap().remove(0);
    let begun = deliver::begin(&app, due, fresh_id::<RowId>()).await.unwrap().unwrap();

    app.webhook("receipts", &receipt("FAST1", "delivered")).await.expect(200);
    assert_eq!(app.api().state_of(message).await, "submitting");

    let accepted = Accepted { provider_ref: "FAST1".into(), segments: None };
    deliver::finish(&app, begun, Ok(accepted)).await.unwrap();
    let found = app.api().message(message).await;
    assert_eq!(found["state"], "delivered");
    assert_eq!(found["provider_ref"], "FAST1");
    assert!(found["delivered_at"].is_string() && found["sent_at"].is_string());
    assert_eq!(app.raw().count("receipts", "where message_id is null"), 0);
}

#[tokio::test]
async fn every_order_of_receipts_ends_the_same() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"receipt": "none"})).await;
    for order in [
        &["sent", "delivered"][..],
        &["delivered", "sent"],
        &["delivered", "delivered", "sent", "delivered"],
        &["no news", "delivered", "undelivered"],
        &["delivered", "failed", "expired"],
    ] {
        let (message, reference) = sent(&app).await;
        for status in order {
            app.webhook("receipts", &receipt(&reference, status)).await.expect(200);
        }
        assert_eq!(app.api().state_of(message).await, "delivered", "{order:?}");
    }
}

#[tokio::test]
async fn the_first_end_stays() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"receipt": "none"})).await;
    let (message, reference) = sent(&app).await;
    for status in ["undelivered", "delivered", "sent"] {
        app.webhook("receipts", &receipt(&reference, status)).await.expect(200);
    }
    assert_eq!(app.api().state_of(message).await, "undelivered");
    assert_eq!(app.raw().count("receipts", ""), 3);
}

#[tokio::test]
async fn a_repeated_receipt_is_kept_once_and_tells_nobody_again() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"receipt": "none"})).await;
    let (_, reference) = sent(&app).await;
    app.webhook("receipts", &receipt(&reference, "delivered")).await.expect(200);
    let told = app.last_event().await;
    for _ in 0..5 {
        app.webhook("receipts", &receipt(&reference, "delivered")).await.expect(200);
    }
    assert_eq!(app.last_event().await, told);
    assert_eq!(app.raw().count("receipts", ""), 1);
}

#[tokio::test]
async fn a_receipt_for_a_text_we_never_sent_is_kept_and_harms_nobody() {
    let app = TestApp::start().await;
    app.webhook("receipts", &receipt("STRANGER", "delivered")).await.expect(200);
    assert_eq!(app.raw().count("receipts", "where message_id is null"), 1);
}

#[tokio::test]
async fn an_undelivered_text_says_why() {
    let app = TestApp::start().await;
    app.api().carrier(json!({"receipt": "undelivered"})).await;
    let message = app.api().send(HANDSET, "圏外").await;
    app.settle().await;
    let found = app.api().message(message).await;
    assert_eq!(
        (&found["state"], &found["reason"]),
        (&json!("undelivered"), &json!("out_of_range"))
    );
}

/// A text the carrier took and says nothing more of.
async fn sent(app: &TestApp) -> (MessageId, String) {
    let message = app.api().send(HANDSET, "?").await;
    app.settle().await;
    let found = app.api().message(message).await;
    assert_eq!(found["state"], "sent");
    (message, found["provider_ref"].as_str().unwrap().to_owned())
}
