//! Phone menus, and what comes of the keys that are pressed in them.

use askama::Template;

use super::{ChoiceView, FormErrors, Shell};

/// `GET /handoff_flows`
#[derive(Template)]
#[template(path = "handoff_flows/index.html")]
pub struct FlowsPage {
    pub shell: Shell,
    pub flows: Vec<FlowRowView>,
    /// Administrators write menus; all others read them.
    pub may_edit: bool,
    /// Why there is no sample.
    pub refusal: Option<String>,
    /// What each figure counts.
    pub meanings: Vec<MenuFigureView>,
}

#[derive(Clone, Debug)]
pub struct FlowRowView {
    pub id: String,
    pub name: String,
    pub called: Option<String>,
    pub inbox: String,
    pub mode: ModeView,
    pub figures: Vec<MenuFigureView>,
}

/// Whether everybody is busy.
#[derive(Clone, Debug)]
pub struct ModeView {
    /// `off`, `on`, `scheduled`.
    pub word: &'static str,
    pub label: &'static str,
    pub is_on: bool,
}

/// 押下 → 送信 → 到達 → クリック → 返信
#[derive(Clone, Debug)]
pub struct MenuFigureView {
    pub label: &'static str,
    pub n: i64,
    pub meaning: &'static str,
}

/// `GET /handoff_flows/{id}` (PUT `…/overflow`, POST `…/presses`).
#[derive(Template)]
#[template(path = "handoff_flows/show.html")]
pub struct FlowPage {
    pub shell: Shell,
    pub id: String,
    pub name: String,
    pub may_edit: bool,
    pub may_switch: bool,
    pub mode: ModeView,
    /// Who switched it, and when.
    pub switched: Option<String>,
    /// Whether the mode has a text, and a calendar to go by.
    pub can_overflow: bool,
    pub can_schedule: bool,
    /// Why the mode was not switched.
    pub refusal: Option<String>,
    pub figures: Vec<MenuFigureView>,
    /// Label and value.
    pub facts: Vec<(&'static str, String)>,
    pub options: Vec<FlowOptionView>,
    pub texts: Vec<FlowTextView>,
    pub heard: Vec<HeardView>,
    /// Where telephone exchanges post, and how.
    pub endpoint: String,
    pub example: String,
    /// `None` where a real handset could get the text.
    pub trial: Option<TrialView>,
}

/// A key, and what comes of it.
#[derive(Clone, Debug)]
pub struct FlowOptionView {
    pub digit: String,
    pub topic: String,
    pub body: String,
    /// Of the text.
    pub lang: String,
    pub url: Option<String>,
    pub team: String,
    pub purpose: &'static str,
}

/// A text that is sent whatever was pressed.
#[derive(Clone, Debug)]
pub struct FlowTextView {
    pub label: &'static str,
    pub body: String,
    pub url: Option<String>,
}

/// The menu as somebody hears it who calls.
#[derive(Clone, Debug)]
pub struct HeardView {
    pub lang: &'static str,
    pub language: &'static str,
    /// When, and what the voice says.
    pub lines: Vec<(String, String)>,
}

/// A key to press, without a telephone.
#[derive(Clone, Debug)]
pub struct TrialView {
    pub number: String,
    pub typed: bool,
    pub digits: Vec<ChoiceView>,
    pub errors: FormErrors,
    pub answer: Option<TrialAnswerView>,
}

#[derive(Clone, Debug)]
pub struct TrialAnswerView {
    /// What became of it, in a sentence.
    pub result: String,
    /// What programs are answered: `accepted`, `cannot_sms anonymous`.
    pub words: String,
    pub said: String,
    pub lang: String,
    /// The exchange is told to put the call through to a person.
    pub operator: bool,
    pub conversation: Option<String>,
    /// The phone that got the text.
    pub handset: Option<String>,
}

/// `GET /handoff_flows/new` (POST `/handoff_flows`) and
/// `GET /handoff_flows/{id}/edit` (PUT·DELETE `/handoff_flows/{id}`).
#[derive(Template)]
#[template(path = "handoff_flows/form.html")]
pub struct FlowFormPage {
    pub shell: Shell,
    /// `None` for a new one.
    pub id: Option<String>,
    /// What it is called until something else is saved.
    pub title: String,
    pub name: String,
    pub called: String,
    pub operator: String,
    pub inboxes: Vec<ChoiceView>,
    pub calendars: Vec<ChoiceView>,
    pub busy_calendars: Vec<ChoiceView>,
    pub duplicate_minutes: String,
    pub return_days: String,
    pub foreign_numbers: bool,
    pub general_body: String,
    pub closed_body: String,
    pub overflow_body: String,
    pub overflow_url: String,
    pub options: Vec<FlowOptionForm>,
    /// Whether there is room for another option.
    pub may_add: bool,
    pub sayings: Vec<SayingForm>,
    pub errors: FormErrors,
}

/// An option as it is written: a row of the form.
#[derive(Clone, Debug)]
pub struct FlowOptionForm {
    /// The first is 1.
    pub number: usize,
    pub digit: String,
    pub topic: String,
    pub body: String,
    pub url: String,
    pub templates: Vec<ChoiceView>,
    pub teams: Vec<ChoiceView>,
    pub purposes: Vec<ChoiceView>,
    pub languages: Vec<ChoiceView>,
    /// What is wrong with digit, topic, body, link, team, purpose and language.
    pub wrong: [Option<String>; 7],
}

/// What the voice says at one outcome, in one language.
#[derive(Clone, Debug)]
pub struct SayingForm {
    pub field: &'static str,
    pub label: String,
    pub lang: &'static str,
    pub text: String,
    /// Said where the house has no words of its own.
    pub standard: &'static str,
    pub wrong: Option<String>,
}

impl FlowFormPage {
    /// Where the form goes, and where it was come from.
    fn action(&self) -> String {
        match &self.id {
            Some(id) => format!("/handoff_flows/{id}"),
            None => "/handoff_flows".to_owned(),
        }
    }
}

/// A menu whose overflow mode is on, as every page tells those who see its inbox.
#[derive(Clone, Debug)]
pub struct BusyView {
    pub id: String,
    pub name: String,
    /// "佐藤 花さんが11/23(月) 14:02にオン"
    pub since: String,
}
