//! The letter that tells an interviewer that somebody will be late.

use askama::Template;
use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::{Mailbox, SinglePart};

use super::escalation::{Letterhead, raw, rendered, single_line};
use crate::domain::id::{AppointmentId, ConversationId};
use crate::locale::Locale;

#[derive(Clone, Debug)]
pub struct LateLetter<'a> {
    pub appointment: AppointmentId,
    pub to: &'a str,
    pub locale: Locale,
    pub title: &'a str,
    /// When it was to begin, as the inbox's clocks show it.
    pub time: String,
    pub candidate: Option<&'a str>,
    pub conversation: ConversationId,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "mail/late.txt", escape = "none")]
struct Plain<'a> {
    t: Locale,
    lead: String,
    candidate: Option<&'a str>,
    thread: String,
}

impl LateLetter<'_> {
    /// As RFC 5322 has it. What the candidate wrote stands in the conversation.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn write(&self, head: &Letterhead) -> Result<Vec<u8>, lettre::error::Error> {
        let t = self.locale;
        let address = self.to.parse().map_err(|_no_address| lettre::error::Error::MissingTo)?;
        let name =
            format!("<late.{}.{}@{}>", self.appointment, self.now.timestamp(), head.domain());
        let plain = Plain {
            t,
            lead: t.mail_late_lead(&self.time, self.title),
            candidate: self.candidate,
            thread: head.house.join(&format!("/conversations/{}", self.conversation)),
        };
        let message = Message::builder()
            .from(head.from.clone())
            .to(Mailbox::new(None, address))
            .subject(single_line(&t.mail_late_subject(&self.time, self.title)))
            .date(self.now.into())
            .message_id(Some(name))
            // RFC 3834 5: nothing that answers by itself answers this.
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw("X-Auto-Response-Suppress", "All".to_owned()))
            .singlepart(SinglePart::plain(rendered(&plain)))?;
        Ok(message.formatted())
    }
}
