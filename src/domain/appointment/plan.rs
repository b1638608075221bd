//! When things happen around an offer and an appointment, in the inbox's zone.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::TaskKind;
use super::policy::Policy;

/// A reminder that comes so soon after the booking, or so shortly before it begins,
/// tells nobody anything.
const NEEDLESS: TimeDelta = TimeDelta::hours(2);

/// What is due for an offer that was sent at `sent` and holds until `reply_by`. A text is
/// of use to nobody whose slots are gone by then.
pub fn of_offer(
    sent: DateTime<Utc>,
    reply_by: DateTime<Utc>,
    zone: Tz,
    policy: &Policy,
) -> Vec<(TaskKind, DateTime<Utc>)> {
    let mut tasks = vec![(TaskKind::Expire, reply_by), (TaskKind::Call, sent + policy.call)];
    if let Some(after) = policy.follow_up {
        let follow_up = awake(sent + after, zone, policy);
        if follow_up < reply_by {
            tasks.push((TaskKind::FollowUp, follow_up));
        }
    }
    tasks
}

/// The reminders of an appointment at `starts` that was booked at `booked`.
pub fn reminders(
    starts: DateTime<Utc>,
    booked: DateTime<Utc>,
    zone: Tz,
    policy: &Policy,
) -> Vec<(TaskKind, DateTime<Utc>)> {
    let day = starts.with_timezone(&zone).date_naive();
    let eve = day.checked_sub_days(Days::new(1));
    let on = |day: Option<NaiveDate>, hour: Option<u32>| local(day?, hour?, zone);
    let eve = on(eve, policy.eve);
    let morning = on(Some(day), policy.morning);
    [(TaskKind::RemindEve, eve), (TaskKind::RemindDay, morning)]
        .into_iter()
        .filter_map(|(kind, at)| at.map(|at| (kind, at)))
        .filter(|(_, at)| *at >= booked + NEEDLESS && *at + NEEDLESS <= starts)
        .collect()
}

/// A reminder of an appointment, as far as it is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// To come then.
    Due(DateTime<Utc>),
    /// It came, or something made it needless.
    Over,
}

/// What becomes of one reminder when the policy changes to one that wants it at `wanted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Keep,
    /// There was none, and there is to be one.
    Add(DateTime<Utc>),
    Move(DateTime<Utc>),
    Drop,
}

