//! One letter that tells of several who wait.

use askama::Template;
use chrono::{DateTime, Utc};
use lettre::message::MultiPart;

use super::{Letterhead, Matter, Person, rendered, single_line};
use crate::domain::id::MailId;
use crate::locale::Locale;

/// Tells of several, each once.
#[derive(Clone, Debug)]
pub struct Digest<'a> {
    pub id: MailId,
    pub to: &'a Person,
    pub now: DateTime<Utc>,
    pub matters: &'a [Matter],
}

struct Entry {
    urgent: bool,
    lead: String,
    since: String,
    excerpt: Option<String>,
    link: String,
}

#[derive(Template)]
#[template(path = "mail/digest.txt", escape = "none")]
struct Plain<'a> {
    t: Locale,
    lead: &'a str,
    entries: &'a [Entry],
    has_excerpts: bool,
    board: &'a str,
}

#[derive(Template)]
#[template(path = "mail/digest.html")]
struct Html<'a> {
    t: Locale,
    subject: &'a str,
    lead: &'a str,
    entries: &'a [Entry],
    has_excerpts: bool,
    board: &'a str,
}

impl Digest<'_> {
    /// As RFC 5322 has it. It is named by its own id, so that made twice it is the same
    /// mail, and belongs to no thread of a mailbox: one that stood in the threads of
    /// several waits (`References`) would make a single thread of all of them. A later
    /// letter about one of its waits begins, or continues, that wait's own thread.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn write(&self, head: &Letterhead) -> Result<Vec<u8>, lettre::error::Error> {
        let (t, many) = (self.to.locale, self.matters.len());
        let is_urgent = self.matters.iter().any(|matter| matter.urgent);
        let subject = match is_urgent {
            true => t.mail_digest_subject_urgent(many),
            false => t.mail_digest_subject(many),
        };
        let (subject, lead) = (single_line(&subject), t.mail_digest_lead(many));
        let entry = |matter: &Matter| Entry {
            urgent: matter.urgent,
            lead: single_line(&matter.lead(t)),
            since: matter.since(t),
            excerpt: matter.excerpt(t),
            link: head.taking(&matter.wait),
        };
        let entries: Vec<Entry> = self.matters.iter().map(entry).collect();
        let board = head.house.join("/escalations");
        let has_excerpts = entries.iter().any(|entry| entry.excerpt.is_some());
        let (entries, board, lead) = (entries.as_slice(), board.as_str(), lead.as_str());
        let plain = rendered(&Plain { t, lead, entries, has_excerpts, board });
        let html = rendered(&Html { t, subject: &subject, lead, entries, has_excerpts, board });
        let message = head
            .begin(self.to, &subject, self.now)?
            .message_id(Some(format!("<digest.{}@{}>", self.id, head.domain())))
            .multipart(MultiPart::alternative_plain_html(plain, html))?;
        Ok(message.formatted())
    }
}
