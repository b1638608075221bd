//! A zone in words that a calendar without our tables understands: VTIMEZONE
//! (RFC 5545 3.6.5).

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc,
};
use chrono_tz::{OffsetName, Tz};

use super::lines::Lines;

/// Where nothing is known from before.
const EVER: &str = "19700101T000000";

/// One change of the clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    /// What the clocks show when they are changed.
    local: NaiveDateTime,
    /// Seconds east of Greenwich, before and after.
    from: i32,
    to: i32,
    name: Option<String>,
}

/// UTC needs no words: its times end in Z.
pub(super) fn is_utc(zone: Tz) -> bool {
    matches!(zone, Tz::UTC | Tz::Etc__UTC | Tz::Etc__UCT | Tz::UCT | Tz::Zulu | Tz::Etc__Zulu)
}

/// The zone as it is from the year before `first` to the year after `last`.
///
/// Changes that come back on the same weekday of the same month in all of these years
/// are told as a rule, since Outlook understands nothing else; those that do not
/// (Morocco's follow the moon) are told one by one.
pub(super) fn write(lines: &mut Lines, zone: Tz, first: i32, last: i32) {
    lines.put("BEGIN", "VTIMEZONE");
    lines.put("TZID", zone.name());
    let changes = changes(zone, first - 1, last + 1);
    if changes.is_empty() {
        let at =
            NaiveDate::from_ymd_opt(first, 1, 1).unwrap_or_default().and_time(Default::default());
        let (offset, name) = seen(zone, at.and_utc());
        observance(lines, EVER, None, &Change { local: at, from: offset, to: offset, name });
    } else {
        tell(lines, &changes, last - first + 3);
    }
    lines.put("END", "VTIMEZONE");
}

fn observance(lines: &mut Lines, starts: &str, rule: Option<&str>, change: &Change) {
    // Whichever moves the clocks forward: in Dublin the law calls winter the exception.
    let kind = if change.to > change.from { "DAYLIGHT" } else { "STANDARD" };
    lines.put("BEGIN", kind);
    lines.put("DTSTART", starts);
    lines.put("TZOFFSETFROM", &offset(change.from));
    lines.put("TZOFFSETTO", &offset(change.to));
    if let Some(name) = &change.name {
        lines.text("TZNAME", name);
    }
    if let Some(rule) = rule {
        lines.put("RRULE", rule);
    }
    lines.put("END", kind);
}

/// Every change from the beginning of `first` to the end of `last`.
fn changes(zone: Tz, first: i32, last: i32) -> Vec<Change> {
    let midnight =
        |year| Some(NaiveDate::from_ymd_opt(year, 1, 1)?.and_hms_opt(0, 0, 0)?.and_utc());
    let (Some(mut at), Some(end)) = (midnight(first), midnight(last + 1)) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    let mut before = seen(zone, at);
    while at < end {
        let next = at + TimeDelta::days(1);
        let after = seen(zone, next);
        if after.0 != before.0 {
            let moment = moment_of(zone, at, next);
            let local = (moment + TimeDelta::seconds(i64::from(before.0))).naive_utc();
            changes.push(Change { local, from: before.0, to: after.0, name: after.1.clone() });
        }
        (at, before) = (next, after);
    }
    changes
}

/// The second at which the offset changes, between two moments that differ.
fn moment_of(zone: Tz, mut before: DateTime<Utc>, mut after: DateTime<Utc>) -> DateTime<Utc> {
    let old = seen(zone, before).0;
    while after - before > TimeDelta::seconds(1) {
        let middle = before + (after - before) / 2;
        let middle = middle - TimeDelta::nanoseconds(i64::from(middle.timestamp_subsec_nanos()));
        match seen(zone, middle).0 == old {
            true => before = middle,
            false => after = middle,
        }
    }
    after
}

fn seen(zone: Tz, at: DateTime<Utc>) -> (i32, Option<String>) {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc());
    (offset.fix().local_minus_utc(), offset.abbreviation().map(str::to_owned))
}

/// Each kind of change by its rule, where all of them have one in each of so many
/// `years`; else each change by itself, after what was before the first.
fn tell(lines: &mut Lines, changes: &[Change], years: i32) {
    let starts = |change: &Change| change.local.format("%Y%m%dT%H%M%S").to_string();
    let mut kinds: Vec<Vec<&Change>> = Vec::new();
    for change in changes {
        let is_same =
            |kind: &&mut Vec<&Change>| (kind[0].from, kind[0].to) == (change.from, change.to);
        match kinds.iter_mut().find(is_same) {
            Some(kind) => kind.push(change),
            None => kinds.push(vec![change]),
        }
    }
    let rules: Option<Vec<String>> = kinds.iter().map(|kind| rule(kind, years)).collect();
    if let Some(rules) = rules {
        for (kind, rule) in kinds.iter().zip(&rules) {
            observance(lines, &starts(kind[0]), Some(rule), kind[0]);
        }
        return;
    }
    let first = &changes[0];
    let before = Change { to: first.from, name: None, ..first.clone() };
    observance(lines, EVER, None, &before);
    for change in changes {
        observance(lines, &starts(change), None, change);
    }
}

/// The rule behind changes of one kind, if there is one and it holds in all `years`.
fn rule(kind: &[&Change], years: i32) -> Option<String> {
    let first = kind[0].local;
    let seen: Vec<i32> = kind.iter().map(|change| change.local.year()).collect();
    let is_yearly = seen.windows(2).all(|pair| pair[1] == pair[0] + 1)
        && i32::try_from(seen.len()) == Ok(years);
    let is_alike = kind.iter().all(|change| {
        let local = change.local;
        (local.month(), local.weekday(), local.time())
            == (first.month(), first.weekday(), first.time())
    });
    if !is_yearly || !is_alike {
        return None;
    }
    // The last before the fourth: in most years they are the same day.
    let place = [-1, 1, 2, 3, 4]
        .into_iter()
        .find(|place| kind.iter().all(|change| places(change.local.date()).contains(place)))?;
    let weekday =
        ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][first.weekday().num_days_from_monday() as usize];
    Some(format!("FREQ=YEARLY;BYMONTH={};BYDAY={place}{weekday}", first.month()))
}

/// Which one of its weekday in its month a day is, from the front and from the back.
fn places(day: NaiveDate) -> Vec<i32> {
    let from_front = i32::try_from(day.day0() / 7).unwrap_or_default() + 1;
    let is_last =
        day.checked_add_days(Days::new(7)).is_some_and(|next| next.month() != day.month());
    let mut places = vec![from_front];
    if is_last {
        places.push(-1);
    }
    places
}

fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match seconds {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        seconds => format!("{sign}{hours:02}{minutes:02}{seconds:02}"),
    }
}
