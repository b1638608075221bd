//! A menu as somebody hears it who calls.

use crate::domain::handoff::script::Script;
use crate::domain::handoff::{Flow, Speech};
use crate::locale::{Locale, Voice};
use crate::web::views::HeardView;

/// In the order of a call.
const SPOKEN: [Speech; 10] = [
    Speech::Greeting,
    Speech::Menu,
    Speech::Again,
    Speech::Sent,
    Speech::AlreadySent,
    Speech::AskMobile,
    Speech::CannotSend,
    Speech::TryLater,
    Speech::Operator,
    Speech::Goodbye,
];

/// In the languages that a caller hears; `house` is that of options that name none.
pub fn views(flow: &Flow, house: &str) -> Vec<HeardView> {
    let script = Script { flow, house, words: &Voice };
    let spoken = script.languages().into_iter().filter_map(Locale::from_tag);
    let view = |t: Locale| HeardView {
        lang: t.tag(),
        language: t.own_name(),
        lines: SPOKEN
            .iter()
            .map(|speech| (outcome(t, *speech).to_owned(), said(t, &script, *speech)))
            .collect(),
    };
    spoken.map(view).collect()
}

/// The house's own words, or those of the product.
fn said(t: Locale, script: &Script<'_>, speech: Speech) -> String {
    if speech != Speech::Menu {
        let own = script.flow.saying(speech, t.tag());
        return own.unwrap_or_else(|| t.speech(speech)).to_owned();
    }
    let choices: Vec<String> = script.choices(t.tag()).into_iter().map(|line| line.text).collect();
    match choices.is_empty() {
        true => t.menu_heard_nothing().to_owned(),
        false => choices.join(" "),
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
        Speech::Greeting => t.menu_when_greeting(),
        Speech::Menu => t.menu_when_menu(),
        Speech::Again => t.menu_when_again(),
        Speech::Operator => t.menu_when_operator(),
        Speech::Goodbye => t.menu_when_goodbye(),
    }
}
