//! A caller presses a key: a text, once, and what the voice says meanwhile.

use std::time::Instant;

use chrono::TimeDelta;
use henji::actions::{settings, teams};
use henji::domain::id::TeamId;
use henji::domain::user::{Actor, Caller};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::api::{Api, id};
use crate::support::cast::SATO;
use crate::support::socket::Socket;

const CALLER: &str = "+819012345678";
const BODY: &str = "お電話ありがとうございます。返品のご用件はこのSMSにご返信ください";

async fn menu(app: &TestApp, more: Value) -> Value {
    let mut flow = json!({
        "inbox_id": app.cast.reception.0,
        "duplicate_minutes": 30,
        "return_days": 7,
        "options": [
            {"digit": "1", "topic": "返品・交換", "body": BODY},
            {"digit": "2", "topic": "配送状況", "body": "配送のご案内です"},
        ],
    });
    for (name, value) in more.as_object().unwrap() {
        flow[name] = value.clone();
    }
    app.api().put("/handoff_flows/main", flow).await.expect(200).json()
}

fn press(call: &str, caller: &str, digit: &str) -> Value {
    json!({"call_id": call, "caller": caller, "flow": "main", "digit": digit})
}

async fn pressed(app: &TestApp, body: Value) -> Value {
    app.api().post("/handoffs", body).await.expect(200).json()
}

async fn team(app: &TestApp) -> TeamId {
    let wanted = teams::Wanted {
        id: None,
        name: "返品".into(),
        members: [app.cast.id(SATO)].into(),
        inboxes: [app.cast.reception].into(),
    };
    teams::save(app, Caller::house(Actor::operator()), wanted).await.unwrap()
}

#[tokio::test]
async fn i1_the_same_key_of_a_call_is_one_text_and_one_answer() {
    let app = TestApp::start().await;
    menu(&app, json!({})).await;
    let api = app.api();
    let posts = (0..5).map(|_| api.post("/handoffs", press("c1", CALLER, "1")));
    let answers = futures_util::future::join_all(posts).await;
    let answers: Vec<Value> = answers.into_iter().map(|one| one.expect(200).json()).collect();
    assert_eq!(
        (&answers[0]["result"], &answers[0]["speech"]),
        (&json!("accepted"), &json!("sent"))
    );
    assert!(answers.iter().all(|one| *one == answers[0]), "{answers:?}");
    app.settle().await;
    assert_eq!(app.handset(CALLER).received(), [BODY]);
    app.advance(TimeDelta::days(2));
    assert_eq!(pressed(&app, press("c1", CALLER, "1")).await, answers[0], "and later");

    // Nobody has anything to do yet: no case, nobody waits, and no undo window ran.
    let conversation = app.handset(CALLER).conversation().await;
    let found = api.conversation(conversation).await;
    assert_eq!((&found["state"], &found["waiting_since"]), (&json!("closed"), &Value::Null));
    let page = app.sign_in(SATO).await.get(&format!("/conversations/{conversation}")).await;
    let page = page.expect(200);
    assert_eq!(page.texts("li.case:not(.call)").len(), 0);
    let card = page.texts("li.call + li .m.out .b, li.call");
    assert!(card[0].contains("返品・交換") && card[0].contains("IVR main-1"), "{card:?}");
    assert_eq!(card[1], BODY, "the text stands below its call");
    let events = api.get("/events").await.expect(200).json();
    let told = events["events"].as_array().unwrap().iter();
    let told: Vec<&Value> = told.filter(|event| event["kind"] == "handoff.created").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["message_id"], answers[0]["message_id"]);
}

#[tokio::test]
async fn i2_a_silent_provider_keeps_nobody_on_the_line() {
    let app = TestApp::start().await;
    menu(&app, json!({})).await;
    app.api().carrier(json!({"throttle_every": 1})).await;
    let (asked, answer) = (Instant::now(), pressed(&app, press("c1", CALLER, "1")).await);
    assert_eq!(answer["result"], "accepted");
    assert!(asked.elapsed().as_secs() < 5, "{:?}", asked.elapsed());
    let message = id(&answer["message_id"]).into();
    app.deliver().await;
    assert_eq!(app.api().state_of(message).await, "queued");
    app.api().carrier(json!({})).await;
    app.advance(TimeDelta::minutes(30));
    app.settle().await;
    assert_eq!(app.handset(CALLER).received(), [BODY]);

    // Hours later it is of no use to who rang.
    app.api().carrier(json!({"throttle_every": 1})).await;
    let late = pressed(&app, press("c2", "+819012345679", "1")).await;
    app.deliver().await;
    app.api().carrier(json!({})).await;
    app.advance(TimeDelta::hours(4));
    app.settle().await;
    assert_eq!(app.api().state_of(id(&late["message_id"]).into()).await, "expired");
}

