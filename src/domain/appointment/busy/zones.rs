//! Which zone a calendar means by a name.

use std::collections::HashMap;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use calcard::common::timezone::Tz as Named;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarProperty,
    ICalendarValue,
};
use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::event::rules_of;
use super::rule::{self, Steps};
use super::times;
use super::{BusyError, LONGEST_EVENT};

/// Where the clocks stand how.
#[derive(Clone, Debug)]
pub(super) enum Zone {
    Named(Tz),
    Fixed(FixedOffset),
    /// As the calendar itself describes it.
    Told(Arc<[Onset]>),
}

/// From when on the clocks stand otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Onset {
    /// What the clocks show before they are changed.
    local: NaiveDateTime,
    /// Seconds east of Greenwich.
    from: i32,
    to: i32,
}

impl Zone {
    /// What is skipped counts by the clocks before; what comes twice, the first time
    /// (RFC 5545 3.3.5).
    pub fn utc(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let offset = match self {
            Self::Named(zone) => match zone.from_local_datetime(&local) {
                LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.to_utc(),
                LocalResult::None => {
                    let before = local.checked_sub_signed(TimeDelta::days(1)).unwrap_or(local);
                    let before = zone.from_local_datetime(&before).latest();
                    before.map_or(0, |at| (at.naive_local() - at.naive_utc()).num_seconds())
                }
            },
            Self::Fixed(offset) => offset.local_minus_utc().into(),
            Self::Told(onsets) => {
                // Clocks that are set back show a time twice: the first is before. What is
                // skipped is not asked about, since some write the time after it here.
                let last = onsets.iter().rev().find(|onset| onset.local <= local);
                let first = onsets.first().map_or(0, |onset| onset.from);
                last.map_or(first, |onset| onset.to).into()
            }
        };
        local.and_utc().checked_sub_signed(TimeDelta::seconds(offset)).unwrap_or(local.and_utc())
    }

    pub fn local(&self, utc: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Named(zone) => utc.with_timezone(zone).naive_local(),
            Self::Fixed(offset) => utc.with_timezone(offset).naive_local(),
            Self::Told(onsets) => {
                let is_past = |onset: &&Onset| {
                    onset.local.and_utc() - TimeDelta::seconds(onset.from.into()) <= utc
                };
                let first = onsets.first().map_or(0, |onset| onset.from);
                let offset = onsets.iter().rev().find(is_past).map_or(first, |onset| onset.to);
                (utc + TimeDelta::seconds(offset.into())).naive_utc()
            }
        }
    }
}

/// The zones of a calendar by the names it gives them.
pub(super) struct Zones {
    own: Zone,
    told: HashMap<String, Zone>,
}

impl Zones {
    /// IANA's names count before what a calendar says of them, and so do those of
    /// Windows: descriptions are often of one year, and often wrong.
    pub fn new(
        calendar: &ICalendar,
        own: Tz,
        window: &Range<DateTime<Utc>>,
        steps: &mut Steps,
    ) -> Result<Self, BusyError> {
        let mut zones = Self { own: Zone::Named(own), told: HashMap::new() };
        for component in calendar.timezones() {
            let name = component.property(&ICalendarProperty::Tzid).and_then(text);
            let Some(name) = name.filter(|name| named(name).is_none()) else { continue };
            let zone = match component.timezone() {
                Some((_, Named::Tz(zone))) => Some(Zone::Named(zone)),
                _ => described(calendar, component, window, steps)?,
            };
            if let Some(zone) = zone {
                zones.told.insert(name.to_owned(), zone);
            }
        }
        Ok(zones)
    }

    /// The zone of a property; times without one are where the owner is.
    pub fn of(&self, property: &ICalendarEntry) -> Zone {
        let Some(name) = property.tz_id() else { return self.own.clone() };
        named(name).or_else(|| self.told.get(name).cloned()).unwrap_or_else(|| self.own.clone())
    }
}

fn named(name: &str) -> Option<Zone> {
    match Named::from_str(name).ok()? {
        Named::Tz(zone) => Some(Zone::Named(zone)),
        Named::Fixed(offset) => Some(Zone::Fixed(offset)),
        Named::Floating => None,
    }
}

fn text(property: &ICalendarEntry) -> Option<&str> {
    property.values.first()?.as_text()
}

/// A zone by its description, over the window and what may reach into it.
fn described(
    calendar: &ICalendar,
    zone: &ICalendarComponent,
    window: &Range<DateTime<Utc>>,
    steps: &mut Steps,
) -> Result<Option<Zone>, BusyError> {
    let far = LONGEST_EVENT + LONGEST_EVENT;
    let from = window.start.checked_sub_signed(far).unwrap_or(window.start).naive_utc();
    let to = window.end.checked_add_signed(far).unwrap_or(window.end).naive_utc();
    let mut onsets = Vec::new();
    for part in zone.component_ids.iter().filter_map(|id| calendar.component_by_id(*id)) {
        let is_part = matches!(
            part.component_type,
            ICalendarComponentType::Standard | ICalendarComponentType::Daylight
        );
        let Some(first) = onset(part).filter(|_| is_part) else { continue };
        onsets.push(first);
        let dates = part.properties(&ICalendarProperty::Rdate).flat_map(|date| &date.values);
        onsets.extend(dates.filter_map(|date| Some(Onset { local: written(date)?, ..first })));
        let before = FixedOffset::east_opt(first.from).map(Zone::Fixed);
        for rule in rules_of(part) {
            let Some(zone) = &before else { continue };
            match rule::times(rule, first.local, &(from..to), zone, steps) {
                Ok(times) => onsets.extend(times.into_iter().map(|local| Onset { local, ..first })),
                Err(rule::Stop::TooMuch) => return Err(BusyError::TooMuch),
                Err(rule::Stop::Unread) => {}
            }
        }
    }
    onsets.sort();
    onsets.dedup();
    Ok((!onsets.is_empty()).then(|| Zone::Told(onsets.into())))
}

fn onset(part: &ICalendarComponent) -> Option<Onset> {
    let value = |name| part.property(name)?.values.first();
    let offset = |name| match value(name)? {
        ICalendarValue::PartialDateTime(written) => Some(times::offset(written)?.local_minus_utc()),
        _ => None,
    };
    let local = written(value(&ICalendarProperty::Dtstart)?)?;
    let from = offset(&ICalendarProperty::Tzoffsetfrom)?;
    Some(Onset { local, from, to: offset(&ICalendarProperty::Tzoffsetto)? })
}

fn written(value: &ICalendarValue) -> Option<NaiveDateTime> {
    match value {
        ICalendarValue::PartialDateTime(written) => Some(times::local(written)?.0),
        _ => None,
    }
}
