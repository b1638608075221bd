//! Interview times: offered in one text, answered with a number, booked for one.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use henji::jobs::appointments;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::api::id;
use crate::support::cast::SATO;

mod board;
mod doubtful;
mod ended;
mod gone;
mod letters;
mod own_calendars;
mod pages;
mod policy;
mod race;
mod reminded;
mod taps;

const HANAKO: &str = "+819012345678";
const TARO: &str = "+819087654321";

/// Wednesday the 25th of November 2026, in Tokyo; the clock begins on Sunday the 22nd.
const TIMES: [&str; 3] =
    ["2026-11-25T10:00:00+09:00", "2026-11-25T14:00:00+09:00", "2026-11-26T18:30:00+09:00"];

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

fn order(app: &TestApp, to: &str, times: &[&str], more: Value) -> Value {
    let slots: Vec<Value> = times.iter().map(|at| json!({ "starts_at": at })).collect();
    let mut order = json!({
        "inbox_id": app.cast.reception.0,
        "to": to,
        "title": "一次面接",
        "duration_minutes": 30,
        "slots": slots,
        "interviewer_email": "suzuki@example.jp",
        "location": "みらいビル3F",
    });
    for (name, value) in more.as_object().unwrap() {
        order[name] = value.clone();
    }
    order
}

/// Offers [`TIMES`] and sends the text.
async fn offered(app: &TestApp, to: &str, more: Value) -> Value {
    let order = order(app, to, &TIMES, more);
    let offer = app.api().post("/appointment_offers", order).await.expect(201).json();
    app.settle().await;
    offer
}

async fn shown(app: &TestApp, offer: &Value) -> Value {
    let path = format!("/appointment_offers/{}", offer["id"].as_str().unwrap());
    app.api().get(&path).await.expect(200).json()
}

fn states(offer: &Value) -> Vec<&str> {
    let slots = offer["slots"].as_array().unwrap();
    slots.iter().map(|slot| slot["state"].as_str().unwrap()).collect()
}

/// What the handset got last, after everything that is due has left.
async fn last_text(app: &TestApp, number: &str) -> String {
    app.settle().await;
    app.handset(number).received().pop().unwrap_or_default()
}

/// Time passes and brings what it brings.
async fn advance_to(app: &TestApp, moment: &str) {
    app.advance(at(moment) - app.now());
    appointments::run_one(app).await.unwrap();
    app.settle().await;
}

#[tokio::test]
async fn an_answer_books_releases_the_others_and_says_so() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({})).await;
    let text = app.handset(HANAKO).received().remove(0);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains("一次面接のご希望の日時を"), "{text}");
    assert_eq!(
        lines[1..],
        [
            "1) 11/25(水)10:00",
            "2) 11/25(水)14:00",
            "3) 11/26(木)18:30",
            "4) 上記以外を希望",
            "期限 11/25(水)7:50"
        ]
    );
    assert_eq!(states(&shown(&app, &offer).await), ["held", "held", "held"]);

    let conversation = app.handset(HANAKO).sends("２でお願いします!").await;
    let booked = shown(&app, &offer).await;
    assert_eq!((&booked["state"], &booked["chosen_slot"]), (&json!("booked"), &json!(2)));
    assert_eq!(states(&booked), ["released", "booked", "released"]);
    assert!(booked["appointment_id"].is_string());
    let told = last_text(&app, HANAKO).await;
    assert!(told.contains("11/25(水)14:00で確定しました。場所:みらいビル3F"), "{told}");
    let found = app.api().conversation(conversation).await;
    assert_eq!(found["waiting_since"], Value::Null, "nobody has to answer it");
    let page = app.sign_in(SATO).await.get(&format!("/conversations/{conversation}")).await;
    let lines = page.expect(200).texts("li");
    assert!(lines.iter().any(|line| line.contains("11/25(水) 14:00で確定しました")), "{lines:?}");
    let events = app.api().get("/events?limit=1000").await.expect(200).json();
    let kinds: Vec<&Value> =
        events["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    for kind in ["appointment.offered", "appointment.booked"] {
        assert_eq!(kinds.iter().filter(|one| **one == kind).count(), 1, "{kind}");
    }
    // The same text once more is no second booking.
    app.handset(HANAKO).sends("2").await;
    assert_eq!(app.raw().count("appointments", ""), 1);
    app.settle().await;
}

