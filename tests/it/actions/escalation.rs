//! Nobody waits unheard: mails climb the ladder while nobody answers, each step once,
//! in business hours, and stop when somebody does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use henji::domain::id::ConversationId;
use henji::domain::mail::MailState;
use henji::jobs::{escalate_due, send_mail};
use henji::store::mails;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::cast::{ADMIN, Character, SATO, SUZUKI, TANAKA};

use super::mail;
use super::tags::tag;

const HANDSET: &str = "+819012345678";
const BOSS: &str = "boss@example.jp";

/// After two minutes whoever has it, after four the supervisors and an address.
fn ladder(hours: &str) -> Value {
    json!({"hours": hours, "steps": [
        {"trigger": "unanswered", "after_seconds": 120, "to": ["assignee"]},
        {"trigger": "unanswered", "after_seconds": 240, "to": ["supervisors", BOSS]},
    ]})
}

pub async fn climbs(app: &TestApp, policy: Value) {
    let path = format!("/inboxes/{}/escalation_policy", app.cast.reception);
    assert_eq!(app.api().put(&path, policy.clone()).await.expect(200).json(), policy);
}

/// Minutes pass; what the ladder does is done.
pub async fn after(app: &TestApp, minutes: i64) -> usize {
    app.advance(TimeDelta::minutes(minutes));
    escalate_due::run_one(app).await.unwrap()
}

/// To whom mails went since the beginning, in order.
pub async fn told(app: &TestApp) -> Vec<String> {
    let mut all = app.store.read(|db| mails::page_before(db, None, 100)).await.unwrap();
    all.sort_by(|a, b| (a.created_at, &a.to).cmp(&(b.created_at, &b.to)));
    all.into_iter().map(|mail| mail.to).collect()
}

pub async fn assigned(app: &TestApp, conversation: ConversationId) {
    assigned_to(app, conversation, TANAKA).await;
}

async fn assigned_to(app: &TestApp, conversation: ConversationId, who: Character) {
    let user = app.cast.id(who).to_string();
    let path = format!("/conversations/{conversation}/assignment");
    app.api().put(&path, json!({ "user_id": user })).await.expect(200);
}

#[tokio::test]
async fn each_step_tells_its_people_once_and_an_answer_ends_it() {
    let app = TestApp::start().await;
    climbs(&app, ladder("inbox")).await;
    let conversation = app.handset(HANDSET).sends("届いたURLが開けません").await;
    assigned(&app, conversation).await;
    assert_eq!(after(&app, 1).await, 0);
    assert_eq!(after(&app, 1).await, 1);
    assert_eq!(told(&app).await, [TANAKA.email]);
    assert_eq!(after(&app, 0).await, 0, "once");
    assert_eq!(after(&app, 2).await, 1);
    assert_eq!(told(&app).await, [TANAKA.email, BOSS, SUZUKI.email]);
    let lines = app.api().system_lines(conversation).await;
    assert_eq!(lines.iter().filter(|line| line.starts_with("escalated")).count(), 2, "{lines:?}");
    app.sign_in(SATO).await.reply(conversation, "お調べします").await;
    assert_eq!(after(&app, 60).await, 0);

    // A new wait starts it anew.
    app.handset(HANDSET).sends("まだでしょうか").await;
    assert_eq!(after(&app, 2).await, 1);
    assert_eq!(told(&app).await.len(), 4);
    // In the transaction of the answer: what was due a moment later is not told.
    app.advance(TimeDelta::minutes(2));
    app.sign_in(SATO).await.reply(conversation, "お待たせしました").await;
    assert_eq!(after(&app, 0).await, 0);
    app.settle().await;
}

