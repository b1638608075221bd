//! A calendar of the organisation's own: its week, its holidays, its special days.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::business_hours::{BusinessHours, Span};
use super::holiday;
use super::id::CalendarId;

/// What inboxes share that are open at the same times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub id: CalendarId,
    pub name: String,
    pub zone: Tz,
    /// From Monday.
    pub week: [Vec<Span>; 7],
    /// Closed on Japan's public holidays.
    pub keeps_holidays: bool,
    pub days: BTreeMap<NaiveDate, SpecialDay>,
}

/// A day that is unlike others of its weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecialDay {
    /// What people call it: 年末年始.
    pub name: String,
    /// Without any, closed.
    pub hours: Vec<Span>,
}

/// What a day comes out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome<'a> {
    pub hours: &'a [Span],
    pub because: Because<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because<'a> {
    Weekday,
    Holiday,
    Special(&'a str),
}

impl Calendar {
    /// The reckoning over this calendar.
    pub fn hours(&self) -> BusinessHours {
        let days = self.days.iter().map(|(day, special)| (*day, special.hours.clone()));
        BusinessHours::new(self.zone, self.week.clone(), self.keeps_holidays, days.collect())
    }

    /// A day's hours and why they are as they are. What the organisation says of a
    /// day goes before the law, and the law before the week.
    pub fn on(&self, day: NaiveDate) -> Outcome<'_> {
        use chrono::Datelike;
        if let Some(special) = self.days.get(&day) {
            return Outcome { hours: &special.hours, because: Because::Special(&special.name) };
        }
        if self.keeps_holidays && holiday::is_holiday(day) {
            return Outcome { hours: &[], because: Because::Holiday };
        }
        let weekday = day.weekday().num_days_from_monday() as usize;
        Outcome { hours: &self.week[weekday], because: Because::Weekday }
    }
}

#[cfg(test)]
mod tests {
    use super::super::business_hours::{read, write};
    use super::*;
    use uuid::Uuid;

    fn office() -> Calendar {
        let day = |hours: &str| read(hours).unwrap();
        let special = |name: &str, hours| SpecialDay { name: name.into(), hours: day(hours) };
        Calendar {
            id: CalendarId(Uuid::nil()),
            name: "平日".into(),
            zone: chrono_tz::Asia::Tokyo,
            week: std::array::from_fn(|n| day(if n < 5 { "9-12 13-18" } else { "" })),
            keeps_holidays: true,
            days: BTreeMap::from([
                (date("2026-12-29"), special("年末年始", "")),
                (date("2026-11-23"), special("臨時", "10-15")),
            ]),
        }
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn ones_own_days_go_before_holidays_and_these_before_the_week() {
        let office = office();
        for (day, hours, because) in [
            ("2026-11-20", "09:00-12:00 13:00-18:00", Because::Weekday),
            ("2026-11-21", "", Because::Weekday),
            ("2026-11-03", "", Because::Holiday),
            ("2026-11-23", "10:00-15:00", Because::Special("臨時")),
            ("2026-12-29", "", Because::Special("年末年始")),
        ] {
            let outcome = office.on(date(day));
            assert_eq!((write(outcome.hours).as_str(), outcome.because), (hours, because), "{day}");
        }
    }

    #[test]
    fn what_is_shown_of_a_day_is_what_is_reckoned_with() {
        let (office, hours) = (office(), office().hours());
        let first = date("2026-10-01");
        for day in first.iter_days().take(120) {
            for hour in [8, 9, 11, 12, 14, 18] {
                let wall = day.and_hms_opt(hour, 0, 0).unwrap();
                let at = wall.and_local_timezone(office.zone).unwrap().to_utc();
                let shown = office.on(day).hours.iter().any(|span| span.holds(hour as u16 * 60));
                assert_eq!(hours.is_open(at), shown, "{day} {hour}:00");
            }
        }
    }
}