#[tokio::test]
async fn i3_who_can_get_no_text_is_asked_for_a_mobile() {
    let app = TestApp::start().await;
    menu(&app, json!({})).await;
    for (n, (caller, reason)) in [
        ("anonymous", "anonymous"),
        ("", "anonymous"),
        ("0312345678", "landline"),
        ("+815012345678", "voip"),
        ("0120-123-456", "toll_free"),
        ("+14155552671", "foreign"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = pressed(&app, press(&format!("c{n}"), caller, "1")).await;
        assert_eq!(answer["result"], "cannot_sms", "{caller}");
        assert_eq!(answer["reason"], reason, "{caller}");
        assert_eq!(answer["speech"], "ask_mobile", "{caller}");
        assert_eq!(answer["message_id"], Value::Null, "{caller}");
    }
    assert_eq!(app.raw().count("messages", ""), 0);
    assert_eq!(app.raw().count("contacts", ""), 0);
}

#[tokio::test]
async fn i7_a_typed_number_gets_the_general_words_alone() {
    let app = TestApp::start().await;
    menu(&app, json!({})).await;
    let typed = |call: &str, caller: &str| {
        let mut body = press(call, caller, "1");
        body["caller_entered"] = true.into();
        body
    };
    pressed(&app, press("c1", "anonymous", "1")).await;
    assert_eq!(pressed(&app, typed("c1", "0312345678")).await["reason"], "landline");
    let answer = pressed(&app, typed("c1", "09012345678")).await;
    assert_eq!(answer["result"], "accepted");
    assert_eq!(pressed(&app, typed("c1", "08012345678")).await, answer, "one text a call");
    app.settle().await;
    let received = app.handset(CALLER).received();
    assert_eq!(received.len(), 1);
    assert!(received[0].starts_with("【さくら電力】"), "{received:?}");
    assert!(!received[0].contains("返品"), "{received:?}");
    assert!(app.handset("+818012345678").received().is_empty());

    // Somebody types one number after the other.
    for n in 0..5 {
        pressed(&app, typed("c2", &format!("031234567{n}"))).await;
    }
    let sixth = pressed(&app, typed("c2", "08012345678")).await;
    assert_eq!((&sixth["result"], &sixth["reason"]), (&json!("rate_limited"), &json!("tries")));
    menu(&app, json!({"general_body": "ご用件をご返信ください"})).await;
    pressed(&app, typed("c3", "08012345678")).await;
    app.settle().await;
    assert_eq!(app.handset("+818012345678").received(), ["ご用件をご返信ください"]);
}

#[tokio::test]
async fn who_rings_again_gets_no_second_text_but_a_person() {
    let app = TestApp::start().await;
    menu(&app, json!({})).await;
    let first = pressed(&app, press("c1", CALLER, "1")).await;
    assert_eq!(first["suggest"], Value::Null);
    app.settle().await;
    app.advance(TimeDelta::minutes(5));
    let again = pressed(&app, press("c2", CALLER, "1")).await;
    assert_eq!(again["result"], "suppressed");
    assert_eq!(again["speech"], "already_sent");
    assert_eq!(again["suggest"], "operator");
    assert_eq!(again["message_id"], first["message_id"]);
    let other = pressed(&app, press("c2", CALLER, "2")).await;
    assert_eq!((&other["result"], &other["reason"]), (&json!("rate_limited"), &json!("number")));
    let conversation = app.handset(CALLER).conversation().await;
    assert_eq!(app.api().system_lines(conversation).await, ["called_again 2"]);
    let page = app.sign_in(SATO).await.get(&format!("/conversations/{conversation}")).await;
    assert!(page.expect(200).texts(".ev").concat().contains("もう一度お電話がありました(2回目)"));

    // Who answered was helped; after the window there is another text.
    app.handset(CALLER).sends("返品したいです").await;
    app.advance(TimeDelta::minutes(31));
    let third = pressed(&app, press("c3", CALLER, "1")).await;
    assert_eq!((&third["result"], &third["suggest"]), (&json!("accepted"), &Value::Null));
    app.settle().await;
    assert_eq!(app.handset(CALLER).received(), [BODY, BODY]);
    app.handset(CALLER).sends("STOP").await;
    app.advance(TimeDelta::minutes(31));
    let stopped = pressed(&app, press("c4", CALLER, "1")).await;
    assert_eq!(
        (&stopped["result"], &stopped["speech"]),
        (&json!("blocked"), &json!("cannot_send"))
    );
}

/// Who calls has agreed to an answer, and to no advertising.
#[tokio::test]
async fn an_option_that_advertises_texts_those_alone_who_agreed() {
    let app = TestApp::start().await;
    let option =
        json!({"digit": "5", "topic": "セール", "body": "本日限り", "purpose": "advertising"});
    menu(&app, json!({"options": [option]})).await;
    let conversation = app.handset(CALLER).sends("在庫はありますか").await;
    for caller in [CALLER, "+819087654321"] {
        let answer = pressed(&app, press(caller, caller, "5")).await;
        assert_eq!((&answer["result"], &answer["message_id"]), (&json!("blocked"), &Value::Null));
    }
    let found = app.api().conversation(conversation).await;
    let path = format!("/contacts/{}/consents", found["contact"]["id"].as_str().unwrap());
    app.api().post(&path, json!({"source": "phone"})).await.expect(201);
    assert_eq!(pressed(&app, press("c2", CALLER, "5")).await["result"], "accepted");
    app.settle().await;
    assert_eq!(app.handset(CALLER).received(), ["本日限り"]);
}

#[tokio::test]
async fn t_ivr_1_a_flood_of_one_number_is_one_text() {
    flood(40).await;
}

/// The count of the document, of which every run plays a small part.
#[tokio::test]
#[ignore = "ten thousand calls: cargo test --test it -- t_ivr_1 --ignored"]
async fn t_ivr_1_ten_thousand_calls_of_one_number_are_one_text() {
    flood(10_000).await;
}

/// `calls` of one number, of both keys in turn, and how the next one fares.
async fn flood(calls: usize) {
    let app = TestApp::start().await;
    menu(&app, json!({"duplicate_minutes": 0})).await;
    let mut results = std::collections::BTreeMap::new();
    for n in 0..calls {
        let digit = ["1", "2"][n % 2];
        let answer = pressed(&app, press(&format!("f{n}"), CALLER, digit)).await;
        *results.entry(answer["result"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(
        results,
        [("accepted".to_owned(), 1), ("rate_limited".to_owned(), calls - 1)].into()
    );
    app.settle().await;
    assert_eq!(app.handset(CALLER).received().len(), 1);
    let conversation = app.handset(CALLER).conversation().await;
    assert_eq!(app.api().system_lines(conversation).await, [""; 0], "nor a thread full of it");
    // Ten minutes later there may be another.
    app.advance(TimeDelta::minutes(10));
    assert_eq!(pressed(&app, press("g", CALLER, "1")).await["result"], "accepted");
    app.settle().await;
}

#[tokio::test]
async fn i6_an_answer_goes_to_the_options_team_for_a_week() {
    let app = TestApp::start().await;
    let team = team(&app).await;
    let option = json!({"digit": "1", "topic": "返品・交換", "body": BODY, "team": "返品"});
    let kept = menu(&app, json!({"options": [option]})).await;
    assert_eq!(kept["options"][0]["team"], "返品");
    assert_eq!(kept["options"][0]["purpose"], "notice");
    pressed(&app, press("c1", CALLER, "1")).await;
    app.settle().await;
    let conversation = app.handset(CALLER).conversation().await;
    let state = async || {
        let found = app.api().conversation(conversation).await;
        (found["state"].clone(), found["team"].clone())
    };
    assert_eq!(state().await, (json!("closed"), Value::Null));
    app.advance(TimeDelta::days(6));
    app.handset(CALLER).sends("集荷日を土曜に変えられますか").await;
    assert_eq!(state().await, (json!("open"), json!(team.to_string())));
    let lines = app.api().system_lines(conversation).await;
    assert_eq!(lines, ["reopened".to_owned(), format!("handed {team}")]);
    // Answered and closed; after the window it is an ordinary conversation.
    let close = format!("/conversations/{conversation}/closure");
    app.api().put(&close, json!({})).await.expect(200);
    app.advance(TimeDelta::days(1));
    app.handset(CALLER).sends("もう一つ質問です").await;
    assert_eq!(state().await, (json!("open"), Value::Null));
}

#[tokio::test]
async fn f72_everybody_is_busy_from_the_next_call_on() {
    let app = TestApp::start().await;
    menu(&app, json!({"overflow_body": "ただいま電話が混み合っております"})).await;
    let scopes = vec!["handoffs:write".to_owned()];
    let house = Caller::house(Actor::operator());
    let (_, token) = settings::add_token(&app, house, "PBX".into(), scopes).await.unwrap();
    let exchange = Api::new(&app, &token);
    pressed(&app, press("c1", CALLER, "1")).await;
    let path = "/handoff_flows/main/overflow";
    let on = exchange.put(path, json!({"mode": "on"})).await.expect(200).json();
    assert_eq!(on["overflow"], "on");
    pressed(&app, press("c2", "+819012345679", "1")).await;
    // Written anew the mode stays as it is.
    let kept = menu(&app, json!({"overflow_body": "混み合っております"})).await;
    assert_eq!(kept["overflow"], "on");
    exchange.put(path, json!({"mode": "off"})).await.expect(200);
    pressed(&app, press("c3", "+819012345670", "1")).await;
    app.settle().await;
    assert_eq!(app.handset(CALLER).received(), [BODY], "what was queued stays what it was");
    assert_eq!(app.handset("+819012345679").received(), ["ただいま電話が混み合っております"]);
    assert_eq!(app.handset("+819012345670").received(), [BODY]);
    let audited = "select count(*) as n from audit_entries where action = 'handoff_flow.overflow'";
    assert_eq!(app.raw().number(audited), 2);
    let refused = exchange.put(path, json!({"mode": "scheduled"})).await.expect(422);
    assert!(refused.text.contains("busy_calendar_id"), "{}", refused.text);
}

#[tokio::test]
async fn what_a_flow_says_in_its_own_words_is_said_and_what_is_wrong_is_named() {
    let app = TestApp::start().await;
    let say = |speech: &str, text: &str| json!({"speech": speech, "language": "en", "text": text});
    let sayings = json!([say("sent", "Done."), say("ask_mobile", "Your mobile, please.")]);
    let option = json!({"digit": "9", "topic": "English", "body": "Hi", "language": "en"});
    menu(&app, json!({"options": [option], "sayings": sayings})).await;
    assert_eq!(pressed(&app, press("c1", CALLER, "9")).await["say"], "Done.");
    let asked = pressed(&app, press("c2", "anonymous", "9")).await;
    assert_eq!(asked["say"], "Your mobile, please.");
    let again = pressed(&app, press("c3", CALLER, "9")).await;
    assert!(again["say"].as_str().unwrap().starts_with("We have already"), "{again}");
    app.settle().await;

    let api = app.api();
    for (body, named) in [
        (json!({"call_id": "x", "caller": "", "flow": "main"}), "digit"),
        (json!({"call_id": "x", "flow": "main", "digit": "9"}), "caller"),
        (press("x", CALLER, "8"), "digit"),
        (json!({"call_id": "x", "caller": CALLER, "flow": "?", "digit": "9"}), "flow"),
        (press(&"x".repeat(201), CALLER, "9"), "call_id"),
    ] {
        let refused = api.post("/handoffs", body).await.expect(422);
        assert!(refused.json()["detail"].as_str().unwrap().starts_with(named), "{}", refused.text);
    }
    let inbox = app.cast.reception;
    let of = |options: Value| json!({"inbox_id": inbox.0, "options": options});
    for (flow, named) in [
        (of(json!([{"digit": "A", "topic": "x", "body": "x"}])), "options 1, digit"),
        (of(json!([{"digit": "1", "topic": "x", "body": "{url}"}])), "options 1, url"),
        (of(json!([{"digit": "1", "topic": "x", "body": "x", "team": "夜間"}])), "team"),
        (of(json!([{"digit": "1", "topic": "x", "body": "{{氏名}}様"}])), "options 1, body"),
        (of(json!([{"digit": "1", "topic": "x", "body": "長".repeat(900)}])), "options 1, body"),
        (json!({"inbox_id": inbox.0, "options": [], "overflow": "on"}), "overflow_body"),
        (json!({"inbox_id": uuid::Uuid::nil(), "options": []}), "inbox_id"),
        (json!({"options": []}), "inbox_id"),
    ] {
        let refused = api.put("/handoff_flows/other", flow).await.expect(422);
        assert!(refused.json()["detail"].as_str().unwrap().starts_with(named), "{}", refused.text);
    }
    assert_eq!(app.raw().count("handoff_flows", ""), 1);
    let kept = api.get("/handoff_flows/main").await.expect(200).json();
    assert_eq!(kept["sayings"][1]["text"], "Done.");
    api.get("/handoff_flows/other").await.expect(404);
}

#[tokio::test]
async fn i4_i5_a_link_of_the_call_is_opened_by_people_and_says_so() {
    let app = TestApp::start().await;
    let option = json!({
        "digit": "1",
        "topic": "返品・交換",
        "body": "お手続き {url} (24時間有効)",
        "url": "https://shop.example.jp/returns",
    });
    let kept = menu(&app, json!({"options": [option]})).await;
    assert_eq!(kept["options"][0]["url"], "https://shop.example.jp/returns");
    let first = pressed(&app, press("c1", CALLER, "1")).await;
    app.settle().await;
    let received = app.handset(CALLER).received();
    let (before, rest) = received[0].split_once("https://henji.example.jp/l/").unwrap();
    let token = rest.split(' ').next().unwrap();
    assert_eq!((before, token.len()), ("お手続き ", 11), "{received:?}");
    let conversation = app.handset(CALLER).conversation().await;
    let path = format!("/conversations/{conversation}");
    let sato = app.sign_in(SATO).await;
    let card = async || sato.get(&path).await.expect(200).texts("li.call").concat();
    // A preview looks, and nobody has come.
    let link = format!("{}/l/{token}", app.url);
    assert_eq!(app.http.get(&link).send().await.unwrap().status(), 200);
    assert!(card().await.contains("リンク未開封"), "{}", card().await);
    assert_eq!(pressed(&app, press("c2", CALLER, "1")).await["suggest"], "operator");

    let start = app.last_event().await;
    let mut socket = Socket::open(&app, &sato, start).await;
    socket.watch(conversation, start).await;
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
        (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
    let press = app.http.post(&link).header("user-agent", phone).header("origin", "null");
    let opened = press.send().await.unwrap();
    assert_eq!(opened.headers()["location"], "https://shop.example.jp/returns");
    assert!(card().await.contains("にリンクを開封"), "{}", card().await);
    let frame = socket.next_of_conversations().await;
    let told = frame["ops"].as_array().unwrap().iter();
    let told: Vec<_> =
        told.filter(|op| op["id"].as_str().unwrap_or("").starts_with("call-")).collect();
    assert_eq!(told.len(), 1, "{frame}");
    assert!(told[0]["html"].as_str().unwrap().contains("にリンクを開封"));
    assert_eq!(pressed(&app, self::press("c3", CALLER, "1")).await["suggest"], Value::Null);
    assert_eq!(first["suggest"], Value::Null);

    let bad = json!({"digit": "1", "topic": "x", "body": "{url}", "url": "http://10.0.0.1/"});
    let flow = json!({"inbox_id": app.cast.reception.0, "options": [bad]});
    let refused = app.api().put("/handoff_flows/bad", flow).await.expect(422);
    assert!(refused.text.contains("options 1, url"), "{}", refused.text);
}

/// I8 asks for 500 a minute: here as many as one after the other can be, on whatever
/// machine this is. `henji bench` measures.
#[tokio::test]
async fn i8_many_callers_are_answered_one_by_one() {
    let app = TestApp::start().await;
    app.leaves_work();
    menu(&app, json!({})).await;
    let api = app.api();
    let posts = (0..100).map(|n| {
        let caller = format!("+8190{:08}", 12_000_000 + n);
        api.post("/handoffs", press(&format!("c{n}"), &caller, "1"))
    });
    for answer in futures_util::future::join_all(posts).await {
        assert_eq!(answer.expect(200).json()["result"], "accepted");
    }
    assert_eq!(app.raw().count("outbox", ""), 100);
}
