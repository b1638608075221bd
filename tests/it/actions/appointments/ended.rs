//! Other times, no time at all, too late for it.

use super::*;

#[tokio::test]
async fn none_of_the_times_frees_them_and_calls_a_person() {
    let app = TestApp::start().await;
    for (number, words) in [(HANAKO, "4"), (TARO, "どれも都合が合いません")] {
        let offer = offered(&app, number, json!({})).await;
        let conversation = app.handset(number).sends(words).await;
        let state = shown(&app, &offer).await;
        assert_eq!(
            (&state["state"], &state["wish"]),
            (&json!("needs_person"), &json!("other_time")),
            "{words}"
        );
        assert_eq!(states(&state), ["released", "released", "released"]);
        assert!(app.api().conversation(conversation).await["waiting_since"].is_string());
    }
    app.settle().await;
}

#[tokio::test]
async fn who_declines_is_thanked_and_their_time_is_free() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    app.settle().await;
    app.handset(HANAKO).sends("申し訳ありませんが、辞退します。").await;
    assert_eq!(shown(&app, &offer).await["state"], "declined");
    assert!(last_text(&app, HANAKO).await.contains("ありがとうございました"));
    // Somebody else may have it.
    let other = offered(&app, TARO, json!({})).await;
    app.handset(TARO).sends("2").await;
    assert_eq!(shown(&app, &other).await["state"], "booked");
    app.settle().await;
}

#[tokio::test]
async fn another_time_is_offered_by_itself() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    app.settle().await;
    app.handset(HANAKO).sends("日程を変更したいです").await;
    assert_eq!(shown(&app, &offer).await["state"], "replaced");
    let told = last_text(&app, HANAKO).await;
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].contains("承知しました"), "{told}");
    assert_eq!(lines.len(), 6, "three times, none of them, until when: {told}");
    assert!(lines[1..4].iter().all(|line| !line.contains("11/25(水)14:00")), "{told}");
    app.advance(TimeDelta::seconds(15));
    app.handset(HANAKO).sends("1").await;
    let booked = app.raw().count("appointments", "where state = 'booked'");
    assert_eq!((booked, app.raw().count("appointments", "")), (1, 2));
    app.settle().await;
}

/// What a recruiter offers to somebody who is booked takes the place of it, once it is
/// booked itself.
#[tokio::test]
async fn a_new_offer_moves_what_was_booked() {
    let app = TestApp::start().await;
    let first = offered(&app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    app.settle().await;
    let times = ["2026-11-27T10:00:00+09:00", "2026-11-27T11:00:00+09:00"];
    let second = order(&app, HANAKO, &times, json!({"title": "二次面接"}));
    let second = app.api().post("/appointment_offers", second).await.expect(201).json();
    assert_eq!(shown(&app, &first).await["state"], "booked", "it stands until then");
    // Which of the two they decline is a person's to ask.
    app.settle().await;
    app.handset(HANAKO).sends("辞退します").await;
    assert_eq!(shown(&app, &first).await["state"], "booked");
    let asked = shown(&app, &second).await;
    assert_eq!((&asked["state"], &asked["wish"]), (&json!("needs_person"), &json!("unclear")));
    let conversation = app.handset(HANAKO).conversation().await;
    let path = format!("/conversations/{conversation}");
    let sato = app.sign_in(SATO).await;
    let thread = sato.get(&path).await.expect(200);
    assert!(thread.text.contains("11/27(金)"), "what is asked is on show");
    sato.post(&format!("{path}/appointment"), &[("slot", "2")]).await.expect(303);
    assert_eq!(shown(&app, &first).await["state"], "replaced");
    assert_eq!(shown(&app, &second).await["chosen_slot"], 2);
    let states = app.raw().texts("select state as t from appointments order by id");
    assert_eq!(states, ["changed", "booked"]);
    // Its place is free, and its reminders do not come.
    let other = offered(&app, TARO, json!({})).await;
    app.handset(TARO).sends("2").await;
    assert_eq!(shown(&app, &other).await["state"], "booked");
    advance_to(&app, "2026-11-25T08:00:00+09:00").await;
    let texts = app.handset(HANAKO).received();
    assert!(!texts.iter().any(|text| text.contains("のご確認です")), "{texts:?}");
}

/// What cannot be had moves nothing.
#[tokio::test]
async fn what_was_booked_stands_while_the_new_time_is_taken() {
    let app = TestApp::start().await;
    let first = offered(&app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    app.settle().await;
    let times = ["2026-11-27T10:00:00+09:00"];
    for number in [TARO, HANAKO] {
        let order = order(&app, number, &times, json!({}));
        app.api().post("/appointment_offers", order).await.expect(201);
    }
    app.settle().await;
    app.advance(TimeDelta::seconds(15));
    app.handset(TARO).sends("1").await;
    app.handset(HANAKO).sends("1").await;
    assert!(last_text(&app, HANAKO).await.contains("枠が埋まりました"));
    assert_eq!(shown(&app, &first).await["state"], "booked");
    let booked = "select count(*) as n from appointment_openings where booked = 1";
    assert_eq!(app.raw().number(booked), 2, "neither given back nor given twice");
    // A recruiter who withdraws takes back what was asked last, then what was booked.
    let conversation = app.handset(HANAKO).conversation().await;
    let path = format!("/conversations/{conversation}/appointment");
    let sato = app.sign_in(SATO).await;
    sato.delete(&path).await.expect(303);
    assert_eq!(shown(&app, &first).await["state"], "booked");
    sato.delete(&path).await.expect(303);
    assert_eq!(shown(&app, &first).await["state"], "withdrawn");
    app.settle().await;
}
