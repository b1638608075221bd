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
