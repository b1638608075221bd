//! Words that may be about something else: a person decides, and nothing is lost of them.

use henji::actions::receive_inbound;
use henji::domain::inbound::InboundMessage;

use super::*;
use crate::support::cast::RECEPTION_NUMBER;

async fn is_booked(app: &TestApp) -> bool {
    app.raw().count("appointments", "where state = 'booked'") == 1
}

fn suggestions(app: &TestApp) -> i64 {
    app.raw().count("appointment_suggestions", "")
}

/// What follows a person's own question is an answer to that.
#[tokio::test]
async fn words_after_a_persons_own_end_nothing() {
    for asks in [true, false] {
        let app = TestApp::start().await;
        offered(&app, HANAKO, json!({})).await;
        let conversation = app.handset(HANAKO).sends("2").await;
        app.settle().await;
        app.advance(TimeDelta::minutes(1));
        if asks {
            let sato = app.sign_in(SATO).await;
            sato.reply(conversation, "書類の提出日は金曜でよいですか").await;
            app.settle().await;
            app.advance(TimeDelta::minutes(1));
        }
        app.handset(HANAKO).sends("別の日でお願いします").await;
        assert_eq!((is_booked(&app).await, suggestions(&app)), (asks, i64::from(asks)));
        app.settle().await;
    }
}

/// A program may ask for a number, too.
#[tokio::test]
async fn a_number_after_a_programs_own_text_books_nothing() {
    for asks in [true, false] {
        let app = TestApp::start().await;
        offered(&app, HANAKO, json!({})).await;
        app.advance(TimeDelta::minutes(1));
        if asks {
            app.api().send(HANAKO, "志望度をお知らせください。1 高い 2 普通").await;
            app.settle().await;
            app.advance(TimeDelta::minutes(1));
        }
        app.handset(HANAKO).sends("2").await;
        assert_eq!((is_booked(&app).await, suggestions(&app)), (!asks, i64::from(asks)));
        app.settle().await;
    }
}

/// A booking answers the number, not what was asked before it.
#[tokio::test]
async fn a_question_goes_on_waiting_beside_a_booking() {
    for asks in [true, false] {
        let app = TestApp::start().await;
        offered(&app, HANAKO, json!({})).await;
        if asks {
            app.handset(HANAKO).sends("駐車場はありますか").await;
            app.advance(TimeDelta::minutes(1));
        }
        let conversation = app.handset(HANAKO).sends("2").await;
        assert!(is_booked(&app).await);
        let waits = app.api().conversation(conversation).await["waiting_since"].is_string();
        assert_eq!(waits, asks);
        app.settle().await;
    }
}

/// "Tomorrow" is not told on the day itself, and a maybe-no is not asked whether it comes.
#[tokio::test]
async fn no_reminder_comes_late_or_over_doubtful_words() {
    for (at, is_doubtful, expected) in [
        ("2026-11-24T19:59:00+09:00", false, 1),
        ("2026-11-24T20:01:00+09:00", false, 0),
        ("2026-11-24T19:00:00+09:00", true, 0),
    ] {
        let app = TestApp::start().await;
        offered(&app, HANAKO, json!({})).await;
        let conversation = app.handset(HANAKO).sends("2").await;
        app.settle().await;
        if is_doubtful {
            app.advance(TimeDelta::minutes(1));
            let sato = app.sign_in(SATO).await;
            sato.reply(conversation, "書類は金曜でよいですか").await;
            app.settle().await;
            app.handset(HANAKO).sends("変更したいです").await;
        }
        assert_eq!(suggestions(&app), i64::from(is_doubtful));
        advance_to(&app, at).await;
        let texts = app.handset(HANAKO).received();
        let reminded = texts.iter().filter(|text| text.contains("のご確認です")).count();
        assert_eq!(reminded, expected, "{at}");
    }
}

/// The page a button was pressed on may be older than what happened since.
#[tokio::test]
async fn a_button_of_an_older_page_does_nothing_else() {
    let app = TestApp::start().await;
    let first = offered(&app, HANAKO, json!({"auto_confirm": false})).await;
    let conversation = app.handset(HANAKO).sends("2").await;
    let sato = app.sign_in(SATO).await;
    let thread = sato.get(&format!("/conversations/{conversation}")).await.expect(200);
    let press = thread.attribute(&format!("#appointment-{conversation} button"), "formaction");
    let press = press.expect("a button for the second time");
    assert!(press.ends_with(&format!("offer={}", first["id"].as_str().unwrap())), "{press}");
    let times = ["2026-11-27T10:00:00+09:00", "2026-11-27T11:00:00+09:00"];
    let second = order(&app, HANAKO, &times, json!({}));
    app.api().post("/appointment_offers", second).await.expect(201);
    sato.post(&press, &[("slot", "2")]).await.expect(303);
    sato.delete(&press).await.expect(303);
    assert!(!is_booked(&app).await);
    let newest = app.raw().count("appointment_offers", "where state = 'open'");
    assert_eq!(newest, 1, "taken back was what is there no more");
    app.settle().await;
}

