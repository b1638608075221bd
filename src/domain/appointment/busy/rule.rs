//! When something repeats (RFC 5545 3.3.10).
//!
//! The parser's own expansion and the crate it comes from begin at the first time of an
//! event and go on, without a bound that a caller could set, for 100,000 periods: one
//! rule that never comes true costs a tenth of a second, and a calendar may have
//! thousands. This one begins at the window, and whoever calls it says what it may cost.

use std::ops::Range;

use calcard::icalendar::{ICalendarFrequency as Every, ICalendarRecurrenceRule};
use chrono::{
    Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday,
};

use super::BusyError;
use super::times::When;
use super::zones::Zone;

mod days;

use days::Fit;

/// Entries of one list of a rule: no year has more days. Each day that is looked at is
/// held against all of them.
const LONGEST_LIST: usize = 366;

/// What all rules of a calendar may cost together.
pub(super) struct Steps(u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    TooMuch,
    /// It is none that a meeting has: more often than every hour, or of lists without end.
    Unread,
}

impl Steps {
    pub fn new(most: u64) -> Self {
        Self(most)
    }

    pub fn take(&mut self, steps: usize) -> Result<(), BusyError> {
        let left = u64::try_from(steps).ok().and_then(|steps| self.0.checked_sub(steps));
        self.0 = left.ok_or(BusyError::TooMuch)?;
        Ok(())
    }
}

impl From<BusyError> for Stop {
    fn from(_: BusyError) -> Self {
        Self::TooMuch
    }
}

/// The times of a rule within a range, by the clocks of their zone, for an event that
/// begins at `start`.
pub(super) fn times(
    rule: &ICalendarRecurrenceRule,
    start: NaiveDateTime,
    range: &Range<NaiveDateTime>,
    zone: &Zone,
    steps: &mut Steps,
) -> Result<Vec<NaiveDateTime>, Stop> {
    let is_too_often = matches!(rule.freq, Every::Minutely | Every::Secondly);
    if is_too_often || rule.rscale.is_some() || longest_list(rule) > LONGEST_LIST {
        return Err(Stop::Unread);
    }
    let walk = Walk::new(rule, start);
    let until = rule.until.as_ref().map(|until| When::read(until, zone).ok_or(Stop::Unread));
    let until = until.transpose()?;
    let is_over = |at: NaiveDateTime| {
        until.is_some_and(|until| match until.is_day {
            true => at.date() > until.local.date(),
            false => zone.utc(at) > until.utc,
        })
    };
    let mut left = rule.count;
    let mut found = Vec::new();
    // Whoever counts begins at the beginning.
    let first = if left.is_some() { 0 } else { walk.first_near(range.start) };
    for number in first.. {
        steps.take(1)?;
        let Some(period) = walk.period(number) else { break };
        if period.first > range.end.date() {
            break;
        }
        for at in walk.within(&period, steps)? {
            if at < start {
                continue;
            }
            if left == Some(0) || is_over(at) || at >= range.end {
                return Ok(found);
            }
            left = left.map(|left| left - 1);
            if at >= range.start {
                found.push(at);
            }
        }
    }
    Ok(found)
}

fn longest_list(rule: &ICalendarRecurrenceRule) -> usize {
    let times = rule.bysecond.len().max(rule.byminute.len()).max(rule.byhour.len());
    let days = rule.byday.len().max(rule.bymonthday.len()).max(rule.byyearday.len());
    let rest = rule.byweekno.len().max(rule.bymonth.len()).max(rule.bysetpos.len());
    times.max(days).max(rest)
}

struct Walk<'a> {
    rule: &'a ICalendarRecurrenceRule,
    start: NaiveDateTime,
    every: i64,
    fit: Fit<'a>,
    minutes: Vec<u32>,
    seconds: Vec<u32>,
    hours: Vec<u32>,
}

/// A year, month, week, day or hour in which times are looked for.
#[derive(Clone, Copy, Debug)]
struct Period {
    first: NaiveDate,
    last: NaiveDate,
    /// Where it is an hour.
    hour: Option<u32>,
}

impl<'a> Walk<'a> {
    fn new(rule: &'a ICalendarRecurrenceRule, start: NaiveDateTime) -> Self {
        Self {
            rule,
            start,
            every: i64::from(rule.interval.unwrap_or(1).max(1)),
            fit: Fit::new(rule, start.date()),
            hours: sorted(&rule.byhour, start.hour()),
            minutes: sorted(&rule.byminute, start.minute()),
            seconds: sorted(&rule.bysecond, start.second()),
        }
    }

