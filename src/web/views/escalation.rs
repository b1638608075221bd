//! Ladders of mails, the mails themselves, and what they lead to.

use askama::Template;

use super::{ChoiceView, FormErrors, Shell, TimeView};
use crate::domain::escalation::Trigger;
use crate::domain::excerpt::Excerpt;

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
    /// Field `window`: minutes in which mails are gathered.
    pub window: String,
    /// Field `excerpt`.
    pub excerpt: Excerpt,
    pub steps: Vec<EscalationStepView>,
    /// Not while mails become files.
    pub reaches_people: bool,
    /// Whether its mails may be answered by mail (field `on`).
    pub mail_replies: bool,
    /// Not while nothing listens for such answers.
    pub takes_mail: bool,
    /// What the ladder as it is typed would have done; once asked for.
    pub tally: Option<TallyView>,
    pub errors: FormErrors,
}

/// `GET /settings/mails/refused`
#[derive(Template)]
#[template(path = "settings/refused_replies.html")]
pub struct RefusedRepliesPage {
    pub shell: Shell,
    pub refused: Vec<RefusedReplyView>,
}

#[derive(Clone, Debug)]
pub struct RefusedReplyView {
    pub id: String,
    pub at: TimeView,
    /// Nobody, where it is not known whose it is.
    pub user: Option<String>,
    pub reason: &'static str,
    pub conversation: Option<String>,
    pub is_told: bool,
}

/// What a ladder would have done in the last days.
#[derive(Clone, Debug)]
pub struct TallyView {
    pub fired: usize,
    pub at_night: usize,
    /// How it was counted, and what night is.
    pub how: [String; 2],
}

/// A row: fields `trigger_N`, `minutes_N`, `to_N`, `mails_N`, `words_N`, `tags_N`,
/// `every_N` and `urgent_N`.
#[derive(Clone, Debug)]
pub struct EscalationStepView {
    pub number: usize,
    /// What it does, in words; while it is as somebody may keep it.
    pub sentence: Option<String>,
    pub trigger: Trigger,
    pub minutes: String,
    /// `assignee`, `team`, `supervisors`.
    pub to: Vec<String>,
    pub mails: String,
    pub words: String,
    /// The minutes after which it comes again.
    pub every: String,
    pub urgent: bool,
    pub tags: Vec<ChoiceView>,
    /// Beside minutes, recipients, addresses, words, tags, `every`.
    pub wrong: [Option<String>; 6],
}

/// `GET /settings/mails`
#[derive(Template)]
#[template(path = "settings/mails.html")]
pub struct MailsPage {
    pub shell: Shell,
    /// Why what was asked for was not done.
    pub refusal: Option<&'static str>,
    /// What is to be told, and not yet.
    pub waiting: Vec<NudgeRowView>,
    pub mails: Vec<MailRowView>,
    pub next: Option<String>,
    /// Where mails become files while there is no server.
    pub folder: Option<String>,
    /// Whether answers by mail are taken.
    pub takes_mail: bool,
}

/// What somebody is to be told, and what it waits for.
#[derive(Clone, Debug)]
pub struct NudgeRowView {
    pub to: String,
    pub conversation: String,
    pub why: String,
}

#[derive(Clone, Debug)]
pub struct MailRowView {
    pub id: String,
    pub at: TimeView,
    pub to: String,
    pub conversation: Option<String>,
    /// That it tells of several.
    pub several: Option<String>,
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

impl EscalationPage {
    fn label(&self, trigger: &Trigger) -> &'static str {
        self.shell.t.escalation_trigger(*trigger)
    }
}

impl EscalationStepView {
    /// Whether what most ladders do without is to be seen at once.
    fn has_more(&self) -> bool {
        let is_about_more = matches!(self.trigger, Trigger::Words | Trigger::Tagged);
        let is_wrong = self.wrong[3..].iter().any(Option::is_some);
        is_about_more || is_wrong || self.urgent || !self.every.is_empty()
    }

    fn goes_to(&self, word: &str) -> bool {
        self.to.iter().any(|to| to == word)
    }
}