/// The server is away while mails wait for it.
#[tokio::test]
async fn a_mail_that_waits_for_its_server_is_not_sent_once_somebody_answered() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    drop(listener);
    let app = mail::with(url).await;
    climbs(&app, ladder("inbox")).await;
    let mut conversations = Vec::new();
    for (from, who) in [(HANDSET, TANAKA), ("+819012345679", SATO), ("+819012345680", SUZUKI)] {
        let conversation = app.handset(from).sends("届いたURLが開けません").await;
        assigned_to(&app, conversation, who).await;
        conversations.push(conversation);
    }
    assert_eq!(after(&app, 2).await, 3);
    let states = async || {
        send_mail::run_one(&app).await.unwrap();
        let mut all = app.store.read(|db| mails::page_before(db, None, 100)).await.unwrap();
        all.sort_by_key(|mail| conversations.iter().position(|id| mail.conversation == Some(*id)));
        all.into_iter().map(|mail| (mail.state, mail.tries)).collect::<Vec<_>>()
    };
    let queued = |tries| (MailState::Queued, tries);
    assert_eq!(states().await, [queued(1); 3]);

    let sato = app.sign_in(SATO).await;
    sato.reply(conversations[0], "お調べします").await;
    let until = (app.now() + TimeDelta::minutes(10)).to_rfc3339();
    let path = format!("/conversations/{}/snooze", conversations[1]);
    app.api().put(&path, json!({"until": until})).await.expect(200);
    app.advance(TimeDelta::minutes(1));
    assert_eq!(states().await, [queued(1), queued(1), queued(2)], "it may be taken back");
    app.advance(TimeDelta::minutes(2));
    assert_eq!(states().await, [(MailState::Overtaken, 1), queued(1), queued(3)]);
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/mails").await.expect(200);
    assert_eq!(page.texts(".held .actions").len(), 2, "the one that is over asks for nothing");
    app.settle().await;
}

#[tokio::test]
async fn nobody_is_told_at_night_or_on_a_holiday() {
    let app = TestApp::start().await;
    // Sunday, 7:50; Monday is a holiday. Tuesday the office opens at nine.
    app.keeps_hours("9:00-12:00 13:00-18:00").await;
    climbs(&app, ladder("inbox")).await;
    let conversation = app.handset(HANDSET).sends("夜分にすみません").await;
    assigned(&app, conversation).await;
    let until_nine = (24 + 24 + 1) * 60 + 10;
    for hours in 1..=until_nine / 60 {
        assert_eq!(after(&app, 60).await, 0, "hour {hours}");
    }
    assert_eq!(after(&app, until_nine % 60).await, 0, "Tuesday, nine o'clock");
    assert_eq!(after(&app, 1).await, 0);
    assert_eq!(after(&app, 1).await, 1);
    assert_eq!(after(&app, 2).await, 1);
    // The same at all hours.
    climbs(&app, ladder("always")).await;
    app.advance(TimeDelta::hours(12));
    app.handset("+819087654321").sends("至急").await;
    assert_eq!(after(&app, 2).await, 1, "nine in the evening");
}

#[tokio::test]
async fn what_is_put_aside_waits_for_nobody() {
    let app = TestApp::start().await;
    climbs(&app, ladder("inbox")).await;
    let conversation = app.handset(HANDSET).sends("急ぎません").await;
    assigned(&app, conversation).await;
    app.advance(TimeDelta::minutes(1));
    let until = (app.now() + TimeDelta::minutes(30)).to_rfc3339();
    let path = format!("/conversations/{conversation}/snooze");
    app.api().put(&path, json!({ "until": until })).await.expect(200);
    assert_eq!(after(&app, 29).await, 0);
    app.advance(TimeDelta::minutes(1));
    henji::jobs::housekeeping::run_one(&app).await.unwrap();
    assert_eq!(after(&app, 0).await, 0, "the minute before counts, the thirty do not");
    assert_eq!(after(&app, 1).await, 1);
    assert_eq!(told(&app).await, [TANAKA.email]);
}

#[tokio::test]
async fn who_takes_it_from_the_mail_stops_the_ladder() {
    let app = TestApp::start().await;
    climbs(&app, ladder("inbox")).await;
    let conversation = app.handset(HANDSET).sends("どなたかいますか").await;
    // Nobody has it: whoever would be told of nobody's is told, so that it is heard.
    assert_eq!(after(&app, 2).await, 1);
    assert_eq!(told(&app).await, [SUZUKI.email]);
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 1);
    let suzuki = app.sign_in(SUZUKI).await;
    let path = format!("/conversations/{conversation}/taking");
    let page = suzuki.get(&path).await.expect(200);
    assert_eq!(app.api().conversation(conversation).await["assignee"], Value::Null, "a look");
    let form = format!("/conversations/{conversation}/assignment");
    assert_eq!(page.attribute("main form", "action"), Some(form.clone()));
    suzuki.post(&form, &[]).await.expect(303);
    assert_eq!(after(&app, 60).await, 0);
    assert_eq!(told(&app).await, [SUZUKI.email]);
    let page = suzuki.get(&path).await.expect(200);
    assert!(page.texts("main form").is_empty(), "it is hers already");
    let passed = "select count(*) as n from escalations where mails = 0";
    assert_eq!(app.raw().number(passed), 1, "nobody looks at it again");
}

