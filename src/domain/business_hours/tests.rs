use chrono::Timelike;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn span(from: u16, to: u16) -> Span {
    Span::new(from, to).unwrap()
}

/// Monday to Friday, 9 to 12 and 13 to 18.
fn office(zone: Tz, keeps_holidays: bool) -> BusinessHours {
    let day = vec![span(540, 720), span(780, 1080)];
    let week = std::array::from_fn(|day_of_week| match day_of_week {
        0..5 => day.clone(),
        _ => Vec::new(),
    });
    BusinessHours::new(zone, week, keeps_holidays, BTreeMap::new())
}

#[test]
fn a_wait_over_the_weekend_is_short() {
    let hours = office(Tz::Asia__Tokyo, true);
    // Friday 17:50 to Tuesday 9:20; Monday the 23rd of November is a holiday.
    let (from, to) = (at("2026-11-20T17:50:00+09:00"), at("2026-11-24T09:20:00+09:00"));
    assert_eq!(hours.between(from, to), TimeDelta::minutes(30));
    assert_eq!(hours.after(from, TimeDelta::minutes(30)), Some(to));
    // The control: without holidays Monday counts.
    let without = office(Tz::Asia__Tokyo, false).between(from, to);
    assert_eq!(without, TimeDelta::minutes(30 + 8 * 60));
}

#[test]
fn lunch_does_not_count_and_closing_time_is_closed() {
    let hours = office(Tz::Asia__Tokyo, true);
    let from = at("2026-11-24T11:50:00+09:00");
    assert_eq!(hours.after(from, TimeDelta::minutes(15)), Some(at("2026-11-24T13:05:00+09:00")));
    assert!(hours.is_open(from));
    assert!(!hours.is_open(at("2026-11-24T12:00:00+09:00")));
    assert!(!hours.is_open(at("2026-11-24T18:00:00+09:00")));
}

#[test]
fn a_day_of_its_own_beats_weekday_and_holiday() {
    let mut hours = office(Tz::Asia__Tokyo, true);
    let holiday = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    hours.exceptions.insert(holiday, vec![span(600, 660)]);
    let closed = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    hours.exceptions.insert(closed, Vec::new());
    let (from, to) = (at("2026-11-23T00:00:00+09:00"), at("2026-11-25T00:00:00+09:00"));
    assert_eq!(hours.between(from, to), TimeDelta::minutes(60));
}

#[test]
fn who_never_opens_never_gets_there() {
    let never = BusinessHours::new(Tz::UTC, Default::default(), false, BTreeMap::new());
    assert_eq!(never.after(at("2026-11-22T00:00:00Z"), TimeDelta::minutes(1)), None);
    assert_eq!(
        never.between(at("2026-11-22T00:00:00Z"), at("2027-11-22T00:00:00Z")),
        TimeDelta::zero()
    );
}

#[test]
fn summer_time_is_as_the_clocks_on_the_wall_show_it() {
    let always = BusinessHours::always(Tz::Europe__Berlin);
    for (day, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)] {
        let from = Tz::Europe__Berlin
            .from_local_datetime(&format!("{day}T00:00:00").parse().unwrap())
            .unwrap();
        let to = from + TimeDelta::hours(hours);
        assert_eq!(to.with_timezone(&Tz::Europe__Berlin).hour(), 0, "{day}");
        assert_eq!(always.between(from.to_utc(), to.to_utc()), TimeDelta::hours(hours));
    }
    // 2:00 to 3:00 is skipped in March and comes twice in October.
    let night = vec![span(90, 150)];
    let week = std::array::from_fn(|_| night.clone());
    let night = BusinessHours::new(Tz::Europe__Berlin, week, false, BTreeMap::new());
    let day = |day: u32, month: u32| {
        let day = NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        night.open_on(day).iter().map(|(from, to)| *to - *from).sum::<TimeDelta>()
    };
    assert_eq!(day(28, 3), TimeDelta::minutes(60));
    assert_eq!(day(29, 3), TimeDelta::minutes(30));
    assert_eq!(day(25, 10), TimeDelta::minutes(120));
}

#[test]
fn who_closes_at_the_hour_that_comes_twice_is_closed_in_both() {
    // Back from 3:00 to 2:00, and from 24:00 to 23:00.
    let nights = [
        (Tz::Europe__Berlin, span(0, 120), "2026-10-25", 2),
        (Tz::America__Asuncion, span(1020, 1380), "2024-03-23", 6),
    ];
    for (zone, night, day, hours) in nights {
        let week = std::array::from_fn(|_| vec![night]);
        let open =
            BusinessHours::new(zone, week, false, BTreeMap::new()).open_on(day.parse().unwrap());
        assert_eq!(open[0].1 - open[0].0, TimeDelta::hours(hours), "{zone}");
    }
}

#[test]
fn spans_that_touch_are_one() {
    assert_eq!(merged(vec![span(600, 700), span(540, 600), span(650, 660)]), [span(540, 700)]);
    for (from, to) in [(60, 60), (61, 60), (0, 1441)] {
        assert_eq!(Span::new(from, to), None);
    }
}

