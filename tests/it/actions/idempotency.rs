//! A program that asks again gets the same answer, and nothing is sent twice.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answer::Answer;

const HANDSET: &str = "+819012345678";

#[tokio::test]
async fn the_same_key_gives_the_same_answer_whatever_happened_meanwhile() {
    let app = TestApp::start().await;
    let order = app.api().order(HANDSET, "ご予約を承りました", json!({}));
    let first = send(&app, "order-17", &order).await.expect(201);
    app.settle().await;
    let again = send(&app, "order-17", &order).await.expect(201);
    assert_eq!(again.text, first.text);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.header("idempotent-replayed"), "");
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["ご予約を承りました"]);
}

#[tokio::test]
async fn the_same_key_for_something_else_is_refused() {
    let app = TestApp::start().await;
    let order = app.api().order(HANDSET, "一", json!({}));
    send(&app, "order-17", &order).await.expect(201);
    for other in [
        app.api().order(HANDSET, "二", json!({})),
        app.api().order("+819087654321", "一", json!({})),
        app.api().order(HANDSET, "一", json!({"purpose": "notice"})),
    ] {
        let refused = send(&app, "order-17", &other).await.expect(422);
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.json()["reason"], "reused");
    }
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["一"]);
}

#[tokio::test]
async fn twenty_at_once_are_one() {
    let app = TestApp::start().await;
    let order = app.api().order(HANDSET, "同時", json!({}));
    let asked = (0..20).map(|_| send(&app, "order-17", &order));
    let answers = futures_util::future::join_all(asked).await;
    let first = answers[0].text.clone();
    for answer in answers {
        assert_eq!(answer.expect(201).text, first);
    }
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["同時"]);
}

#[tokio::test]
async fn another_tokens_key_is_another_key() {
    let app = TestApp::start().await;
    let admin = crate::support::cast::caller(&app, app.cast.id(crate::support::cast::ADMIN)).await;
    let scopes = vec!["messages:send".to_owned()];
    let (_, token) =
        henji::actions::settings::add_token(&app, admin, "二つ目".into(), scopes).await.unwrap();
    let order = app.api().order(HANDSET, "二回", json!({}));
    send(&app, "order-17", &order).await.expect(201);
    let other = crate::support::api::Api::new(&app, &token);
    let request = other.request(Method::POST, "/messages").json(&order);
    Answer::to(request.header("idempotency-key", "order-17")).await.expect(201);
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["二回", "二回"]);
}

#[tokio::test]
async fn the_same_client_id_is_one_text_too() {
    let app = TestApp::start().await;
    let order = app.api().order(HANDSET, "一度", json!({"client_id": "crm-4711"}));
    let first = app.api().post("/messages", order.clone()).await.expect(201).json();
    let again = app.api().post("/messages", order).await.expect(201).json();
    assert_eq!(first["id"], again["id"]);
    app.settle().await;
    assert_eq!(app.handset(HANDSET).received(), ["一度"]);
}

#[tokio::test]
async fn a_refused_order_may_be_mended_under_the_same_key() {
    let app = TestApp::start().await;
    let wrong = app.api().order("03-1234-5678", "?", json!({}));
    send(&app, "order-17", &wrong).await.expect(422);
    let right = app.api().order(HANDSET, "?", json!({}));
    send(&app, "order-17", &right).await.expect(201);
    app.settle().await;
}

async fn send(app: &TestApp, key: &str, order: &Value) -> Answer {
    let request = app.api().request(Method::POST, "/messages").json(order);
    Answer::to(request.header("idempotency-key", key)).await
}