#[tokio::test]
async fn what_is_not_clear_is_a_persons_to_decide() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({})).await;
    let conversation = app.handset(HANAKO).sends("1か2でお願いできますか").await;
    let open = shown(&app, &offer).await;
    assert_eq!((&open["state"], &open["wish"]), (&json!("needs_person"), &json!("unclear")));
    assert_eq!(states(&open), ["held", "held", "held"]);
    assert_eq!(app.raw().count("appointments", ""), 0);
    assert_eq!(app.raw().count("appointment_suggestions", ""), 1);
    let found = app.api().conversation(conversation).await;
    assert!(found["waiting_since"].is_string(), "they wait for an answer");

    // Where nothing is booked without a person, a clear answer waits, too.
    let offer = offered(&app, TARO, json!({"auto_confirm": false})).await;
    app.handset(TARO).sends("2").await;
    assert_eq!(shown(&app, &offer).await["state"], "needs_person");
    assert_eq!(app.raw().count("appointments", ""), 0);
    app.settle().await;
}

#[tokio::test]
async fn two_who_want_the_last_place_get_one_booking_and_one_new_offer() {
    let app = TestApp::start().await;
    let first = offered(&app, HANAKO, json!({})).await;
    let second = offered(&app, TARO, json!({})).await;
    let (one, two) = (app.handset(HANAKO), app.handset(TARO));
    join_all([one.sends("1"), two.sends("1")]).await;
    let (first, second) = (shown(&app, &first).await, shown(&app, &second).await);
    let (winner, loser, number) =
        if first["state"] == "booked" { (first, second, TARO) } else { (second, first, HANAKO) };
    assert_eq!(states(&winner), ["booked", "released", "released"]);
    assert_eq!((&loser["state"], states(&loser)[0]), (&json!("replaced"), "full"));
    let told = last_text(&app, number).await;
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].contains("枠が埋まりました"), "{told}");
    // What is left of their own times, then the next that is free: not the holiday,
    // and not beside what is booked.
    assert_eq!(
        lines[1..5],
        ["1) 11/24(火)9:00", "2) 11/25(水)14:00", "3) 11/26(木)18:30", "4) 上記以外を希望"]
    );
    // Nobody reads that fast: what comes at once may be to the list before.
    app.handset(number).sends("2").await;
    assert_eq!(app.raw().count("appointments", ""), 1);
    app.advance(TimeDelta::seconds(15));
    app.handset(number).sends("2").await;
    assert_eq!(app.raw().count("appointments", ""), 2);
    app.settle().await;
}

#[tokio::test]
async fn a_time_that_is_taken_is_offered_to_nobody() {
    let app = TestApp::start().await;
    offered(&app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    for (times, more, field) in [
        // The same, one that begins before it ends, one within the buffer.
        (["2026-11-25T14:00:00+09:00"], json!({}), Some("slots[0]: is taken already")),
        (["2026-11-25T14:20:00+09:00"], json!({}), Some("slots[0]: is taken already")),
        (["2026-11-25T14:30:00+09:00"], json!({}), None),
        (
            ["2026-11-25T13:00:00+09:00"],
            json!({"buffer_minutes": 45}),
            Some("slots[0]: is taken already"),
        ),
        // Somebody else is free then.
        (["2026-11-25T14:00:00+09:00"], json!({"interviewer_email": "tanaka@example.jp"}), None),
    ] {
        let order = order(&app, TARO, &times, more);
        let answer = app.api().post("/appointment_offers", order).await;
        match field {
            Some(told) => assert_eq!(answer.expect(422).json()["detail"], told),
            None => drop(answer.expect(201)),
        }
    }
    app.settle().await;
}

#[tokio::test]
async fn a_request_that_cannot_be_offered_names_the_field() {
    let app = TestApp::start().await;
    for (more, told) in [
        (json!({"title": " "}), "title: is missing"),
        (json!({"title": "{{name}}の面接"}), "title: "),
        (json!({"location": "{{place}}"}), "location: "),
        (json!({"duration_minutes": 0}), "duration_minutes: must be a whole number from 1 to 720"),
        (json!({"slots": []}), "slots: is missing"),
        (json!({"slots": [{"starts_at": "2026-11-21T10:00:00+09:00"}]}), "slots[0]: "),
        (json!({"slots": [{"starts_at": "2029-11-21T10:00:00+09:00"}]}), "slots[0]: "),
        (json!({"reply_by": "2026-11-21T10:00:00+09:00"}), "reply_by: "),
        (json!({"interviewer_email": "suzuki"}), "interviewer_email: must be an e-mail address"),
        (json!({"to": "0312345678"}), "to: cannot receive texts"),
        (json!({"to": null}), "to: is missing"),
        (json!({"inbox_id": "0197a0c0-0000-7000-8000-000000000001"}), "inbox_id: is not known"),
    ] {
        let order = order(&app, HANAKO, &TIMES, more.clone());
        let refused = app.api().post("/appointment_offers", order).await.expect(422).json();
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.starts_with(told), "{more}: {detail}");
    }
    for table in ["appointment_offers", "appointment_openings", "messages"] {
        assert_eq!(app.raw().count(table, ""), 0, "{table}");
    }
    let unknown = "/appointment_offers/0197a0c0-0000-7000-8000-000000000001";
    app.api().get(unknown).await.expect(404);
}

