//! The letter that tells a user why their answer by mail was not sent.
//!
//! It goes to the address we know, whoever the mail said it was from, and holds
//! nothing of what that mail said.

use askama::Template;
use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::{Mailbox, MultiPart};

use super::escalation::{Letterhead, raw, rendered, single_line};
use crate::domain::id::{ConversationId, MailId};
use crate::domain::mail_reply::Refusal;
use crate::locale::Locale;

#[derive(Clone, Debug)]
pub struct RefusalLetter<'a> {
    pub id: MailId,
    pub name: &'a str,
    pub address: &'a str,
    pub locale: Locale,
    pub reason: Refusal,
    pub conversation: Option<ConversationId>,
    /// The `Message-ID` of the mail that was not taken.
    pub answers: Option<&'a str>,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "mail/refusal.txt", escape = "none")]
struct Plain<'a> {
    t: Locale,
    reason: &'a str,
    thread: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mail/refusal.html")]
struct Html<'a> {
    t: Locale,
    reason: &'a str,
    thread: Option<&'a str>,
}

impl RefusalLetter<'_> {
    /// As RFC 5322 has it.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn write(&self, head: &Letterhead) -> Result<Vec<u8>, lettre::error::Error> {
        let (t, reason) = (self.locale, self.locale.mail_refusal(self.reason));
        let thread = self.conversation.map(|id| head.house.join(&format!("/conversations/{id}")));
        let thread = thread.as_deref();
        let plain = rendered(&Plain { t, reason, thread });
        let html = rendered(&Html { t, reason, thread });
        let address =
            self.address.parse().map_err(|_no_address| lettre::error::Error::MissingTo)?;
        let mut message = Message::builder()
            .from(head.from.clone())
            .to(Mailbox::new(Some(single_line(self.name)), address))
            .subject(t.mail_reply_subject())
            .date(self.now.into())
            .message_id(Some(format!("<refusal.{}@{}>", self.id, head.domain())))
            // RFC 3834 5: nothing that answers by itself answers this.
            .raw_header(raw("Auto-Submitted", "auto-replied".to_owned()))
            .raw_header(raw("X-Auto-Response-Suppress", "All".to_owned()));
        if let Some(name) = self.answers.filter(|name| is_name(name)) {
            message = message.in_reply_to(name.to_owned()).references(name.to_owned());
        }
        Ok(message.multipart(MultiPart::alternative_plain_html(plain, html))?.formatted())
    }
}

/// Whether it can stand in a header as it came: a stranger chose it.
fn is_name(name: &str) -> bool {
    name.len() <= 250
        && name.starts_with('<')
        && name.ends_with('>')
        && name.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::config::PublicUrl;

    fn written(locale: Locale, reason: Refusal, answers: &str) -> String {
        let head = Letterhead {
            from: Mailbox::new(None, "henji@sms.example.jp".parse().unwrap()),
            house: PublicUrl::parse("https://sms.example.jp").unwrap(),
            replies: Some("reply.example.jp".into()),
        };
        let letter = RefusalLetter {
            id: MailId(Uuid::from_u128(1)),
            name: "佐藤\r\nBcc: x@y.jp",
            address: "sato@example.jp",
            locale,
            reason,
            conversation: Some(ConversationId(Uuid::from_u128(7))),
            answers: Some(answers),
            now: "2026-11-24T09:30:00+09:00".parse().unwrap(),
        };
        String::from_utf8(letter.write(&head).unwrap()).expect("7-bit")
    }

    #[test]
    fn every_reason_is_told_in_both_languages_and_answers_the_mail() {
        for locale in Locale::ALL {
            for reason in Refusal::ALL {
                let mail = written(locale, *reason, "<a.b@example.jp>");
                let read = crate::mail::incoming::body(mail.as_bytes()).unwrap();
                assert!(read.text.contains(locale.mail_refusal(*reason)), "{mail}");
                assert!(read.text.contains("https://sms.example.jp/conversations/"));
                assert!(mail.contains("In-Reply-To: <a.b@example.jp>\r\n"));
                assert!(mail.contains("Auto-Submitted: auto-replied\r\n"));
                assert!(!mail.contains("reply.example.jp"), "nothing to answer to");
            }
        }
    }

    #[test]
    fn no_header_can_be_slipped_in() {
        for answers in ["<a>\r\nBcc: x@y.jp", "<a b>", "a", &format!("<{}>", "a".repeat(300))] {
            let mail = written(Locale::En, Refusal::Empty, answers);
            assert!(!mail.contains("\nBcc") && !mail.contains("In-Reply-To"), "{mail}");
        }
    }
}
