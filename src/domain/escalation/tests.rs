use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::super::business_hours::{BusinessHours, read};
use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

/// Weekdays, closed at noon, and on Japan's holidays.
fn office() -> BusinessHours {
    let week = std::array::from_fn(|n| read(if n < 5 { "9-12 13-18" } else { "" }).unwrap());
    BusinessHours::new(Tz::Asia__Tokyo, week, true, BTreeMap::new())
}

#[test]
fn recipients_are_read_back() {
    for text in ["assignee", "team", "supervisors", "night+duty@example.co.jp", "a@localhost"] {
        assert_eq!(Recipient::parse(text).unwrap().to_string(), text);
    }
    let long = format!("{}@example.jp", "a".repeat(250));
    for wrong in [
        "",
        "boss",
        "@x.jp",
        "a@",
        "a@x..jp",
        "a b@x.jp",
        "a@x.jp\r\nBcc: b@x.jp",
        "a@-x.jp",
        ".a@x.jp",
        "佐藤@x.jp",
        &long,
    ] {
        assert_eq!(Recipient::parse(wrong), None, "{wrong:?}");
    }
}

#[test]
fn a_policy_names_the_step_that_cannot_be_kept_to() {
    let step = |after: i64, to: usize| Step {
        trigger: Trigger::Unanswered,
        after: minutes(after),
        to: vec![Recipient::Team; to],
        ..Step::default()
    };
    let policy = |steps: Vec<Step>| Policy { steps, ..Policy::default() }.check();
    assert_eq!(policy(vec![]), Ok(()));
    assert_eq!(policy(vec![step(1, 1); 8]), Ok(()));
    assert_eq!(policy(vec![step(1, 1); 9]), Err(PolicyError::TooManySteps));
    assert_eq!(policy(vec![step(1, 1), step(0, 1)]), Err(PolicyError::After(1)));
    assert_eq!(policy(vec![step(30 * 24 * 60 + 1, 1)]), Err(PolicyError::After(0)));
    assert_eq!(policy(vec![step(5, 0)]), Err(PolicyError::ToNobody(0)));
    assert_eq!(policy(vec![step(5, 11)]), Err(PolicyError::ToTooMany(0)));
    let about = |trigger, words: &[&str], tags: usize, every: Option<i64>| {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let tags = vec![TagId(uuid::Uuid::nil()); tags];
        policy(vec![Step { trigger, words, tags, every: every.map(minutes), ..step(0, 1) }])
    };
    let long = "長".repeat(51);
    for (trigger, words, tags, every, expected) in [
        (Trigger::Help, vec![], 0, None, Ok(())),
        (Trigger::Undelivered, vec![], 0, Some(5), Ok(())),
        (Trigger::Undelivered, vec![], 0, Some(4), Err(PolicyError::Every(0))),
        (Trigger::Unassigned, vec![], 0, None, Err(PolicyError::After(0))),
        (Trigger::Words, vec!["解約"], 0, None, Ok(())),
        (Trigger::Words, vec![], 0, None, Err(PolicyError::Words(0))),
        (Trigger::Words, vec!["解約"; 51], 0, None, Err(PolicyError::Words(0))),
        (Trigger::Words, vec![long.as_str()], 0, None, Err(PolicyError::Words(0))),
        (Trigger::Tagged, vec![], 1, None, Ok(())),
        (Trigger::Tagged, vec![], 0, None, Err(PolicyError::Tags(0))),
    ] {
        assert_eq!(about(trigger, &words, tags, every), expected, "{trigger:?} {words:?}");
    }
}

#[test]
fn words_are_found_in_whatever_width_and_case() {
    let words = ["解約".to_owned(), "ＳＴＯＰ".to_owned(), "キャンセル".to_owned()];
    for (text, found) in [
        ("解約したいのですが", true),
        ("please stop", true),
        ("ｷｬﾝｾﾙできますか", true),
        ("解 約", false),
        ("予約したいのですが", false),
        ("", false),
    ] {
        assert_eq!(says(&words, text), found, "{text}");
    }
}

#[test]
fn a_step_that_comes_again_does_so_after_as_long_each_time() {
    let step = Step { after: minutes(15), every: Some(minutes(10)), ..Step::default() };
    let owed: Vec<i64> = (0..3).map(|turn| step.owed(turn).num_minutes()).collect();
    assert_eq!(owed, [15, 25, 35]);
    assert_eq!(Step { every: None, ..step }.owed(0), minutes(15));
}

#[test]
fn a_failed_text_is_seen_to_by_another_and_a_wait_is_not() {
    let since = at("2026-11-24T10:00:00+09:00");
    let now = since + minutes(1);
    assert!(!is_over(Source::Failure, since, &[(since, Mark::Answered)]), "itself");
    for (mark, ends) in
        [(Mark::Answered, true), (Mark::Closed, true), (Mark::Inbound, false), (Mark::Taken, false)]
    {
        assert_eq!(is_over(Source::Failure, since, &[(now, mark)]), ends, "{mark:?}");
        assert!(!is_over(Source::Wait, since, &[(now, mark)]), "{mark:?}");
        assert!(!is_over(Source::Call, since, &[(now, mark)]), "{mark:?}");
    }
}

