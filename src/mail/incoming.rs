//! Reads a mail that came in: its fields, and the words somebody wrote into it.
//!
//! The fields are read of every mail; the rest only where it is known who wrote it.

use std::thread;

use mail_parser::{HeaderName, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::domain::mail_reply::fields::{self, Field};
use crate::domain::mail_reply::{text_of_html, unflowed};

/// Attached by programs, not by people: signatures, calling cards, Outlook's own.
const NO_FILES: &[&str] = &[
    "pkcs7-signature",
    "x-pkcs7-signature",
    "pgp-signature",
    "pgp-keys",
    "vcard",
    "x-vcard",
    "ms-tnef",
    "vnd.ms-tnef",
];
/// Parts of a mail that are read: a letter, its twin in HTML and the pictures in it.
const MOST_PARTS: usize = 50;
/// What a mail within a mail is called. They are let go one within the other, so that
/// thousands of them would take the whole stack; an answer holds none.
const WITHIN: [&str; 3] = ["message/rfc822", "message/global", "multipart/digest"];
const STACK: usize = 64 * 1024 * 1024;

/// The head of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub fields: Vec<Field>,
    pub subject: String,
}

/// The rest of it, as far as it matters to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Quotes and all; empty where it has no text.
    pub text: String,
    pub has_files: bool,
}

/// `None` for what cannot be read without a doubt.
pub fn head(mail: &[u8]) -> Option<Head> {
    let fields = fields::fields(mail)?;
    let parse = || {
        let parser = MessageParser::new().header_text(HeaderName::Subject);
        let message = parser.parse_headers(mail)?;
        Some(message.subject().unwrap_or_default().to_owned())
    };
    Some(Head { fields, subject: apart(parse).unwrap_or_default() })
}

/// `None` for what cannot be read without a doubt.
pub fn body(mail: &[u8]) -> Option<Body> {
    if is_a_maze(mail) {
        return None;
    }
    let body = apart(|| parse(mail))?;
    // What no letter stands for has become this one on the way.
    let is_whole = !body.text.contains(char::REPLACEMENT_CHARACTER);
    is_whole.then_some(body)
}

/// What is read is somebody else's: should the parser give up in a way of its own,
/// that is one mail that cannot be read and no more.
fn apart<T: Send>(parse: impl FnOnce() -> Option<T> + Send) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("mail".to_owned()).stack_size(STACK);
        thread.spawn_scoped(scope, parse).ok()?.join().ok().flatten()
    })
}

/// More parts than a letter has, or mails within it.
fn is_a_maze(mail: &[u8]) -> bool {
    let seen = mail.iter().filter(|byte| !byte.is_ascii_whitespace());
    let seen: Vec<u8> = seen.map(u8::to_ascii_lowercase).collect();
    let count = |word: &str| seen.windows(word.len()).filter(|at| *at == word.as_bytes()).count();
    count("content-type:") > MOST_PARTS || WITHIN.iter().any(|kind| count(kind) > 0)
}

fn parse(mail: &[u8]) -> Option<Body> {
    let message = MessageParser::new().with_mime_headers().parse(mail)?;
    let plain = message.text_bodies().find_map(|part| match &part.body {
        PartType::Text(text) => Some(plain_text(part, text)),
        _ => None,
    });
    let html = || {
        message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(text_of_html(html)),
            _ => None,
        })
    };
    let is_said = |text: &String| !text.trim().is_empty();
    let text = plain.filter(is_said).or_else(html).unwrap_or_default();
    let has_files = message.attachments().any(is_file);
    Some(Body { text, has_files })
}

fn plain_text(part: &MessagePart<'_>, text: &str) -> String {
    let kind = part.content_type();
    let says = |name: &str, value: &str| {
        let said = kind.and_then(|kind| kind.attribute(name));
        said.is_some_and(|said| said.eq_ignore_ascii_case(value))
    };
    if says("format", "flowed") { unflowed(text, says("delsp", "yes")) } else { text.to_owned() }
}

