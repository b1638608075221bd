//! The letter that brings a contact what did not arrive as an SMS.

use askama::Template;
use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};

use super::escalation::{Letterhead, rendered, single_line};
use crate::domain::id::MessageId;
use crate::locale::Locale;

/// What it says: the text as it was written, and why it comes this way.
#[derive(Clone, Debug)]
pub struct ContactLetter<'a> {
    pub message: MessageId,
    pub to: &'a str,
    pub locale: Locale,
    pub inbox: &'a str,
    pub body: &'a str,
    /// A rule sends it, and nobody.
    pub is_automatic: bool,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "mail/contact.txt", escape = "none")]
struct Plain<'a> {
    t: Locale,
    body: &'a str,
}

impl ContactLetter<'_> {
    /// As RFC 5322 has it; the same text has the same name each time.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn write(&self, head: &Letterhead) -> Result<Vec<u8>, lettre::error::Error> {
        let t = self.locale;
        let address = self.to.parse().map_err(|_no_address| lettre::error::Error::MissingTo)?;
        let mut message = Message::builder()
            .from(head.from.clone())
            .to(Mailbox::new(None, address))
            .subject(single_line(&t.mail_contact_subject(self.inbox)))
            .date(self.now.into())
            .message_id(Some(format!("<text.{}@{}>", self.message, head.domain())));
        if self.is_automatic {
            // RFC 3834 5: nothing that answers by itself answers this.
            for (name, value) in
                [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")]
            {
                let name = HeaderName::new_from_ascii_str(name);
                message = message.raw_header(HeaderValue::new(name, value.to_owned()));
            }
        }
        let plain = rendered(&Plain { t, body: self.body });
        Ok(message.singlepart(SinglePart::plain(plain))?.formatted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PublicUrl;

    #[test]
    fn it_brings_the_text_and_nothing_of_the_house() {
        let house = PublicUrl::parse("https://henji.example.jp").unwrap();
        let head = Letterhead { from: "henji@example.jp".parse().unwrap(), house, replies: None };
        let letter = |is_automatic, inbox| ContactLetter {
            message: MessageId(uuid::Uuid::from_u128(7)),
            to: "hanako@example.com",
            locale: Locale::En,
            inbox,
            body: "See you at 10.",
            is_automatic,
            now: DateTime::from_timestamp(1_795_301_400, 0).unwrap(),
        };
        let text =
            |letter: ContactLetter<'_>| String::from_utf8(letter.write(&head).unwrap()).unwrap();
        let by_hand = text(letter(false, "Front desk"));
        assert!(by_hand.contains("To: hanako@example.com") && by_hand.contains("See you at 10."));
        assert!(by_hand.contains("@henji.example.jp>") && !by_hand.contains("/conversations/"));
        assert!(!by_hand.contains("Auto-Submitted"));
        let by_rule = text(letter(true, "x\r\nBcc: boss@example.com"));
        assert!(by_rule.contains("Auto-Submitted: auto-generated"));
        assert!(!by_rule.contains("\nBcc:"), "a header is one line");
    }
}
