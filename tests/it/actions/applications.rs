//! Applicants: they come in once, and each moves from step to step with what happens.

use chrono::{DateTime, TimeDelta, Utc};
use henji::actions::applications::sources;
use henji::domain::user::{Actor, Caller};
use henji::jobs::{appointments, housekeeping};
use henji::webhook_signature::sign;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::{ADMIN, SATO};

const HANAKO: &str = "+819012345678";

async fn applied(app: &TestApp, more: Value) -> Value {
    let mut told = json!({"inbox_id": app.cast.reception.0, "to": HANAKO});
    for (name, value) in more.as_object().unwrap() {
        told[name] = value.clone();
    }
    app.api().post("/applications", told).await.expect(201).json()
}

async fn shown(app: &TestApp, application: &Value) -> Value {
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    app.api().get(&path).await.expect(200).json()
}

async fn step(app: &TestApp, application: &Value) -> String {
    shown(app, application).await["step"].as_str().unwrap().to_owned()
}

/// Each step that it was at, and what led there.
async fn way(app: &TestApp, application: &Value) -> Vec<String> {
    let found = shown(app, application).await;
    let word = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let steps = found["steps"].as_array().unwrap().iter();
    steps.map(|one| format!("{} {}", word(one, "step"), word(one, "cause"))).collect()
}

async fn offer(app: &TestApp, days: i64) {
    let order = json!({
        "inbox_id": app.cast.reception.0,
        "to": HANAKO,
        "title": "面接",
        "duration_minutes": 30,
        "slots": [{"starts_at": (app.now() + TimeDelta::days(days)).to_rfc3339()}],
    });
    app.api().post("/appointment_offers", order).await.expect(201);
    app.settle().await;
}

async fn time_passes(app: &TestApp, by: TimeDelta) {
    app.advance(by);
    appointments::run_one(app).await.unwrap();
    app.settle().await;
}

#[tokio::test]
async fn an_application_moves_with_what_happens_to_it() {
    let app = TestApp::start().await;
    let one = applied(&app, json!({"job": "営業", "medium": "Indeed"})).await;
    assert_eq!(one["step"], "applied");
    app.api().send(HANAKO, "ご応募ありがとうございます").await;
    assert_eq!(step(&app, &one).await, "applied", "it has not left yet");
    app.settle().await;
    assert_eq!(step(&app, &one).await, "contacting");
    offer(&app, 3).await;
    assert_eq!(step(&app, &one).await, "scheduling");
    app.handset(HANAKO).sends("1").await;
    assert_eq!(step(&app, &one).await, "confirmed");
    // Another time is wanted: what henji finds free is offered, and one of these taken.
    app.handset(HANAKO).sends("日程を変更したいです").await;
    app.settle().await;
    assert_eq!(step(&app, &one).await, "scheduling");
    // Long enough that the number is one of the new list.
    app.advance(TimeDelta::hours(1));
    app.handset(HANAKO).sends("1").await;
    assert_eq!(step(&app, &one).await, "confirmed");
    time_passes(&app, TimeDelta::days(10)).await;
    assert_eq!(step(&app, &one).await, "met");
    offer(&app, 3).await;
    assert_eq!(step(&app, &one).await, "met", "a second interview takes nothing back");
    assert_eq!(
        way(&app, &one).await,
        [
            "applied received",
            "contacting text",
            "scheduling offer",
            "confirmed booking",
            "scheduling change",
            "confirmed booking",
            "met over"
        ]
    );
}

#[tokio::test]
async fn who_declines_has_declined_whatever_comes_after() {
    let app = TestApp::start().await;
    let one = applied(&app, json!({})).await;
    offer(&app, 3).await;
    app.handset(HANAKO).sends("辞退します").await;
    app.settle().await;
    assert_eq!(step(&app, &one).await, "declined");
    offer(&app, 4).await;
    assert_eq!(step(&app, &one).await, "declined");

    // A person may take it up again, and from there it goes on by itself.
    let sato = app.sign_in(SATO).await;
    let path = format!("/applications/{}", one["id"].as_str().unwrap());
    sato.put(&path, &[("step", "scheduling")]).await.expect(303);
    app.advance(TimeDelta::hours(1));
    app.handset(HANAKO).sends("1").await;
    assert_eq!(step(&app, &one).await, "confirmed");
    let written = app.raw().count("audit_entries", "where action = 'application.move'");
    assert_eq!(written, 4, "scheduling, declined, by hand, confirmed");
    app.settle().await;
}

