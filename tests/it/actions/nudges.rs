//! Who is told when: not while they look, not in their quiet times, not one mail for
//! each of many; but told, each wait and each step once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use henji::domain::id::ConversationId;
use henji::domain::nudge::{LOOKING_AT_MOST, WINDOW};
use henji::jobs::{escalate_due, send_mail};
use henji::live::presence::Doing;
use henji::store::{mails, nudges};
use serde_json::{Value, json};

use super::escalation::{after, assigned, climbs, told};
use crate::support::TestApp;
use crate::support::cast::{ADMIN, Character, SATO, SUZUKI, TANAKA, YAMADA};

const HANDSET: &str = "+819012345678";

fn step(seconds: i64, to: &str) -> Value {
    json!({"trigger": "unanswered", "after_seconds": seconds, "to": [to]})
}

/// Why what is still to be told waits, as the queue of mails says.
async fn waits(app: &TestApp) -> Vec<String> {
    let page = app.sign_in(ADMIN).await.get("/settings/mails").await.expect(200);
    page.texts("[aria-labelledby=waiting] p + p")
}

/// How often a mail told `who` of a conversation.
async fn mailed(app: &TestApp, conversation: ConversationId, who: Character) -> usize {
    let all = app.store.read(move |db| nudges::of_conversations(db, &[conversation])).await;
    let user = Some(app.cast.id(who));
    all.unwrap().iter().filter(|it| it.nudge.user == user && it.mail.is_some()).count()
}

#[tokio::test]
async fn nobody_is_mailed_who_looks_at_that_thread_but_for_no_longer_than_five_minutes() {
    let app = TestApp::start().await;
    let steps = json!([step(60, "assignee"), step(120, "boss@example.jp")]);
    climbs(&app, json!({"hours": "always", "steps": steps})).await;
    let conversation = app.handset(HANDSET).sends("もしもし").await;
    let other = app.handset("+819087654321").sends("こちらも").await;
    for conversation in [conversation, other] {
        assigned(&app, conversation).await;
    }
    let seat = app.presence.seat(app.cast.id(TANAKA));
    let looks = |doing| seat.here(app.cast.reception, conversation, doing);
    looks(Doing::Looking);
    assert_eq!(after(&app, 1).await, 2);
    assert_eq!(told(&app).await, [TANAKA.email], "of the thread that is not looked at");
    let why = waits(&app).await;
    assert!(why.len() == 1 && why[0].contains("会話を見ているため"), "{why:?}");
    let board = app.sign_in(SATO).await.get("/escalations").await.expect(200);
    assert!(board.text.contains("会話を見ているため待機中"), "{}", board.text);
    // The ladder climbs on: others are told in time.
    assert_eq!(after(&app, 1).await, 2);
    assert_eq!(told(&app).await, [TANAKA.email, "boss@example.jp"]);
    // It is not lost when they go (within their last mail's company), nor told twice.
    seat.leave();
    assert_eq!(after(&app, 1).await, 0);
    assert_eq!(after(&app, 4).await, 0);
    let mails = told(&app).await;
    assert_eq!(mails.iter().filter(|to| *to == TANAKA.email).count(), 2, "{mails:?}");

    // Whoever goes on looking and does not answer is told all the same.
    let third = app.handset("+819087650000").sends("まだですか").await;
    assigned(&app, third).await;
    app.advance(WINDOW);
    seat.here(app.cast.reception, third, Doing::Looking);
    app.raw().execute("delete from nudges");
    assert_eq!(escalate_due::run_one(&app).await.unwrap(), 2);
    let mut minutes = 0;
    while mailed(&app, third, TANAKA).await == 0 {
        seat.here(app.cast.reception, third, Doing::Looking);
        assert_eq!(after(&app, 1).await, 0);
        minutes += 1;
        assert!(minutes <= LOOKING_AT_MOST.num_minutes(), "told after {minutes} minutes at most");
    }
    assert_eq!(minutes, LOOKING_AT_MOST.num_minutes());
    // A tab that is open and not looked at is no reason.
    let fourth = app.handset("+819087650001").sends("四人目").await;
    assigned(&app, fourth).await;
    app.raw().execute("delete from nudges");
    seat.here(app.cast.reception, fourth, Doing::Reading);
    let before = told(&app).await.len();
    assert_eq!(after(&app, 1).await, 1);
    assert_eq!(told(&app).await.len(), before + 1);
}

