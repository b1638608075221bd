//! Links that an agent or a program puts into a text by name (F-15).

use chrono::TimeDelta;
use henji::actions::links;
use henji::domain::user::{Actor, Caller};
use serde_json::json;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, SATO};

const HANDSET: &str = "+819012345678";
const RETURNS: &str = "https://www.example.jp/returns";

async fn keep(admin: &Browser, name: &str, url: &str, days: &str) -> Answer {
    let fields = [("name", name), ("url", url), ("link_days", days)];
    admin.post("/settings/destinations", &fields).await
}

/// A house whose texts may lead to 返品.
async fn house() -> (TestApp, Browser) {
    let app = TestApp::start().await;
    app.leaves_work();
    let operator = Caller::house(Actor::operator());
    links::allow_host(&app, operator, "www.example.jp").await.unwrap();
    let admin = app.sign_in(ADMIN).await;
    keep(&admin, "返品", RETURNS, "30").await.expect(303);
    (app, admin)
}

/// The path of the first short link in a text.
fn path_in(text: &str) -> String {
    let at = text.find("/l/").expect("a short link");
    text[at..at + 14].to_owned()
}

async fn open(app: &TestApp, path: &str) -> Answer {
    const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                         (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
    let request = app.http.post(format!("{}{path}", app.url));
    let form = request.header("content-type", "application/x-www-form-urlencoded");
    Answer::to(form.header("origin", "null").header("user-agent", PHONE)).await
}

#[tokio::test]
async fn an_agent_writes_a_name_and_everybody_gets_a_link_of_their_own() {
    let (app, _) = house().await;
    let thread = app.handset(HANDSET).sends("返品したい").await;
    let sato = app.sign_in(SATO).await;
    // It is offered among the templates, with and without scripts.
    let page = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    assert!(page.text.contains(">案内URL: 返品</option>"));
    let list = sato.fragment(&format!("/conversations/{thread}/templates"), "templates").await;
    assert_eq!(list.attribute("[role=option]", "data-body").unwrap(), "{url:返品}");

    let sent = sato.reply(thread, "お手続き {url:返品} または {url：返品}").await;
    let told = app.api().message(sent).await;
    let body = told["body"].as_str().unwrap();
    assert!(!body.contains("{url") && !body.contains("example.jp/returns"), "{body}");
    assert_eq!(body.matches("https://henji.example.jp/l/").count(), 2);
    assert_eq!(told["links"].as_array().unwrap().len(), 2);
    let path = path_in(body);
    app.settle().await;
    let led = open(&app, &path).await.expect(303);
    assert_eq!(led.header("location"), RETURNS);
    let page = sato.get(&format!("/conversations/{thread}")).await.expect(200);
    assert!(page.text.contains("クリックあり"));
    // A program may do the same, and another recipient gets another link.
    let other = app.api().send("+819011112222", "こちら {url:返品}").await;
    let text = app.api().message(other).await["body"].as_str().unwrap().to_owned();
    assert_ne!(path_in(&text), path);
    // Sent again by the same key, no second link is made.
    assert_eq!(app.raw().count("links", ""), 3);
    app.advance(TimeDelta::days(30));
    open(&app, &path).await.expect(404);
}

#[tokio::test]
async fn a_link_is_good_from_when_its_text_leaves() {
    let (app, _) = house().await;
    let at = app.now() + TimeDelta::days(20);
    let order = app.api().order(HANDSET, "{url:返品}", json!({"send_at": at.to_rfc3339()}));
    let sent = app.api().post("/messages", order).await.expect(201).json();
    let told = app.api().get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await.json();
    let path = path_in(told["body"].as_str().unwrap());
    app.advance(TimeDelta::days(49));
    open(&app, &path).await.expect(303);
    app.advance(TimeDelta::days(1));
    open(&app, &path).await.expect(404);
}

#[tokio::test]
async fn what_cannot_be_led_to_sends_nothing() {
    let (app, admin) = house().await;
    let thread = app.handset(HANDSET).sends("返品したい").await;
    let sato = app.sign_in(SATO).await;
    let path = format!("/conversations/{thread}/messages");
    for (body, word) in [("{url:返却}", "設定にありません"), (&"{url:返品}".repeat(6), "")]
    {
        let refused = sato.post(&path, &[("body", body)]).await.expect(422);
        assert!(refused.text.contains(word), "{body}");
    }
    let refused = app.api().post("/messages", app.api().order(HANDSET, "{url:x}", json!({}))).await;
    assert_eq!(refused.expect(422).json()["reason"], "unknown_link");
    // A host that is taken off is off for what is still to be sent, too.
    let operator = Caller::house(Actor::operator());
    links::refuse_host(&app, operator, "www.example.jp".into()).await.unwrap();
    sato.post(&path, &[("body", "{url:返品}")]).await.expect(422);
    assert_eq!(app.raw().count("links", ""), 0, "nothing was made for what was refused");
    assert_eq!(app.api().texts(thread).await, ["返品したい"]);

    for (name, url, days) in [
        ("", RETURNS, "30"),
        ("a:b", RETURNS, "30"),
        ("FAQ", RETURNS, "30"),
        ("FAQ", "http://www.example.jp/", "30"),
    ] {
        keep(&admin, name, url, days).await.expect(422);
    }
    let operator = Caller::house(Actor::operator());
    links::allow_host(&app, operator, "www.example.jp").await.unwrap();
    for (name, url, days) in [("FAQ", RETURNS, "0"), ("FAQ", RETURNS, "x"), ("返品", RETURNS, "1")]
    {
        keep(&admin, name, url, days).await.expect(422);
    }
    keep(&admin, "FAQ", RETURNS, "366").await.expect(303);
    let page = admin.get("/settings/links").await.expect(200);
    assert!(page.texts("code").contains(&"{url:FAQ}".to_owned()));
    let remove = page.attribute("form[action^='/settings/destinations/']", "action").unwrap();
    admin.delete(&remove).await.expect(303);
    assert_eq!(app.raw().count("audit_entries", "where action like 'link_destination.%'"), 3);
}
