use base64::Engine;
use uuid::Uuid;

use super::*;
use crate::domain::id::ConversationId;

fn head() -> Letterhead {
    Letterhead {
        from: Mailbox::new(Some("返事".into()), "henji@sms.example.jp".parse().unwrap()),
        house: PublicUrl::parse("https://sms.example.jp").unwrap(),
        replies: None,
    }
}

fn person(locale: Locale) -> Person {
    let (name, address) = (Some("佐藤 花".into()), "sato@example.jp".into());
    Person { name, address, locale, user: None }
}

fn letter(contact: &str, locale: Locale, id: u128) -> String {
    let to = person(locale);
    let (id, now) = (MailId(Uuid::from_u128(id)), "2026-11-24T09:30:00+09:00".parse().unwrap());
    let letter = Letter {
        id,
        to: &to,
        now,
        matter: &matter(contact, 7, Trigger::Unanswered),
        reply_to: None,
    };
    String::from_utf8(letter.write(&head()).unwrap()).expect("7-bit")
}

fn matter(contact: &str, conversation: u128, trigger: Trigger) -> Matter {
    Matter {
        wait: Wait {
            conversation: ConversationId(Uuid::from_u128(conversation)),
            source: trigger.source(),
            since: "2026-11-24T09:00:00+09:00".parse().unwrap(),
        },
        trigger,
        urgent: trigger == Trigger::Words,
        contact: contact.to_owned(),
        inbox: "受付".to_owned(),
        zone: Tz::Asia__Tokyo,
        waited: 30,
        excerpt: (trigger == Trigger::Words).then(|| "解約します。番号は****です".to_owned()),
    }
}

fn digest(matters: &[Matter], locale: Locale) -> String {
    let to = person(locale);
    let (id, now) = (MailId(Uuid::from_u128(5)), "2026-11-24T09:30:00+09:00".parse().unwrap());
    let digest = Digest { id, to: &to, now, matters };
    String::from_utf8(digest.write(&head()).unwrap()).expect("7-bit")
}

/// The values of a header, unfolded; those of a multipart's parts are not among them.
fn headers(letter: &str, name: &str) -> Vec<String> {
    let top = letter.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
    let values = top.lines().filter_map(|line| line.split_once(": "));
    values.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).collect()
}

/// The text parts, decoded.
fn bodies(letter: &str) -> Vec<String> {
    let parts = letter.split("Content-Transfer-Encoding: ").skip(1);
    let decoded = parts.map(|part| {
        let (encoding, rest) = part.split_once("\r\n\r\n").unwrap();
        let body = rest.split("\r\n--").next().unwrap();
        let bytes = match encoding {
            "base64" => {
                let text: String = body.split_whitespace().collect();
                base64::engine::general_purpose::STANDARD.decode(text).unwrap()
            }
            "quoted-printable" => unquoted(body),
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8(bytes).unwrap()
    });
    decoded.collect()
}

/// RFC 2045 6.7.
fn unquoted(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    bytes
}

#[test]
fn a_letter_says_who_waits_and_where_and_not_what_they_wrote() {
    for (locale, said) in [(Locale::Ja, "山田 花子様が30分"), (Locale::En, "for 30 minutes")]
    {
        let letter = letter("山田 花子", locale, 1);
        assert!(letter.is_ascii());
        let bodies = bodies(&letter);
        assert_eq!(bodies.len(), 2, "{letter}");
        let path = "https://sms.example.jp/conversations/00000000-0000-0000-0000-000000000007";
        for body in &bodies {
            assert!(body.contains(said), "{body}");
            assert!(body.contains("2026-11-24 09:00"), "{body}");
            assert!(body.contains(&format!("{path}/taking")), "{body}");
        }
    }
}

#[test]
fn letters_of_one_wait_are_one_thread_and_ask_for_no_answer() {
    let (first, second) = (letter("山田", Locale::Ja, 1), letter("山田", Locale::Ja, 2));
    for letter in [&first, &second] {
        assert_eq!(headers(letter, "References"), headers(&first, "References"));
        assert_eq!(headers(letter, "In-Reply-To"), headers(&first, "References"));
        assert_eq!(headers(letter, "Auto-Submitted"), ["auto-generated"]);
        assert_eq!(headers(letter, "List-Id"), ["henji <escalations.sms.example.jp>"]);
    }
    assert_ne!(headers(&first, "Message-ID"), headers(&second, "Message-ID"));
}

/// Whole, as somebody reads them: what a mail says changes here or not at all.
#[test]
fn letters_and_digests_read_like_this_in_both_languages() {
    let three = [
        matter("山田 花子", 7, Trigger::Words),
        matter("090-****-5678", 8, Trigger::Unanswered),
        matter("Lee", 9, Trigger::Help),
    ];
    let mut said = Vec::new();
    for locale in [Locale::Ja, Locale::En] {
        said.extend(bodies(&letter("山田 花子", locale, 1)));
        said.extend(bodies(&digest(&three, locale)));
    }
    let said = said.join("\n--------\n").replace("\r\n", "\n");
    assert_eq!(said.trim_end(), include_str!("tests/letters.txt").trim_end(), "\n{said}");
}

#[test]
fn a_digest_is_a_thread_of_its_own_and_names_each_wait_once() {
    let two = [matter("山田", 7, Trigger::Unanswered), matter("a\r\nb", 8, Trigger::Unanswered)];
    let letter = digest(&two, Locale::En);
    for name in ["References", "In-Reply-To", "Bcc"] {
        assert!(headers(&letter, name).is_empty(), "{name}: {letter}");
    }
    assert_eq!(
        headers(&letter, "Message-ID"),
        ["<digest.00000000-0000-0000-0000-000000000005@sms.example.jp>"]
    );
    assert_eq!(headers(&letter, "Auto-Submitted"), ["auto-generated"]);
    for body in bodies(&letter) {
        for conversation in ["07", "08"] {
            let link = format!("000000{conversation}/taking");
            assert_eq!(body.matches(&link).count(), 1, "{body}");
        }
        assert_eq!(body.matches("2026-11-24 09:00").count(), 2, "{body}");
        assert!(body.contains("a  b has been waiting"), "{body}");
    }
}

#[test]
fn no_name_makes_a_header_or_markup() {
    for name in
        ["x\r\nBcc: thief@example.jp", "x\nBcc: thief@example.jp", "x\u{85}Bcc: a@b", "a\0b"]
    {
        let letter = letter(name, Locale::En, 1);
        assert!(headers(&letter, "Bcc").is_empty(), "{letter}");
        assert_eq!(headers(&letter, "To").len(), 1);
        assert_eq!(headers(&letter, "Subject").len(), 1);
    }
    let html = bodies(&letter("<img src=x onerror=alert(1)>", Locale::Ja, 1)).pop().unwrap();
    assert!(html.contains("&#60;img") || html.contains("&lt;img"), "{html}");
}