#[tokio::test]
async fn the_same_application_sent_twice_is_one() {
    let app = TestApp::start().await;
    let post = async |more: Value, status| {
        let mut told = json!({"inbox_id": app.cast.reception.0, "to": "090-1234-5678"});
        for (name, value) in more.as_object().unwrap() {
            told[name] = value.clone();
        }
        app.api().post("/applications", told).await.expect(status).json()
    };
    let first = post(json!({"external_id": "A-1", "name": "山田 花子", "job": "営業"}), 201).await;
    let again = post(json!({"external_id": "A-1", "job": "事務"}), 200).await;
    assert_eq!(again["id"], first["id"]);
    assert_eq!((&again["job"], &again["contact"]["name"]), (&json!("営業"), &json!("山田 花子")));
    // The same name in another inbox is another application.
    let elsewhere = json!({"external_id": "A-1", "inbox_id": app.cast.recruiting.0});
    assert_ne!(post(elsewhere, 201).await["id"], first["id"]);

    // Without a name: the same time, or the same job that is under way.
    let at = json!({"applied_at": "2026-11-20T10:00:00+09:00"});
    let third = post(at.clone(), 201).await;
    assert_eq!(third["applied_at"], "2026-11-20T01:00:00Z");
    assert_eq!(post(at, 200).await["id"], third["id"]);
    assert_eq!(post(json!({"job": "営業"}), 200).await["id"], first["id"]);
    let other_job = post(json!({"job": "経理", "name": "別の名前"}), 201).await;
    assert_eq!(other_job["contact"]["name"], "山田 花子", "nobody is renamed by a program");
    assert_eq!(app.raw().count("applications", ""), 4);

    let list = app.api().get("/applications?step=applied&limit=3").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    let rest = format!("/applications?limit=3&cursor={}", list["next"].as_str().unwrap());
    let rest = app.api().get(&rest).await.expect(200).json();
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let here = format!("/applications?inbox_id={}", app.cast.recruiting);
    let here = app.api().get(&here).await.expect(200).json();
    assert_eq!(here["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_taken_names_the_field() {
    let app = TestApp::start().await;
    let long = "職".repeat(101);
    for (more, told) in [
        (json!({"to": "03-1234-5678"}), "to: cannot receive texts"),
        (json!({"to": "?"}), "to: is not a phone number"),
        (json!({"phone": HANAKO}), "phone: is given beside to"),
        (json!({"job": long}), "job: is too long"),
        (json!({"recruiter_email": "nobody@example.jp"}), "recruiter_email: is not known"),
        (json!({"applied_at": "2027-01-01T00:00:00Z"}), "applied_at: must not be in the future"),
        (json!({"inbox_id": "0197a0c0-0000-7000-8000-000000000001"}), "inbox_id: is not known"),
        (json!({"jobs": "営業"}), "jobs: is not a field"),
    ] {
        let mut body = json!({"inbox_id": app.cast.reception.0, "to": HANAKO});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = app.api().post("/applications", body).await;
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(matches!(answer.status, 400 | 422) && detail.starts_with(told), "{detail}");
    }
    assert_eq!(app.raw().count("applications", ""), 0);
    assert_eq!(app.raw().count("application_media", ""), 0);
}

/// A job board that sends webhooks.
struct Board<'a> {
    app: &'a TestApp,
    url: String,
    secret: String,
}

impl<'a> Board<'a> {
    async fn of(app: &'a TestApp) -> Self {
        let admin = Caller::house(Actor::operator());
        let made = sources::add(app, admin, "求人A".into(), app.cast.reception).await;
        let (source, secret) = made.unwrap();
        Self { app, url: format!("{}/hooks/applications/{}", app.url, source.token), secret }
    }

    async fn sends(&self, id: &str, at: DateTime<Utc>, body: &str, secret: &str) -> Answer {
        let signature = sign(secret, id, at.timestamp(), body.as_bytes()).unwrap();
        let request = self.app.http.post(&self.url).header("webhook-id", id);
        let request = request.header("webhook-timestamp", at.timestamp().to_string());
        let request = request.header("webhook-signature", format!("v1,AAAA {signature}"));
        Answer::to(request.body(body.to_owned())).await
    }
}

const TOLD: &str = r#"{"type": "application.created", "data":
    {"phone": "090-1234-5678", "name": "山田 花子", "job": "営業", "resume": {"pages": 2}}}"#;

