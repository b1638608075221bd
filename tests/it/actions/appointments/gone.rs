//! Times that are given away, have begun, or begin too soon are put to nobody.

use super::*;

/// Whoever is met has to hear of it: three hours before at least.
#[tokio::test]
async fn nothing_is_offered_by_itself_that_begins_within_three_hours() {
    let times = ["2026-11-24T09:30:00+09:00", "2026-11-25T10:00:00+09:00"];
    for (now, first) in [
        // What is left of their own offer, then what is free in the hours from nine to six.
        ("2026-11-24T06:29:00+09:00", "1) 11/24(火)9:30"),
        ("2026-11-24T06:30:00+09:00", "1) 11/24(火)10:00"),
        ("2026-11-24T07:00:00+09:00", "1) 11/24(火)10:30"),
        ("2026-11-24T14:59:00+09:00", "1) 11/25(水)9:00"),
    ] {
        let app = TestApp::start().await;
        advance_to(&app, "2026-11-24T06:00:00+09:00").await;
        let reply_by = json!({"reply_by": "2026-11-25T09:00:00+09:00"});
        for number in [HANAKO, TARO] {
            let order = order(&app, number, &times, reply_by.clone());
            app.api().post("/appointment_offers", order).await.expect(201);
            app.settle().await;
        }
        advance_to(&app, now).await;
        for number in [HANAKO, TARO] {
            app.handset(number).sends("2").await;
        }
        let told = last_text(&app, TARO).await;
        let lines: Vec<&str> = told.lines().collect();
        assert!(lines[0].contains("枠が埋まりました"), "{now}: {told}");
        assert_eq!(lines[1], first, "{now}: {told}");
    }
}

/// Numbers stay, because an answer may be to the first text.
#[tokio::test]
async fn the_text_that_asks_again_leaves_out_times_that_are_gone() {
    let app = TestApp::start().await;
    let times = ["2026-11-22T12:00:00+09:00", TIMES[0], TIMES[1], TIMES[2]];
    let reply_by = json!({"reply_by": "2026-11-25T09:00:00+09:00"});
    let of_hanako = order(&app, HANAKO, &times, reply_by.clone());
    app.api().post("/appointment_offers", of_hanako).await.expect(201);
    let of_taro = order(&app, TARO, &TIMES[1..2], reply_by);
    app.api().post("/appointment_offers", of_taro).await.expect(201);
    app.settle().await;
    app.handset(TARO).sends("1").await;
    app.settle().await;
    advance_to(&app, "2026-11-23T08:00:00+09:00").await;
    let asked = app.handset(HANAKO).received().pop().unwrap();
    let lines: Vec<&str> = asked.lines().collect();
    assert!(lines[0].contains("お決まりでしょうか"), "{asked}");
    assert_eq!(
        lines[1..4],
        ["2) 11/25(水)10:00", "4) 11/26(木)18:30", "5) 上記以外を希望"],
        "{asked}"
    );
    app.handset(HANAKO).sends("4").await;
    assert_eq!(app.raw().count("appointments", "where state = 'booked'"), 2);
    app.settle().await;
}

#[tokio::test]
async fn nobody_is_asked_again_about_times_that_are_all_gone() {
    for is_gone in [false, true] {
        let app = TestApp::start().await;
        let reply_by = json!({"reply_by": "2026-11-25T09:00:00+09:00"});
        for number in [HANAKO, TARO] {
            let order = order(&app, number, &TIMES[1..2], reply_by.clone());
            app.api().post("/appointment_offers", order).await.expect(201);
        }
        app.settle().await;
        app.handset(TARO).sends(if is_gone { "1" } else { "2" }).await;
        app.settle().await;
        advance_to(&app, "2026-11-23T08:00:00+09:00").await;
        let texts = app.handset(HANAKO).received().len();
        assert_eq!(texts, if is_gone { 1 } else { 2 }, "{is_gone}");
    }
}