    /// The last period that begins at or before a time, or the first of all.
    fn first_near(&self, at: NaiveDateTime) -> i64 {
        let (day, from) = (at.date(), self.start.date());
        let units = match self.rule.freq {
            Every::Yearly => i64::from(day.year() - from.year()),
            Every::Monthly => {
                i64::from(day.year() - from.year()) * 12 + i64::from(day.month())
                    - i64::from(from.month())
            }
            Every::Weekly => (day - self.week_of(from)).num_days().div_euclid(7),
            Every::Daily => (day - from).num_days(),
            _ => (at - self.start).num_hours() - 1,
        };
        (units / self.every).max(0)
    }

    /// `None` beyond the calendar's end.
    fn period(&self, number: i64) -> Option<Period> {
        let ahead = number.checked_mul(self.every)?;
        let (from, whole) = (self.start.date(), |first, last| Period { first, last, hour: None });
        match self.rule.freq {
            Every::Yearly => {
                let year = i32::try_from(i64::from(from.year()).checked_add(ahead)?).ok()?;
                let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
                Some(whole(first, NaiveDate::from_ymd_opt(year, 12, 31)?))
            }
            Every::Monthly => {
                let ahead = Months::new(u32::try_from(ahead).ok()?);
                let first = from.with_day(1)?.checked_add_months(ahead)?;
                let next = first.checked_add_months(Months::new(1))?;
                Some(whole(first, next.pred_opt()?))
            }
            Every::Weekly => {
                let days = u64::try_from(ahead.checked_mul(7)?).ok()?;
                let first = self.week_of(from).checked_add_days(Days::new(days))?;
                Some(whole(first, first.checked_add_days(Days::new(6))?))
            }
            Every::Daily => {
                let day = from.checked_add_days(Days::new(u64::try_from(ahead).ok()?))?;
                Some(whole(day, day))
            }
            _ => {
                let at = self.start.checked_add_signed(TimeDelta::try_hours(ahead)?)?;
                Some(Period { first: at.date(), last: at.date(), hour: Some(at.hour()) })
            }
        }
    }

    fn week_of(&self, day: NaiveDate) -> NaiveDate {
        let begins = self.rule.wkst.map_or(Weekday::Mon, Into::into);
        day.week(begins).checked_first_day().unwrap_or(day)
    }

    /// The times within a period, in order.
    fn within(&self, period: &Period, steps: &mut Steps) -> Result<Vec<NaiveDateTime>, Stop> {
        let mut times = Vec::new();
        let mut day = Some(period.first);
        while let Some(at) = day.filter(|day| *day <= period.last) {
            steps.take(1)?;
            // A month that does not count is one step, and not thirty.
            let next_month = || at.with_day(1)?.checked_add_months(Months::new(1));
            if !self.fit.has_month(at.month()) {
                day = next_month();
                continue;
            }
            day = at.succ_opt();
            if self.fit.holds(at) {
                self.on(at, period.hour, &mut times, steps)?;
            }
        }
        Ok(self.chosen(times))
    }

    fn on(
        &self,
        day: NaiveDate,
        hour: Option<u32>,
        times: &mut Vec<NaiveDateTime>,
        steps: &mut Steps,
    ) -> Result<(), Stop> {
        let only = hour.map(|hour| [hour]);
        let hours: &[u32] = match &only {
            Some(hour) if !self.rule.byhour.is_empty() && !self.hours.contains(&hour[0]) => &[],
            Some(hour) => &hour[..],
            None => &self.hours[..],
        };
        steps.take(hours.len() * self.minutes.len() * self.seconds.len())?;
        for hour in hours {
            for minute in &self.minutes {
                for second in &self.seconds {
                    let time = NaiveTime::from_hms_opt(*hour, *minute, *second);
                    times.extend(time.map(|time| day.and_time(time)));
                }
            }
        }
        Ok(())
    }

    /// Those of a period that BYSETPOS chooses, counted from either end.
    fn chosen(&self, times: Vec<NaiveDateTime>) -> Vec<NaiveDateTime> {
        if self.rule.bysetpos.is_empty() {
            return times;
        }
        let all = i64::try_from(times.len()).unwrap_or(i64::MAX);
        let is_chosen = |at: usize| {
            let at = i64::try_from(at).unwrap_or(i64::MAX);
            self.rule.bysetpos.iter().any(|place| {
                let place = i64::from(*place);
                place == at + 1 || place == at - all
            })
        };
        let chosen = times.into_iter().enumerate().filter(|(at, _)| is_chosen(*at));
        chosen.map(|(_, time)| time).collect()
    }
}

/// Each once, in order; without any, as the event begins.
fn sorted(listed: &[u8], otherwise: u32) -> Vec<u32> {
    let mut sorted: Vec<u32> = listed.iter().map(|part| u32::from(*part)).collect();
    if sorted.is_empty() {
        sorted.push(otherwise);
    }
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}
