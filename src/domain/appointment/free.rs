//! Times that are still free, for an offer that henji makes by itself.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::Span;
use crate::domain::business_hours::BusinessHours;

/// How far ahead times are looked for.
const DAYS: u64 = 60;
/// Times begin at these minutes of the hour.
const GRID: i64 = 30;
/// Of one day, so that a candidate can choose among days.
const A_DAY: usize = 2;

/// The first `count` times after `from` that `fits` and that are in the hours, at most two
/// of a day, those that nobody is offered before those that somebody is.
///
/// `held` says how many candidates a time is offered to.
pub fn next(
    hours: &BusinessHours,
    from: DateTime<Utc>,
    length: TimeDelta,
    count: usize,
    held: &HashMap<DateTime<Utc>, usize>,
    fits: impl Fn(Span) -> bool,
) -> Vec<DateTime<Utc>> {
    let mut spare =
        pick(hours, from, length, count, |span| !held.contains_key(&span.starts) && fits(span));
    if spare.len() < count {
        let more = pick(hours, from, length, count - spare.len(), |span| {
            held.contains_key(&span.starts) && fits(span)
        });
        spare.extend(more);
        spare.sort_unstable();
    }
    spare
}

fn pick(
    hours: &BusinessHours,
    from: DateTime<Utc>,
    length: TimeDelta,
    count: usize,
    fits: impl Fn(Span) -> bool,
) -> Vec<DateTime<Utc>> {
    let first = from.with_timezone(&hours.zone).date_naive();
    let days = (0..DAYS).filter_map(|n| first.checked_add_days(Days::new(n)));
    let mut found = Vec::new();
    for day in days {
        let today = of_day(hours, day, length).filter(|span| span.starts > from && fits(*span));
        found.extend(spread(today.map(|span| span.starts).collect()));
        if found.len() >= count {
            break;
        }
    }
    found.truncate(count);
    found
}

/// The first of the day, and the first that is half a working day later.
fn spread(times: Vec<DateTime<Utc>>) -> Vec<DateTime<Utc>> {
    let mut chosen: Vec<DateTime<Utc>> = Vec::new();
    for time in times {
        if chosen.last().is_none_or(|last| time - *last >= TimeDelta::hours(4)) {
            chosen.push(time);
        }
        if chosen.len() == A_DAY {
            break;
        }
    }
    chosen
}

fn of_day(hours: &BusinessHours, day: NaiveDate, length: TimeDelta) -> impl Iterator<Item = Span> {
    let open = hours.open_on(day);
    open.into_iter().flat_map(move |(from, to)| {
        let steps = (0..).map(move |n| from + TimeDelta::minutes(GRID * n));
        let spans = steps.map(move |starts| Span::lasting(starts, length));
        spans.take_while(move |span| span.ends <= to)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono_tz::Tz;

    use super::*;
    use crate::domain::business_hours;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    /// Nine to six, Monday to Friday, in Tokyo.
    fn hours() -> BusinessHours {
        let span = business_hours::Span::new(9 * 60, 18 * 60).unwrap();
        let week = std::array::from_fn(|day| if day < 5 { vec![span] } else { vec![] });
        BusinessHours::new(Tz::Asia__Tokyo, week, false, BTreeMap::new())
    }

    #[test]
    fn two_of_a_day_then_the_next_and_no_weekend() {
        // A Friday, in the afternoon.
        let from = at("2027-06-18T15:10:00+09:00");
        let found = next(&hours(), from, TimeDelta::minutes(30), 4, &HashMap::new(), |_| true);
        let expected = [
            "2027-06-18T15:30:00+09:00",
            "2027-06-21T09:00:00+09:00",
            "2027-06-21T13:00:00+09:00",
            "2027-06-22T09:00:00+09:00",
        ];
        assert_eq!(found, expected.map(at));
    }

    #[test]
    fn what_nobody_is_offered_comes_first() {
        let from = at("2027-06-21T00:00:00+09:00");
        let held = HashMap::from([(at("2027-06-21T09:00:00+09:00"), 1)]);
        let found = next(&hours(), from, TimeDelta::minutes(60), 1, &held, |_| true);
        assert_eq!(found, [at("2027-06-21T09:30:00+09:00")]);
        // Where nothing else is left, it is better than nothing.
        let only = |span: Span| span.starts == at("2027-06-21T09:00:00+09:00");
        assert_eq!(next(&hours(), from, TimeDelta::minutes(60), 1, &held, only).len(), 1);
    }

    #[test]
    fn it_ends_within_the_hours() {
        let from = at("2027-06-21T16:40:00+09:00");
        let found = next(&hours(), from, TimeDelta::minutes(90), 1, &HashMap::new(), |_| true);
        assert_eq!(found, [at("2027-06-22T09:00:00+09:00")]);
    }
}
