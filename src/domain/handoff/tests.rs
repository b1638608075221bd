//! What a key becomes.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_301_400, 0).unwrap()
}

pub(super) fn flow() -> Flow {
    let option = MenuOption {
        digit: "1".into(),
        topic: "返品・交換".into(),
        body: "お手続きはこちら {url}".into(),
        url: Some("https://shop.example.jp/returns".into()),
        team: None,
        purpose: Purpose::Notice,
        language: None,
    };
    Flow {
        id: HandoffFlowId(Uuid::from_u128(1)),
        name: "main".into(),
        inbox: InboxId(Uuid::from_u128(2)),
        called: None,
        operator: None,
        calendar: None,
        duplicate: DUPLICATE,
        returns: RETURNS,
        foreign_numbers: false,
        overflow: Overflow::Off,
        busy_calendar: None,
        general: None,
        closed: None,
        overflow_body: None,
        overflow_url: None,
        options: vec![option],
        sayings: Vec::new(),
    }
}

fn ago(minutes: i64) -> Option<DateTime<Utc>> {
    Some(now() - TimeDelta::minutes(minutes))
}

#[test]
fn each_call_is_answered_by_what_came_before_it() {
    let at = |same, any| Before { same_at: same, any_at: any, ..Before::default() };
    let full = Before { by_trunk: MOST_PER_TRUNK, ..Before::default() };
    let typed_full = Before { typed_by_trunk: MOST_TYPED_PER_TRUNK, ..Before::default() };
    let flooded = Before { again: MOST_AGAIN + 1, ..at(ago(20), ago(20)) };
    let opted_out = Before { opted_out: true, ..at(ago(1), ago(1)) };
    let tried = Before { tries: MOST_TRIES, ..Before::default() };
    for (number, typed, before, outcome) in [
        (Ok(()), false, Before::default(), Outcome::Accepted),
        (Ok(()), false, at(ago(29), ago(29)), Outcome::Suppressed),
        (Ok(()), false, at(ago(30), ago(30)), Outcome::Accepted),
        (Ok(()), false, flooded, Outcome::RateLimited(Flood::Number)),
        (Ok(()), false, at(None, ago(9)), Outcome::RateLimited(Flood::Number)),
        (Ok(()), false, at(None, ago(10)), Outcome::Accepted),
        (Ok(()), false, full, Outcome::RateLimited(Flood::Trunk)),
        (Ok(()), false, typed_full, Outcome::Accepted),
        (Ok(()), true, typed_full, Outcome::RateLimited(Flood::Trunk)),
        (Ok(()), true, tried, Outcome::RateLimited(Flood::Tries)),
        (Err(CannotSms::Landline), true, tried, Outcome::RateLimited(Flood::Tries)),
        (Ok(()), false, tried, Outcome::Accepted),
        (Ok(()), false, opted_out, Outcome::Blocked),
        (Err(CannotSms::Voip), false, opted_out, Outcome::CannotSms(CannotSms::Voip)),
    ] {
        assert_eq!(flow().decide(number, typed, before, now()), outcome, "{typed} {before:?}");
    }
}

#[test]
fn who_rings_in_vain_is_offered_a_person_and_a_flood_is_not() {
    for (outcome, in_vain, suggests) in [
        (Outcome::Accepted, false, false),
        (Outcome::Accepted, true, true),
        (Outcome::Suppressed, true, true),
        (Outcome::Suppressed, false, false),
        (Outcome::Blocked, false, true),
        (Outcome::CannotSms(CannotSms::Landline), true, false),
        (Outcome::RateLimited(Flood::Number), false, true),
        (Outcome::RateLimited(Flood::Trunk), true, false),
        (Outcome::RateLimited(Flood::Tries), true, false),
    ] {
        assert_eq!(outcome.suggests_operator(in_vain), suggests, "{outcome:?}");
    }
}

#[test]
fn a_typed_number_gets_the_general_words_whatever_else_is_so() {
    let closed = Some("営業時間外です".to_owned());
    let overflow = Some("混み合っています".to_owned());
    let all = Flow { closed, overflow_body: overflow, ..flow() };
    for (flow, typed, is_open, is_busy, wording) in [
        (&all, true, true, true, Wording::General),
        (&all, true, false, false, Wording::General),
        (&all, false, false, true, Wording::Closed),
        (&all, false, true, true, Wording::Overflow),
        (&all, false, true, false, Wording::Own),
        (&flow(), false, false, true, Wording::Own),
    ] {
        assert_eq!(flow.wording(typed, is_open, is_busy), wording, "{typed} {is_open} {is_busy}");
    }
}