/// What anybody would do who had the patience: look at the wall every minute.
fn counted(hours: &BusinessHours, from: DateTime<Utc>, minutes: i64) -> i64 {
    let is_open = |minute: &i64| {
        let wall = (from + TimeDelta::minutes(*minute)).with_timezone(&hours.zone);
        let day = wall.date_naive();
        let spans = match hours.exceptions.get(&day) {
            Some(spans) => spans,
            None if hours.keeps_holidays && holiday::is_holiday(day) => return false,
            None => &hours.week[day.weekday().num_days_from_monday() as usize],
        };
        let now = (wall.hour() * 60 + wall.minute()) as u16;
        spans.iter().any(|span| span.from <= now && now < span.to)
    };
    (0..minutes).filter(is_open).count() as i64
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let span = (0..24_u16, 1..12_u16).prop_map(|(from, hours)| {
        Span::new(from * 60, ((from + hours) * 60).min(DAY)).expect("it ends later")
    });
    prop::collection::vec(span, 0..3)
}

/// Zones that set their clocks by an hour, by half of one, at midnight, and never.
fn zones() -> impl Strategy<Value = Tz> {
    prop::sample::select(vec![
        Tz::Asia__Tokyo,
        Tz::Europe__Berlin,
        Tz::America__New_York,
        Tz::Australia__Lord_Howe,
        Tz::America__Asuncion,
        Tz::Asia__Kathmandu,
    ])
}

proptest! {
    /// Around every change of clocks of a year and between: the same as counting.
    #[test]
    fn the_reckoning_is_what_counting_gives(
        zone in zones(),
        week in prop::collection::vec(spans(), 7),
        keeps_holidays in any::<bool>(),
        hour in 0..366 * 24_i64,
        minutes in 0..3 * 1440_i64,
    ) {
        let week: [Vec<Span>; 7] = week.try_into().expect("seven");
        let hours = BusinessHours::new(zone, week, keeps_holidays, BTreeMap::new());
        let from = at("2024-01-01T00:00:00Z") + TimeDelta::hours(hour);
        let slow = counted(&hours, from, minutes);
        let to = from + TimeDelta::minutes(minutes);
        prop_assert_eq!(hours.between(from, to).num_minutes(), slow);
        // And back: so much time has passed at the earliest when that many minutes had.
        if slow > 0 {
            let there = hours.after(from, TimeDelta::minutes(slow)).expect("it was open");
            prop_assert!(there <= to);
            prop_assert_eq!(hours.between(from, there).num_minutes(), slow);
        }
    }
}

proptest! {
    /// A closed time is closed to its last moment, and what lies before it is open.
    #[test]
    fn a_closed_time_is_closed_from_end_to_end(
        zone in zones(),
        week in prop::collection::vec(spans(), 7),
        hour in 0..366 * 24_i64,
    ) {
        let week: [Vec<Span>; 7] = week.try_into().expect("seven");
        let hours = BusinessHours::new(zone, week, false, BTreeMap::new());
        let now = at("2024-01-01T00:00:00Z") + TimeDelta::hours(hour);
        let minute = TimeDelta::minutes(1);
        if let Some(Closed { from, until: Some(until) }) = hours.closed(now) {
            prop_assert!(now <= from && from < until);
            prop_assert_eq!(hours.between(from, until), TimeDelta::zero());
            prop_assert_eq!(hours.between(now, from), from - now);
            prop_assert!(hours.is_open(until));
            prop_assert!(!hours.is_open(until - minute));
        }
    }
}

#[test]
fn a_closed_time_ends_or_does_not() {
    let hours = office(Tz::Asia__Tokyo, true);
    let closed = |from: &str, until: &str| Some(Closed { from: at(from), until: Some(at(until)) });
    let lunch = closed("2026-11-24T12:00:00+09:00", "2026-11-24T13:00:00+09:00");
    assert_eq!(hours.closed(at("2026-11-24T09:00:00+09:00")), lunch, "the next one");
    let night = closed("2026-11-20T19:00:00+09:00", "2026-11-24T09:00:00+09:00");
    assert_eq!(hours.closed(at("2026-11-20T19:00:00+09:00")), night, "the one we are in");
    let now = at("2026-11-20T19:00:00+09:00");
    assert_eq!(BusinessHours::always(Tz::Asia__Tokyo).closed(now), None);
    let never = BusinessHours::new(Tz::Asia__Tokyo, Default::default(), true, BTreeMap::new());
    assert_eq!(never.closed(now), Some(Closed { from: now, until: None }));
    // Open on this day and never again.
    let last = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    let day = vec![span(0, 1440)];
    let once = BTreeMap::from([(last, day)]);
    let once = BusinessHours::new(Tz::Asia__Tokyo, Default::default(), false, once);
    let midnight = at("2026-11-21T00:00:00+09:00");
    assert_eq!(once.closed(now), Some(Closed { from: midnight, until: None }));
}
