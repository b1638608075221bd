//! What is wrong with a menu, and how to cure it.

use crate::actions::Problem;
use crate::domain::handoff::{LONGEST_DIGIT, LONGEST_TOPIC, URL_PLACE};
use crate::locale::Locale;
use crate::web::words;

pub fn problem(t: Locale, field: &str, problem: Problem) -> String {
    let text = match (field, problem) {
        ("name", Problem::Malformed) => t.menu_wrong_name(),
        ("name", Problem::Taken) => t.menu_wrong_name_taken(),
        ("name", Problem::TooMany) => t.menu_wrong_too_many(),
        ("called", _) => t.menu_wrong_called(),
        ("operator", _) => t.menu_wrong_operator(),
        ("inbox_id", Problem::NoSender) => t.menu_wrong_no_sender(),
        ("duplicate_minutes", _) => t.menu_wrong_duplicate(),
        ("return_days", _) => t.menu_wrong_returns(),
        ("digit", Problem::Malformed) => return t.menu_wrong_digit(LONGEST_DIGIT),
        ("digit", Problem::Taken) => t.menu_wrong_digit_taken(),
        ("topic", _) => return t.menu_wrong_topic(LONGEST_TOPIC),
        ("url", Problem::Missing) => return t.menu_wrong_no_url(URL_PLACE),
        ("overflow_body", Problem::Missing) => t.menu_wrong_no_overflow(),
        ("overflow_url", Problem::Missing) => return t.menu_wrong_no_url(URL_PLACE),
        ("overflow_url", Problem::Malformed) => return words::problem(t, "url", problem),
        ("busy_calendar_id", Problem::Missing) => t.menu_wrong_no_calendar(),
        ("general_body" | "closed_body", Problem::Malformed) => {
            return t.menu_wrong_no_url_here(URL_PLACE);
        }
        (_, Problem::Unfilled | Problem::UnknownField) => return t.menu_wrong_merge("{{…}}"),
        ("team", Problem::Unknown) => t.problem_team_unknown(),
        ("sayings", Problem::TooLong) => t.menu_wrong_saying(),
        (field, problem) => return words::problem(t, field, problem),
    };
    text.to_owned()
}
