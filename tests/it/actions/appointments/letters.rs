//! What interviewers are told by mail.

use henji::actions::contact_fields::{self, Wanted};
use henji::domain::contact_field::FieldKind;
use henji::domain::user::{Actor, Caller};
use henji::jobs::send_mail;
use mail_parser::{MessageParser, MimeHeaders};

use super::*;
use crate::calendars::libraries::read_by_others;

/// Every mail that went to an address since the last look, with its iCalendar part.
pub async fn mails(app: &TestApp) -> Vec<(String, String, String)> {
    appointments::run_one(app).await.unwrap();
    let folder = &app.config.mail.folder;
    while send_mail::run_one(app).await.unwrap() > 0 {}
    let mut found = Vec::new();
    // Made with the first mail.
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let to = mail.to().unwrap().first().unwrap().address().unwrap().to_owned();
        let is_calendar = |part: &&mail_parser::MessagePart<'_>| {
            part.content_type().is_some_and(|kind| kind.subtype() == Some("calendar"))
        };
        let calendar = mail.parts.iter().find(is_calendar);
        let calendar =
            calendar.map(|part| part.text_contents().unwrap().to_owned()).unwrap_or_default();
        found.push((to, mail.subject().unwrap().to_owned(), calendar));
    }
    found
}

fn value<'a>(calendar: &'a str, name: &str) -> &'a str {
    let line = calendar.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.rsplit_once(':').map_or("", |(_, value)| value)
}

#[tokio::test]
async fn a_booking_comes_into_the_interviewers_calendar_and_out_of_it() {
    let app = TestApp::start().await;
    let both = json!({"interviewer_emails": ["tanaka@example.jp"]});
    offered(&app, HANAKO, both).await;
    app.handset(HANAKO).sends("2").await;
    let mut told = mails(&app).await;
    told.sort();
    let to: Vec<&str> = told.iter().map(|(to, ..)| to.as_str()).collect();
    assert_eq!(to, ["suzuki@example.jp", "tanaka@example.jp"]);
    let (_, subject, calendar) = &told[0];
    assert_eq!(subject, "【日程確定】一次面接");
    assert_eq!(value(calendar, "METHOD"), "REQUEST");
    assert_eq!(value(calendar, "SEQUENCE"), "0");
    assert_eq!(value(calendar, "DTSTART;TZID"), "20261125T140000");
    assert!(
        calendar.contains("TZID=Asia/Tokyo") && calendar.contains("みらいビル3F"),
        "{calendar}"
    );
    let uid = value(calendar, "UID").to_owned();

    app.handset(HANAKO).sends("日程を変更したいです").await;
    let told = mails(&app).await;
    assert_eq!(told.len(), 2);
    for (_, subject, calendar) in &told {
        assert_eq!(subject, "【取り消し】一次面接");
        assert_eq!(value(calendar, "METHOD"), "CANCEL");
        assert_eq!((value(calendar, "UID"), value(calendar, "SEQUENCE")), (uid.as_str(), "1"));
    }
    app.settle().await;
}

/// A calendar that keeps to the rules: what has the highest SEQUENCE of a UID is what it
/// shows.
#[tokio::test]
async fn an_interview_that_is_moved_stays_one_event() {
    let app = TestApp::start().await;
    offered(&app, HANAKO, json!({})).await;
    let mut texts = Vec::new();
    for (answer, method, subject) in [
        ("2", "REQUEST", "【日程確定】一次面接"),
        ("日程を変更したいです", "CANCEL", "【取り消し】一次面接"),
        ("2", "REQUEST", "【日程変更】一次面接"),
        ("辞退します", "CANCEL", "【取り消し】一次面接"),
    ] {
        app.handset(HANAKO).sends(answer).await;
        let told = mails(&app).await;
        let [(_, named, calendar)] = &told[..] else { panic!("{answer}: {told:?}") };
        assert_eq!((named.as_str(), value(calendar, "METHOD")), (subject, method));
        assert_eq!(value(calendar, "SEQUENCE"), texts.len().to_string(), "{calendar}");
        texts.push(calendar.clone());
        app.settle().await;
        app.advance(TimeDelta::seconds(15));
    }
    let uids: Vec<&str> = texts.iter().map(|text| value(text, "UID")).collect();
    assert!(uids.iter().all(|uid| *uid == uids[0]), "{uids:?}");
    let starts: Vec<&str> = texts.iter().map(|text| value(text, "DTSTART;TZID")).collect();
    assert_eq!(starts[..2], ["20261125T140000"; 2]);
    assert!(starts[2] != starts[0] && starts[2] == starts[3], "{starts:?}");
    let Some(read) = read_by_others(&texts) else { return };
    for (n, read) in read.iter().enumerate() {
        assert_eq!((&read["wrong"], &read["events"][0]["sequence"]), (&json!([]), &json!(n)));
        assert_eq!(read["events"][0]["zone"], "Asia/Tokyo");
    }
}