#[tokio::test]
async fn who_cannot_be_written_to_is_not_counted_and_somebody_else_is_told() {
    let app = TestApp::start().await;
    climbs(&app, ladder("inbox")).await;
    let conversation = app.handset(HANDSET).sends("見えません").await;
    assigned(&app, conversation).await;
    let (tanaka, reception) = (app.cast.id(TANAKA), app.cast.reception.to_string());
    let unwritable = "tanaka@example..jp";
    let fields =
        [("name", TANAKA.name), ("email", unwritable), ("role", "agent"), ("inbox", &reception)];
    let admin = app.sign_in(ADMIN).await;
    admin.put(&format!("/settings/users/{tanaka}"), &fields).await.expect(303);
    assert_eq!(after(&app, 2).await, 1);
    assert_eq!(told(&app).await, [SUZUKI.email]);
    let lines = app.api().system_lines(conversation).await;
    assert_eq!(lines.last().map(String::as_str), Some("escalated 1"), "{lines:?}");
    assert_eq!(app.raw().number("select count(*) as n from escalations where mails = 1"), 1);
    // Nobody's name: the number as people read it.
    send_mail::run_one(&app).await.unwrap();
    let folder = std::fs::read_dir(&app.config.mail.folder).unwrap();
    let file = folder.map(|entry| entry.unwrap().path()).next().unwrap();
    let letter = std::fs::read_to_string(file).unwrap();
    let parts = letter.split("\r\n\r\n").map(|part| part.split("\r\n--").next().unwrap());
    let parts = parts.filter_map(|part| STANDARD.decode(part.replace("\r\n", "")).ok());
    let parts: Vec<String> = parts.filter_map(|part| String::from_utf8(part).ok()).collect();
    assert!(parts.iter().any(|part| part.contains("で090-****-5678様が2分")), "{parts:?}");
}

