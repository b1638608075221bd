//! The letter that tells somebody that a customer waits.
//!
//! It holds no text of a message: mail passes through hands that may not read
//! them. Who waits, since when, and where to look is what a reader needs.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use crate::config::MailConfig;
use crate::config::PublicUrl;
use crate::domain::escalation::{Source, Trigger};
use crate::domain::id::{MailId, UserId};
use crate::domain::mail_reply::text::MARKER;
use crate::locale::Locale;
use crate::store::escalations::Wait;

/// What stands on every letter of this house.
#[derive(Clone, Debug)]
pub struct Letterhead {
    pub from: Mailbox,
    pub house: PublicUrl,
    /// The domain of addresses for answers by mail, where they are taken.
    pub replies: Option<String>,
}

/// Who gets a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: Option<String>,
    pub address: String,
    pub locale: Locale,
    /// None where it is only an address.
    pub user: Option<UserId>,
}

/// What it says.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    pub id: MailId,
    pub to: &'a Person,
    pub wait: Wait,
    /// The customer's name, or number.
    pub contact: &'a str,
    pub inbox: &'a str,
    pub zone: Tz,
    pub now: DateTime<Utc>,
    /// How long, in minutes that count.
    pub waited: i64,
    pub trigger: Trigger,
    /// Where an answer by mail goes, if there may be one.
    pub reply_to: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mail/escalation.txt", escape = "none")]
struct Plain {
    t: Locale,
    marker: Option<&'static str>,
    lead: String,
    since: String,
    take: String,
    thread: String,
}

#[derive(Template)]
#[template(path = "mail/escalation.html")]
struct Html<'a> {
    t: Locale,
    marker: Option<&'static str>,
    subject: &'a str,
    lead: String,
    since: String,
    take: String,
    thread: String,
}

impl Letterhead {
    pub fn new(
        mail: &MailConfig,
        house: &PublicUrl,
    ) -> Result<Self, lettre::address::AddressError> {
        let from = Mailbox::new(mail.from.name.clone(), mail.from.address.parse()?);
        Ok(Self { from, house: house.clone(), replies: None })
    }

    pub(super) fn domain(&self) -> &str {
        self.house.domain().unwrap_or("localhost")
    }
}

impl Letter<'_> {
    /// As RFC 5322 has it. All letters of one wait belong to one thread of a mailbox;
    /// the same letter made twice has the same name.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn write(&self, head: &Letterhead) -> Result<Vec<u8>, lettre::error::Error> {
        let t = self.to.locale;
        let wait = format!(
            "wait.{}.{}@{}",
            self.wait.conversation,
            self.wait.since.timestamp_micros(),
            head.domain()
        );
        let path = format!("/conversations/{}", self.wait.conversation);
        let since = self.wait.since.with_timezone(&self.zone);
        let (take, thread) = (head.house.join(&format!("{path}/taking")), head.house.join(&path));
        let since = self.since(&since.format("%Y-%m-%d %H:%M").to_string());
        let (lead, subject) = (self.lead(), single_line(&self.subject()));
        let marker = self.reply_to.map(|_| MARKER);
        let plain = Plain {
            t,
            marker,
            lead: lead.clone(),
            since: since.clone(),
            take: take.clone(),
            thread: thread.clone(),
        };
        let html = Html { t, marker, subject: &subject, lead, since, take, thread };
        let (plain, html) = (rendered(&plain), rendered(&html));
        let address =
            self.to.address.parse().map_err(|_no_address| lettre::error::Error::MissingTo)?;
        let name = self.to.name.as_deref().map(single_line);
        let list = format!("escalations.{}", head.domain());
        let mut message = Message::builder()
            .from(head.from.clone())
            .to(Mailbox::new(name, address))
            .subject(&*subject)
            .date(self.now.into())
            .message_id(Some(format!("<escalation.{}.{wait}>", self.id)))
            .in_reply_to(format!("<{wait}>"))
            .references(format!("<{wait}>"))
            .raw_header(raw("List-Id", format!("henji <{list}>")))
            // RFC 3834 5: nothing that answers by itself answers this.
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw("X-Auto-Response-Suppress", "All".to_owned()));
        if let Some(reply_to) = self.reply_to.and_then(|address| address.parse().ok()) {
            message = message.reply_to(Mailbox::new(None, reply_to));
        }
        Ok(message.multipart(MultiPart::alternative_plain_html(plain, html))?.formatted())
    }

    fn subject(&self) -> String {
        let (t, contact, inbox) = (self.to.locale, self.contact, self.inbox);
        match self.trigger {
            Trigger::Unanswered | Trigger::Unassigned => t.mail_subject(contact, inbox),
            Trigger::Words | Trigger::Tagged => t.mail_subject_urgent(contact, inbox),
            Trigger::Undelivered => t.mail_subject_undelivered(contact, inbox),
            Trigger::Help => t.mail_subject_help(contact, inbox),
        }
    }

    fn lead(&self) -> String {
        let (t, contact, inbox) = (self.to.locale, self.contact, self.inbox);
        match self.trigger {
            Trigger::Unanswered | Trigger::Unassigned => t.mail_lead(contact, inbox, self.waited()),
            Trigger::Words => t.mail_lead_words(contact, inbox, self.waited()),
            Trigger::Tagged => t.mail_lead_tagged(contact, inbox, self.waited()),
            Trigger::Undelivered => t.mail_lead_undelivered(contact, inbox),
            Trigger::Help => t.mail_lead_help(contact, inbox),
        }
    }

    fn since(&self, time: &str) -> String {
        let t = self.to.locale;
        match self.trigger.source() {
            Source::Wait => t.mail_since(time),
            Source::Failure => t.mail_since_failure(time),
            Source::Call => t.mail_since_call(time),
        }
    }

    fn waited(&self) -> String {
        let t = self.to.locale;
        match self.waited {
            minutes @ ..120 => t.mail_minutes(minutes),
            minutes => t.mail_hours(minutes / 60),
        }
    }
}

pub(super) fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

pub(super) fn rendered(template: &impl Template) -> String {
    template.render().expect("a String takes every write, and nothing else can fail")
}

/// A header is one line, whatever a customer calls themselves.
pub(super) fn single_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
