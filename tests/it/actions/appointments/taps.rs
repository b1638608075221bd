//! A page to tap on: the same bookings, for whoever would rather not type a number.

use std::time::Duration;

use reqwest::Method;

use super::*;
use crate::support::answer::Answer;
use crate::web::headers;

/// Two hundred at once stand in a queue of the database's, in a debug build.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The page that the newest text to `number` says.
pub async fn page_of(app: &TestApp, number: &str) -> String {
    let text = last_text(app, number).await;
    let (_, path) = text.split_once("https://henji.example.jp").expect(&text);
    assert!(path.starts_with("/s/") && path.len() == 14, "it ends the text: {text}");
    path.to_owned()
}

pub async fn look(app: &TestApp, path: &str) -> Answer {
    let ask = || Answer::to(app.http.get(format!("{}{path}", app.url)).timeout(PATIENCE));
    let mut answer = ask().await;
    while answer.status == 503 {
        answer = ask().await;
    }
    answer
}

/// Presses a button, once more where the house is busy, and goes where it leads.
pub async fn tap(app: &TestApp, path: &str, name: &str, value: &str) -> Answer {
    let press = || {
        let request = app.http.post(format!("{}{path}", app.url)).form(&[(name, value)]);
        Answer::to(request.header("origin", "null").timeout(PATIENCE))
    };
    let mut answer = press().await;
    while answer.status == 503 {
        answer = press().await;
    }
    while answer.status == 303 {
        let next = answer.header("location").to_owned();
        answer = look(app, &next).await;
    }
    answer
}

fn h1(page: &Answer) -> String {
    page.texts("h1").remove(0)
}

async fn with_page(app: &TestApp, number: &str, more: Value) -> (Value, String) {
    let mut order = json!({"include_page": true});
    for (name, value) in more.as_object().unwrap() {
        order[name] = value.clone();
    }
    let offer = offered(app, number, order).await;
    let path = page_of(app, number).await;
    (offer, path)
}

#[tokio::test]
async fn a_tap_books_as_a_text_would_and_a_look_does_nothing() {
    let app = TestApp::start().await;
    let (offer, path) = with_page(&app, HANAKO, json!({})).await;
    let before = app.last_event().await;
    for _ in 0..3 {
        let page = look(&app, &path).await.expect(200);
        assert!(headers::missing(&page, &path).is_empty(), "{:?}", headers::missing(&page, &path));
        assert_eq!(h1(&page), "一次面接のご希望の日時");
        let buttons = page.texts("button");
        assert_eq!(
            buttons[..4],
            ["1) 11/25(水)10:00", "2) 11/25(水)14:00", "3) 11/26(木)18:30", "4) 上記以外を希望"]
        );
        assert!(page.text.contains("050-1111-2222") && !page.text.contains("5678"));
        let head = app.http.request(Method::HEAD, format!("{}{path}", app.url));
        Answer::to(head).await.expect(200);
    }
    assert_eq!(app.last_event().await, before, "nothing happened");

    // Pressed twice, by a quick finger.
    let pages = join_all([tap(&app, &path, "slot", "2"), tap(&app, &path, "slot", "2")]).await;
    for page in pages {
        let page = page.expect(200);
        assert_eq!(h1(&page), "一次面接の日時が決まりました");
        assert!(page.text.contains("11/25(水)14:00") && page.text.contains("みらいビル3F"));
    }
    let booked = shown(&app, &offer).await;
    assert_eq!((&booked["state"], &booked["chosen_slot"]), (&json!("booked"), &json!(2)));
    let told = last_text(&app, HANAKO).await;
    assert!(told.contains("11/25(水)14:00で確定しました"), "{told}");
    assert_eq!(app.handset(HANAKO).received().len(), 2);
    let conversation = app.handset(HANAKO).conversation().await;
    let found = app.api().conversation(conversation).await;
    assert_eq!(found["waiting_since"], Value::Null, "nobody has to answer it");
    let page = app.sign_in(SATO).await.get(&format!("/conversations/{conversation}")).await;
    let lines = page.expect(200).texts("li").join("\n");
    for said in ["2) 11/25(水)14:00", "候補者のページから届きました", "で確定しました"]
    {
        assert!(lines.contains(said), "{said}: {lines}");
    }
    let audit = "where action = 'appointment.book'";
    assert_eq!(app.raw().count("audit_entries", audit), 1);
    app.settle().await;
}