#[test]
fn only_open_time_counts() {
    // Friday 17:50; Monday the 23rd is a holiday.
    let since = at("2026-11-20T17:50:00+09:00");
    for (now, waited_minutes) in [
        ("2026-11-20T17:55:00+09:00", 5),
        ("2026-11-20T23:00:00+09:00", 10),
        ("2026-11-24T09:00:00+09:00", 10),
        ("2026-11-24T09:05:00+09:00", 15),
        ("2026-11-24T12:30:00+09:00", 190),
    ] {
        assert_eq!(waited(&office(), since, at(now), &[]), minutes(waited_minutes), "{now}");
    }
}

#[test]
fn what_is_put_aside_does_not_count() {
    let always = BusinessHours::always(Tz::Asia__Tokyo);
    let since = at("2026-11-24T10:00:00+09:00");
    let after = |n: i64| since + minutes(n);
    let waited = |now: i64, marks: &[(i64, Mark)]| {
        let marks: Vec<_> = marks.iter().map(|(n, mark)| (after(*n), *mark)).collect();
        waited(&always, since, after(now), &marks).num_minutes()
    };
    use Mark::{Inbound, Snoozed, Taken, Woken};
    assert_eq!(waited(60, &[]), 60);
    assert_eq!(waited(60, &[(10, Snoozed)]), 10);
    assert_eq!(waited(60, &[(10, Snoozed), (20, Snoozed), (40, Woken)]), 30);
    assert_eq!(waited(60, &[(10, Snoozed), (40, Inbound), (50, Woken)]), 30, "who writes is back");
    assert_eq!(waited(60, &[(10, Taken), (20, Inbound)]), 60);
    assert_eq!(waited(60, &[(10, Snoozed), (70, Woken)]), 10, "nobody sees the future");
}

#[test]
fn who_takes_it_after_a_step_stops_the_ladder() {
    let now = at("2026-11-24T10:00:00+09:00");
    let taken = |marks: &[Mark]| {
        let marks: Vec<_> = marks.iter().map(|mark| (now, *mark)).collect();
        is_taken_in_hand(&marks)
    };
    use Mark::{Escalated, Inbound, Stopped, Taken};
    assert!(taken(&[Stopped]), "whoever stops it knows of it");
    assert!(!taken(&[]));
    assert!(!taken(&[Taken]), "nobody was told yet: it may have been forgotten");
    assert!(!taken(&[Taken, Escalated]));
    assert!(taken(&[Escalated, Inbound, Taken]));
}

proptest! {
    /// Against a clock that ticks every minute and looks at the sign on the door.
    #[test]
    fn it_is_what_a_minute_hand_counts(
        start in 0..14 * 24 * 60_i64,
        length in 0..4 * 24 * 60_i64,
        marks in prop::collection::vec((0..4 * 24 * 60_i64, prop::bool::ANY), 0..6),
    ) {
        let hours = office();
        let since = at("2026-11-14T00:00:00+09:00") + minutes(start);
        let mut marks: Vec<_> = marks
            .into_iter()
            .map(|(n, aside)| (since + minutes(n), if aside { Mark::Snoozed } else { Mark::Woken }))
            .collect();
        marks.sort_by_key(|(at, _)| *at);
        let mut counted = 0;
        for n in 0..length {
            let now = since + minutes(n);
            let last = marks.iter().rev().find(|(at, _)| *at <= now).map(|(_, mark)| *mark);
            counted += i64::from(last != Some(Mark::Snoozed) && hours.is_open(now));
        }
        let now = since + minutes(length);
        prop_assert_eq!(waited(&hours, since, now, &marks), minutes(counted));
    }

    #[test]
    fn what_is_due_then_was_not_a_moment_before(
        start in 0..14 * 24 * 60_i64,
        from in 0..2 * 24 * 60_i64,
        owed in 0..600_i64,
        marks in prop::collection::vec((0..2 * 24 * 60_i64, prop::bool::ANY), 0..4),
    ) {
        let hours = office();
        let since = at("2026-11-14T00:00:00+09:00") + minutes(start);
        let from = since + minutes(from);
        let mut marks: Vec<_> = marks
            .into_iter()
            .map(|(n, aside)| (since + minutes(n), if aside { Mark::Snoozed } else { Mark::Woken }))
            .filter(|(at, _)| *at <= from)
            .collect();
        marks.sort_by_key(|(at, _)| *at);
        let waited = |now| waited(&hours, since, now, &marks);
        match due(&hours, since, minutes(owed), from, &marks) {
            Some(at) => {
                prop_assert!(at >= from && waited(at) >= minutes(owed));
                let just_before = at - TimeDelta::microseconds(1);
                prop_assert!(at == from || waited(just_before) < minutes(owed));
            }
            None => prop_assert!(waited(from + TimeDelta::days(300)) < minutes(owed)),
        }
    }
}