#[tokio::test]
async fn who_will_be_late_is_told_of_at_once() {
    let app = TestApp::start().await;
    offered(&app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    app.settle().await;
    mails(&app).await;
    advance_to(&app, "2026-11-25T13:30:00+09:00").await;
    let conversation = app.handset(HANAKO).sends("すみません、電車遅延で10分ほど遅れます").await;
    let told = mails(&app).await;
    let [(to, subject, _)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(to, "suzuki@example.jp");
    assert_eq!(subject, "【遅れる連絡】11/25(水)14:00 一次面接");
    let found = app.api().conversation(conversation).await;
    assert!(found["waiting_since"].is_string(), "they wait for an answer");
}

/// The house keeps addresses, and has the candidate's.
async fn reachable(app: &TestApp, offer: &Value) {
    let field = Wanted {
        id: None,
        name: "メール".into(),
        kind: FieldKind::Email,
        choices: Vec::new(),
        position: 10,
    };
    contact_fields::save(app, Caller::house(Actor::operator()), field).await.unwrap();
    let path = format!("/conversations/{}", offer["conversation_id"].as_str().unwrap());
    let found = app.api().get(&path).await.expect(200).json();
    let path = format!("/contacts/{}/fields", found["contact"]["id"].as_str().unwrap());
    app.api().put(&path, json!({"メール": "hanako@example.com"})).await.expect(200);
}

/// Their own copy names nobody else, and nothing of what is kept of them.
#[tokio::test]
async fn a_candidate_whom_mail_reaches_is_invited_too() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({"include_page": true})).await;
    reachable(&app, &offer).await;
    app.handset(HANAKO).sends("2").await;
    for (method, subject) in [("REQUEST", "【日程確定】"), ("CANCEL", "【取り消し】")] {
        let mut told = mails(&app).await;
        told.sort();
        let [(to, named, theirs), (other, _, interviewers)] = &told[..] else { panic!("{told:?}") };
        assert_eq!((to.as_str(), other.as_str()), ("hanako@example.com", "suzuki@example.jp"));
        assert!(named.starts_with(subject), "{named}");
        assert_eq!(value(theirs, "METHOD"), method);
        assert_ne!(value(theirs, "UID"), value(interviewers, "UID"));
        assert_eq!(value(theirs, "DTSTART;TZID"), "20261125T140000");
        let flat = theirs.replace("\r\n ", "");
        assert!(flat.contains("hanako@example.com") && flat.contains("henji.example.jp/s/"));
        for secret in ["suzuki", "/conversations/"] {
            assert!(!flat.contains(secret), "{secret}: {flat}");
        }
        assert!(!interviewers.replace("\r\n ", "").contains("hanako"), "{interviewers}");
        app.handset(HANAKO).sends("辞退します").await;
    }
    app.settle().await;
}

/// Who wants to hear nothing is written nothing.
#[tokio::test]
async fn a_candidate_who_stopped_us_gets_no_mail() {
    let app = TestApp::start().await;
    let offer = offered(&app, HANAKO, json!({})).await;
    reachable(&app, &offer).await;
    app.handset(HANAKO).sends("2").await;
    app.handset(HANAKO).sends("停止").await;
    let told = mails(&app).await;
    let to: Vec<&str> = told.iter().map(|(to, ..)| to.as_str()).collect();
    assert_eq!(to, ["suzuki@example.jp"]);
    app.settle().await;
}

/// Moved by hand: who is in both hears of a change, who is in one of its end or beginning.
#[tokio::test]
async fn everybody_hears_what_a_move_is_for_them() {
    let app = TestApp::start().await;
    offered(&app, HANAKO, json!({"interviewer_emails": ["tanaka@example.jp"]})).await;
    app.handset(HANAKO).sends("2").await;
    let before = mails(&app).await;
    app.settle().await;
    let more = json!({"interviewer_emails": ["sato@example.jp"]});
    let order = order(&app, HANAKO, &["2026-11-27T10:00:00+09:00"], more);
    app.api().post("/appointment_offers", order).await.expect(201);
    app.settle().await;
    assert_eq!(mails(&app).await, [], "an offer is told to nobody else");
    app.advance(TimeDelta::seconds(15));
    app.handset(HANAKO).sends("1").await;
    let mut told = mails(&app).await;
    told.sort();
    let uid = value(&before[0].2, "UID");
    for ((to, subject, calendar), (expected, says, method, sequence)) in told.iter().zip([
        ("sato@example.jp", "【日程確定】一次面接", "REQUEST", "2"),
        ("suzuki@example.jp", "【日程変更】一次面接", "REQUEST", "2"),
        ("tanaka@example.jp", "【取り消し】一次面接", "CANCEL", "1"),
    ]) {
        assert_eq!((to.as_str(), subject.as_str()), (expected, says));
        assert_eq!(value(calendar, "METHOD"), method);
        assert_eq!((value(calendar, "UID"), value(calendar, "SEQUENCE")), (uid, sequence));
    }
    assert_eq!(told.len(), 3);
    app.settle().await;
}

/// What was booked and called off before anybody was told is told to nobody.
#[tokio::test]
async fn nobody_is_told_of_what_never_came_to_be() {
    let app = TestApp::start().await;
    offered(&app, HANAKO, json!({})).await;
    app.handset(HANAKO).sends("2").await;
    app.handset(HANAKO).sends("辞退します").await;
    assert_eq!(mails(&app).await, []);
    app.settle().await;
}
