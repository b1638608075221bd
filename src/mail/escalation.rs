//! The letters that tell somebody that customers wait.
//!
//! They hold no text of a message, unless an inbox wants a masked excerpt: mail passes
//! through hands that may not read it. Who waits, since when, and where to look is what
//! a reader needs.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart};

use crate::config::MailConfig;
use crate::config::PublicUrl;
use crate::domain::escalation::{Source, Trigger};
use crate::domain::id::{MailId, UserId};
use crate::domain::mail_reply::text::MARKER;
use crate::locale::Locale;
use crate::store::escalations::Wait;

mod digest;

pub use digest::Digest;

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

/// One that waits, as a letter tells of it.
#[derive(Clone, Debug)]
pub struct Matter {
    pub wait: Wait,
    pub trigger: Trigger,
    pub urgent: bool,
    /// The customer's name, or number.
    pub contact: String,
    pub inbox: String,
    /// Where the inbox is.
    pub zone: Tz,
    /// How long, in minutes that count.
    pub waited: i64,
    /// The beginning of the last text, masked, where the inbox wants it.
    pub excerpt: Option<String>,
}

/// Tells of one.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    pub id: MailId,
    pub to: &'a Person,
    pub now: DateTime<Utc>,
    pub matter: &'a Matter,
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
    excerpt: Option<String>,
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
    excerpt: Option<String>,
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

    /// What every letter begins with, whatever it tells of.
    fn begin(
        &self,
        to: &Person,
        subject: &str,
        now: DateTime<Utc>,
    ) -> Result<MessageBuilder, lettre::error::Error> {
        let address = to.address.parse().map_err(|_no_address| lettre::error::Error::MissingTo)?;
        let name = to.name.as_deref().map(single_line);
        let list = format!("henji <escalations.{}>", self.domain());
        Ok(Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(subject)
            .date(now.into())
            .raw_header(raw("List-Id", list))
            // RFC 3834 5: nothing that answers by itself answers this.
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw("X-Auto-Response-Suppress", "All".to_owned())))
    }

    fn taking(&self, wait: &Wait) -> String {
        self.house.join(&format!("/conversations/{}/taking", wait.conversation))
    }
}

impl Person {
    /// Whether a letter can be written to `address`.
    pub fn is_writable(address: &str) -> bool {
        address.parse::<lettre::Address>().is_ok()
    }
}

impl Letter<'_> {
    /// As RFC 5322 has it. All letters of one wait belong to one thread of a mailbox;
    /// the same letter made twice has the same name.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn write(&self, head: &Letterhead) -> Result<Vec<u8>, lettre::error::Error> {
        let (t, matter) = (self.to.locale, self.matter);
        let Wait { conversation, since, .. } = matter.wait;
        let wait = format!("wait.{conversation}.{}@{}", since.timestamp_micros(), head.domain());
        let thread = head.house.join(&format!("/conversations/{conversation}"));
        let (lead, since, take) = (matter.lead(t), matter.since(t), head.taking(&matter.wait));
        let excerpt = matter.excerpt(t);
        let subject = single_line(&matter.subject(t));
        let marker = self.reply_to.map(|_| MARKER);
        let plain = Plain {
            t,
            marker,
            lead: lead.clone(),
            since: since.clone(),
            excerpt: excerpt.clone(),
            take: take.clone(),
            thread: thread.clone(),
        };
        let html = Html { t, marker, subject: &subject, lead, since, excerpt, take, thread };
        let (plain, html) = (rendered(&plain), rendered(&html));
        let mut message = head
            .begin(self.to, &subject, self.now)?
            .message_id(Some(format!("<escalation.{}.{wait}>", self.id)))
            .in_reply_to(format!("<{wait}>"))
            .references(format!("<{wait}>"));
        if let Some(reply_to) = self.reply_to.and_then(|address| address.parse().ok()) {
            message = message.reply_to(Mailbox::new(None, reply_to));
        }
        Ok(message.multipart(MultiPart::alternative_plain_html(plain, html))?.formatted())
    }
}

impl Matter {
    fn subject(&self, t: Locale) -> String {
        let (contact, inbox) = (self.contact.as_str(), self.inbox.as_str());
        match self.trigger {
            Trigger::Unanswered | Trigger::Unassigned => t.mail_subject(contact, inbox),
            Trigger::Words | Trigger::Tagged => t.mail_subject_urgent(contact, inbox),
            Trigger::Undelivered => t.mail_subject_undelivered(contact, inbox),
            Trigger::Help => t.mail_subject_help(contact, inbox),
        }
    }

    fn lead(&self, t: Locale) -> String {
        let (contact, inbox) = (self.contact.as_str(), self.inbox.as_str());
        match self.trigger {
            Trigger::Unanswered | Trigger::Unassigned => {
                t.mail_lead(contact, inbox, self.waited(t))
            }
            Trigger::Words => t.mail_lead_words(contact, inbox, self.waited(t)),
            Trigger::Tagged => t.mail_lead_tagged(contact, inbox, self.waited(t)),
            Trigger::Undelivered => t.mail_lead_undelivered(contact, inbox),
            Trigger::Help => t.mail_lead_help(contact, inbox),
        }
    }

    fn since(&self, t: Locale) -> String {
        let time = self.wait.since.with_timezone(&self.zone).format("%Y-%m-%d %H:%M").to_string();
        match self.trigger.source() {
            Source::Wait => t.mail_since(&time),
            Source::Failure => t.mail_since_failure(&time),
            Source::Call => t.mail_since_call(&time),
        }
    }

    fn excerpt(&self, t: Locale) -> Option<String> {
        self.excerpt.as_deref().map(|text| t.mail_excerpt(text))
    }

    fn waited(&self, t: Locale) -> String {
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
