//! An event: when it is, and how often.

use std::collections::HashSet;
use std::ops::Range;

use calcard::icalendar::{
    ICalendarComponent, ICalendarEntry, ICalendarParameterName, ICalendarPeriod, ICalendarProperty,
    ICalendarRecurrenceRule, ICalendarStatus, ICalendarTransparency, ICalendarValue,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::rule::{self, Steps, Stop};
use super::times::{Length, When, offset};
use super::zones::{Zone, Zones};
use super::{Busy, BusyError, LONGEST_EVENT, Wanted};

#[derive(Clone, Debug)]
pub(super) struct Event {
    pub uid: String,
    /// It is called off, declined, or takes up no time.
    pub is_free: bool,
    pub is_partly_unread: bool,
    /// The time of another that it stands for.
    pub instead_of: Option<InsteadOf>,
    zone: Zone,
    start: When,
    length: Length,
    rules: Vec<ICalendarRecurrenceRule>,
    dates: Vec<(When, Length)>,
    except: Moments,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct InsteadOf {
    pub when: When,
    /// For all that come later, too.
    pub and_later: bool,
}

/// One time of an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    pub from: When,
    length: Length,
}

/// Times that are named, for asking whether a time is one of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Moments {
    exact: HashSet<DateTime<Utc>>,
    days: HashSet<NaiveDate>,
}

impl Moments {
    pub fn insert(&mut self, when: When) {
        match when.is_day {
            true => self.days.insert(when.local.date()),
            false => self.exact.insert(when.utc),
        };
    }

    /// Whole days are written for times, too.
    pub fn hold(&self, at: &Time) -> bool {
        self.exact.contains(&at.from.utc) || self.days.contains(&at.from.local.date())
    }
}

impl Event {
    /// `None` where it does not say when it is.
    pub fn read(event: &ICalendarComponent, zones: &Zones, wanted: &Wanted<'_>) -> Option<Self> {
        let (start, zone) = start(event, zones)?;
        let length = length(event, start, zones);
        let mut is_partly_unread = false;
        let instead_of = event.property(&ICalendarProperty::RecurrenceId).and_then(|property| {
            let instead = instead_of(property, zones, &zone);
            is_partly_unread |= instead.is_none();
            instead
        });
        let mut read = Self {
            uid: uid(event),
            is_free: is_free(event, wanted),
            is_partly_unread,
            instead_of,
            start,
            length: length.unwrap_or(Length::Exact(TimeDelta::zero())),
            rules: Vec::new(),
            dates: Vec::new(),
            except: Moments::default(),
            zone,
        };
        read.is_partly_unread |= length.is_none();
        read.repetitions(event, zones);
        Some(read)
    }

    fn repetitions(&mut self, event: &ICalendarComponent, zones: &Zones) {
        self.rules = rules_of(event).cloned().collect();
        let rules = event.properties(&ICalendarProperty::Rrule).count();
        self.is_partly_unread |= rules != self.rules.len();
        for property in event.properties(&ICalendarProperty::Exdate) {
            let whens = property.values.iter().map(|value| when(value, &zones.of(property)));
            for when in whens.flatten() {
                self.except.insert(when.in_zone(&self.zone));
            }
        }
        for property in event.properties(&ICalendarProperty::Rdate) {
            let zone = zones.of(property);
            for value in &property.values {
                let date = match value {
                    ICalendarValue::Period(period) => period_of(period, &zone),
                    value => when(value, &zone).map(|when| (when, self.length)),
                };
                match date {
                    Some((when, length)) => self.dates.push((when.in_zone(&self.zone), length)),
                    None => self.is_partly_unread = true,
                }
            }
        }
    }

    pub fn first(&self) -> Time {
        Time { from: self.start, length: self.length }
    }

