//! The days that a rule fits.

use calcard::icalendar::{ICalendarDay, ICalendarFrequency as Every, ICalendarRecurrenceRule};
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// What a day must be, with what the event's own day stands in for.
pub(super) struct Fit<'a> {
    rule: &'a ICalendarRecurrenceRule,
    months: Vec<u32>,
    month_days: Vec<i64>,
    weekdays: Vec<(Option<i64>, Weekday)>,
    week_begins: Weekday,
}

impl<'a> Fit<'a> {
    pub fn new(rule: &'a ICalendarRecurrenceRule, start: NaiveDate) -> Self {
        let mut fit = Self {
            rule,
            months: rule.bymonth.iter().map(|month| u32::from(month.month())).collect(),
            month_days: rule.bymonthday.iter().map(|day| i64::from(*day)).collect(),
            weekdays: rule.byday.iter().map(|day| fit_weekday(rule.freq, day)).collect(),
            week_begins: rule.wkst.map_or(Weekday::Mon, Into::into),
        };
        let names_days =
            !rule.byyearday.is_empty() || !fit.month_days.is_empty() || !fit.weekdays.is_empty();
        match rule.freq {
            _ if names_days => {}
            // The week is named, and the weekday is the event's.
            Every::Yearly if !rule.byweekno.is_empty() => {
                fit.weekdays.push((None, start.weekday()));
            }
            Every::Yearly => {
                if fit.months.is_empty() {
                    fit.months.push(start.month());
                }
                fit.month_days.push(start.day().into());
            }
            Every::Monthly => fit.month_days.push(start.day().into()),
            Every::Weekly => fit.weekdays.push((None, start.weekday())),
            _ => {}
        }
        fit
    }

    pub fn has_month(&self, month: u32) -> bool {
        self.months.is_empty() || self.months.contains(&month)
    }

    pub fn holds(&self, day: NaiveDate) -> bool {
        self.has_month(day.month())
            && self.in_week(day)
            && is_one(&self.rule.byyearday, day.ordinal(), year_length(day))
            && is_one(&self.month_days, day.day(), month_length(day))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(|it| self.is_weekday(day, it)))
    }

    fn is_weekday(&self, day: NaiveDate, (place, weekday): &(Option<i64>, Weekday)) -> bool {
        let in_month = self.rule.freq == Every::Monthly || !self.rule.bymonth.is_empty();
        let (at, of) = match in_month {
            true => (day.day(), month_length(day)),
            false => (day.ordinal(), year_length(day)),
        };
        let (front, back) = ((at - 1) / 7 + 1, (of - at) / 7 + 1);
        day.weekday() == *weekday
            && place.is_none_or(|place| place == i64::from(front) || place == -i64::from(back))
    }

    /// Weeks are counted from the first that has four days in its year.
    fn in_week(&self, day: NaiveDate) -> bool {
        if self.rule.byweekno.is_empty() || self.rule.freq != Every::Yearly {
            return true;
        }
        let (year, week) = self.week(day);
        let last = NaiveDate::from_ymd_opt(year, 12, 28).map_or(53, |day| self.week(day).1);
        is_one(&self.rule.byweekno, week, last)
    }

    /// The week of a day, and the year it is one of: that of its fourth day.
    fn week(&self, day: NaiveDate) -> (i32, u32) {
        let first = day.week(self.week_begins).checked_first_day();
        let fourth = first.and_then(|day| day.checked_add_days(Days::new(3))).unwrap_or(day);
        (fourth.year(), fourth.ordinal0() / 7 + 1)
    }
}

/// Which one of its weekday means something in months and years alone.
fn fit_weekday(every: Every, day: &ICalendarDay) -> (Option<i64>, Weekday) {
    let counts = matches!(every, Every::Yearly | Every::Monthly);
    let place = day.ordwk.filter(|place| counts && *place != 0);
    (place.map(i64::from), day.weekday.into())
}

/// Whether a number is listed, counted from the front or, below zero, from the back.
fn is_one<N: Copy + Into<i64>>(listed: &[N], number: u32, of: u32) -> bool {
    let (front, back) = (i64::from(number), i64::from(number) - i64::from(of) - 1);
    listed.is_empty() || listed.iter().any(|it| [front, back].contains(&(*it).into()))
}

fn month_length(day: NaiveDate) -> u32 {
    day.num_days_in_month().into()
}

fn year_length(day: NaiveDate) -> u32 {
    if day.leap_year() { 366 } else { 365 }
}
