//! New texts are told on browsers where henji is not open: to whom they concern, as far
//! as they want, once.

use chrono::TimeDelta;
use henji::config::PushConfig;
use henji::domain::id::ConversationId;
use henji::jobs::{housekeeping, push};
use henji::push::PushService;
use serde_json::json;

use crate::providers::peer::Answer;
use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::cast::{ADMIN, AUDITOR, SATO, TANAKA, YAMADA};
use crate::support::push_service::{PUBLIC, Service, subscribe};
use crate::support::socket::Socket;

const HANDSET: &str = "+819012345678";

async fn push(app: &TestApp) -> usize {
    push::run_one(app).await.unwrap()
}

fn rows(app: &TestApp, table: &str) -> i64 {
    app.raw().number(&format!("select count(*) as n from {table}"))
}

async fn prefer(browser: &Browser, level: &str) {
    browser.put("/settings/preferences", &[("notify", level)]).await.expect(303);
}

#[tokio::test]
async fn a_text_is_told_once_and_as_far_as_its_user_wants() {
    let service = Service::open().await;
    let app = service.house().await;
    let sato = app.sign_in(SATO).await;
    service.tells(&sato, "sato").await;
    let mut conversation = None;
    for level in ["count", "name", "body", "off"] {
        prefer(&sato, level).await;
        conversation = Some(app.handset(HANDSET).sends("折り返しお願いします").await);
        // Two nodes that look at once tell it once.
        let (one, two) = tokio::join!(push(&app), push(&app));
        assert_eq!(one + two, usize::from(level != "off"), "{level}");
    }
    assert_eq!(push(&app).await, 0);
    let came = service.came();
    assert_eq!(came.len(), 3);
    for request in &came {
        assert_eq!(request.header("content-encoding"), Some("aes128gcm"));
        assert_eq!(request.header("ttl"), Some("14400"));
        assert_eq!(request.header("urgency"), Some("high"));
        assert_eq!(request.header("topic").map(str::len), Some(24));
        assert_eq!(request.body.len(), came[0].body.len(), "length tells nothing");
        let conversation = conversation.unwrap().to_string();
        assert!(!String::from_utf8_lossy(&request.body).contains(&conversation));
    }
    let Some(read) = service.read() else { return };
    let text = |title: &str, body: &str| {
        let conversation = conversation.unwrap().to_string();
        json!({"title": title, "body": body, "lang": "ja", "conversation": conversation})
    };
    assert_eq!(read[0]["text"], text("新着メッセージ", ""));
    assert_eq!(read[1]["text"], text("090-****-5678", "新着メッセージ"));
    assert_eq!(read[2]["text"], text("090-****-5678", "折り返しお願いします"));
    let page = sato.get("/conversations").await;
    for push in read {
        assert_eq!(push["claims"]["sub"], "https://henji.example.jp");
        assert_eq!(push["claims"]["exp"], (app.now() + TimeDelta::hours(12)).timestamp());
        assert!(!page.text.contains(push["key"].as_str().unwrap()), "nothing to subscribe to");
    }
}