#[tokio::test]
async fn words_a_tag_a_failed_text_and_a_call_for_help_start_ladders_of_their_own() {
    let app = TestApp::start().await;
    let urgent = tag(&app, "至急", 10).await;
    let step = |trigger: &str, more: Value| {
        let mut step = json!({"trigger": trigger, "after_seconds": 0, "to": ["supervisors"]});
        step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        step
    };
    let steps = json!([
        step("words", json!({"urgent": true, "words": ["解約", "STOP"]})),
        step("tagged", json!({"tags": [urgent.to_string()]})),
        step("undelivered", json!({"after_seconds": 60})),
        step("help", json!({})),
    ]);
    climbs(&app, json!({"hours": "inbox", "steps": steps})).await;
    let lines = async |conversation| {
        let lines = app.api().system_lines(conversation).await;
        lines.into_iter().filter(|line| line.starts_with("escalated")).collect::<Vec<_>>()
    };

    let conversation = app.handset(HANDSET).sends("こんにちは").await;
    assert_eq!(after(&app, 10).await, 0);
    app.handset(HANDSET).sends("かいやく、いえ解約です").await;
    assert_eq!(after(&app, 0).await, 1);
    assert_eq!(after(&app, 0).await, 0, "once a wait");
    assert_eq!(lines(conversation).await, ["escalated 1 words"]);

    let sato = app.sign_in(SATO).await;
    let tags = format!("/conversations/{conversation}/tags/{urgent}");
    sato.post(&tags, &[]).await.expect(303);
    assert_eq!(after(&app, 0).await, 1);
    assert_eq!(lines(conversation).await.last().unwrap(), "escalated 1 tagged");

    // An answer ends the wait, and does not arrive.
    app.api().carrier(json!({"receipt": "undelivered"})).await;
    sato.reply(conversation, "承りました").await;
    app.settle().await;
    assert_eq!(after(&app, 0).await, 0);
    assert_eq!(after(&app, 1).await, 1);
    assert_eq!(lines(conversation).await.last().unwrap(), "escalated 1 undelivered");
    app.api().carrier(json!({"receipt": "delivered"})).await;
    // One that failed and was followed by another text is seen to.
    let other = app.handset("+819087654321").sends("どうなりましたか").await;
    app.api().carrier(json!({"receipt": "undelivered"})).await;
    sato.reply(other, "まもなくです").await;
    app.settle().await;
    app.api().carrier(json!({"receipt": "delivered"})).await;
    app.advance(TimeDelta::seconds(30));
    sato.reply(other, "もう一度お送りします").await;
    app.settle().await;
    assert_eq!(after(&app, 5).await, 0);

    let help = format!("/conversations/{other}/help");
    sato.post(&help, &[]).await.expect(303);
    sato.post(&help, &[]).await.expect(303);
    assert_eq!(after(&app, 0).await, 1);
    assert_eq!(lines(other).await, ["escalated 1 help"]);
    let about = format!("/conversations/{other}/about");
    assert!(sato.get(&about).await.expect(200).text.contains("助けを求めています"));
    // Whoever asked is no help; somebody else is.
    sato.reply(other, "確認します").await;
    assert!(sato.get(&about).await.expect(200).text.contains("助けを求めています"));
    app.sign_in(SUZUKI).await.reply(other, "代わります").await;
    assert!(!sato.get(&about).await.expect(200).text.contains("助けを求めています"));
    sato.post(&help, &[]).await.expect(303);
    sato.delete(&help).await.expect(303);
    assert_eq!(after(&app, 0).await, 0, "nobody asks any more");
    app.settle().await;
}

#[tokio::test]
async fn a_step_may_come_again_until_somebody_acts() {
    let app = TestApp::start().await;
    let step = json!({"trigger": "unanswered", "after_seconds": 60, "to": ["supervisors"], "repeat_seconds": 300});
    climbs(&app, json!({"hours": "inbox", "steps": [step]})).await;
    let conversation = app.handset(HANDSET).sends("もしもし").await;
    for (minutes, taken) in
        [(1, 1), (4, 0), (1, 1), (4, 0), (1, 1), (60, 1), (0, 0), (4, 0), (1, 1)]
    {
        assert_eq!(after(&app, minutes).await, taken, "after {minutes} more");
    }
    app.sign_in(SUZUKI)
        .await
        .post(&format!("/conversations/{conversation}/assignment"), &[])
        .await
        .expect(303);
    assert_eq!(after(&app, 60).await, 0);
    assert_eq!(told(&app).await.len(), 5);
}

#[tokio::test]
async fn nodes_that_look_at_once_take_each_step_once() {
    let app = TestApp::start().await;
    climbs(&app, ladder("inbox")).await;
    for n in 0..30 {
        app.handset(&format!("+81901234{n:04}")).sends("?").await;
    }
    app.advance(TimeDelta::minutes(5));
    let looks = (0..3).map(|_| escalate_due::run_one(&app));
    let taken: usize =
        futures_util::future::join_all(looks).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(taken, 60);
    assert_eq!(app.raw().number("select count(*) as n from nudges"), 30 + 60);
    let stored = app.raw().number("select count(*) as n from escalations");
    assert_eq!(stored, 60);
}

#[tokio::test]
async fn a_new_ladder_does_not_tell_of_what_was_late_before() {
    let app = TestApp::start().await;
    let old = app.handset(HANDSET).sends("昨日の件です").await;
    app.advance(TimeDelta::minutes(3));
    climbs(&app, ladder("inbox")).await;
    assert_eq!(after(&app, 0).await, 0);
    assert_eq!(after(&app, 1).await, 1, "its second step was still to come");
    assert_eq!(told(&app).await, [BOSS, SUZUKI.email]);
    let lines = app.api().system_lines(old).await;
    assert_eq!(lines.iter().filter(|line| *line == "escalated 2").count(), 1, "{lines:?}");
}