/// Nobody is reminded twice, and nobody whose new hour has struck goes without: their
/// reminder comes when it was to come.
pub fn change(
    planned: Option<Planned>,
    wanted: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Change {
    match (planned, wanted) {
        (Some(Planned::Over), _) | (None, None) => Change::Keep,
        (Some(Planned::Due(_)), None) => Change::Drop,
        (Some(Planned::Due(due)), Some(at)) if at == due || at <= now => Change::Keep,
        (Some(Planned::Due(_)), Some(at)) => Change::Move(at),
        (None, Some(at)) if at <= now => Change::Keep,
        (None, Some(at)) => Change::Add(at),
    }
}

/// The same moment, or the next at which texts that nobody waits for may leave.
pub fn awake(at: DateTime<Utc>, zone: Tz, policy: &Policy) -> DateTime<Utc> {
    let here = at.with_timezone(&zone);
    let (day, time) = (here.date_naive(), here.time());
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    let day = match () {
        () if time < hour(policy.from) => Some(day),
        () if time >= hour(policy.until) => day.checked_add_days(Days::new(1)),
        () => return at,
    };
    day.and_then(|day| local(day, policy.from, zone)).unwrap_or(at)
}

/// When texts that nobody waits for begin to rest, on the day of `at`.
pub fn evening(at: DateTime<Utc>, zone: Tz, policy: &Policy) -> Option<DateTime<Utc>> {
    local(at.with_timezone(&zone).date_naive(), policy.until, zone)
}

/// `None` at an hour that a change of the clocks leaves out.
fn local(day: NaiveDate, hour: u32, zone: Tz) -> Option<DateTime<Utc>> {
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
        let usual = Policy::default();
        let starts = at("2027-06-16T14:00:00+09:00");
        let eve = (TaskKind::RemindEve, at("2027-06-15T19:00:00+09:00"));
        let morning = (TaskKind::RemindDay, at("2027-06-16T08:00:00+09:00"));
        for (booked, expected) in [
            ("2027-06-10T12:00:00+09:00", vec![eve, morning]),
            ("2027-06-15T18:00:00+09:00", vec![morning]),
            ("2027-06-16T07:00:00+09:00", vec![]),
        ] {
            assert_eq!(reminders(starts, at(booked), TOKYO, &usual), expected, "{booked}");
        }
        // Who comes at nine is not woken for it.
        let early = at("2027-06-16T09:00:00+09:00");
        assert_eq!(reminders(early, at("2027-06-10T12:00:00+09:00"), TOKYO, &usual), [eve]);
    }

    #[test]
    fn reminders_come_when_the_inbox_wants_them_or_not_at_all() {
        let usual = Policy::default();
        let starts = at("2027-06-16T14:00:00+09:00");
        let booked = at("2027-06-10T12:00:00+09:00");
        for (eve, morning, expected) in [
            (Some(12), Some(6), vec!["2027-06-15T12:00:00+09:00", "2027-06-16T06:00:00+09:00"]),
            (None, Some(12), vec!["2027-06-16T12:00:00+09:00"]),
            // An hour before it begins.
            (Some(21), Some(13), vec!["2027-06-15T21:00:00+09:00"]),
            (None, None, vec![]),
        ] {
            let policy = Policy { eve, morning, ..usual };
            let planned = reminders(starts, booked, TOKYO, &policy);
            let times: Vec<DateTime<Utc>> = planned.iter().map(|(_, due)| *due).collect();
            let expected: Vec<DateTime<Utc>> = expected.into_iter().map(at).collect();
            assert_eq!(times, expected, "{eve:?} {morning:?}");
        }
    }

    #[test]
    fn a_follow_up_comes_while_it_is_of_use_and_nobody_sleeps() {
        let usual = Policy::default();
        let sent = at("2027-06-10T22:30:00+09:00");
        let week = sent + TimeDelta::days(7);
        let tasks = of_offer(sent, week, TOKYO, &usual);
        assert!(tasks.contains(&(TaskKind::FollowUp, at("2027-06-12T08:00:00+09:00"))));
        assert!(tasks.contains(&(TaskKind::Call, sent + TimeDelta::hours(72))));
        assert!(tasks.contains(&(TaskKind::Expire, week)));
        let short = of_offer(sent, sent + TimeDelta::hours(24), TOKYO, &usual);
        assert!(short.iter().all(|(kind, _)| *kind != TaskKind::FollowUp));
    }

    #[test]
    fn who_does_not_answer_is_asked_and_called_when_the_inbox_says() {
        let usual = Policy::default();
        let sent = at("2027-06-10T09:00:00+09:00");
        let week = sent + TimeDelta::days(7);
        for (policy, follow_up, call) in [
            (Policy { follow_up: None, ..usual }, None, 72),
            (
                Policy {
                    follow_up: Some(TimeDelta::hours(48)),
                    call: TimeDelta::hours(49),
                    ..usual
                },
                Some("2027-06-12T09:00:00+09:00"),
                49,
            ),
            // Nobody is asked before the hours begin, nor once they are over.
            (Policy { from: 10, ..usual }, Some("2027-06-11T10:00:00+09:00"), 72),
            (
                Policy { follow_up: Some(TimeDelta::hours(8)), until: 17, ..usual },
                Some("2027-06-11T08:00:00+09:00"),
                72,
            ),
        ] {
            let tasks = of_offer(sent, week, TOKYO, &policy);
            let due = |wanted| tasks.iter().find(|(kind, _)| *kind == wanted).map(|(_, due)| *due);
            assert_eq!(due(TaskKind::FollowUp), follow_up.map(at), "{policy:?}");
            assert_eq!(due(TaskKind::Call), Some(sent + TimeDelta::hours(call)), "{policy:?}");
        }
    }

    #[test]
    fn texts_rest_between_the_hours() {
        let policy = Policy { from: 9, until: 18, ..Policy::default() };
        for (asked, expected) in [
            ("2027-06-10T08:59:59+09:00", "2027-06-10T09:00:00+09:00"),
            ("2027-06-10T09:00:00+09:00", "2027-06-10T09:00:00+09:00"),
            ("2027-06-10T17:59:59+09:00", "2027-06-10T17:59:59+09:00"),
            ("2027-06-10T18:00:00+09:00", "2027-06-11T09:00:00+09:00"),
        ] {
            assert_eq!(awake(at(asked), TOKYO, &policy), at(expected), "{asked}");
        }
        let end = evening(at("2027-06-10T10:30:00+09:00"), TOKYO, &policy);
        assert_eq!(end, Some(at("2027-06-10T18:00:00+09:00")));
    }

    /// What was booked before a change is told by the new hours.
    #[test]
    fn a_change_moves_reminders_and_repeats_none() {
        let now = at("2027-06-15T18:30:00+09:00");
        let (six, seven, eight) = (
            at("2027-06-15T18:00:00+09:00"),
            at("2027-06-15T19:00:00+09:00"),
            at("2027-06-15T20:00:00+09:00"),
        );
        for (planned, wanted, expected) in [
            (Some(Planned::Due(seven)), Some(eight), Change::Move(eight)),
            (Some(Planned::Due(seven)), Some(seven), Change::Keep),
            // Its new hour is over: better at the old one than never.
            (Some(Planned::Due(seven)), Some(six), Change::Keep),
            (Some(Planned::Due(seven)), None, Change::Drop),
            (Some(Planned::Over), Some(eight), Change::Keep),
            (Some(Planned::Over), None, Change::Keep),
            (None, Some(eight), Change::Add(eight)),
            (None, Some(six), Change::Keep),
            (None, None, Change::Keep),
        ] {
            assert_eq!(change(planned, wanted, now), expected, "{planned:?} {wanted:?}");
        }
    }
}
