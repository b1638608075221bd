//! When an interviewer is busy, by a calendar of their own.
//!
//! Whoever keeps that calendar is a stranger to us: text that is too long, events that
//! are too many and rules that never end are refused, before they cost time or memory.
//! What cannot be read makes an error rather than free time, because an interview is
//! booked into free time without anybody looking.

use std::collections::HashMap;
use std::ops::Range;

use calcard::icalendar::{ICalendar, ICalendarComponentType};
use calcard::{Entry, Parser};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

mod event;
mod lines;
mod rule;
mod times;
mod zones;

use event::{Event, Moments};
use rule::Steps;
use zones::Zones;

/// Bytes of a calendar. Ten years of a full working calendar are some 5 MB; Google's
/// feeds hold all of them.
pub const LONGEST: usize = 10 * 1024 * 1024;

/// Events of a calendar: as many as such a text holds of real ones, of some 200 bytes.
const MOST_EVENTS: usize = 50_000;

/// Days looked at and times made for rules, over all events: some 0.2 s of a machine.
/// A thousand birthdays and a hundred weekly meetings take 70,000 for a quarter.
const MOST_STEPS: u64 = 2_000_000;

/// An event is looked for as long as this before the window it may reach into.
const LONGEST_EVENT: TimeDelta = TimeDelta::days(400);

/// What is asked of a calendar.
pub struct Wanted<'a> {
    /// Where its owner is: whole days and times without a zone are theirs.
    pub zone: Tz,
    pub window: Range<DateTime<Utc>>,
    /// The owner's addresses: what these have declined keeps nobody busy.
    pub owner: &'a [&'a str],
    /// Whether an event is one that we invited to. We know of those ourselves, and one
    /// that is put off must not stand in its own way.
    pub is_ours: &'a dyn Fn(&str) -> bool,
}

/// From, and up to but not including.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Busy {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// What a calendar says of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BusyTimes {
    /// In order, apart from each other, within the window.
    pub spans: Vec<Busy>,
    /// Events that could not be read, or only in part: somebody may have to look.
    pub unread: usize,
}

/// Why a calendar was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BusyError {
    #[error("this is no calendar")]
    NoCalendar,
    #[error("the calendar breaks off")]
    CutOff,
    #[error("the calendar is too long, or has too many events or repetitions")]
    TooMuch,
}

/// Reads one calendar, or several one after the other.
pub fn read(text: &str, wanted: &Wanted<'_>) -> Result<BusyTimes, BusyError> {
    if text.len() > LONGEST {
        return Err(BusyError::TooMuch);
    }
    let kept = lines::keep(text, MOST_EVENTS)?;
    let mut found = Found { steps: Steps::new(MOST_STEPS), spans: Vec::new(), unread: 0 };
    let mut parser = Parser::new(&kept);
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => found.calendar(&calendar, wanted)?,
            Entry::Eof => break,
            _ => found.unread += 1,
        }
    }
    Ok(BusyTimes { spans: merged(found.spans, &wanted.window), unread: found.unread })
}

struct Found {
    steps: Steps,
    spans: Vec<Busy>,
    unread: usize,
}

impl Found {
    fn calendar(&mut self, calendar: &ICalendar, wanted: &Wanted<'_>) -> Result<(), BusyError> {
        let zones = Zones::new(calendar, wanted.zone, &wanted.window, &mut self.steps)?;
        let mut events: HashMap<String, Vec<Event>> = HashMap::new();
        for component in &calendar.components {
            match component.component_type {
                ICalendarComponentType::VEvent => match Event::read(component, &zones, wanted) {
                    Some(event) if (wanted.is_ours)(&event.uid) => {}
                    Some(event) => events.entry(event.uid.clone()).or_default().push(event),
                    None => self.unread += 1,
                },
                ICalendarComponentType::VFreebusy => {
                    self.unread += event::free_busy(component, &zones, &mut self.spans);
                }
                _ => {}
            }
        }
        for event in events.values() {
            self.of_one(event, &wanted.window)?;
        }
        Ok(())
    }

    /// An event with what replaces single times of it, and all from one time on.
    fn of_one(&mut self, event: &[Event], window: &Range<DateTime<Utc>>) -> Result<(), BusyError> {
        let mut replaced = Moments::default();
        let mut later: Vec<&Event> = Vec::new();
        for other in event {
            match &other.instead_of {
                Some(instead) if instead.and_later => later.push(other),
                Some(instead) => replaced.insert(instead.when),
                None => {}
            }
        }
        for event in event {
            self.unread += usize::from(event.is_partly_unread);
            if event.instead_of.is_some() {
                self.spans.extend(event.busy(&event.first()));
                continue;
            }
            let (times, is_whole) = event.times(window, &mut self.steps)?;
            self.unread += usize::from(!is_whole && !event.is_partly_unread);
            for at in times.iter().filter(|at| !replaced.hold(at)) {
                self.steps.take(later.len())?;
                let stands = later.iter().filter(|other| other.follows(at));
                match stands.max_by_key(|other| other.instead_of.map(|it| it.when.utc)) {
                    Some(other) => self.spans.extend(other.in_place_of(at)),
                    None => self.spans.extend(event.busy(at)),
                }
            }
        }
        Ok(())
    }
}

/// In order, within the window, those that overlap or touch made one.
fn merged(mut spans: Vec<Busy>, window: &Range<DateTime<Utc>>) -> Vec<Busy> {
    spans.sort();
    let mut merged: Vec<Busy> = Vec::new();
    for span in spans {
        let span = Busy { from: span.from.max(window.start), to: span.to.min(window.end) };
        if span.from >= span.to {
            continue;
        }
        match merged.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => merged.push(span),
        }
    }
    merged
}

/// The moment at which the first event of a text begins, by the zones it brings.
#[cfg(test)]
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let Entry::ICalendar(calendar) = Parser::new(text).entry() else { return None };
    let any = DateTime::UNIX_EPOCH..DateTime::UNIX_EPOCH + TimeDelta::days(30_000);
    let zones = Zones::new(&calendar, Tz::UTC, &any, &mut Steps::new(MOST_STEPS)).ok()?;
    let wanted = Wanted { zone: Tz::UTC, window: any, owner: &[], is_ours: &|_| false };
    let is_event = |component: &&calcard::icalendar::ICalendarComponent| {
        component.component_type == ICalendarComponentType::VEvent
    };
    let event = Event::read(calendar.components.iter().find(is_event)?, &zones, &wanted)?;
    Some(event.first().from.utc)
}

#[cfg(test)]
mod tests;
