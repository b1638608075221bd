//! The phone beside the inbox.

use askama::Template;

use super::{ChoiceView, FormErrors, ListView, Shell, TimeView};
use crate::locale::Locale;

/// `GET /sim?handset=&to=`: the inbox on the left, the customer's phone on the right.
#[derive(Template)]
#[template(path = "simulator/show.html")]
pub struct SimulatorPage {
    pub shell: Shell,
    pub list: ListView,
    pub handset: HandsetView,
    pub call: CallView,
    pub behaviour: BehaviourView,
    /// What is wrong with the behaviour that was asked for.
    pub errors: FormErrors,
    /// What went over the wire, newest first.
    pub raw: Vec<RawHookView>,
}

/// A keypad's keys, as they stand on a telephone.
pub const KEYS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/// The handset's keypad.
#[derive(Clone, Debug)]
pub struct CallView {
    /// Menus somebody can ring at.
    pub menus: Vec<ChoiceView>,
    /// What the network tells of the caller's number.
    pub shows: Vec<ChoiceView>,
    /// The call that is under way, or has just ended.
    pub live: Option<LiveCallView>,
}

/// A call, and where it stands: what its form brings back.
#[derive(Clone, Debug)]
pub struct LiveCallView {
    pub id: String,
    /// `menu` or `number`.
    pub stage: String,
    pub digit: String,
    pub attempt: u32,
    /// Keys that lead nowhere yet.
    pub typed: String,
    pub longest: usize,
    pub takes_hash: bool,
    pub said: Vec<SaidView>,
    /// Whom they were put through to.
    pub operator: Option<String>,
    /// For a key; else it is over.
    pub waits: bool,
}

/// What the voice said, in its language.
#[derive(Clone, Debug)]
pub struct SaidView {
    pub language: String,
    pub text: String,
}

impl CallView {
    pub fn is_live(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.waits)
    }

    /// The menu that was chosen.
    pub fn flow(&self) -> &str {
        chosen(&self.menus)
    }

    pub fn shown(&self) -> &str {
        chosen(&self.shows)
    }
}

fn chosen(choices: &[ChoiceView]) -> &str {
    choices.iter().find(|choice| choice.chosen).map_or("", |choice| choice.value.as_str())
}

/// One simulated phone.
#[derive(Clone, Debug, Template)]
#[template(path = "simulator/_handset.html")]
pub struct HandsetView {
    pub t: Locale,
    pub csrf: String,
    /// The phone's own number, E.164.
    pub number: String,
    pub number_shown: String,
    /// Phones used so far.
    pub others: Vec<HandsetLink>,
    /// Our addresses a text can be sent to; `to` is the chosen one.
    pub senders: Vec<ChoiceView>,
    pub to: String,
    pub to_shown: String,
    /// Oldest first.
    pub texts: Vec<HandsetTextView>,
    pub error: Option<String>,
}

#[derive(Clone, Debug)]
pub struct HandsetLink {
    pub number: String,
    pub shown: String,
    pub current: bool,
}

/// A text on the phone.
#[derive(Clone, Debug)]
pub struct HandsetTextView {
    pub id: String,
    /// Whether the phone's owner wrote it.
    pub own: bool,
    /// Our address it came from or went to, as people read it.
    pub other: String,
    pub body: String,
    pub at: TimeView,
}

/// How the simulated carrier behaves; the words of `PUT /api/v1/simulator/behaviour`.
#[derive(Clone, Debug)]
pub struct BehaviourView {
    /// `delivered`, `undelivered` or `none`.
    pub receipt: String,
    /// As typed, where it was refused.
    pub delay_ms: String,
    pub duplicate: bool,
    pub reorder: bool,
    pub lose_response: bool,
    /// 0: never.
    pub throttle_every: String,
    /// Empty: none.
    pub reject_code: String,
}

/// One request, as it went over the wire.
#[derive(Clone, Debug)]
pub struct RawHookView {
    pub at: TimeView,
    /// "POST /hooks/simulator/…/inbound"
    pub title: String,
    pub body: String,
    pub status: String,
}

impl HandsetView {
    /// The page of this very phone.
    pub fn href(&self) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("handset", &self.number)
            .append_pair("to", &self.to)
            .finish();
        format!("/sim?{query}")
    }
}

impl HandsetLink {
    pub fn href(&self) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("handset", &self.number)
            .finish();
        format!("/sim?{query}")
    }
}

impl HandsetTextView {
    pub fn pieces(&self) -> Vec<super::Piece<'_>> {
        super::pieces(&self.body)
    }
}
