//! The lines of a calendar that say when somebody is busy.
//!
//! The parser makes some hundred bytes of a line, and thirty of a comma: without what
//! nobody asks about, a hostile calendar is as light as an honest one.

use super::BusyError;

/// What is asked about; the parser sees nothing else.
const PROPERTIES: &[&str] = &[
    "UID",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "STATUS",
    "TRANSP",
    "X-MICROSOFT-CDO-BUSYSTATUS",
    "FREEBUSY",
    "TZID",
    "X-LIC-LOCATION",
    "X-MICROSOFT-CDO-TZID",
    "TZOFFSETFROM",
    "TZOFFSETTO",
];

/// Within what; an alarm or a task keeps nobody busy.
const COMPONENTS: &[&str] =
    &["VCALENDAR", "VEVENT", "VFREEBUSY", "VTIMEZONE", "STANDARD", "DAYLIGHT"];

/// Octets of an unfolded line: an EXDATE for each day of ten years has 60,000.
const LONGEST_LINE: usize = 128 * 1024;

/// How deep a calendar is nested: a zone's rule is three deep.
const DEEPEST: usize = 8;

/// Unfolds a text and keeps what counts; says so where it is no calendar, or not whole.
pub(super) fn keep(text: &str, most_events: usize) -> Result<String, BusyError> {
    let mut kept = Kept { text: String::new(), open: Vec::new(), skipped: 0, events: 0 };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !starts_with(text, "BEGIN:VCALENDAR") {
        return Err(BusyError::NoCalendar);
    }
    let mut line = String::new();
    for physical in text.split('\n') {
        let physical = physical.strip_suffix('\r').unwrap_or(physical);
        match physical.strip_prefix([' ', '\t']) {
            // Beyond its bound a line is one that nobody asks about, or is refused.
            Some(rest) if line.len() <= LONGEST_LINE => line.push_str(rest),
            Some(_) => {}
            None => {
                kept.take(&line, most_events)?;
                line.clear();
                line.push_str(physical);
            }
        }
    }
    kept.take(&line, most_events)?;
    match kept.open.is_empty() && kept.skipped == 0 {
        true => Ok(kept.text),
        false => Err(BusyError::CutOff),
    }
}

struct Kept {
    text: String,
    /// What the line is in.
    open: Vec<String>,
    /// How deep in something that is passed over.
    skipped: usize,
    events: usize,
}

impl Kept {
    fn take(&mut self, line: &str, most_events: usize) -> Result<(), BusyError> {
        if starts_with(line, "BEGIN:") {
            return self.begin(line, &line["BEGIN:".len()..], most_events);
        }
        if starts_with(line, "END:") {
            self.end(line);
            return Ok(());
        }
        let end = line.find([':', ';']).unwrap_or(line.len());
        let name = &line[..end];
        let is_asked_about = PROPERTIES.iter().any(|known| known.eq_ignore_ascii_case(name))
            || (name.eq_ignore_ascii_case("ATTENDEE") && holds(line, "DECLINED"));
        if self.skipped > 0 || self.open.is_empty() || !is_asked_about {
            return Ok(());
        }
        if line.len() > LONGEST_LINE {
            return Err(BusyError::TooMuch);
        }
        self.put(line);
        Ok(())
    }

    fn begin(&mut self, line: &str, what: &str, most_events: usize) -> Result<(), BusyError> {
        let what = what.trim().to_ascii_uppercase();
        if self.skipped > 0 || !COMPONENTS.contains(&what.as_str()) {
            self.skipped += 1;
            return Ok(());
        }
        self.events += usize::from(what != "VCALENDAR");
        if self.events > most_events || self.open.len() >= DEEPEST {
            return Err(BusyError::TooMuch);
        }
        self.open.push(what);
        self.put(line);
        Ok(())
    }

    fn end(&mut self, line: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let what = line["END:".len()..].trim();
        if self.open.last().is_some_and(|open| open.eq_ignore_ascii_case(what)) {
            self.open.pop();
            self.put(line);
        }
    }

    fn put(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push_str("\r\n");
    }
}

fn starts_with(line: &str, start: &str) -> bool {
    line.as_bytes().get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start.as_bytes()))
}

fn holds(line: &str, word: &str) -> bool {
    line.as_bytes().windows(word.len()).any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
}
