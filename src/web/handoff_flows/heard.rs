//! A menu as somebody hears it who calls.

use crate::domain::handoff::script::Words;
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

/// In both languages.
pub fn views(flow: &Flow) -> Vec<HeardView> {
    let view = |t: &Locale| HeardView {
        lang: t.tag(),
        language: t.own_name(),
        lines: SPOKEN
            .iter()
            .map(|speech| (outcome(*t, *speech).to_owned(), said(*t, flow, *speech)))
            .collect(),
    };
    Locale::ALL.iter().map(view).collect()
}

/// The house's own words, or those of the product.
fn said(t: Locale, flow: &Flow, speech: Speech) -> String {
    match flow.saying(speech, t.tag()) {
        Some(own) => own.to_owned(),
        None if speech == Speech::Menu => choices(t, flow),
        None => t.speech(speech).to_owned(),
    }
}

/// What the caller may press.
fn choices(t: Locale, flow: &Flow) -> String {
    if flow.options.is_empty() {
        return t.menu_heard_nothing().to_owned();
    }
    let choice = |digit: &str, topic: &str| Voice.choice(topic, digit, t.tag());
    let choices = flow.options.iter().map(|option| choice(&option.digit, &option.topic));
    choices.collect::<Vec<_>>().join(" ")
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
