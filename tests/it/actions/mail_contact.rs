//! What does not arrive as an SMS arrives as a mail: once, where somebody says so or a rule
//! does, and never where the contact asked not to be written to.

use chrono::TimeDelta;
use henji::actions::contact_fields::{self, Wanted};
use henji::domain::contact_field::FieldKind;
use henji::domain::id::{ConversationId, MessageId};
use henji::domain::user::{Actor, Caller};
use henji::jobs::{housekeeping, send_mail};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::cast::{ADMIN, SATO};

const HANDSET: &str = "+819012345678";
const HANAKO: &str = "hanako@example.com";

/// The house keeps addresses.
async fn field(app: &TestApp) {
    let wanted = Wanted {
        id: None,
        name: "メール".into(),
        kind: FieldKind::Email,
        choices: Vec::new(),
        position: 10,
    };
    let house = Caller::house(Actor::operator());
    contact_fields::save(app, house, wanted).await.unwrap();
}

/// Whoever has the conversation can be reached there.
async fn reachable(app: &TestApp, conversation: ConversationId) {
    let found = app.api().conversation(conversation).await;
    let path = format!("/contacts/{}/fields", found["contact"]["id"].as_str().unwrap());
    app.api().put(&path, json!({"メール": HANAKO})).await.expect(200);
}

/// A text that is on its way for good.
async fn fails(app: &TestApp, conversation: ConversationId) -> MessageId {
    app.api().carrier(json!({"receipt": "undelivered"})).await;
    let id = app.sign_in(SATO).await.reply(conversation, "明日10時にお待ちしています").await;
    app.settle().await;
    id
}

async fn mails(app: &TestApp) -> i64 {
    app.raw().number("select count(*) as n from mails")
}

#[tokio::test]
async fn an_agent_sends_a_failed_text_by_mail_once() {
    let app = TestApp::start().await;
    field(&app).await;
    let conversation = app.handset(HANDSET).sends("明日の予約です").await;
    let failed = fails(&app, conversation).await;
    let (sato, path) = (app.sign_in(SATO).await, format!("/messages/{failed}/mail"));
    let thread = format!("/conversations/{conversation}");
    // Nobody knows an address yet.
    let offered = format!("[formaction=\"{path}\"]");
    assert!(sato.get(&thread).await.expect(200).texts(&offered).is_empty());
    sato.post(&path, &[]).await.expect(422);
    reachable(&app, conversation).await;
    assert_eq!(sato.get(&thread).await.expect(200).texts(&offered), ["メールで連絡"]);
    for _ in 0..2 {
        sato.post(&path, &[]).await.expect(303);
    }
    assert_eq!(mails(&app).await, 1);
    let shown = async || sato.get(&thread).await.expect(200).texts(".m.out .f").concat();
    assert!(shown().await.contains("メール送信待ち"));
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 1);
    assert!(shown().await.contains("メールで送信済み"));
    assert_eq!(app.api().message(failed).await["mailed"], "sent");
    let folder = std::fs::read_dir(&app.config.mail.folder).unwrap();
    let file = folder.map(|entry| entry.unwrap().path()).next().unwrap();
    let letter = std::fs::read_to_string(file).unwrap();
    assert!(letter.contains(HANAKO) && !letter.contains("Auto-Submitted"), "{letter}");
    let audited = "select count(*) as n from audit_entries where action = 'message.mail'";
    assert_eq!(app.raw().number(audited), 1);
    // What arrived is not sent again.
    app.api().carrier(json!({"receipt": "delivered"})).await;
    let arrived = sato.reply(conversation, "お待ちしています").await;
    app.settle().await;
    sato.post(&format!("/messages/{arrived}/mail"), &[]).await.expect(409);
}

#[tokio::test]
async fn a_rule_mails_what_failed_since_it_was_made_and_nobody_who_asked_not_to_be() {
    let app = TestApp::start().await;
    field(&app).await;
    let conversation = app.handset(HANDSET).sends("明日の予約です").await;
    reachable(&app, conversation).await;
    fails(&app, conversation).await;
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(mails(&app).await, 0, "off by default");
    let rules = format!("/inboxes/{}/automatic_replies", app.cast.reception);
    let policy = json!({"pause_hours": 12, "rules": [], "mail_undelivered": true});
    assert_eq!(app.api().put(&rules, policy.clone()).await.expect(200).json(), policy);
    let page = format!("/settings/inboxes/{}/automatic_replies", app.cast.reception);
    let page = app.sign_in(ADMIN).await.get(&page).await.expect(200);
    assert!(page.attribute("[name=mails]", "checked").is_some());
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(mails(&app).await, 0, "it failed before");
    app.advance(TimeDelta::minutes(1));
    let failed = fails(&app, conversation).await;
    for _ in 0..2 {
        housekeeping::run_one(&app).await.unwrap();
    }
    assert_eq!(mails(&app).await, 1);
    assert_eq!(app.api().message(failed).await["mailed"], "queued");
    // A stop covers every way.
    app.advance(TimeDelta::minutes(1));
    let failed = fails(&app, conversation).await;
    app.handset(HANDSET).sends("停止").await;
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(mails(&app).await, 1);
    app.sign_in(SATO).await.post(&format!("/messages/{failed}/mail"), &[]).await.expect(422);
    assert_eq!(app.api().message(failed).await["mailed"], Value::Null);
}
