//! What calendars are told of an appointment: iCalendar (RFC 5545) by the rules of
//! invitations (RFC 5546).
//!
//! An appointment keeps its UID; what changes raises its SEQUENCE, and calling it off
//! raises it once more. Whoever imports the newest therefore has it once, and as it is.

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

use crate::domain::id::AppointmentId;

mod lines;
mod zone;

use lines::Lines;

/// Who speaks, as every calendar wants to know.
const PRODUCT: &str = "-//henji//henji//EN";

/// How often a feed is worth asking for. Google asks every few hours whatever we say;
/// others keep to it.
const REFRESH: &str = "PT15M";

/// What an invitation asks of a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Put it in, or take this instead of what you have.
    Request,
    Cancel,
}

/// An appointment, as calendars are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The appointment's own for ever, and nothing of a person: it travels far.
    pub uid: String,
    /// Higher with every change.
    pub sequence: u32,
    pub starts: DateTime<Utc>,
    pub ends: DateTime<Utc>,
    /// Where its times are read.
    pub zone: Tz,
    pub summary: String,
    pub location: Option<String>,
    pub description: String,
    /// Name and address.
    pub organizer: (String, String),
    pub attendees: Vec<(String, String)>,
    /// When this was said.
    pub stamped: DateTime<Utc>,
    pub method: Method,
}

/// What an appointment is called in all calendars, for ever.
pub fn uid(appointment: AppointmentId) -> String {
    format!("{appointment}@henji")
}

impl Method {
    /// As RFC 5546 names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// The text of an invitation, of a change to it, or of its end.
///
/// No word in it can begin a line or a property of its own, and no line is longer than
/// 75 octets, whatever people call things.
pub fn ics(invitation: &Invitation) -> String {
    let mut lines = Lines::new();
    begin(&mut lines);
    lines.put("METHOD", invitation.method.word());
    zone_of(&mut lines, std::slice::from_ref(invitation));
    event(&mut lines, invitation, true);
    lines.put("END", "VCALENDAR");
    lines.finish()
}

/// All that an interviewer has agreed to, for a calendar that subscribes to it.
///
/// It invites nobody: who takes part is in the invitations. What was called off is left
/// out, because a calendar drops what a feed no longer holds.
pub fn feed(name: &str, events: &[Invitation]) -> String {
    let mut lines = Lines::new();
    begin(&mut lines);
    // RFC 7986 5.1, and what came before it.
    lines.text("NAME", name);
    lines.text("X-WR-CALNAME", name);
    lines.put("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    lines.put("X-PUBLISHED-TTL", REFRESH);
    let standing: Vec<Invitation> =
        events.iter().filter(|event| event.method == Method::Request).cloned().collect();
    zone_of(&mut lines, &standing);
    for invitation in &standing {
        event(&mut lines, invitation, false);
    }
    lines.put("END", "VCALENDAR");
    lines.finish()
}

fn begin(lines: &mut Lines) {
    lines.put("BEGIN", "VCALENDAR");
    lines.put("VERSION", "2.0");
    lines.put("PRODID", PRODUCT);
    lines.put("CALSCALE", "GREGORIAN");
}

/// Each zone once, over all the years that its events touch.
fn zone_of(lines: &mut Lines, events: &[Invitation]) {
    let mut told: Vec<Tz> = Vec::new();
    for first in events.iter().filter(|event| !zone::is_utc(event.zone)) {
        if told.contains(&first.zone) {
            continue;
        }
        told.push(first.zone);
        let same = || events.iter().filter(|event| event.zone == first.zone);
        let years = |of: fn(&Invitation) -> DateTime<Utc>| {
            same().map(move |event| of(event).with_timezone(&event.zone).year())
        };
        let from = years(|event| event.starts).min();
        let to = years(|event| event.ends).max();
        if let (Some(from), Some(to)) = (from, to) {
            zone::write(lines, first.zone, from, to);
        }
    }
}

fn event(lines: &mut Lines, invitation: &Invitation, is_for_people: bool) {
    let is_on = invitation.method == Method::Request;
    lines.put("BEGIN", "VEVENT");
    lines.text("UID", &invitation.uid);
    lines.put("SEQUENCE", &invitation.sequence.to_string());
    lines.put("DTSTAMP", &utc(invitation.stamped));
    lines.put("LAST-MODIFIED", &utc(invitation.stamped));
    for (name, at) in [("DTSTART", invitation.starts), ("DTEND", invitation.ends)] {
        if zone::is_utc(invitation.zone) {
            lines.put(name, &utc(at));
        } else {
            let local = at.with_timezone(&invitation.zone).format("%Y%m%dT%H%M%S");
            let name = format!("{name};TZID={}", invitation.zone.name());
            lines.put(&name, &local.to_string());
        }
    }
    lines.text("SUMMARY", &invitation.summary);
    if let Some(location) = invitation.location.as_deref().filter(|text| !text.is_empty()) {
        lines.text("LOCATION", location);
    }
    if !invitation.description.is_empty() {
        lines.text("DESCRIPTION", &invitation.description);
    }
    if is_for_people {
        people(lines, invitation, is_on);
    }
    lines.put("STATUS", if is_on { "CONFIRMED" } else { "CANCELLED" });
    lines.put("TRANSP", if is_on { "OPAQUE" } else { "TRANSPARENT" });
    lines.put("END", "VEVENT");
}

/// Nobody reads what calendars answer by themselves, so none is asked to: the
/// appointment stands already, and who cannot come says so to a person.
fn people(lines: &mut Lines, invitation: &Invitation, is_on: bool) {
    let (name, address) = &invitation.organizer;
    lines.person("ORGANIZER", name, address);
    let attendee = match is_on {
        true => "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE",
        false => "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT",
    };
    for (name, address) in &invitation.attendees {
        lines.person(attendee, name, address);
    }
}

fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests;