#[tokio::test]
async fn who_was_second_sees_the_next_times_and_gets_them_by_text() {
    let app = TestApp::start().await;
    let (_, first) = with_page(&app, HANAKO, json!({})).await;
    let (second, path) = with_page(&app, TARO, json!({})).await;
    tap(&app, &first, "slot", "1").await.expect(200);
    // Whoever looks now is told.
    let page = look(&app, &path).await.expect(200);
    assert_eq!(page.texts("form p"), ["1) 11/25(水)10:00 満席"]);
    // Whoever looked before presses all the same.
    let page = tap(&app, &path, "slot", "1").await.expect(200);
    assert!(page.texts("p b")[0].contains("枠が埋まりました"), "{}", page.text);
    assert_eq!(
        page.texts("button")[..3],
        ["1) 11/24(火)9:00", "2) 11/25(水)14:00", "3) 11/26(木)18:30"]
    );
    assert_eq!(shown(&app, &second).await["state"], "replaced");
    let next = page_of(&app, TARO).await;
    assert_ne!(next, path);
    // A number of the first page is not one of the second.
    let page = tap(&app, &path, "slot", "1").await.expect(200);
    assert_eq!(h1(&page), "一次面接のご希望の日時");
    let page = tap(&app, &next, "slot", "2").await.expect(200);
    assert_eq!(h1(&page), "一次面接の日時が決まりました");
    assert_eq!(app.raw().count("appointments", "where state = 'booked'"), 2);
    app.settle().await;
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_asked_once_more() {
    let app = TestApp::start().await;
    let (_, path) = with_page(&app, HANAKO, json!({})).await;
    tap(&app, &path, "slot", "2").await.expect(200);
    let page = tap(&app, &path, "do", "change").await.expect(200);
    assert_eq!(h1(&page), "日程を変更しますか？");
    assert_eq!(app.raw().count("appointments", "where state = 'booked'"), 1, "only asked");
    let page = tap(&app, &path, "sure", "change").await.expect(200);
    assert!(page.texts("p b")[0].contains("承知しました"), "{}", page.text);
    assert!(!page.text.contains("11/25(水)14:00"), "not what they cannot have");
    let next = page_of(&app, HANAKO).await;
    tap(&app, &next, "slot", "1").await.expect(200);
    // From the oldest page on one comes to the newest.
    let page = tap(&app, &path, "do", "decline").await.expect(200);
    assert_eq!(h1(&page), "一次面接の日時が決まりました");
    let page = tap(&app, &next, "do", "decline").await.expect(200);
    assert_eq!(h1(&page), "一次面接を辞退しますか？");
    let page = tap(&app, &next, "sure", "decline").await.expect(200);
    assert_eq!(h1(&page), "このページでの受付は終わりました");
    assert!(page.texts("button").is_empty());
    assert!(last_text(&app, HANAKO).await.contains("ありがとうございました"));
    assert_eq!(app.raw().count("appointments", "where state = 'booked'"), 0);
}

#[tokio::test]
async fn what_wants_a_person_waits_for_one() {
    let app = TestApp::start().await;
    let (offer, path) = with_page(&app, HANAKO, json!({})).await;
    for _ in 0..2 {
        let page = tap(&app, &path, "do", "other").await.expect(200);
        assert!(page.texts("p b")[0].contains("別の日時"), "{}", page.text);
    }
    let state = shown(&app, &offer).await;
    assert_eq!((&state["state"], &state["wish"]), (&json!("needs_person"), &json!("other_time")));
    let conversation = app.handset(HANAKO).conversation().await;
    assert!(app.api().conversation(conversation).await["waiting_since"].is_string());
    assert_eq!(app.api().texts(conversation).await.len(), 2, "the list, and one answer");

    // Where nothing is booked without a person, a tap waits, too.
    let (offer, path) = with_page(&app, TARO, json!({"auto_confirm": false})).await;
    for _ in 0..2 {
        let page = tap(&app, &path, "slot", "3").await.expect(200);
        assert!(page.texts("p b")[0].contains("確定しましたらSMSで"), "{}", page.text);
    }
    assert_eq!(shown(&app, &offer).await["state"], "needs_person");
    assert_eq!(app.raw().count("appointment_suggestions", "where number = 3"), 1);
    assert_eq!(app.raw().count("appointments", ""), 0);
    app.settle().await;
}

#[tokio::test]
async fn a_page_that_is_over_leads_to_the_text_and_an_unknown_one_nowhere() {
    let app = TestApp::start().await;
    let (offer, path) =
        with_page(&app, HANAKO, json!({"reply_by": "2026-11-23T07:50:00+09:00"})).await;
    advance_to(&app, "2026-11-24T08:00:00+09:00").await;
    assert_eq!(shown(&app, &offer).await["state"], "expired");
    let page = look(&app, &path).await.expect(200);
    assert_eq!(h1(&page), "このページでの受付は終わりました");
    tap(&app, &path, "slot", "1").await.expect(200);
    assert_eq!(app.raw().count("appointments", ""), 0);
    let conversation = app.handset(HANAKO).conversation().await;
    assert_eq!(app.api().texts(conversation).await.len(), 1);
    // Somebody is to call them by then, and a tap still books nothing.
    advance_to(&app, "2026-11-25T08:30:00+09:00").await;
    assert_eq!(shown(&app, &offer).await["state"], "needs_person");
    assert_eq!(h1(&look(&app, &path).await.expect(200)), "このページでの受付は終わりました");

    let unknown = look(&app, "/l/xxxxxxxxxxx").await.expect(404).text;
    for path in ["/s/xxxxxxxxxxx", "/s/short", &path.replace("/s/", "/f/")] {
        assert_eq!(look(&app, path).await.expect(404).text, unknown, "{path}");
    }
    let none = app.http.post(format!("{}/s/xxxxxxxxxxx", app.url)).form(&[("slot", "1")]);
    assert_eq!(Answer::to(none).await.expect(404).text, unknown);
    app.settle().await;
}

/// ui.md 11.8: 3 KB, whatever people call things; uncompressed, as the weakest telephone
/// gets it.
#[tokio::test]
async fn no_page_is_larger_than_3_kb_or_has_a_script() {
    let app = TestApp::start().await;
    app.raw().execute("update senders set segments_per_second = 10000");
    for (locale, title) in [
        ("ja", "最終面接(役員)・適性検査のご案内と職場見学・先輩社員との座談会"),
        ("en", "Final interview"),
    ] {
        app.raw().execute(&format!("update inboxes set locale = '{locale}'"));
        let times: Vec<String> =
            (10..18).map(|hour| format!("2026-12-1{}T10:00:00+09:00", hour - 10)).collect();
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        let place = "みらいビル3F 受付".repeat(8);
        let more = json!({"title": title, "location": place, "include_page": true});
        let number = if locale == "ja" { HANAKO } else { TARO };
        let order = order(&app, number, &times, more);
        app.api().post("/appointment_offers", order).await.expect(201);
        let path = page_of(&app, number).await;
        for (name, value) in
            [("", ""), ("do", "other"), ("slot", "8"), ("do", "change"), ("sure", "decline")]
        {
            let page = tap(&app, &path, name, value).await.expect(200);
            assert!(page.text.len() <= 3 * 1024, "{name}={value}: {} bytes", page.text.len());
            assert!(!page.text.contains("<script") && page.text.contains("<html lang=\""));
            assert_eq!(page.texts("h1").len(), 1);
            assert_eq!(page.attribute("html", "lang").as_deref(), Some(locale));
        }
    }
    app.settle().await;
}

/// What is counted is what is sent, and an address is in it only where somebody says so.
#[tokio::test]
async fn the_address_counts_in_the_preview_and_comes_only_where_it_is_wanted() {
    let app = TestApp::start().await;
    let conversation = app.handset(HANAKO).sends("応募しました").await;
    let sato = app.sign_in(SATO).await;
    let address = format!("/conversations/{conversation}/offer");
    let mut form = vec![
        ("title", "一次面接"),
        ("minutes", "30"),
        ("capacity", "1"),
        ("slot", "2026-11-25T05:00:00+00:00"),
        ("look", "1"),
    ];
    let plain = sato.post(&address, &form).await.expect(200);
    assert!(!plain.text.contains("/s/x"));
    form.push(("include_page", "1"));
    let looked = sato.post(&address, &form).await.expect(200);
    assert!(looked.text.contains("https://henji.example.jp/s/xxxxxxxxxxx"));
    let counted = |page: &Answer| -> usize {
        let hint = page.texts("p.hint.num").remove(0);
        let characters = hint.split('・').nth(1).unwrap().trim_end_matches('字');
        characters.parse().unwrap()
    };
    form.retain(|(name, _)| *name != "look");
    form.push(("send", "1"));
    sato.post(&address, &form).await.expect(303);
    let sent = last_text(&app, HANAKO).await;
    assert_eq!(sent.chars().count(), counted(&looked));
    assert!(counted(&plain) < counted(&looked));
    page_of(&app, HANAKO).await;
}