#[tokio::test]
async fn a_mail_waits_for_the_end_of_somebodys_quiet_times_and_an_answer_ends_it() {
    let app = TestApp::start().await;
    let help = json!({"trigger": "words", "words": ["解約"], "after_seconds": 0, "to": ["assignee"], "urgent": true});
    let steps = json!([step(60, "assignee"), step(120, "supervisors"), help]);
    climbs(&app, json!({"hours": "always", "steps": steps})).await;
    let tanaka = app.sign_in(TANAKA).await;
    tanaka.post("/settings/pause", &[("until", "hour")]).await.expect(303);
    let conversation = app.handset(HANDSET).sends("もしもし").await;
    let answered = app.handset("+819087654321").sends("こちらも").await;
    for conversation in [conversation, answered] {
        assigned(&app, conversation).await;
    }
    assert_eq!(after(&app, 1).await, 2);
    assert_eq!(told(&app).await, Vec::<String>::new());
    let why = waits(&app).await;
    assert!(why.len() == 2 && why[0].contains("通知を止めている時間のため"), "{why:?}");
    assert_eq!(after(&app, 1).await, 2);
    assert_eq!(told(&app).await, [SUZUKI.email], "others are told in time");
    // What is urgent heeds no quiet times.
    let urgent = app.handset("+819011112222").sends("解約します").await;
    assigned(&app, urgent).await;
    assert_eq!(after(&app, 0).await, 1);
    assert_eq!(told(&app).await, [SUZUKI.email, TANAKA.email]);
    app.sign_in(SATO).await.reply(answered, "お待たせしました").await;
    assert_eq!(waits(&app).await.iter().filter(|why| why.contains("通知を止めて")).count(), 1);
    // The hour is over: of the one that still waits.
    app.advance(TimeDelta::minutes(58));
    escalate_due::run_one(&app).await.unwrap();
    assert_eq!(mailed(&app, answered, TANAKA).await, 0, "an answer came first");
    assert_eq!(mailed(&app, conversation, TANAKA).await, 1);
    // Who lets themselves be told again is told at once.
    tanaka.post("/settings/pause", &[("until", "hour")]).await.expect(303);
    let late = app.handset("+819033334444").sends("もう一人").await;
    assigned(&app, late).await;
    app.advance(WINDOW);
    escalate_due::run_one(&app).await.unwrap();
    assert_eq!(mailed(&app, late, TANAKA).await, 0);
    tanaka.delete("/settings/pause").await.expect(303);
    escalate_due::run_one(&app).await.unwrap();
    assert_eq!(mailed(&app, late, TANAKA).await, 1);
    app.settle().await;
}

#[tokio::test]
async fn an_inbox_may_want_a_masked_excerpt_which_is_sealed_while_it_waits() {
    let app = TestApp::start().await;
    let policy =
        json!({"hours": "always", "steps": [step(60, "supervisors")], "excerpt": "masked"});
    climbs(&app, policy).await;
    let conversation = app.handset(HANDSET).sends("はじめまして").await;
    let contact = format!("/conversations/{conversation}/contact");
    app.sign_in(SATO).await.put(&contact, &[("name", "髙橋 花子")]).await.expect(303);
    app.handset(HANDSET).sends("花子です。口座は1234567、hanako@example.jpまで").await;
    assert_eq!(after(&app, 1).await, 1);
    let queued = app.store.read(|db| mails::page_before(db, None, 1)).await.unwrap();
    let (id, now) = (queued[0].id, app.now());
    let begun = app.store.write(move |tx| mails::begin(tx, id, now, TimeDelta::minutes(5))).await;
    let letter = String::from_utf8(begun.unwrap().unwrap().message).unwrap();
    let parts = letter.split("\r\n\r\n").map(|part| part.split("\r\n--").next().unwrap());
    let parts = parts.filter_map(|part| STANDARD.decode(part.replace("\r\n", "")).ok());
    let parts: Vec<String> = parts.filter_map(|part| String::from_utf8(part).ok()).collect();
    assert_eq!(parts.len(), 2, "{letter}");
    for part in parts {
        assert!(part.contains("「**です。口座は****、****まで」"), "{part}");
    }
    let page = format!("/settings/inboxes/{}/escalation", app.cast.reception);
    let page = app.sign_in(ADMIN).await.get(&page).await.expect(200);
    let chosen = page.attribute("[name=excerpt][checked]", "value");
    assert_eq!(chosen.as_deref(), Some("masked"));
}

#[tokio::test]
async fn many_waits_of_one_person_become_one_mail_and_each_is_told_once() {
    let app = TestApp::start().await;
    climbs(&app, json!({"hours": "always", "steps": [step(60, "supervisors")]})).await;
    for n in 0..8 {
        app.handset(&format!("+81901234{n:04}")).sends("?").await;
    }
    assert_eq!(after(&app, 1).await, 8);
    assert_eq!(told(&app).await, [SUZUKI.email], "the first goes at once");
    let why = waits(&app).await;
    assert!(why.len() == 7 && why[0].contains("まとめて"), "{why:?}");
    assert_eq!(after(&app, 4).await, 0);
    assert_eq!(told(&app).await.len(), 1);
    // Three nodes look when their time has come.
    app.advance(TimeDelta::minutes(1));
    let looks = (0..3).map(|_| escalate_due::run_one(&app));
    for look in futures_util::future::join_all(looks).await {
        assert_eq!(look.unwrap(), 0);
    }
    assert_eq!(told(&app).await, [SUZUKI.email; 2]);
    assert!(waits(&app).await.is_empty());
    let told_of =
        "select count(distinct conversation_id) as n from nudges where mail_id is not null";
    assert_eq!(app.raw().number(told_of), 8);
    assert_eq!(app.raw().number("select count(*) as n from nudges"), 8);
    let page = app.sign_in(ADMIN).await.get("/settings/mails").await.expect(200);
    assert!(page.texts(".held li")[0].contains("7件のまとめ"), "{}", page.text);
    // None of it on the board of somebody who belongs elsewhere.
    let yamada = app.sign_in(YAMADA).await.get("/escalations").await.expect(200);
    assert!(yamada.texts(".held li").is_empty());
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 2);

    // An inbox may want each alone.
    let alone = json!({"hours": "always", "steps": [step(60, "supervisors")], "window_seconds": 0});
    climbs(&app, alone).await;
    for n in 0..3 {
        app.handset(&format!("+81905678{n:04}")).sends("?").await;
    }
    assert_eq!(after(&app, 1).await, 3);
    assert_eq!(told(&app).await.len(), 2 + 3);
    let path = format!("/inboxes/{}/escalation_policy", app.cast.reception);
    let long = json!({"hours": "always", "steps": [], "window_seconds": 3601});
    let refused = app.api().put(&path, long).await.expect(422);
    assert!(refused.text.contains("window_seconds"), "{}", refused.text);
}
