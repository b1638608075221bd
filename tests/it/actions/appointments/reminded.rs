//! What time brings: reminders, one more text, a call; and nothing that words have
//! overtaken (R3).

use super::*;

pub(super) async fn booked(app: &TestApp) -> Value {
    let offer = offered(app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    app.settle().await;
    assert_eq!(shown(app, &offer).await["state"], "booked");
    offer
}

pub(super) fn reminders(app: &TestApp, number: &str) -> usize {
    let texts = app.handset(number).received();
    texts.iter().filter(|text| text.contains("のご確認です")).count()
}

#[tokio::test]
async fn the_evening_before_and_the_morning_of_the_day() {
    let app = TestApp::start().await;
    booked(&app).await;
    advance_to(&app, "2026-11-24T18:59:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 0);
    advance_to(&app, "2026-11-24T19:00:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 1);
    let text = app.handset(HANAKO).received().pop().unwrap();
    assert!(text.contains("明日11/25(水)14:00の一次面接のご確認です。ご参加は1、"), "{text}");
    advance_to(&app, "2026-11-25T08:00:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 2);
    advance_to(&app, "2026-11-25T13:00:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 2);
}

#[tokio::test]
async fn who_said_that_they_come_is_not_asked_again() {
    let app = TestApp::start().await;
    booked(&app).await;
    advance_to(&app, "2026-11-24T19:00:00+09:00").await;
    let conversation = app.handset(HANAKO).sends("1").await;
    assert_eq!(app.api().conversation(conversation).await["waiting_since"], Value::Null);
    advance_to(&app, "2026-11-25T08:00:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 1);
}

/// R3: moved, called off by us, or stopped.
#[tokio::test]
async fn nothing_is_sent_that_words_have_overtaken() {
    for words in ["変更したいです", "停止"] {
        let app = TestApp::start().await;
        booked(&app).await;
        app.handset(HANAKO).sends(words).await;
        app.settle().await;
        advance_to(&app, "2026-11-24T19:00:00+09:00").await;
        advance_to(&app, "2026-11-25T08:00:00+09:00").await;
        assert_eq!(reminders(&app, HANAKO), 0, "{words}");
    }
}

#[tokio::test]
async fn who_does_not_answer_gets_one_more_text_and_is_then_to_be_called() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({"reply_by": "2026-11-25T09:00:00+09:00"})).await;
    advance_to(&app, "2026-11-23T08:00:00+09:00").await;
    let texts = app.handset(HANAKO).received();
    assert_eq!(texts.len(), 2);
    assert!(texts[1].contains("お決まりでしょうか") && texts[1].contains("2) 11/25(水)14:00"));
    // Times are let go when they are over, and somebody telephones.
    advance_to(&app, "2026-11-25T09:00:00+09:00").await;
    let state = shown(&app, &offer).await;
    assert_eq!((&state["state"], &state["wish"]), (&json!("needs_person"), &json!("call")));
    assert_eq!(states(&state), ["released", "released", "released"]);
    assert_eq!(app.handset(HANAKO).received().len(), 2);
}

#[tokio::test]
async fn who_answered_is_not_asked_once_more() {
    let app = TestApp::start().await;
    offered(&app, HANAKO, json!({"reply_by": "2026-11-25T09:00:00+09:00"})).await;
    app.handset(HANAKO).sends("少し考えさせてください").await;
    advance_to(&app, "2026-11-23T09:00:00+09:00").await;
    assert_eq!(app.handset(HANAKO).received().len(), 1);
}

/// After its end a number books nothing by itself: a person decides.
#[tokio::test]
async fn a_late_answer_waits_for_a_person() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({"reply_by": "2026-11-23T07:50:00+09:00"})).await;
    advance_to(&app, "2026-11-24T08:00:00+09:00").await;
    assert_eq!(shown(&app, &offer).await["state"], "expired");
    app.handset(HANAKO).sends("2").await;
    assert_eq!(app.raw().count("appointments", ""), 0);
    assert_eq!(app.raw().count("appointment_suggestions", ""), 1);
    // Somebody is to call them by then, and a number still books nothing.
    advance_to(&app, "2026-11-25T09:00:00+09:00").await;
    app.handset(HANAKO).sends("3").await;
    assert_eq!(app.raw().count("appointments", ""), 0);
}