    /// All times that may reach into the window, and whether these are all: what it is
    /// said to be first counts, whether its rule gives it or not.
    pub fn times(
        &self,
        window: &Range<DateTime<Utc>>,
        steps: &mut Steps,
    ) -> Result<(Vec<Time>, bool), BusyError> {
        let reach = self.length.at_most().min(LONGEST_EVENT) + TimeDelta::days(2);
        let from = self.zone.local(window.start).checked_sub_signed(reach);
        let to = self.zone.local(window.end).checked_add_signed(TimeDelta::days(1));
        let (Some(from), Some(to)) = (from, to) else { return Ok((Vec::new(), false)) };
        let mut is_whole = true;
        let mut times = vec![self.first()];
        for rule in &self.rules {
            match rule::times(rule, self.start.local, &(from..to), &self.zone, steps) {
                Ok(locals) => times.extend(locals.into_iter().map(|local| self.at(local))),
                Err(Stop::TooMuch) => return Err(BusyError::TooMuch),
                Err(Stop::Unread) => is_whole = false,
            }
        }
        times.extend(self.dates.iter().map(|(from, length)| Time { from: *from, length: *length }));
        times.retain(|time| !self.except.hold(time));
        Ok((times, is_whole))
    }

    fn at(&self, local: NaiveDateTime) -> Time {
        let from = When { local, utc: self.zone.utc(local), is_day: self.start.is_day };
        Time { from, length: self.length }
    }

    /// When that time keeps its people busy, if it does.
    pub fn busy(&self, time: &Time) -> Option<Busy> {
        let to = time.length.after(time.from.local, time.from.utc, &self.zone);
        (!self.is_free).then_some(Busy { from: time.from.utc, to })
    }

    /// Whether it stands for that time because it stands for an earlier one.
    pub fn follows(&self, time: &Time) -> bool {
        self.instead_of.is_some_and(|it| it.and_later && it.when.utc <= time.from.utc)
    }

    /// The time it puts in the place of another's: as much later as its own is.
    pub fn in_place_of(&self, time: &Time) -> Option<Busy> {
        let moved = self.start.local - self.instead_of?.when.in_zone(&self.zone).local;
        let theirs = time.from.in_zone(&self.zone).local;
        self.busy(&self.at(theirs.checked_add_signed(moved)?))
    }
}

/// The periods of a free-busy answer that are not free; how many could not be read.
pub(super) fn free_busy(
    answer: &ICalendarComponent,
    zones: &Zones,
    spans: &mut Vec<Busy>,
) -> usize {
    let mut unread = 0;
    for property in answer.properties(&ICalendarProperty::Freebusy) {
        let kind =
            property.parameter(&ICalendarParameterName::Fbtype).and_then(|kind| kind.as_text());
        if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("FREE")) {
            continue;
        }
        let zone = zones.of(property);
        for value in &property.values {
            let period = match value {
                ICalendarValue::Period(period) => period_of(period, &zone),
                _ => None,
            };
            match period {
                Some((from, length)) => {
                    let to = length.after(from.local, from.utc, &zone);
                    spans.push(Busy { from: from.utc, to });
                }
                None => unread += 1,
            }
        }
    }
    unread
}

pub(super) fn rules_of(
    component: &ICalendarComponent,
) -> impl Iterator<Item = &ICalendarRecurrenceRule> {
    component.entries.iter().filter(|entry| entry.name == ICalendarProperty::Rrule).filter_map(
        |entry| match entry.values.first()? {
            ICalendarValue::RecurrenceRule(rule) => Some(&**rule),
            _ => None,
        },
    )
}

/// When it begins, and the zone in which it repeats.
fn start(event: &ICalendarComponent, zones: &Zones) -> Option<(When, Zone)> {
    let property = event.property(&ICalendarProperty::Dtstart)?;
    let ICalendarValue::PartialDateTime(written) = property.values.first()? else { return None };
    let zone = match offset(written) {
        Some(offset) => Zone::Fixed(offset),
        None => zones.of(property),
    };
    Some((When::read(written, &zone)?, zone))
}

