//! Search for programs.

use serde_json::Value;

use super::HANDSET;
use crate::support::TestApp;
use crate::support::cast::{RECRUITING_NUMBER, SATO};

async fn items(app: &TestApp, path: &str) -> Vec<Value> {
    let page = app.api().get(path).await.expect(200).json();
    page["items"].as_array().unwrap().clone()
}

fn all<'a>(items: &'a [Value], field: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[field].as_str().unwrap()).collect()
}

async fn house() -> TestApp {
    let app = TestApp::start().await;
    app.leaves_work();
    let conversation = app.handset(HANDSET).sends("面接の日程").await;
    let sato = app.sign_in(SATO).await;
    let path = format!("/conversations/{conversation}/contact");
    sato.put(&path, &[("name", "山田 花子")]).await.expect(303);
    sato.reply(conversation, "面接は火曜です").await;
    app.handset("+819099998888").sends_to(RECRUITING_NUMBER, "Interview 面接", None).await;
    app.index().await;
    app
}

#[tokio::test]
async fn messages_are_found_page_by_page() {
    let app = house().await;
    let found = items(&app, "/search?q=面接").await;
    assert_eq!(all(&found, "body"), ["Interview 面接", "面接は火曜です", "面接の日程"]);
    assert_eq!(found[2]["from"], HANDSET);
    let inbox = app.cast.recruiting;
    assert_eq!(items(&app, &format!("/search?q=面接&inbox_id={inbox}")).await.len(), 1);
    let first = app.api().get("/search?q=面接&limit=2").await.expect(200).json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let path = format!("/search?q=面接&limit=2&cursor={next}");
    let second = app.api().get(&path).await.expect(200).json();
    assert_eq!(second["items"][0]["body"], "面接の日程");
    assert_eq!(second["next"], Value::Null);
    for (wrong, reason) in [
        ("/search", "missing"),
        ("/search?q=%20", "missing"),
        ("/search?q=a&cursor=1", "malformed"),
        ("/search?q=a&cursor=1-1", "outdated"),
        ("/search?q=a&colour=red", "unknown_name"),
        ("/contacts?q=a&phone=09012345678", "ambiguous"),
        ("/contacts?phone=abc", "malformed"),
    ] {
        let refused = app.api().get(wrong).await.expect(422).json();
        assert_eq!(refused["reason"], reason, "{wrong}: {refused}");
    }
    let long = format!("/search?q={}", "あ".repeat(201));
    assert_eq!(app.api().get(&long).await.expect(422).json()["reason"], "too_long");
}

#[tokio::test]
async fn contacts_are_listed_and_found() {
    let app = house().await;
    let everybody = items(&app, "/contacts").await;
    assert_eq!(all(&everybody, "phone"), ["+819099998888", HANDSET]);
    assert_eq!(everybody[1]["name"], "山田 花子");
    let first = app.api().get("/contacts?limit=1").await.expect(200).json();
    let next = first["next"].as_str().unwrap();
    let second = items(&app, &format!("/contacts?limit=1&cursor={next}")).await;
    assert_eq!(all(&second, "phone"), [HANDSET]);
    for asked in ["q=山田", "q=1234", "phone=090-1234-5678", "phone=%2B819012345678"] {
        assert_eq!(all(&items(&app, &format!("/contacts?{asked}")).await, "phone"), [HANDSET]);
    }
    assert!(items(&app, "/contacts?phone=08011112222").await.is_empty());
    assert!(items(&app, "/contacts?q=鈴木").await.is_empty());
}

#[tokio::test]
async fn conversations_are_found_by_their_words_and_their_contact() {
    let app = house().await;
    let found = |q: &'static str| {
        let app = &app;
        async move { items(app, &format!("/conversations?q={q}")).await.len() }
    };
    assert_eq!(found("面接").await, 2);
    assert_eq!(found("火曜").await, 1);
    assert_eq!(found("山田").await, 1);
    assert_eq!(found("9999").await, 1);
    assert_eq!(found("鈴木").await, 0);
    assert_eq!(found("面接&state=closed").await, 0);
    assert_eq!(found("").await, 2, "nothing asked is everything");
}
