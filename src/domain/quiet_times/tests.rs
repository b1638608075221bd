use chrono::TimeZone;
use proptest::prelude::*;

use super::*;

const EVERY: Weekdays = [true; 7];
const WORKDAYS: Weekdays = [true, true, true, true, true, false, false];

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn nights(zone: Tz, from: u16, to: u16, on: Weekdays) -> QuietTimes {
    QuietTimes { night: Night::new(from * 60, to * 60, on), ..QuietTimes::none(zone) }
}

#[test]
fn a_night_goes_over_midnight_from_the_days_it_begins_on() {
    // The 20th is a Friday.
    let times = nights(Tz::Asia__Tokyo, 22, 7, WORKDAYS);
    for (now, until) in [
        ("2026-11-19T21:59:59+09:00", None),
        ("2026-11-19T22:00:00+09:00", Some("2026-11-20T07:00:00+09:00")),
        ("2026-11-20T03:00:00+09:00", Some("2026-11-20T07:00:00+09:00")),
        ("2026-11-20T07:00:00+09:00", None),
        ("2026-11-21T06:59:59+09:00", Some("2026-11-21T07:00:00+09:00")),
        ("2026-11-21T23:00:00+09:00", None),
        ("2026-11-23T06:00:00+09:00", None),
    ] {
        assert_eq!(times.quiet_until(at(now)), until.map(at), "{now}");
    }
}

#[test]
fn days_and_nights_that_touch_are_one() {
    let mut times = nights(Tz::Asia__Tokyo, 22, 7, EVERY);
    times.days = [false, false, false, false, false, true, true];
    let friday_night = at("2026-11-20T22:00:00+09:00");
    assert_eq!(times.quiet_until(friday_night), Some(at("2026-11-23T07:00:00+09:00")));
    // By day, within one day.
    let noon = nights(Tz::Asia__Tokyo, 12, 13, EVERY);
    assert_eq!(
        noon.quiet_until(at("2026-11-20T12:30:00+09:00")),
        Some(at("2026-11-20T13:00:00+09:00"))
    );
    let always = QuietTimes { days: EVERY, ..QuietTimes::none(Tz::UTC) };
    assert!(always.quiet_until(friday_night).unwrap() > friday_night + Days::new(300));
    assert_eq!(QuietTimes::none(Tz::UTC).quiet_until(friday_night), None);
}

#[test]
fn a_pause_ends_when_it_says_or_with_the_night_it_ends_in() {
    let mut times = nights(Tz::Asia__Tokyo, 22, 7, EVERY);
    let noon = at("2026-11-20T12:00:00+09:00");
    times.paused_until = Some(at("2026-11-20T15:00:00+09:00"));
    assert_eq!(times.quiet_until(noon), times.paused_until);
    assert_eq!(times.quiet_until(at("2026-11-20T15:00:00+09:00")), None);
    times.paused_until = Some(at("2026-11-20T23:00:00+09:00"));
    assert_eq!(times.quiet_until(noon), Some(at("2026-11-21T07:00:00+09:00")));
}

#[test]
fn tomorrow_morning_is_when_the_night_ends_and_soon_in_the_small_hours() {
    let times = nights(Tz::Asia__Tokyo, 22, 7, WORKDAYS);
    let none = QuietTimes::none(Tz::Asia__Tokyo);
    for (now, kept, otherwise) in [
        ("2026-11-20T18:00:00+09:00", "2026-11-21T07:00:00+09:00", "2026-11-21T08:00:00+09:00"),
        ("2026-11-20T23:59:00+09:00", "2026-11-21T07:00:00+09:00", "2026-11-21T08:00:00+09:00"),
        ("2026-11-20T02:00:00+09:00", "2026-11-20T07:00:00+09:00", "2026-11-20T08:00:00+09:00"),
        ("2026-11-20T06:00:00+09:00", "2026-11-21T07:00:00+09:00", "2026-11-21T08:00:00+09:00"),
    ] {
        assert_eq!(times.tomorrow_morning(at(now)), at(kept), "{now}");
        assert_eq!(none.tomorrow_morning(at(now)), at(otherwise), "{now}");
    }
}

#[test]
fn a_night_in_which_the_clocks_are_set_ends_by_the_clock_on_the_wall() {
    let times = nights(Tz::Europe__Berlin, 22, 7, EVERY);
    for (evening, hours) in [("2026-03-28", 8), ("2026-10-24", 10), ("2026-11-24", 9)] {
        let begin = Tz::Europe__Berlin
            .from_local_datetime(&format!("{evening}T22:00:00").parse().unwrap())
            .unwrap()
            .to_utc();
        assert_eq!(times.quiet_until(begin), Some(begin + TimeDelta::hours(hours)), "{evening}");
        assert_eq!(
            times.ahead(begin, TimeDelta::hours(1)),
            [(begin, begin + TimeDelta::hours(hours))]
        );
    }
}

#[test]
fn what_is_no_night_is_none() {
    assert_eq!(Night::new(60, 60, EVERY), None);
    assert_eq!(Night::new(0, 1440, EVERY), None);
    assert_eq!(Night::new(1440, 60, EVERY), None);
}

fn any_times() -> impl Strategy<Value = QuietTimes> {
    let zones =
        vec![Tz::Asia__Tokyo, Tz::Europe__Berlin, Tz::America__New_York, Tz::Australia__Lord_Howe];
    let night = (0u16..1440, 0u16..1440, any::<Weekdays>());
    (prop::sample::select(zones), night, any::<Weekdays>()).prop_map(
        |(zone, (from, to, on), days)| QuietTimes {
            night: Night::new(from, to, on),
            days,
            ..QuietTimes::none(zone)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whoever_is_quiet_is_so_until_then_and_no_longer(
        times in any_times(),
        minute in 0i64..60 * 24 * 365,
    ) {
        let now = at("2026-01-01T00:00:00Z") + TimeDelta::minutes(minute);
        let for_good = now + Days::new(300);
        if let Some(until) = times.quiet_until(now).filter(|until| *until < for_good) {
            prop_assert!(until > now);
            let just_before = until - TimeDelta::seconds(1);
            prop_assert_eq!(times.quiet_until(just_before.max(now)), Some(until));
            prop_assert_eq!(times.quiet_until(until), None);
        }
        // A page that stays open goes by the same.
        let ahead = times.ahead(now, TimeDelta::days(3));
        for hour in 0..72 {
            let then = now + TimeDelta::hours(hour);
            let is_quiet = ahead.iter().any(|(from, to)| (*from..*to).contains(&then));
            prop_assert_eq!(is_quiet, times.quiet_until(then).is_some(), "{}", then);
        }
        prop_assert!(ahead.is_sorted_by(|one, next| one.1 < next.0));
    }

    #[test]
    fn tomorrow_morning_is_ahead_and_within_a_day_and_a_half(
        times in any_times(),
        minute in 0i64..60 * 24 * 365,
    ) {
        let now = at("2026-01-01T00:00:00Z") + TimeDelta::minutes(minute);
        let morning = times.tomorrow_morning(now);
        prop_assert!(morning > now && morning < now + TimeDelta::hours(49), "{}", morning);
    }
}
