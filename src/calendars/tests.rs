use super::caldav::calendars_in;
use super::*;

/// Much of what costs other readers of XML more than its length.
#[test]
fn a_hostile_answer_costs_its_length() {
    let deep = "<a>".repeat(busy::LONGEST / 3);
    let wide = (0..500_000).map(|n| format!(" a{n}=\"\"")).collect::<String>();
    let wide = format!("<multistatus{wide}></multistatus>");
    let bound = (0..200_000).map(|n| format!(" xmlns:a{n}=\"b\"")).collect::<String>();
    let bound = format!("<multistatus{bound}></multistatus>");
    let began = std::time::Instant::now();
    assert_eq!(calendars_in(&deep), Err(FetchError::NoCalendar));
    assert!(calendars_in(&wide).is_ok() && calendars_in(&bound).is_ok());
    // A debug build takes a second; what grows with the square takes hours.
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[test]
fn every_error_has_a_word_and_only_a_passing_one_passes() {
    let passing: Vec<&str> =
        FetchError::ALL.iter().filter(|error| error.may_pass()).map(|error| error.word()).collect();
    assert_eq!(passing, ["unreachable", "later", "cut_off"]);
    for error in FetchError::ALL {
        assert_eq!(FetchError::from_word(error.word()), Some(*error));
    }
}