#[tokio::test]
async fn the_same_key_sends_one_text() {
    let app = TestApp::start().await;
    let post = || {
        let order = order(&app, HANAKO, &TIMES, json!({}));
        let request = app.api().request(reqwest::Method::POST, "/appointment_offers");
        request.header("Idempotency-Key", "k1").json(&order).send()
    };
    let answers = join_all((0..4).map(|_| post())).await;
    let mut ids = Vec::new();
    for answer in answers {
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 201);
        ids.push(id(&answer.json::<Value>().await.unwrap()["id"]));
    }
    assert!(ids.iter().all(|one| *one == ids[0]), "{ids:?}");
    app.settle().await;
    assert_eq!(app.handset(HANAKO).received().len(), 1);
}

/// A program books for whoever chose elsewhere; twice is once.
#[tokio::test]
async fn a_program_books_for_a_candidate_once() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({})).await;
    let path = format!("/appointment_offers/{}/booking", offer["id"].as_str().unwrap());
    let post = |body: Value| async { app.api().post(&path, body).await };
    for (body, told) in [
        (json!({}), "number: is missing"),
        (json!({"number": 9}), "number: must be"),
        (json!({"number": 4}), "number: is not known"),
    ] {
        let refused = post(body).await.expect(422).json();
        assert!(refused["detail"].as_str().unwrap().starts_with(told), "{refused}");
    }
    let first = post(json!({"number": 2})).await.expect(200).json();
    assert_eq!(first["outcome"], "booked");
    assert_eq!(first["appointment_id"], shown(&app, &offer).await["appointment_id"]);
    assert_eq!(post(json!({"number": 2})).await.expect(200).json(), first);
    post(json!({"number": 1})).await.expect(409);
    assert!(last_text(&app, HANAKO).await.contains("11/25(水)14:00で確定しました"));
    assert_eq!(app.handset(HANAKO).received().len(), 2);

    let second = offered(&app, TARO, json!({"slots": [{"starts_at": TIMES[0]}]})).await;
    let third = offered(&app, "+819011112222", json!({"slots": [{"starts_at": TIMES[0]}]})).await;
    app.handset(TARO).sends("1").await;
    assert_eq!(shown(&app, &second).await["state"], "booked");
    let path = format!("/appointment_offers/{}/booking", third["id"].as_str().unwrap());
    let filled = app.api().post(&path, json!({"number": 1})).await.expect(200).json();
    assert_eq!(filled["outcome"], "filled");
    let next = json!({"id": filled["next_offer_id"]});
    assert_eq!(shown(&app, &next).await["state"], "open");
    app.settle().await;
}

/// A new offer takes the place of one that was not answered: a number is an answer to
/// the newest.
#[tokio::test]
async fn one_question_at_a_time() {
    let app = TestApp::start().await;
    let first = offered(&app, HANAKO, json!({})).await;
    let times = ["2026-11-27T10:00:00+09:00", "2026-11-27T11:00:00+09:00"];
    let second = order(&app, HANAKO, &times, json!({}));
    let second = app.api().post("/appointment_offers", second).await.expect(201).json();
    assert_eq!(shown(&app, &first).await["state"], "replaced");
    assert_eq!(states(&shown(&app, &first).await), ["released", "released", "released"]);
    // The second list has not left: a number can only be to the first.
    app.handset(HANAKO).sends("2").await;
    assert_eq!(shown(&app, &second).await["state"], "needs_person");
    app.settle().await;
    app.advance(TimeDelta::seconds(15));
    app.handset(HANAKO).sends("2").await;
    assert_eq!(shown(&app, &second).await["chosen_slot"], 2);
    app.advance(TimeDelta::seconds(1));
    app.settle().await;
}