#[test]
fn an_answer_goes_to_the_options_team_until_its_time_is_over() {
    let [ours, other] = [1, 2].map(|n| Some(TeamId(Uuid::from_u128(n))));
    let call = |team| LastCall { team, returns_until: now() };
    let before = now() - TimeDelta::microseconds(1);
    for (team, current, at, routed) in [
        (ours, None, before, ours),
        (ours, other, before, ours),
        (None, other, before, other),
        (ours, None, now(), None),
        (ours, ours, now(), None),
        (ours, other, now(), other),
        (None, other, now(), other),
    ] {
        assert_eq!(call(team).routes(current, at), routed, "{team:?} {current:?}");
    }
}

#[test]
fn what_is_wrong_with_a_flow_is_said() {
    assert_eq!(flow().check(), Ok(()));
    let with = |change: fn(&mut Flow)| {
        let mut flow = flow();
        change(&mut flow);
        flow.check()
    };
    assert_eq!(with(|flow| flow.name = "代表_2-a".into()), Ok(()));
    assert_eq!(with(|flow| flow.options.clear()), Ok(()));
    for (change, error) in [
        ((|flow| flow.name.clear()) as fn(&mut Flow), FlowError::Name),
        (|flow| flow.name = "a/b".into(), FlowError::Name),
        (|flow| flow.called = Some("0".repeat(31)), FlowError::Called),
        (|flow| flow.duplicate = TimeDelta::seconds(-1), FlowError::Duplicate),
        (|flow| flow.duplicate = TimeDelta::days(8), FlowError::Duplicate),
        (|flow| flow.returns = TimeDelta::zero(), FlowError::Returns),
        (|flow| flow.returns = TimeDelta::days(91), FlowError::Returns),
        (|flow| flow.options = vec![flow.options[0].clone(); 21], FlowError::TooManyOptions),
        (|flow| flow.options[0].digit = "A".into(), FlowError::Digit(0)),
        (|flow| flow.options[0].digit.clear(), FlowError::Digit(0)),
        (|flow| flow.options = vec![flow.options[0].clone(); 2], FlowError::SameDigit(1)),
        (|flow| flow.options[0].topic.clear(), FlowError::Topic(0)),
        (|flow| flow.options[0].url = None, FlowError::NoUrl(0)),
        (|flow| flow.overflow = Overflow::On, FlowError::NoOverflowBody),
        (|flow| flow.overflow_body = Some("{url}".into()), FlowError::NoOverflowUrl),
        (|flow| flow.general = Some("{url}".into()), FlowError::NoUrlInGeneral),
        (
            |flow| {
                flow.overflow = Overflow::Scheduled;
                flow.overflow_body = Some("混み合っています".into());
            },
            FlowError::NoBusyCalendar,
        ),
    ] {
        assert_eq!(with(change), Err(error));
    }
}

#[test]
fn every_outcome_is_read_back() {
    let mut all = vec![Outcome::Accepted, Outcome::Suppressed, Outcome::Blocked];
    all.extend(CannotSms::ALL.iter().copied().map(Outcome::CannotSms));
    all.extend(Flood::ALL.iter().copied().map(Outcome::RateLimited));
    for outcome in all {
        assert_eq!(Outcome::from_words(outcome.result(), outcome.reason()), Some(outcome));
    }
    assert_eq!(Outcome::from_words("cannot_sms", None), None);
}

proptest! {
    /// T-IVR-1: whatever came before, no number is texted twice in ten minutes.
    #[test]
    fn no_number_is_texted_twice_in_ten_minutes(
        minutes in 0..10i64,
        same in proptest::option::of(0..60i64),
        duplicate in 0..60i64,
        typed: bool,
    ) {
        let flow = Flow { duplicate: TimeDelta::minutes(duplicate), ..flow() };
        let before = Before {
            same_at: same.and_then(ago),
            any_at: ago(minutes),
            ..Before::default()
        };
        let outcome = flow.decide(Ok(()), typed, before, now());
        prop_assert_ne!(outcome, Outcome::Accepted);
    }
}
