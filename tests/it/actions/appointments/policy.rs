//! Each inbox says when candidates are reminded, asked again and called.

use super::reminded::{booked, reminders};
use super::*;
use crate::support::cast::{ADMIN, SUZUKI, TANAKA, YAMADA};

/// What every inbox goes by at first.
const USUAL: [(&str, &str); 6] = [
    ("remind_eve", "19"),
    ("remind_day", "8"),
    ("from", "8"),
    ("until", "21"),
    ("follow_up", "24"),
    ("call", "72"),
];

fn page_of(app: &TestApp) -> String {
    format!("/settings/inboxes/{}/interviews", app.cast.reception)
}

/// The usual, but for `changes`.
fn fields<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let changed = |name: &str| changes.iter().find(|(other, _)| *other == name).copied();
    USUAL.iter().map(|usual| changed(usual.0).unwrap_or(*usual)).collect()
}

async fn set(app: &TestApp, changes: &[(&str, &str)]) {
    let admin = app.sign_in(ADMIN).await;
    admin.put(&page_of(app), &fields(changes)).await.expect(303);
}

fn kept(app: &TestApp) -> i64 {
    app.raw().count("interview_policies", "")
}

#[tokio::test]
async fn what_nobody_changed_is_the_usual() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(&page_of(&app)).await.expect(200);
    for (name, value) in USUAL {
        let shown = page.attribute(&format!("input[name={name}]"), "value");
        let chosen = page.attribute(&format!("[name={name}] [selected]"), "value");
        assert_eq!(shown.or(chosen).as_deref(), Some(value), "{name}");
    }
    // Saved as it is, it changes nothing and is no line of the log.
    set(&app, &[]).await;
    assert_eq!((kept(&app), audited(&app)), (0, 0));
    let edit = format!("/settings/inboxes/{}/edit", app.cast.reception);
    let link = format!("a[href='{}']", page_of(&app));
    assert!(admin.get(&edit).await.expect(200).attribute(&link, "href").is_some());
}

fn audited(app: &TestApp) -> i64 {
    app.raw().count("audit_entries", "where action = 'inbox.interviews'")
}

/// Also of what is booked already; another inbox keeps its hours.
#[tokio::test]
async fn reminders_leave_at_the_hours_of_their_inbox() {
    let app = TestApp::start().await;
    booked(&app).await;
    let recruiting = json!({"inbox_id": app.cast.recruiting.0, "interviewer_email": null});
    offered(&app, TARO, recruiting).await;
    let ours = crate::support::cast::RECRUITING_NUMBER;
    app.handset(TARO).sends_to(ours, "2", None).await;
    app.settle().await;
    set(&app, &[("remind_eve", "18"), ("remind_day", "10")]).await;
    assert_eq!(audited(&app), 1);
    for (moment, here, there) in [
        ("2026-11-24T17:59:00+09:00", 0, 0),
        ("2026-11-24T18:00:00+09:00", 1, 0),
        ("2026-11-24T19:00:00+09:00", 1, 1),
        ("2026-11-25T08:00:00+09:00", 1, 2),
        ("2026-11-25T09:59:00+09:00", 1, 2),
        ("2026-11-25T10:00:00+09:00", 2, 2),
        ("2026-11-25T13:00:00+09:00", 2, 2),
    ] {
        advance_to(&app, moment).await;
        assert_eq!((reminders(&app, HANAKO), reminders(&app, TARO)), (here, there), "{moment}");
    }
}

