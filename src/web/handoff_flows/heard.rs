//! A menu as somebody hears it who calls.

use crate::domain::handoff::{Flow, Speech};
use crate::locale::Locale;
use crate::web::views::HeardView;

/// In both languages.
pub fn views(flow: &Flow) -> Vec<HeardView> {
    let view =
        |t: &Locale| HeardView { lang: t.tag(), language: t.own_name(), lines: lines(*t, flow) };
    Locale::ALL.iter().map(view).collect()
}

fn lines(t: Locale, flow: &Flow) -> Vec<(String, String)> {
    let menu = (t.menu_heard_menu().to_owned(), prompt(t, flow));
    let outcomes = Speech::ALL.iter().map(|speech| {
        let said = flow.saying(*speech, t.tag()).unwrap_or_else(|| t.speech(*speech));
        (outcome(t, *speech).to_owned(), said.to_owned())
    });
    [menu].into_iter().chain(outcomes).collect()
}

/// What the caller may press.
fn prompt(t: Locale, flow: &Flow) -> String {
    let choice = |digit: &str, topic: &str| t.menu_heard_choice(digit, topic);
    let choices: Vec<String> =
        flow.options.iter().map(|option| choice(&option.digit, &option.topic)).collect();
    match choices.is_empty() {
        true => t.menu_heard_nothing().to_owned(),
        false => t.menu_heard_choices(choices.join(t.menu_heard_comma())),
    }
}

/// When the voice says it.
pub fn outcome(t: Locale, speech: Speech) -> &'static str {
    match speech {
        Speech::Sent => t.menu_when_sent(),
        Speech::AlreadySent => t.menu_when_already_sent(),
        Speech::AskMobile => t.menu_when_ask_mobile(),
        Speech::CannotSend => t.menu_when_cannot_send(),
        Speech::TryLater => t.menu_when_try_later(),
    }
}
