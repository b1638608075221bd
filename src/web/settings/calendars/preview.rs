//! What a calendar comes out as, told in words.

use chrono::{DateTime, Days, Utc};

use crate::domain::business_hours::{Closed, Span, write};
use crate::domain::calendar::{Because, Calendar};
use crate::locale::Locale;
use crate::web::times::Times;
use crate::web::views::{AheadView, SpecialDayView};

/// As far as people plan.
const DAYS: u64 = 14;

/// Whether it is open now, and when that changes.
pub fn state(t: Locale, calendar: &Calendar, now: DateTime<Utc>) -> String {
    let times = Times::new(t, calendar.zone.name(), now);
    let shown = |at: DateTime<Utc>| times.full(at).shown;
    match calendar.hours().closed(now) {
        None => t.calendar_always_open().to_owned(),
        Some(Closed { from, .. }) if from > now => t.calendar_open_until(shown(from)),
        Some(Closed { until: Some(until), .. }) => t.calendar_next_open(shown(until)),
        Some(Closed { until: None, .. }) => t.calendar_never_open().to_owned(),
    }
}

/// Today and the days after it.
pub fn ahead(t: Locale, calendar: &Calendar, now: DateTime<Utc>) -> Vec<AheadView> {
    let times = Times::new(t, calendar.zone.name(), now);
    let today = times.date(now);
    let last = today + Days::new(DAYS - 1);
    let days = today.iter_days().take_while(|day| *day <= last);
    days.map(|day| {
        let outcome = calendar.on(day);
        AheadView {
            day: times.on(day),
            hours: hours(t, outcome.hours),
            open: !outcome.hours.is_empty(),
            because: match outcome.because {
                Because::Weekday => String::new(),
                Because::Holiday => t.calendar_holiday().to_owned(),
                Because::Special(name) => name.to_owned(),
            },
        }
    })
    .collect()
}

/// Days of their own from today on.
pub fn special_days(t: Locale, calendar: &Calendar, now: DateTime<Utc>) -> Vec<SpecialDayView> {
    let times = Times::new(t, calendar.zone.name(), now);
    let coming = calendar.days.range(times.date(now)..);
    coming
        .map(|(day, special)| SpecialDayView {
            date: day.to_string(),
            day: times.on(*day),
            name: special.name.clone(),
            hours: hours(t, &special.hours),
        })
        .collect()
}

/// The name of a weekday, counted from Monday.
pub fn weekday(t: Locale, number: usize) -> &'static str {
    let names: [fn(Locale) -> &'static str; 7] = [
        Locale::weekday_monday,
        Locale::weekday_tuesday,
        Locale::weekday_wednesday,
        Locale::weekday_thursday,
        Locale::weekday_friday,
        Locale::weekday_saturday,
        Locale::weekday_sunday,
    ];
    names[number % 7](t)
}

/// `09:00–12:00 / 13:00–18:00`
fn hours(t: Locale, spans: &[Span]) -> String {
    match write(spans).as_str() {
        "" => t.calendar_closed().to_owned(),
        "00:00-24:00" => t.calendar_all_day().to_owned(),
        written => written.replace('-', "–").replace(' ', " / "),
    }
}