#[tokio::test]
async fn a_signed_webhook_brings_an_applicant_once() {
    let app = TestApp::start().await;
    let board = Board::of(&app).await;
    let now = app.now();
    let first = board.sends("msg_1", now, TOLD, &board.secret).await.expect(200).json();
    let again = board.sends("msg_1", now, TOLD, &board.secret).await.expect(200).json();
    assert_eq!(again, first, "the same answer");
    assert_eq!(app.raw().count("applications", ""), 1);
    assert_eq!(shown(&app, &first).await["contact"]["name"], "山田 花子");

    // The name is remembered for a month, and other names are other applications.
    app.advance(TimeDelta::days(29));
    housekeeping::run_one(&app).await.unwrap();
    board.sends("msg_1", app.now(), TOLD, &board.secret).await.expect(200);
    assert_eq!(app.raw().count("application_deliveries", ""), 1);
    let other = TOLD.replace("営業", "事務");
    board.sends("msg_2", app.now(), &other, &board.secret).await.expect(200);
    assert_eq!(app.raw().count("applications", ""), 2);
    app.advance(TimeDelta::days(2));
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(app.raw().count("application_deliveries", ""), 1);
}

#[tokio::test]
async fn what_is_not_believed_waits_in_quarantine_and_a_person_may_vouch_for_it() {
    let app = TestApp::start().await;
    let board = Board::of(&app).await;
    let (now, wrong) = (app.now(), "whsec_d3Jvbmcgc2VjcmV0IGZvciB0ZXN0cw==");
    board.sends("msg_1", now, TOLD, wrong).await.expect(403);
    let old = now - TimeDelta::minutes(6);
    let late = TOLD.replace("営業", "事務");
    board.sends("msg_2", old, &late, &board.secret).await.expect(403);
    // Genuine, but of nobody: kept too, and not asked for again.
    let nobody = r#"{"data": {"name": "山田"}}"#;
    let kept = board.sends("msg_3", now, nobody, &board.secret).await.expect(202).json();
    assert_eq!(kept["problem"], "to: is missing");
    let abroad = r#"{"to": "03-1234-5678"}"#;
    board.sends("msg_4", now, abroad, &board.secret).await.expect(202);
    assert_eq!(app.raw().count("applications", ""), 0);
    assert_eq!(app.raw().count("quarantine", "where route = 'application'"), 4);

    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/quarantine").await.expect(200);
    assert!(page.texts("ul.held h2").iter().all(|head| head.starts_with("応募")));
    assert!(!page.text.contains(&board.url[board.url.len() - 32..]), "the address is a password");
    let read = app.store.read(|db| henji::store::quarantine::page(db, None, 9));
    let items = read.await.unwrap();
    let replayed = async |body: &str| {
        let item = items.iter().find(|item| item.request.body.as_ref() == body.as_bytes());
        let path = format!("/settings/quarantine/{}/replay", item.unwrap().id);
        admin.post(&path, &[]).await
    };
    replayed(TOLD).await.expect(303);
    replayed(nobody).await.expect(422);
    assert_eq!(app.raw().count("applications", ""), 1);
    // Sent again with the right secret it is the one that was vouched for.
    board.sends("msg_1", now, TOLD, &board.secret).await.expect(200);
    assert_eq!(app.raw().count("applications", ""), 1);
}

#[tokio::test]
async fn a_source_shows_its_secret_once_and_ends_when_it_is_removed() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let inbox = app.cast.reception.to_string();
    let form = [("name", "求人A"), ("inbox_id", inbox.as_str())];
    let made = admin.post("/settings/sources", &form).await.expect(200);
    let secret = made.texts("code.secret").remove(0);
    assert!(secret.starts_with("whsec_"), "{secret}");
    let page = admin.get("/settings/sources").await.expect(200);
    assert!(!page.text.contains("whsec_"));
    let url = page.texts("td code").remove(0);
    let (_, path) = url.split_once("/hooks/").unwrap();
    let board = Board { app: &app, url: format!("{}/hooks/{path}", app.url), secret };
    board.sends("msg_1", app.now(), TOLD, &board.secret).await.expect(200);
    let remove = page.attribute("table form", "action").unwrap();
    admin.delete(&remove).await.expect(303);
    board.sends("msg_2", app.now(), TOLD, &board.secret).await.expect(404);
    admin.delete(&remove).await.expect(404);
    admin.post("/settings/sources", &[("name", " "), ("inbox_id", &inbox)]).await.expect(422);
    admin.post("/settings/sources", &[("name", "x")]).await.expect(422);
    // What came stays.
    assert_eq!(app.raw().count("applications", ""), 1);
}
