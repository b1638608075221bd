//! What is said, in words that show whose they are.

use proptest::prelude::*;

use super::*;
use crate::domain::handoff::tests::flow;
use crate::domain::handoff::{CannotSms, Flood, Saying};

/// Says the names of things.
struct Plain;

impl Words for Plain {
    fn speech(&self, speech: Speech, language: &str) -> String {
        format!("{language}:{}", speech.word())
    }

    fn choice(&self, topic: &str, digit: &str, language: &str) -> String {
        format!("{language}:{topic}={digit}")
    }
}

fn menu() -> Flow {
    let mut flow = flow();
    let english = MenuOption {
        digit: "9".into(),
        topic: "English".into(),
        language: Some("en".into()),
        ..flow.options[0].clone()
    };
    flow.options.push(english);
    flow
}

fn script(flow: &Flow) -> Script<'_> {
    Script { flow, house: "ja", words: &Plain }
}

fn said(turn: &Turn) -> Vec<&str> {
    turn.lines.iter().map(|line| line.text.as_str()).collect()
}

fn own(flow: &mut Flow, speech: Speech, language: &str, text: &str) {
    let (language, text) = (language.to_owned(), text.to_owned());
    flow.sayings.push(Saying { speech, language, text });
}

#[test]
fn a_menu_names_in_each_language_what_is_for_those_who_speak_it() {
    let mut flow = menu();
    let start = script(&flow).start();
    assert_eq!(said(&start), ["ja:greeting", "ja:返品・交換=1", "en:greeting", "en:English=9"]);
    assert_eq!(start.next, Next::Key { longest: 1, takes_hash: false, attempt: 1 });
    let languages: Vec<_> = start.lines.iter().map(|line| line.language.as_str()).collect();
    assert_eq!(languages, ["ja", "ja", "en", "en"]);

    own(&mut flow, Speech::Greeting, "ja", "ひかり通販です");
    own(&mut flow, Speech::Menu, "en", "Press 9");
    assert_eq!(
        said(&script(&flow).start()),
        ["ひかり通販です", "ja:返品・交換=1", "en:greeting", "Press 9"]
    );
    flow.options.truncate(1);
    flow.sayings.clear();
    assert_eq!(script(&flow).languages(), ["ja"]);
    flow.options[0].language = Some("en".into());
    assert_eq!(script(&flow).languages(), ["en"], "nobody is spoken to in two for nothing");
    flow.options.clear();
    let empty = script(&flow).start();
    assert_eq!((said(&empty), &empty.next), (vec!["ja:try_later", "ja:goodbye"], &Next::HangUp));
}

#[test]
fn a_wrong_key_and_none_are_told_so_three_times() {
    let mut flow = menu();
    flow.options[1].digit = "#9".into();
    let script = script(&flow);
    assert_eq!(script.pressed("1", 1).unwrap().digit, "1");
    assert_eq!(script.pressed("#9", 3).unwrap().digit, "#9");
    for keys in ["", "2", "11", "１"] {
        let again = script.pressed(keys, 2).unwrap_err();
        assert_eq!(again.lines[0].text, "ja:again", "{keys}");
        assert_eq!(again.next, Next::Key { longest: 2, takes_hash: true, attempt: 3 });
        let over = script.pressed(keys, 3).unwrap_err();
        assert_eq!((said(&over), &over.next), (vec!["ja:goodbye", "en:goodbye"], &Next::HangUp));
    }
}

#[test]
fn who_can_get_no_text_types_a_number_three_times() {
    let flow = menu();
    let (script, option) = (script(&flow), &flow.options[1]);
    let landline = Outcome::CannotSms(CannotSms::Landline);
    let asked = script.answered(option, landline, false, 0);
    assert_eq!(said(&asked), ["en:ask_mobile"]);
    assert_eq!(asked.next, Next::Number { digit: "9".into(), attempt: 1 });
    for typed in
        ["", "0901234567#8", "090123456789", "90123456", "9012345678", "090*1234567", "+8190"]
    {
        let again = script.typed(option, typed, 1).unwrap_err();
        assert_eq!(again.next, Next::Number { digit: "9".into(), attempt: 2 }, "{typed}");
    }
    for typed in ["09012345678", "09012345678#", "0312345678"] {
        assert_eq!(script.typed(option, typed, 3).unwrap(), typed.trim_end_matches('#'));
    }
    for over in
        [script.answered(option, landline, false, 3), script.typed(option, "", 3).unwrap_err()]
    {
        assert_eq!(
            (said(&over), &over.next),
            (vec!["en:cannot_send", "en:goodbye"], &Next::HangUp)
        );
    }
}

#[test]
fn a_person_is_reached_where_the_house_has_one() {
    let mut flow = menu();
    let option = flow.options[0].clone();
    for outcome in [Outcome::Suppressed, Outcome::Blocked, Outcome::RateLimited(Flood::Number)] {
        flow.operator = None;
        let alone = script(&flow).answered(&option, outcome, true, 0);
        assert_eq!(alone.next, Next::HangUp, "{outcome:?}");
        flow.operator = Some("0312345678".into());
        let through = script(&flow).answered(&option, outcome, true, 0);
        assert_eq!(said(&through)[1], "ja:operator");
        assert!(matches!(through.next, Next::Connect { operator } if operator == "0312345678"));
        let unasked = script(&flow).answered(&option, outcome, false, 0);
        assert_eq!(unasked.next, Next::HangUp);
    }
    assert_eq!(
        said(&script(&flow).answered(&option, Outcome::Accepted, false, 0)),
        ["ja:sent", "ja:goodbye"]
    );
}

proptest! {
    /// Whatever is pressed, a call is over after so many steps.
    #[test]
    fn every_call_ends(keys in proptest::collection::vec("[0-9*#]{0,12}", 8), mobile: bool) {
        let flow = menu();
        let script = script(&flow);
        let outcome = match mobile {
            true => Outcome::Accepted,
            false => Outcome::CannotSms(CannotSms::Landline),
        };
        let mut turn = script.start();
        for keys in &keys {
            prop_assert!(!turn.lines.is_empty());
            turn = match &turn.next {
                Next::Key { attempt, .. } => match script.pressed(keys, *attempt) {
                    Ok(option) => script.answered(option, outcome, false, 0),
                    Err(again) => again,
                },
                Next::Number { digit, attempt } => {
                    let option = flow.option(digit).unwrap();
                    match script.typed(option, keys, *attempt) {
                        Ok(_) => script.answered(option, outcome, false, *attempt),
                        Err(again) => again,
                    }
                }
                Next::Connect { .. } | Next::HangUp => break,
            };
        }
        prop_assert_eq!(turn.next, Next::HangUp);
    }
}