#[tokio::test]
async fn nobody_is_told_what_is_not_theirs_or_no_news_to_them() {
    let service = Service::open().await;
    let app = service.house().await;
    let sato = app.sign_in(SATO).await;
    let early = app.handset(HANDSET).sends("登録の前").await;
    app.advance(TimeDelta::seconds(1));
    for (who, name) in [(TANAKA, "tanaka"), (YAMADA, "yamada"), (AUDITOR, "auditor")] {
        service.tells(&app.sign_in(who).await, name).await;
    }
    service.tells(&sato, "sato").await;
    let told = || {
        let mut names: Vec<_> = service.came().iter().map(|it| it.target.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(push(&app).await, 0, "it was there before they asked");

    app.handset("+819011112222").sends("未対応").await;
    push(&app).await;
    assert_eq!(told(), ["/sato", "/tanaka"], "not in another inbox, nor whoever reads none");

    sato.post(&format!("/conversations/{early}/assignment"), &[]).await.expect(303);
    app.handset(HANDSET).sends("担当あり").await;
    push(&app).await;
    assert_eq!(told(), ["/sato", "/sato", "/tanaka"], "it is Sato's");

    // Read, taken by somebody else, or looked at: between the look and the words.
    read_before_it_leaves(&app, &sato, early).await;
    assert_eq!(push(&app).await, 0);
    let mut socket = Socket::open(&app, &sato, app.last_event().await).await;
    socket.next_of("hello").await;
    socket.says(&format!(r#"{{"t":"here","c":"{early}","types":false,"looks":true}}"#)).await;
    until_looking(&app, early).await;
    app.handset(HANDSET).sends("見ています").await;
    assert_eq!(push(&app).await, 0);
    socket.says(&format!(r#"{{"t":"here","c":"{early}","types":false,"looks":false}}"#)).await;
    while app.presence.looks_at(early, app.cast.id(SATO)) {
        tokio::task::yield_now().await;
    }
    app.handset(HANDSET).sends("別の画面を見ています").await;
    assert_eq!(push(&app).await, 1);
}

async fn read_before_it_leaves(app: &TestApp, sato: &Browser, conversation: ConversationId) {
    app.handset(HANDSET).sends("読んだ").await;
    while henji::actions::push::follow(app).await.unwrap() > 0 {}
    sato.put(&format!("/conversations/{conversation}/read"), &[]).await;
}

async fn until_looking(app: &TestApp, conversation: ConversationId) {
    while !app.presence.looks_at(conversation, app.cast.id(SATO)) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_service_is_asked_again_as_it_wishes_and_no_longer_than_it_is_news() {
    let service = Service::open().await;
    let app = service.house().await;
    service.tells(&app.sign_in(SATO).await, "sato").await;
    let later = Answer::Http {
        status: 429,
        headers: vec![("retry-after", "120".to_owned())],
        body: String::new(),
    };
    service.answers([later, Answer::status(500), Answer::Hangup, Answer::Silence]);
    app.handset(HANDSET).sends("一").await;
    for (tries, seconds) in [(1, 120), (2, 30), (3, 60), (4, 120)] {
        assert_eq!(push(&app).await, 1);
        assert_eq!(service.came().len(), tries);
        app.advance(TimeDelta::seconds(seconds - 1));
        assert_eq!(push(&app).await, 0, "not before its time");
        app.advance(TimeDelta::seconds(1));
    }
    push(&app).await;
    assert_eq!(service.came().len(), 5);
    assert_eq!(service.came()[4].header("ttl"), Some("14070"), "what is left of it");
    app.advance(TimeDelta::minutes(5));
    assert_eq!(push(&app).await, 0, "it was taken");

    // A refusal is for good, wherever it would lead.
    let elsewhere = vec![("location", service.endpoint("elsewhere"))];
    let moved = Answer::Http { status: 307, headers: elsewhere, body: String::new() };
    service.answers([Answer::status(400), moved]);
    for body in ["二", "三"] {
        app.handset(HANDSET).sends(body).await;
        push(&app).await;
        app.advance(TimeDelta::hours(1));
        assert_eq!(push(&app).await, 0);
    }
    assert_eq!(service.came().len(), 7);

    // Nobody is told in the evening of what came at noon.
    service.answers(std::iter::repeat_n(Answer::status(503), 100));
    app.handset(HANDSET).sends("四").await;
    let mut tries = 0;
    for _ in 0..60 {
        tries += push(&app).await;
        app.advance(TimeDelta::minutes(15));
    }
    assert_eq!(tries, 16);
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(rows(&app, "pushes"), 0);
}

#[tokio::test]
async fn a_newer_text_takes_the_place_of_one_that_waits() {
    let service = Service::open().await;
    let app = service.house().await;
    let sato = app.sign_in(SATO).await;
    prefer(&sato, "body").await;
    service.tells(&sato, "sato").await;
    for body in ["一", "二", "三"] {
        app.handset(HANDSET).sends(body).await;
    }
    app.handset("+819011112222").sends("別の人").await;
    assert_eq!(push(&app).await, 2);
    let Some(read) = service.read() else { return };
    let mut told: Vec<_> = read.iter().map(|it| it["text"]["body"].as_str().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, ["三", "別の人"]);
}

#[tokio::test]
async fn a_browser_is_told_no_more_once_it_is_gone() {
    let service = Service::open().await;
    let app = service.house().await;
    let told = |app: &TestApp| rows(app, "push_subscriptions");
    let sato = app.sign_in(SATO).await;
    for status in [404, 410] {
        service.tells(&sato, "sato").await;
        service.answers([Answer::status(status)]);
        app.handset(HANDSET).sends("?").await;
        push(&app).await;
        assert_eq!(told(&app), 0, "{status}");
        assert!(key_on(&sato).await.is_some(), "it may come back");
    }

    // Taken off the list from another browser, it does not come back by itself.
    service.tells(&sato, "sato").await;
    let phone = app.sign_in(SATO).await;
    let page = phone.get("/settings/preferences").await.expect(200);
    let stop = "form[action^='/settings/subscriptions/']";
    let action = page.attribute(stop, "action").expect("a way to stop it");
    let tanaka = app.sign_in(TANAKA).await;
    tanaka.delete(&action).await.expect(404);
    phone.delete(&action).await.expect(303);
    assert!(phone.get("/settings/preferences").await.attribute(stop, "action").is_none());
    assert_eq!(key_on(&sato).await.as_deref(), Some("off"));
    app.handset(HANDSET).sends("?").await;
    assert_eq!(push(&app).await, 0);
    phone.delete(&action).await.expect(404);

    // Sessions end: here, from elsewhere, by an administrator, by time.
    let ends = ["sign-out", "from elsewhere", "all others", "disabled"];
    for end in ends {
        let there = app.sign_in(SATO).await;
        service.tells(&there, "there").await;
        let before = told(&app);
        match end {
            "sign-out" => drop(there.delete("/session").await.expect(303)),
            "from elsewhere" => {
                let page = phone.get("/settings/preferences").await;
                let id = page.attribute(stop, "action").unwrap();
                let id = id.rsplit('/').next().unwrap().to_owned();
                tanaka.delete(&format!("/settings/sessions/{id}")).await.expect(404);
                phone.delete(&format!("/settings/sessions/{id}")).await.expect(303);
            }
            "all others" => drop(phone.delete("/settings/sessions").await.expect(303)),
            _ => {
                let admin = app.sign_in(ADMIN).await;
                let path = format!("/settings/users/{}/disablement", app.cast.id(SATO));
                admin.post(&path, &[]).await.expect(303);
            }
        }
        assert!(told(&app) < before, "{end}");
        assert_ne!(there.get("/conversations").await.status, 200, "{end}");
    }
    let yamada = app.sign_in(YAMADA).await;
    service.tells(&yamada, "yamada").await;
    app.advance(TimeDelta::hours(17));
    housekeeping::run_one(&app).await.unwrap();
    assert_eq!(told(&app), 0);
    assert_ne!(tanaka.get("/conversations").await.status, 200);
}

async fn key_on(browser: &Browser) -> Option<String> {
    browser.get("/conversations").await.expect(200).attribute("#texts", "data-push")
}

#[tokio::test]
async fn what_leads_to_no_push_service_is_refused() {
    let service = Service::open().await;
    let app = service.house().await;
    let sato = app.sign_in(SATO).await;
    for endpoint in ["", "http://10.0.0.1/x", "https://169.254.169.254/latest", "https://db/x"] {
        let answer = subscribe(&sato, endpoint).await.expect(422);
        assert!(answer.text.contains("endpoint") || !answer.text.is_empty(), "{endpoint}");
    }
    for keys in [[("p256dh", "AAAA"), ("auth", "AAAA")], [("p256dh", PUBLIC), ("auth", "!")]] {
        let fields = [vec![("endpoint", "https://fcm.googleapis.com/x")], keys.to_vec()].concat();
        sato.put("/settings/subscription", &fields).await.expect(422);
    }
    assert_eq!(rows(&app, "push_subscriptions"), 0);
    // Sealed, and of the house alone.
    service.tells(&sato, "a-name-of-its-own").await;
    assert_eq!(rows(&app, "push_keys"), 1);
    let mut raw = app.raw();
    let found = match raw.is_postgres() {
        true => "position('a-name'::bytea in endpoint_sealed)",
        false => "instr(endpoint_sealed, cast('a-name' as blob))",
    };
    let readable = format!("select count(*) as n from push_subscriptions where {found} > 0");
    assert_eq!(raw.number(&readable), 0, "endpoints are sealed");
}

#[tokio::test]
async fn a_closed_network_says_so_and_calls_nobody() {
    let app = TestApp::start_with(|app| {
        app.push = PushService::new(&PushConfig { on: false, allowed: Vec::new() });
    })
    .await;
    let sato = app.sign_in(SATO).await;
    assert_eq!(key_on(&sato).await, None);
    let page = sato.get("/settings/preferences").await.expect(200);
    assert!(page.text.contains("サーバーの設定で切られています"));
    assert!(page.attribute("#push-here", "id").is_none());
    subscribe(&sato, "https://fcm.googleapis.com/x").await.expect(422);
    assert_eq!(push(&app).await, 0);
}

#[tokio::test]
async fn each_is_told_of_the_conversations_they_asked_for_from_that_moment_on() {
    let service = Service::open().await;
    let app = service.house().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    service.tells(&sato, "sato").await;
    let talk = app.handset(HANDSET).sends("担当のいない会話").await;
    assert_eq!(push(&app).await, 1);
    tanaka.post(&format!("/conversations/{talk}/assignment"), &[]).await.expect(303);
    let mut told = Vec::new();
    for (scope, note) in
        [("ours", ""), ("mine", ""), ("all", ""), ("mentions", ""), ("mentions", "@佐藤 どうぞ")]
    {
        sato.put("/settings/preferences", &[("notify_scope", scope)]).await.expect(303);
        if !note.is_empty() {
            tanaka.note(talk, note).await;
        }
        app.handset(HANDSET).sends("田中さんの会話").await;
        told.push(push(&app).await);
    }
    assert_eq!(told, [0, 0, 1, 0, 1]);
    let page = sato.get("/conversations").await.expect(200);
    assert_eq!(page.attribute("#texts", "data-scope").as_deref(), Some("mentions"));
    assert_eq!(page.texts("#count-me"), ["1"], "what waits there");

    // Pages that are open go by it too, and by a pause.
    let mut socket = Socket::open(&app, &sato, app.last_event().await).await;
    let pause = "/settings/pause";
    sato.put("/settings/preferences", &[("notify_scope", "all")]).await.expect(303);
    assert_eq!(wishes(&mut socket).await["data-scope"], "all");
    sato.post(pause, &[("until", "hour")]).await.expect(303);
    let until = (app.now() + TimeDelta::hours(1)).timestamp();
    let quiet = wishes(&mut socket).await["data-quiet"].clone();
    assert_eq!(quiet, format!("{}-{until}", app.now().timestamp()));
    sato.delete(pause).await.expect(303);
    assert_eq!(wishes(&mut socket).await["data-quiet"], json!(null));
    tanaka.post(pause, &[("until", "hour")]).await.expect(303);
    sato.post(pause, &[("until", "hour")]).await.expect(303);
    let own = wishes(&mut socket).await["data-quiet"].clone();
    assert_eq!(own, quiet, "not what others want");
}

/// What an open page is told of its user's wishes.
async fn wishes(socket: &mut Socket) -> serde_json::Value {
    let frame = socket.next_of("ev").await;
    assert_eq!(frame["ops"][0]["id"], "texts", "{frame}");
    frame["ops"][0]["set"].clone()
}

#[tokio::test]
async fn nobody_is_told_in_the_times_they_keep() {
    let service = Service::open().await;
    let app = service.house().await;
    let (sato, tanaka) = (app.sign_in(SATO).await, app.sign_in(TANAKA).await);
    service.tells(&sato, "sato").await;
    service.tells(&tanaka, "tanaka").await;
    // It is 7:50 in Tokyo.
    let path = "/settings/quiet_times";
    let night = |from, to, zone| {
        let days = (0..7).map(|day| ("quiet_night", ["0", "1", "2", "3", "4", "5", "6"][day]));
        [vec![("quiet_from", from), ("quiet_to", to), ("zone", zone)], days.collect()].concat()
    };
    sato.put(path, &night("22:00", "08:00", "Asia/Tokyo")).await.expect(303);
    let told = || service.came().len();
    app.handset(HANDSET).sends("夜").await;
    assert_eq!((push(&app).await, told()), (1, 1), "Tanaka is told");
    assert!(sato.get("/conversations").await.attribute("#texts", "data-quiet").is_some());
    assert_eq!(tanaka.get("/conversations").await.attribute("#texts", "data-quiet"), None);
    app.advance(TimeDelta::minutes(10));
    app.handset(HANDSET).sends("朝").await;
    assert_eq!(push(&app).await, 2, "nor is the night told in the morning");
    assert_eq!(told(), 3);

    // A pause, and its end.
    tanaka.post("/settings/pause", &[("until", "morning")]).await.expect(303);
    app.handset(HANDSET).sends("休み").await;
    assert_eq!(push(&app).await, 1);
    tanaka.delete("/settings/pause").await.expect(303);
    tanaka.post("/settings/pause", &[("until", "hour")]).await.expect(303);
    app.advance(TimeDelta::hours(1));
    app.handset(HANDSET).sends("昼").await;
    assert_eq!(push(&app).await, 2);

    for wrong in [night("22:00", "", "Asia/Tokyo"), night("22:00", "22:00", "Asia/Tokyo")] {
        let page = sato.put(path, &wrong).await.expect(422);
        assert_eq!(page.attribute("#quiet_from", "value").as_deref(), Some("22:00"), "kept");
        assert_eq!(page.attribute("#quiet_from", "aria-invalid").as_deref(), Some("true"));
    }
    let page = sato.put(path, &night("22:00", "08:00", "Mars/Base")).await.expect(422);
    assert_eq!(page.attribute("#zone", "aria-invalid").as_deref(), Some("true"));
}
