//! The letter that puts an appointment into a calendar, moves it there, or takes it out.
//!
//! The same iCalendar text comes twice: as another form of the letter, which is what
//! Gmail and Outlook act upon (RFC 6047 2.4), and as a file for who opens it by hand.

use askama::Template;
use chrono::{DateTime, Datelike, Utc};
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::escalation::{Letterhead, raw, rendered, single_line};
use crate::domain::appointment::invitation::{Invitation, Method, ics};
use crate::locale::{Locale, WEEKDAYS_JA};

/// What mail programs open with a calendar.
const FILE: &str = "invite.ics";

/// Octets of a hash that tell letters apart; more would only make the line longer.
const NAME: usize = 16;

#[derive(Clone, Debug)]
pub struct InvitationLetter<'a> {
    pub name: Option<&'a str>,
    pub address: &'a str,
    pub locale: Locale,
    pub invitation: &'a Invitation,
    /// Whether its reader has not heard of it: to all others a change is told as one.
    pub is_new: bool,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "mail/invitation.txt", escape = "none")]
struct Plain<'a> {
    t: Locale,
    lead: &'a str,
    summary: String,
    when: String,
    place: Option<&'a str>,
    description: &'a str,
}

impl InvitationLetter<'_> {
    /// As RFC 5322 has it. The same version of an invitation to the same person has the
    /// same name each time, and all versions belong to one thread of a mailbox.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn write(&self, head: &Letterhead) -> Result<Vec<u8>, lettre::error::Error> {
        let address =
            self.address.parse().map_err(|_no_address| lettre::error::Error::MissingTo)?;
        let thread = format!("<invitation.{}@{}>", self.thread(), head.domain());
        let message = Message::builder()
            .from(head.from.clone())
            .to(Mailbox::new(self.name.map(single_line), address))
            .subject(single_line(&self.subject()))
            .date(self.now.into())
            .message_id(Some(format!("<invitation.{}@{}>", self.version(), head.domain())))
            .in_reply_to(thread.clone())
            .references(thread)
            // RFC 3834 5: nothing that answers by itself answers this.
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw("X-Auto-Response-Suppress", "All".to_owned()));
        let calendar = ics(self.invitation);
        let forms = MultiPart::alternative()
            .singlepart(SinglePart::plain(self.plain()))
            .singlepart(self.form(calendar.clone())?);
        // Not text/calendar again: some would have the event twice.
        let kind = ContentType::parse("application/ics").map_err(unwritable)?;
        let file = Attachment::new(FILE.to_owned()).body(calendar.into_bytes(), kind);
        let whole = MultiPart::mixed().multipart(forms).singlepart(file);
        Ok(message.multipart(whole)?.formatted())
    }

    /// In base64, so that no server on its way touches the ends of its lines.
    fn form(&self, calendar: String) -> Result<SinglePart, lettre::error::Error> {
        let method = self.invitation.method.word();
        let kind = format!("text/calendar; charset=utf-8; method={method}");
        Ok(SinglePart::builder()
            .header(ContentType::parse(&kind).map_err(unwritable)?)
            .header(ContentTransferEncoding::Base64)
            .body(calendar))
    }

    fn plain(&self) -> String {
        let t = self.locale;
        let invitation = self.invitation;
        let lead = self.by_kind([
            t.mail_invitation_lead(),
            t.mail_invitation_lead_changed(),
            t.mail_invitation_lead_canceled(),
        ]);
        rendered(&Plain {
            t,
            lead,
            summary: single_line(&invitation.summary),
            when: when(t, invitation),
            place: invitation.location.as_deref().filter(|place| !place.is_empty()),
            description: &invitation.description,
        })
    }

    fn subject(&self) -> String {
        let (t, summary) = (self.locale, self.invitation.summary.as_str());
        self.by_kind([
            t.mail_invitation_subject(summary),
            t.mail_invitation_subject_changed(summary),
            t.mail_invitation_subject_canceled(summary),
        ])
    }

    /// Of what is said of something new, changed and called off.
    fn by_kind<T>(&self, [new, changed, canceled]: [T; 3]) -> T {
        match self.invitation.method {
            Method::Cancel => canceled,
            Method::Request if self.is_new => new,
            Method::Request => changed,
        }
    }

    fn thread(&self) -> String {
        self.hashed(&[])
    }

    fn version(&self) -> String {
        let sequence = self.invitation.sequence.to_string();
        self.hashed(&[&sequence, self.invitation.method.word()])
    }

    /// A name that says neither whose it is nor of what.
    fn hashed(&self, more: &[&str]) -> String {
        let mut hash = Sha256::new();
        for part in [self.invitation.uid.as_str(), self.address].iter().chain(more) {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.finalize().iter().take(NAME).map(|octet| format!("{octet:02x}")).collect()
    }
}

fn unwritable<E: std::error::Error + Send + Sync + 'static>(error: E) -> lettre::error::Error {
    lettre::error::Error::Io(std::io::Error::other(error))
}

/// `2026年6月16日(火) 14:00〜14:45 (Asia/Tokyo)`
fn when(t: Locale, invitation: &Invitation) -> String {
    let (from, to) = (
        invitation.starts.with_timezone(&invitation.zone),
        invitation.ends.with_timezone(&invitation.zone),
    );
    let day = |at: DateTime<chrono_tz::Tz>| {
        let weekday = WEEKDAYS_JA[at.weekday().num_days_from_sunday() as usize];
        match t {
            Locale::Ja => at.format(&format!("%Y年%-m月%-d日({weekday})")).to_string(),
            Locale::En => at.format("%a, %-d %b %Y").to_string(),
        }
    };
    let dash = match t {
        Locale::Ja => "〜",
        Locale::En => "–",
    };
    let until = match from.date_naive() == to.date_naive() {
        true => to.format("%H:%M").to_string(),
        false => format!("{} {}", day(to), to.format("%H:%M")),
    };
    format!("{} {}{dash}{until} ({})", day(from), from.format("%H:%M"), invitation.zone.name())
}

#[cfg(test)]
mod tests;
