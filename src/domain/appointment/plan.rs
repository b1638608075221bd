//! When things happen around an offer and an appointment, in the inbox's zone.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::TaskKind;

/// The evening before, 19:00, and the morning of the day, 8:00 (product.md F-76).
const EVE: u32 = 19;
const MORNING: u32 = 8;
/// Who has not answered for so long gets one more text, and is called after that
/// (product.md 9.2, step 5).
const FOLLOW_UP: TimeDelta = TimeDelta::hours(24);
const CALL: TimeDelta = TimeDelta::hours(72);
/// A reminder that comes so soon after the booking, or so shortly before it begins,
/// tells nobody anything.
const NEEDLESS: TimeDelta = TimeDelta::hours(2);
/// Texts that nobody waits for leave between these hours of the day.
const QUIET_UNTIL: u32 = 8;
const QUIET_FROM: u32 = 21;

/// What is due for an offer that was sent at `sent` and holds until `reply_by`. A text is
/// of use to nobody whose slots are gone by then.
pub fn of_offer(
    sent: DateTime<Utc>,
    reply_by: DateTime<Utc>,
    zone: Tz,
) -> Vec<(TaskKind, DateTime<Utc>)> {
    let mut tasks = vec![(TaskKind::Expire, reply_by), (TaskKind::Call, sent + CALL)];
    let follow_up = awake(sent + FOLLOW_UP, zone);
    if follow_up < reply_by {
        tasks.push((TaskKind::FollowUp, follow_up));
    }
    tasks
}

/// The reminders of an appointment at `starts` that was booked at `now`.
pub fn reminders(
    starts: DateTime<Utc>,
    now: DateTime<Utc>,
    zone: Tz,
) -> Vec<(TaskKind, DateTime<Utc>)> {
    let day = starts.with_timezone(&zone).date_naive();
    let eve = day.checked_sub_days(Days::new(1)).and_then(|day| local(day, EVE, zone));
    let morning = local(day, MORNING, zone);
    [(TaskKind::RemindEve, eve), (TaskKind::RemindDay, morning)]
        .into_iter()
        .filter_map(|(kind, at)| at.map(|at| (kind, at)))
        .filter(|(_, at)| *at >= now + NEEDLESS && *at + NEEDLESS <= starts)
        .collect()
}

/// The same moment, or the next at which nobody sleeps.
pub fn awake(at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let here = at.with_timezone(&zone);
    let (day, time) = (here.date_naive(), here.time());
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    let day = match () {
        () if time < hour(QUIET_UNTIL) => Some(day),
        () if time >= hour(QUIET_FROM) => day.checked_add_days(Days::new(1)),
        () => return at,
    };
    day.and_then(|day| local(day, QUIET_UNTIL, zone)).unwrap_or(at)
}

/// `None` at an hour that a change of the clocks leaves out.
fn local(day: chrono::NaiveDate, hour: u32, zone: Tz) -> Option<DateTime<Utc>> {
    let at = day.and_hms_opt(hour, 0, 0)?;
    zone.from_local_datetime(&at).earliest().map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKYO: Tz = Tz::Asia__Tokyo;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn reminders_come_the_evening_before_and_in_the_morning() {
        let starts = at("2027-06-16T14:00:00+09:00");
        let eve = (TaskKind::RemindEve, at("2027-06-15T19:00:00+09:00"));
        let morning = (TaskKind::RemindDay, at("2027-06-16T08:00:00+09:00"));
        for (booked, expected) in [
            ("2027-06-10T12:00:00+09:00", vec![eve, morning]),
            ("2027-06-15T18:00:00+09:00", vec![morning]),
            ("2027-06-16T07:00:00+09:00", vec![]),
        ] {
            assert_eq!(reminders(starts, at(booked), TOKYO), expected, "{booked}");
        }
        // Who comes at nine is not woken for it.
        let early = at("2027-06-16T09:00:00+09:00");
        assert_eq!(reminders(early, at("2027-06-10T12:00:00+09:00"), TOKYO), [eve]);
    }

    #[test]
    fn a_follow_up_comes_while_it_is_of_use_and_nobody_sleeps() {
        let sent = at("2027-06-10T22:30:00+09:00");
        let week = sent + TimeDelta::days(7);
        let tasks = of_offer(sent, week, TOKYO);
        assert!(tasks.contains(&(TaskKind::FollowUp, at("2027-06-12T08:00:00+09:00"))));
        assert!(tasks.contains(&(TaskKind::Call, sent + TimeDelta::hours(72))));
        assert!(tasks.contains(&(TaskKind::Expire, week)));
        let short = of_offer(sent, sent + TimeDelta::hours(24), TOKYO);
        assert!(short.iter().all(|(kind, _)| *kind != TaskKind::FollowUp));
    }
}
