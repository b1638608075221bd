//! Ladders of mails, the mails themselves, and what they lead to.

use askama::Template;

use super::{FormErrors, Shell, TimeView};
use crate::domain::escalation::Trigger;

/// `GET /settings/inboxes/{id}/escalation`; PUT the same.
#[derive(Template)]
#[template(path = "settings/inboxes/escalation.html")]
pub struct EscalationPage {
    pub shell: Shell,
    pub id: String,
    pub inbox: String,
    /// Field `hours`: `inbox` or `always`.
    pub always: bool,
    /// Without any, the inbox is open at all hours anyway.
    pub has_hours: bool,
    pub steps: Vec<EscalationStepView>,
    /// Not while mails become files.
    pub reaches_people: bool,
    pub errors: FormErrors,
}

/// A row: fields `trigger_N`, `minutes_N`, `to_N` and `mails_N`.
#[derive(Clone, Debug)]
pub struct EscalationStepView {
    pub number: usize,
    pub trigger: Trigger,
    pub minutes: String,
    /// `assignee`, `team`, `supervisors`.
    pub to: Vec<String>,
    pub mails: String,
    /// Beside minutes, recipients, addresses.
    pub wrong: [Option<String>; 3],
}

/// `GET /settings/mails`
#[derive(Template)]
#[template(path = "settings/mails.html")]
pub struct MailsPage {
    pub shell: Shell,
    /// Why what was asked for was not done.
    pub refusal: Option<&'static str>,
    pub mails: Vec<MailRowView>,
    pub next: Option<String>,
    /// Where mails become files while there is no server.
    pub folder: Option<String>,
}

#[derive(Clone, Debug)]
pub struct MailRowView {
    pub id: String,
    pub at: TimeView,
    pub to: String,
    pub conversation: Option<String>,
    pub state: String,
    pub failure: Option<String>,
    pub next: Option<TimeView>,
    pub is_open: bool,
}

/// `GET /conversations/{id}/taking`: what the link of a mail leads to. It changes
/// nothing: those who scan mails follow links.
#[derive(Template)]
#[template(path = "conversations/taking.html")]
pub struct TakingPage {
    pub shell: Shell,
    pub conversation_id: String,
    pub name: String,
    pub inbox: String,
    pub waiting_since: Option<TimeView>,
    /// Whoever has it now.
    pub assignee: Option<String>,
    pub is_mine: bool,
    pub may_take: bool,
}

impl EscalationStepView {
    fn goes_to(&self, word: &str) -> bool {
        self.to.iter().any(|to| to == word)
    }
}
