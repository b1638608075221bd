//! How provider accounts do, as administrators see it.

use chrono::TimeDelta;
use henji::actions::settings::{self, NewAccount};
use serde_json::json;

use crate::providers::peer::closed_port;
use crate::support::TestApp;
use crate::support::cast::{ADMIN, SATO, caller};

const SENDERS: &str = "/settings/senders";

#[tokio::test]
async fn an_account_tells_what_it_did_and_whether_it_is_known() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let id = app.cast.account.id;
    let part = format!("section:has(#account-{id})");
    let seen = async || {
        let page = admin.get(SENDERS).await.expect(200);
        page.texts(&format!("{part} .facts li"))
    };
    let before = seen().await;
    assert_eq!(before.len(), 3, "nothing failed yet: {before:?}");
    assert!(before[0].contains("30日以内になし") && before[1].contains("30日以内になし"));
    assert!(before[2].contains("まだ確認していません"), "{before:?}");

    let conversation = app.handset("+819012345678").sends("届きましたか").await;
    app.api().carrier(json!({"receipt": "undelivered"})).await;
    app.sign_in(SATO).await.reply(conversation, "はい").await;
    app.settle().await;
    admin.post(&format!("/settings/accounts/{id}/check"), &[]).await.expect(303);
    let now = seen().await;
    assert!(now[0].contains("11/22(日) 07:50"), "{now:?}");
    assert!(now[1].contains("11/22(日) 07:50"), "{now:?}");
    assert!(now[2].contains("最後の失敗"), "{now:?}");
    assert!(now[3].contains("接続できています") && now[3].contains("2026-11-22"), "{now:?}");
    let log = admin.get("/settings/audit").await.expect(200).texts("tbody").join(" ");
    assert!(log.contains("配信事業者の接続の確認"), "{log}");

    // A month later nothing of it is news.
    app.advance(TimeDelta::days(31));
    let admin = app.sign_in(ADMIN).await;
    let later = admin.get(SENDERS).await.expect(200).texts(&format!("{part} .facts li"));
    assert_eq!(later.len(), 3, "{later:?}");
}

#[tokio::test]
async fn an_account_that_does_not_answer_is_told_with_what_to_do() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let twilio = NewAccount {
        kind: "twilio".into(),
        settings: [
            ("account_sid", "AC0123456789abcdef0123456789abcdef".to_owned()),
            ("auth_token", "t".to_owned()),
            ("base_url", closed_port().await),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
        sender: "+815055556666".into(),
    };
    let by = caller(&app, app.cast.id(ADMIN)).await;
    let (account, sender) =
        settings::add_account(&app, by, app.cast.reception, twilio).await.unwrap();
    let answer = admin.post(&format!("/settings/accounts/{}/check", account.id), &[]).await;
    answer.expect(303);
    let page = admin.get(SENDERS).await.expect(200);
    let wrong = page.texts(&format!("section:has(#account-{}) .facts .wrong", account.id));
    assert!(wrong.join("").contains("応答がありません"), "{wrong:?}");

    // A text to one's own number is written and sent like any other.
    let test = page.attribute(&format!("a[href$='test={}']", sender.id), "href").expect("a link");
    let form = admin.get(&test).await.expect(200);
    assert!(form.texts("textarea[name=body]").join("").contains("試験送信"));
    let chosen = form.attribute("[name=sender_id] option[selected]", "value");
    assert_eq!(chosen, Some(sender.id.to_string()));
}
