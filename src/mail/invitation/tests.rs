use chrono_tz::Tz;
use mail_parser::{MessageParser, MimeHeaders, PartType};

use super::*;
use crate::config::PublicUrl;

fn told(method: Method, sequence: u32) -> Invitation {
    Invitation {
        uid: "0197-a1@henji.example.jp".into(),
        sequence,
        starts: "2026-06-16T05:00:00Z".parse().unwrap(),
        ends: "2026-06-16T05:45:00Z".parse().unwrap(),
        zone: Tz::Asia__Tokyo,
        summary: "一次面接\r\nBcc: x@y.jp".into(),
        location: Some("本社 3F".into()),
        description: "持ち物: 履歴書".into(),
        organizer: ("henji".into(), "henji@sms.example.jp".into()),
        attendees: vec![("佐藤".into(), "sato@example.jp".into())],
        stamped: "2026-06-01T00:00:00Z".parse().unwrap(),
        method,
    }
}

fn written(locale: Locale, invitation: &Invitation, address: &str) -> String {
    let head = Letterhead {
        from: Mailbox::new(None, "henji@sms.example.jp".parse().unwrap()),
        house: PublicUrl::parse("https://sms.example.jp").unwrap(),
        replies: None,
    };
    let letter = InvitationLetter {
        name: Some("佐藤\r\nBcc: x@y.jp"),
        address,
        locale,
        invitation,
        is_new: invitation.sequence == 0,
        now: "2026-06-01T00:00:00Z".parse().unwrap(),
    };
    String::from_utf8(letter.write(&head).unwrap()).expect("7-bit")
}

fn header(mail: &str, name: &str) -> String {
    let start = format!("{name}: ");
    let line = mail.lines().find(|line| line.starts_with(&start)).expect(name);
    line[start.len()..].to_owned()
}

#[test]
fn a_calendar_finds_the_invitation_twice() {
    for (method, sequence, word, subject) in [
        (Method::Request, 0, "REQUEST", "【日程確定】一次面接"),
        (Method::Request, 1, "REQUEST", "【日程変更】一次面接"),
        (Method::Cancel, 2, "CANCEL", "【取り消し】一次面接"),
    ] {
        let told = told(method, sequence);
        let mail = written(Locale::Ja, &told, "sato@example.jp");
        let read = MessageParser::default().parse(mail.as_bytes()).unwrap();
        assert!(read.subject().unwrap().starts_with(subject), "{:?}", read.subject());
        let calendars: Vec<_> = read
            .parts
            .iter()
            .filter(|part| {
                let kind = part.content_type();
                kind.and_then(|kind| kind.subtype())
                    .is_some_and(|it| it == "calendar" || it == "ics")
            })
            .collect();
        let [form, file] = calendars[..] else { panic!("{mail}") };
        let kind = form.content_type().unwrap();
        assert_eq!((kind.ctype(), kind.attribute("method")), ("text", Some(word)));
        assert_eq!(kind.attribute("charset"), Some("utf-8"));
        assert_eq!(file.attachment_name(), Some("invite.ics"));
        for part in [form, file] {
            let text = match &part.body {
                PartType::Text(text) => text.as_bytes().to_vec(),
                PartType::Binary(octets) => octets.to_vec(),
                other => panic!("{other:?}"),
            };
            assert_eq!(String::from_utf8(text).unwrap(), ics(&told));
        }
    }
}

#[test]
fn who_has_no_calendar_reads_it_in_their_language() {
    for (locale, words) in [
        (Locale::Ja, ["日時: 2026年6月16日(火) 14:00〜14:45 (Asia/Tokyo)", "場所: 本社 3F"]),
        (Locale::En, ["When: Tue, 16 Jun 2026 14:00–14:45 (Asia/Tokyo)", "Where: 本社 3F"]),
    ] {
        let mail = written(locale, &told(Method::Request, 0), "sato@example.jp");
        let read = MessageParser::default().parse(mail.as_bytes()).unwrap();
        let text = read.body_text(0).unwrap();
        for words in words {
            assert!(text.contains(words), "{words} in {text}");
        }
        assert!(text.contains("持ち物: 履歴書") && text.contains("invite.ics"), "{text}");
    }
}

#[test]
fn the_same_version_has_the_same_name_and_tells_nothing() {
    let first = written(Locale::Ja, &told(Method::Request, 0), "sato@example.jp");
    let again = written(Locale::En, &told(Method::Request, 0), "sato@example.jp");
    let changed = written(Locale::Ja, &told(Method::Request, 1), "sato@example.jp");
    let others = written(Locale::Ja, &told(Method::Request, 0), "tanaka@example.jp");
    let name = |mail: &str| header(mail, "Message-ID");
    assert_eq!(name(&first), name(&again));
    assert!(name(&first) != name(&changed) && name(&first) != name(&others));
    assert_eq!(header(&first, "References"), header(&changed, "References"));
    assert!(!name(&first).contains("sato") && !name(&first).contains("0197"));
    assert!(header(&first, "References").ends_with("@sms.example.jp>"));
}

#[test]
fn no_header_can_be_slipped_in() {
    let mail = written(Locale::Ja, &told(Method::Request, 0), "sato@example.jp");
    assert!(!mail.contains("\nBcc"), "{mail}");
    let head = mail.split("\r\n\r\n").next().unwrap();
    assert!(head.contains("Auto-Submitted: auto-generated"));
}
