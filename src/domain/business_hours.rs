//! When an inbox is open, and how much of that time has passed.
//!
//! A pure reckoning over a week of spans in one time zone. Summer time is taken as
//! the clocks on the wall show it: a span that begins in the hour that is skipped
//! begins when the clocks have leapt; the hour that comes twice counts twice, and a
//! span that begins or ends within it goes on through it.

use std::collections::BTreeMap;

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

use super::holiday;

mod written;

pub use written::{WrittenError, read, write};

/// Minutes of a day, from and to; 1440 is the midnight that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    from: u16,
    to: u16,
}

/// Minutes in a day, as long as the clocks are not set.
const DAY: u16 = 24 * 60;
/// How far ahead an opening is looked for: longer than any closure that is not for good.
const HORIZON: Days = Days::new(400);

impl Span {
    /// `None` unless it begins before it ends, within a day.
    pub fn new(from: u16, to: u16) -> Option<Self> {
        (from < to && to <= DAY).then_some(Self { from, to })
    }

    /// Whether a minute of the day is in it; its end is not.
    pub fn holds(self, minute: u16) -> bool {
        (self.from..self.to).contains(&minute)
    }
}

/// A time in which an inbox is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    pub from: DateTime<Utc>,
    /// When it opens again; `None` if it does not within a year.
    pub until: Option<DateTime<Utc>>,
}

/// When an inbox is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessHours {
    pub zone: Tz,
    /// From Monday; spans of a day in order, none touching another.
    week: [Vec<Span>; 7],
    /// Closed on Japan's public holidays.
    keeps_holidays: bool,
    /// Days with hours of their own; without any, closed.
    exceptions: BTreeMap<NaiveDate, Vec<Span>>,
}

impl BusinessHours {
    /// Spans in any order; those that overlap or touch are made one.
    pub fn new(
        zone: Tz,
        week: [Vec<Span>; 7],
        keeps_holidays: bool,
        exceptions: BTreeMap<NaiveDate, Vec<Span>>,
    ) -> Self {
        let exceptions = exceptions.into_iter().map(|(day, spans)| (day, merged(spans))).collect();
        Self { zone, week: week.map(merged), keeps_holidays, exceptions }
    }

    /// Open at all hours of all days.
    pub fn always(zone: Tz) -> Self {
        let day = vec![Span { from: 0, to: DAY }];
        Self::new(zone, std::array::from_fn(|_| day.clone()), false, BTreeMap::new())
    }

    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let day = at.with_timezone(&self.zone).date_naive();
        self.open_on(day).iter().any(|(from, to)| *from <= at && at < *to)
    }

    /// The closed time that `at` is in, begun at `at`, or else the next one; `None`
    /// where none is in sight.
    pub fn closed(&self, at: DateTime<Utc>) -> Option<Closed> {
        let mut from = at;
        for (open, close) in self.spans_from(at) {
            if open > from {
                return Some(Closed { from, until: Some(open) });
            }
            from = from.max(close);
        }
        // Open up to the horizon is open for good.
        (from < at + HORIZON - Days::new(2)).then_some(Closed { from, until: None })
    }

    /// How much of the time between two moments the inbox was open.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let mut sum = TimeDelta::zero();
        for (open, close) in self.spans_from(from) {
            if open >= to {
                break;
            }
            sum += close.min(to) - open.max(from);
        }
        sum
    }

    /// The first moment by which the inbox was open for `time` since `from`;
    /// `None` if it does not open that long within a year.
    pub fn after(&self, from: DateTime<Utc>, time: TimeDelta) -> Option<DateTime<Utc>> {
        let mut left = time;
        for (open, close) in self.spans_from(from) {
            let begin = open.max(from);
            if close - begin >= left {
                return Some(begin + left);
            }
            left -= close - begin;
        }
        None
    }

    /// Spans that end after `from`, in order, up to the horizon.
    fn spans_from(
        &self,
        from: DateTime<Utc>,
    ) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + '_ {
        let day = from.with_timezone(&self.zone).date_naive();
        // A day's last span may reach into the next one where clocks are set at midnight.
        let first = day.pred_opt().unwrap_or(day);
        let last = first.checked_add_days(HORIZON).unwrap_or(NaiveDate::MAX);
        let days = first.iter_days().take_while(move |day| *day <= last);
        days.flat_map(|day| self.open_on(day)).filter(move |(_, close)| *close > from)
    }

    /// From when to when it is open on a day, in order.
    pub fn open_on(&self, day: NaiveDate) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let spans = match self.exceptions.get(&day) {
            Some(spans) => spans,
            None if self.keeps_holidays && holiday::is_holiday(day) => return Vec::new(),
            None => &self.week[day.weekday().num_days_from_monday() as usize],
        };
        let moments = spans.iter().filter_map(|span| {
            let (from, to) = (self.begin(wall(day, span.from)?)?, self.end(wall(day, span.to)?)?);
            (from < to).then_some((from, to))
        });
        moments.collect()
    }

    /// When the clocks first show `wall`, or leap over it.
    fn begin(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self.zone.from_local_datetime(&wall) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
            LocalResult::None => self.after_leap(wall),
        }
    }

    /// When the clocks last show the minute before `wall`, and it is over, or leap over
    /// it: who closes at the hour that comes twice does so before it comes.
    fn end(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let minute = TimeDelta::minutes(1);
        let last = wall - minute;
        match self.zone.from_local_datetime(&last) {
            LocalResult::Single(at) | LocalResult::Ambiguous(_, at) => Some(at.to_utc() + minute),
            LocalResult::None => self.after_leap(last),
        }
    }

    /// The moment at which a skipped time of day is leapt over: no zone skips more
    /// than a day (Samoa, 30 December 2011).
    fn after_leap(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let is_there = |minutes: i64| {
            let later = wall + TimeDelta::minutes(minutes);
            self.zone.from_local_datetime(&later).earliest()
        };
        (1..=i64::from(DAY)).find_map(is_there).map(|at| at.to_utc())
    }
}

fn wall(day: NaiveDate, minute: u16) -> Option<NaiveDateTime> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    midnight.checked_add_signed(TimeDelta::minutes(i64::from(minute)))
}

/// In order, those that overlap or touch made one.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