fn length(event: &ICalendarComponent, start: When, zones: &Zones) -> Option<Length> {
    if let Some(property) = event.property(&ICalendarProperty::Dtend) {
        let end = when(property.values.first()?, &zones.of(property))?;
        return Some(match start.is_day && end.is_day {
            // Some write the same day twice for one day.
            true => Length::Days((end.local - start.local).num_days().max(1)),
            false => Length::Exact((end.utc - start.utc).max(TimeDelta::zero())),
        });
    }
    let Some(property) = event.property(&ICalendarProperty::Duration) else {
        return Some(match start.is_day {
            true => Length::Days(1),
            false => Length::Exact(TimeDelta::zero()),
        });
    };
    let ICalendarValue::Duration(duration) = property.values.first()? else { return None };
    let seconds = duration.as_seconds().max(0);
    match start.is_day {
        true => Some(Length::Days((seconds + 86_399) / 86_400)),
        false => TimeDelta::try_seconds(seconds).map(Length::Exact),
    }
}

fn instead_of(property: &ICalendarEntry, zones: &Zones, zone: &Zone) -> Option<InsteadOf> {
    let when = when(property.values.first()?, &zones.of(property))?.in_zone(zone);
    let and_later = property.has_parameter(&ICalendarParameterName::Range);
    Some(InsteadOf { when, and_later })
}

fn when(value: &ICalendarValue, zone: &Zone) -> Option<When> {
    match value {
        ICalendarValue::PartialDateTime(written) => When::read(written, zone),
        _ => None,
    }
}

fn period_of(period: &ICalendarPeriod, zone: &Zone) -> Option<(When, Length)> {
    match period {
        ICalendarPeriod::Range { start, end } => {
            let (start, end) = (When::read(start, zone)?, When::read(end, zone)?);
            Some((start, Length::Exact((end.utc - start.utc).max(TimeDelta::zero()))))
        }
        ICalendarPeriod::Duration { start, duration } => {
            let length = TimeDelta::try_seconds(duration.as_seconds().max(0))?;
            Some((When::read(start, zone)?, Length::Exact(length)))
        }
    }
}

/// Whether it takes up nobody's time, or not its owner's.
fn is_free(event: &ICalendarComponent, wanted: &Wanted<'_>) -> bool {
    event.status() == Some(&ICalendarStatus::Cancelled)
        || event.transparency() == Some(&ICalendarTransparency::Transparent)
        || event.entries.iter().any(is_outlooks_free)
        || event
            .properties(&ICalendarProperty::Attendee)
            .any(|attendee| has_declined(attendee, wanted.owner))
}

fn is_outlooks_free(property: &ICalendarEntry) -> bool {
    let ICalendarProperty::Other(name) = &property.name else { return false };
    let value = property.values.first().and_then(ICalendarValue::as_text);
    name.eq_ignore_ascii_case("X-MICROSOFT-CDO-BUSYSTATUS")
        && value.is_some_and(|value| value.eq_ignore_ascii_case("FREE"))
}

fn has_declined(attendee: &ICalendarEntry, owner: &[&str]) -> bool {
    let answer =
        attendee.parameter(&ICalendarParameterName::Partstat).and_then(|answer| answer.as_text());
    let address = attendee.calendar_address().unwrap_or_default();
    answer.is_some_and(|answer| answer.eq_ignore_ascii_case("DECLINED"))
        && owner.iter().any(|own| own.eq_ignore_ascii_case(address))
}

/// What begins the UIDs that Exchange makes of others' (MS-OXCICAL 2.1.3.1.1.20.26).
const EXCHANGE: &str = "040000008200E00074C5B7101A82E008";
const OTHERS: &str = "7643616C2D556964"; // vCal-Uid

/// The UID it was given by who made it: Exchange wraps it into one of its own.
fn uid(event: &ICalendarComponent) -> String {
    let uid = event.uid().unwrap_or_default();
    wrapped(uid).unwrap_or_else(|| uid.to_owned())
}

fn wrapped(uid: &str) -> Option<String> {
    let hex = uid.to_ascii_uppercase();
    let inner = hex.strip_prefix(EXCHANGE)?.split_once(OTHERS)?.1;
    // A version of four octets comes first, a zero last.
    let pairs = inner.as_bytes().get(8..)?.chunks_exact(2);
    let octets = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let octets: Vec<u8> = octets.collect::<Option<_>>()?;
    let octets = octets.strip_suffix(&[0]).unwrap_or(&octets);
    String::from_utf8(octets.to_vec()).ok().filter(|uid| !uid.is_empty())
}