/// Places are what the newest order says, as long as nobody has one.
#[tokio::test]
async fn a_time_that_is_offered_again_has_the_places_of_the_last_word() {
    let app = TestApp::start().await;
    let slots = json!({"slots": [{"starts_at": TIMES[1], "capacity": 10}]});
    let group = order(&app, HANAKO, &[], slots);
    app.api().post("/appointment_offers", group).await.expect(201);
    let places = |app: &TestApp| {
        app.raw().number("select cast(max(capacity) as bigint) as n from appointment_openings")
    };
    assert_eq!(places(&app), 10);
    let last = order(&app, TARO, &TIMES[1..2], json!({}));
    app.api().post("/appointment_offers", last).await.expect(201);
    assert_eq!(places(&app), 1);
    app.settle().await;
}

/// Of two texts at once nobody knows which holds; somebody else's is read as ever.
#[tokio::test]
async fn two_texts_of_one_candidate_at_once_book_nothing() {
    for (texts, expected) in [
        (&["2"][..], "booked"),
        (&["2", "やはり3でお願いします"][..], "needs_person"),
        (&["2", "2"][..], "needs_person"),
    ] {
        let app = TestApp::start().await;
        let offer = offered(&app, HANAKO, json!({})).await;
        let other = offered(&app, TARO, json!({"interviewer_email": "sato@example.jp"})).await;
        let text = |n: usize, from: &str, body: &str| InboundMessage {
            provider_ref: format!("batch-{n}"),
            from: from.to_owned(),
            to: RECEPTION_NUMBER.to_owned(),
            body: body.to_owned(),
            sent_at: None,
            opt_out: None,
        };
        let mut batch: Vec<InboundMessage> =
            texts.iter().enumerate().map(|(n, body)| text(n, HANAKO, body)).collect();
        batch.push(text(9, TARO, "1"));
        receive_inbound::run(&app, app.cast.account.id, batch).await.unwrap();
        assert_eq!(shown(&app, &offer).await["state"], expected, "{texts:?}");
        assert_eq!(shown(&app, &other).await["state"], "booked", "{texts:?}");
        assert_eq!(suggestions(&app), i64::from(expected != "booked"), "{texts:?}");
        let conversation = app.handset(HANAKO).conversation().await;
        assert_eq!(inbound_bodies(&app, conversation).await, texts);
        app.settle().await;
    }
}

async fn inbound_bodies(
    app: &TestApp,
    conversation: henji::domain::id::ConversationId,
) -> Vec<String> {
    let timeline = app.api().timeline(conversation).await;
    let inbound = timeline.iter().filter(|message| message["direction"] == "inbound");
    inbound.map(|message| message["body"].as_str().unwrap().to_owned()).collect()
}

/// Other times cannot be sent to whoever wants no texts: what was begun is undone, and what
/// they wrote is there for a person.
#[tokio::test]
async fn an_answer_that_cannot_be_done_is_kept_for_a_person_and_undone_as_a_whole() {
    for stops in [false, true] {
        let app = TestApp::start().await;
        offered(&app, HANAKO, json!({})).await;
        let offer = offered(&app, TARO, json!({})).await;
        app.handset(HANAKO).sends("1").await;
        if stops {
            app.handset(TARO).sends("停止").await;
        }
        app.settle().await;
        let told = app.handset(TARO).received().len();
        let conversation = app.handset(TARO).sends("1").await;
        app.settle().await;
        let state = shown(&app, &offer).await;
        let offers = app.raw().count("appointment_offers", "");
        let more = app.handset(TARO).received().len() - told;
        let words = inbound_bodies(&app, conversation).await;
        assert_eq!(words.last().map(String::as_str), Some("1"));
        assert_eq!(app.raw().count("quarantine", ""), 0);
        if !stops {
            assert_eq!((&state["state"], offers, more), (&json!("replaced"), 3, 1));
            assert_eq!(suggestions(&app), 0);
            continue;
        }
        assert_eq!((&state["state"], &state["wish"]), (&json!("needs_person"), &json!("unclear")));
        assert_eq!(states(&state), ["held", "held", "held"], "nothing is half done");
        assert_eq!((offers, more, suggestions(&app)), (2, 0, 1));
        let found = app.api().conversation(conversation).await;
        assert!(found["waiting_since"].is_string(), "somebody is to look");
    }
}