#[tokio::test]
async fn letters_become_files_where_there_is_no_server_and_tell_no_secret() {
    let app = TestApp::start().await;
    climbs(&app, ladder("inbox")).await;
    let conversation = app.handset(HANDSET).sends("口座番号は1234567です").await;
    assigned(&app, conversation).await;
    assert_eq!(after(&app, 2).await, 1);
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 1);
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 0, "sent once");
    let folder = std::fs::read_dir(&app.config.mail.folder).unwrap();
    let files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let letter = std::fs::read_to_string(&files[0]).unwrap();
    assert!(letter.contains("To: =?utf-8?") && letter.contains(TANAKA.email), "{letter}");
    assert!(letter.contains("Auto-Submitted: auto-generated"), "{letter}");
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/mails").await.expect(200);
    assert_eq!(page.texts(".held li").len(), 1);
    assert!(page.texts(".alert")[0].contains("HENJI_SMTP_URL"), "{}", page.text);
}

#[tokio::test]
async fn a_policy_is_refused_by_field() {
    let app = TestApp::start().await;
    let path = format!("/inboxes/{}/escalation_policy", app.cast.reception);
    let step = |trigger: &str, seconds: Value, to: Value| json!({"hours": "inbox", "steps": [{"trigger": trigger, "after_seconds": seconds, "to": to}]});
    let more = |members: Value| {
        let mut policy = step("unanswered", json!(60), json!(["team"]));
        let into = policy["steps"][0].as_object_mut().unwrap();
        into.extend(members.as_object().unwrap().clone());
        policy
    };
    for (policy, field) in [
        (json!({"hours": "inbox"}), "steps"),
        (json!({"hours": "never", "steps": []}), "hours"),
        (json!({"hours": "inbox", "steps": ["x"]}), "steps"),
        (step("unread", json!(60), json!(["team"])), "trigger"),
        (step("unanswered", json!(59), json!(["team"])), "after_seconds"),
        (step("unanswered", json!("60"), json!(["team"])), "after_seconds"),
        (step("unanswered", json!(60), json!([])), "to"),
        (step("help", json!(-1), json!(["team"])), "after_seconds"),
        (step("words", json!(0), json!(["team"])), "words"),
        (step("tagged", json!(0), json!(["team"])), "tags"),
        (more(json!({"repeat_seconds": 299})), "repeat_seconds"),
        (more(json!({"urgent": "yes"})), "urgent"),
        (more(json!({"trigger": "words", "words": ["a\nb"]})), "words"),
        (more(json!({"trigger": "tagged", "tags": ["面接"]})), "tags"),
        (more(json!({"trigger": "tagged", "tags": [uuid::Uuid::now_v7()]})), "tags"),
        (step("unanswered", json!(60), json!(["boss"])), "to"),
        (step("unanswered", json!(60), json!(["a@b.jp\r\nBcc: c@d.jp"])), "to"),
    ] {
        let refused = app.api().put(&path, policy.clone()).await.expect(422);
        assert!(refused.text.contains(field), "{policy}: {}", refused.text);
    }
    let nowhere = format!("/inboxes/{}/escalation_policy", uuid::Uuid::now_v7());
    app.api().put(&nowhere, ladder("inbox")).await.expect(404);

    // On the page, each row says what is wrong with it, and nothing typed is lost.
    let admin = app.sign_in(ADMIN).await;
    let page = format!("/settings/inboxes/{}/escalation", app.cast.reception);
    let fields = [("hours", "always"), ("minutes_1", "0"), ("to_1", "team"), ("mails_1", BOSS)];
    let refused = admin.put(&page, &fields).await.expect(422);
    assert_eq!(refused.texts("#minutes_1-error").len(), 1);
    assert_eq!(refused.attribute("#mails_1", "value").as_deref(), Some(BOSS));
    let fields = [("hours", "always"), ("minutes_1", "15"), ("to_1", "team"), ("mails_1", BOSS)];
    admin.put(&page, &fields).await.expect(303);
    let kept = admin.get(&page).await.expect(200);
    assert_eq!(kept.attribute("#minutes_1", "value").as_deref(), Some("15"));
    assert_eq!(
        kept.attribute("[name=to_1][value=team][checked]", "value").as_deref(),
        Some("team")
    );
}