/// Pictures of a signature lie in the text; what lies beside it, somebody attached.
fn is_file(part: &MessagePart<'_>) -> bool {
    let kind = part.content_type().and_then(|kind| kind.subtype()).unwrap_or_default();
    let is_beside = part.content_disposition().is_some_and(|place| place.is_attachment());
    is_beside && !NO_FILES.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is taken in at most (`intake/data.rs`).
    const MOST: usize = 2 * 1024 * 1024;

    fn text(fields: &str, words: &[u8]) -> Option<String> {
        let mut mail = format!("From: a@b.jp\r\nSubject: =?UTF-8?B?5LqG6Kej?=\r\n{fields}\r\n\r\n")
            .into_bytes();
        mail.extend_from_slice(words);
        assert_eq!(super::head(&mail).unwrap().subject, "了解");
        body(&mail).map(|read| read.text.trim().to_owned())
    }

    #[test]
    fn every_way_to_write_japanese_is_read() {
        let plain = |charset: &str, encoding: &str| {
            format!(
                "Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}"
            )
        };
        let (jis, _, _) = encoding_rs::ISO_2022_JP.encode("はい、承知しました。");
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode("はい、承知しました。");
        for (head, body) in [
            (plain("ISO-2022-JP", "7bit"), jis.as_ref()),
            (plain("Shift_JIS", "8bit"), sjis.as_ref()),
            (plain("utf-8", "8bit"), "はい、承知しました。".as_bytes()),
            (plain("\"UTF-8\"", "base64"), b"44Gv44GE44CB5om/55+l44GX44G+\r\n44GX44Gf44CC\r\n"),
            (
                plain("utf-8", "quoted-printable"),
                b"=E3=81=AF=E3=81=84=E3=80=81=E6=89=BF=E7=9F=A5=E3=81=97=\r\n=E3=81=BE=E3=81=97=E3=81=9F=E3=80=82",
            ),
            (
                plain("utf-8; format=flowed; delsp=yes", "8bit"),
                "はい、承知 \r\nしました。".as_bytes(),
            ),
            (
                "Content-Type: text/html; charset=utf-8".to_owned(),
                "<html><body><div>はい、承知しました。</div><blockquote>x</blockquote></body></html>".as_bytes(),
            ),
        ] {
            assert_eq!(text(&head, body).as_deref(), Some("はい、承知しました。"), "{head}");
        }
        assert_eq!(text(&plain("utf-8", "8bit"), b"\xe3\x81"), None, "half a letter");
    }

    #[test]
    fn of_several_parts_the_plain_one_counts_and_files_are_seen() {
        let parts = |kind: &str, parts: &[&str]| {
            let body: String = parts.iter().map(|part| format!("--x\r\n{part}\r\n")).collect();
            format!(
                "From: a@b.jp\r\nContent-Type: multipart/{kind}; boundary=x\r\n\r\n{body}--x--\r\n"
            )
        };
        let (plain, html) =
            ("Content-Type: text/plain\r\n\r\nyes", "Content-Type: text/html\r\n\r\n<p>no</p>");
        let picture =
            "Content-Type: image/png\r\nContent-Disposition: inline\r\nContent-ID: <1>\r\n\r\nx";
        let file = "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx";
        let signed =
            "Content-Type: application/pkcs7-signature\r\nContent-Disposition: attachment\r\n\r\nx";
        for (mail, has_files) in [
            (parts("alternative", &[plain, html]), false),
            (parts("mixed", &[plain, picture]), false),
            (parts("mixed", &[plain, file]), true),
            (parts("signed", &[plain, signed]), false),
        ] {
            let read = body(mail.as_bytes()).unwrap();
            assert_eq!((read.text.trim(), read.has_files), ("yes", has_files), "{mail}");
        }
    }

    #[test]
    fn a_maze_is_not_walked_into() {
        let mails = "Content-Type:message/rfc822\n\n".repeat(MOST / 29);
        let part = |n| format!("Content-Type:multipart/mixed;boundary={n}\n\n--{n}\n");
        let parts: String = (0..MOST / 50).map(part).collect();
        for maze in [mails.as_str(), &parts, "content-type: Message/\r\n RFC822\n\nx"] {
            assert_eq!(body(format!("From: a@b.jp\n{maze}\n\nx\n").as_bytes()), None);
        }
        let few: String = (0..40).map(part).collect();
        assert!(body(format!("From: a@b.jp\n{few}\n\nx\n").as_bytes()).is_some());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(
            head in "([A-Za-z-]{1,12}: [ -~]{0,30}\r\n){0,6}", body: Vec<u8>, kind in "[a-z]{4,9}/[a-z]{4,9}",
        ) {
            let _ = super::body(&body);
            let mut mail = format!("{head}Content-Type: {kind}; boundary=x\r\n\r\n").into_bytes();
            mail.extend_from_slice(&body);
            let _ = (super::body(&mail), super::head(&mail));
        }
    }
}