#[tokio::test]
async fn what_is_booked_later_is_told_at_the_hours_there_are_then() {
    let app = TestApp::start().await;
    set(&app, &[("remind_eve", "12"), ("remind_day", "none")]).await;
    booked(&app).await;
    advance_to(&app, "2026-11-24T12:00:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 1);
    advance_to(&app, "2026-11-25T12:00:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 1);
}

#[tokio::test]
async fn none_means_none_until_it_is_wanted_again() {
    let app = TestApp::start().await;
    booked(&app).await;
    set(&app, &[("remind_eve", "none"), ("remind_day", "none")]).await;
    advance_to(&app, "2026-11-24T19:00:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 0);
    // The evening is over; the morning is to come.
    advance_to(&app, "2026-11-24T20:00:00+09:00").await;
    set(&app, &[]).await;
    app.settle().await;
    assert_eq!(reminders(&app, HANAKO), 0);
    advance_to(&app, "2026-11-25T08:00:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 1);
}

#[tokio::test]
async fn nobody_is_reminded_twice_because_the_hour_moved() {
    let app = TestApp::start().await;
    booked(&app).await;
    advance_to(&app, "2026-11-24T19:00:00+09:00").await;
    set(&app, &[("remind_eve", "20")]).await;
    advance_to(&app, "2026-11-24T20:00:00+09:00").await;
    assert_eq!(reminders(&app, HANAKO), 1);
}

/// It comes at the old hour; while texts rest it does not come at all.
#[tokio::test]
async fn who_was_to_be_told_at_an_hour_that_is_over_is_told() {
    for (until, expected) in [("21", 1), ("19", 0)] {
        let app = TestApp::start().await;
        booked(&app).await;
        advance_to(&app, "2026-11-24T18:30:00+09:00").await;
        set(&app, &[("remind_eve", "18"), ("until", until)]).await;
        app.settle().await;
        assert_eq!(reminders(&app, HANAKO), 0);
        advance_to(&app, "2026-11-24T19:00:00+09:00").await;
        assert_eq!(reminders(&app, HANAKO), expected, "{until}");
        // Nor does the thread tell of a text that never left.
        assert_eq!(app.raw().count("messages", "where state = 'expired'"), 0, "{until}");
    }
}

/// R3: a change of hours brings nothing back.
#[tokio::test]
async fn what_words_have_overtaken_stays_unsent_at_the_new_hours() {
    for words in ["変更したいです", "辞退します", "停止"] {
        let app = TestApp::start().await;
        booked(&app).await;
        app.handset(HANAKO).sends(words).await;
        app.settle().await;
        set(&app, &[("remind_eve", "18"), ("remind_day", "9")]).await;
        for moment in ["2026-11-24T18:00:00+09:00", "2026-11-25T09:00:00+09:00"] {
            advance_to(&app, moment).await;
        }
        assert_eq!(reminders(&app, HANAKO), 0, "{words}");
    }
}

#[tokio::test]
async fn who_does_not_answer_is_asked_and_called_at_the_inboxs_hours() {
    let app = TestApp::start().await;
    // It is 7:50 on Sunday.
    set(&app, &[("follow_up", "2"), ("call", "4"), ("from", "10"), ("remind_day", "10")]).await;
    let offer = offered(&app, HANAKO, json!({})).await;
    let texts = |app: &TestApp| app.handset(HANAKO).received().len();
    advance_to(&app, "2026-11-22T09:59:00+09:00").await;
    assert_eq!(texts(&app), 1, "nobody is woken");
    advance_to(&app, "2026-11-22T10:00:00+09:00").await;
    assert_eq!(texts(&app), 2);
    assert_ne!(shown(&app, &offer).await["wish"], "call");
    advance_to(&app, "2026-11-22T11:50:00+09:00").await;
    assert_eq!(shown(&app, &offer).await["wish"], "call");
}

/// The hours of the moment count, whenever the offer was sent.
#[tokio::test]
async fn who_is_not_to_be_asked_again_is_not_and_texts_rest_when_they_are_told_to() {
    let app = TestApp::start().await;
    let reply_by = json!({"reply_by": "2026-11-25T09:00:00+09:00"});
    offered(&app, HANAKO, reply_by.clone()).await;
    set(&app, &[("follow_up", ""), ("from", "12"), ("remind_day", "12")]).await;
    offered(&app, TARO, reply_by).await;
    let texts = |app: &TestApp| [HANAKO, TARO].map(|one| app.handset(one).received().len());
    advance_to(&app, "2026-11-23T08:00:00+09:00").await;
    assert_eq!(texts(&app), [1, 1]);
    advance_to(&app, "2026-11-23T12:00:00+09:00").await;
    assert_eq!(texts(&app), [2, 1]);
    advance_to(&app, "2026-11-24T12:00:00+09:00").await;
    assert_eq!(texts(&app), [2, 1]);
}

#[tokio::test]
async fn what_cannot_be_kept_to_is_refused_beside_its_field() {
    let app = TestApp::start().await;
    let admin = app.sign_in(ADMIN).await;
    for (change, told) in [
        (("remind_eve", "21"), "21:00は、SMSを送る時間帯(8:00から21:00まで)の外です"),
        (("remind_day", "7"), "7:00は、SMSを送る時間帯(8:00から21:00まで)の外です"),
        (("remind_eve", "24"), "12:00から21:00までの時刻を選んでください"),
        (("remind_day", ""), "6:00から16:00までの時刻を選んでください"),
        (("from", "3"), "6:00から12:00までの時刻を選んでください"),
        (("until", "x"), "16:00から22:00までの時刻を選んでください"),
        (("follow_up", "337"), "1から336までの時間を整数で入力するか、空欄にしてください"),
        (("call", "1"), "2から720までの時間を整数で入力してください"),
        (("call", "24"), "もう一度お伺いする時間(24時間)より長い時間を入力してください"),
    ] {
        let page = admin.put(&page_of(&app), &fields(&[change])).await.expect(422);
        let beside = page.texts(&format!("#{}-hint.wrong", change.0)).concat();
        assert!(beside.contains(told), "{change:?}: {beside}");
    }
    // What was typed stays where it can be typed.
    let page = admin.put(&page_of(&app), &fields(&[("call", "1")])).await.expect(422);
    assert_eq!(page.attribute("[name=call]", "value").as_deref(), Some("1"));
    assert_eq!((kept(&app), audited(&app)), (0, 0));
}

#[tokio::test]
async fn only_administrators_find_it() {
    let app = TestApp::start().await;
    for who in [YAMADA, TANAKA, SUZUKI] {
        let session = app.sign_in(who).await;
        session.get(&page_of(&app)).await.expect(404);
        session.put(&page_of(&app), &fields(&[("call", "96")])).await.expect(404);
    }
    let unknown = "/settings/inboxes/0197a0c0-0000-7000-8000-000000000001/interviews";
    app.sign_in(ADMIN).await.put(unknown, &USUAL).await.expect(404);
    assert_eq!((kept(&app), audited(&app)), (0, 0));
}

/// A line that is down until the night wakes nobody when it is there again.
#[tokio::test]
async fn what_could_not_leave_in_its_hours_leaves_no_more() {
    for (again, expected) in
        [("2026-11-24T20:59:00+09:00", [2, 3]), ("2026-11-24T21:00:00+09:00", [1, 2])]
    {
        let app = TestApp::start().await;
        set(&app, &[("remind_eve", "20")]).await;
        booked(&app).await;
        let reply_by = json!({"reply_by": "2026-11-26T09:00:00+09:00", "interviewer_email": null});
        offered(&app, TARO, reply_by).await;
        app.advance(at("2026-11-24T20:00:00+09:00") - app.now());
        appointments::run_one(&app).await.unwrap();
        app.advance(at(again) - app.now());
        app.settle().await;
        let texts = [TARO, HANAKO].map(|one| app.handset(one).received().len());
        assert_eq!(texts, expected, "{again}");
    }
}
