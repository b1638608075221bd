//! Interviewers and the calendars they keep elsewhere.

use askama::Template;

use super::{ChoiceView, FormErrors, Shell, TimeView};

/// `GET /settings/interviewers`; `POST` the same adds somebody, or with the field `own`
/// whoever asks.
#[derive(Template)]
#[template(path = "settings/interviewers/index.html")]
pub struct InterviewersPage {
    pub shell: Shell,
    pub interviewers: Vec<InterviewerRowView>,
    /// Whether whoever looks is one of them.
    pub is_one: bool,
    pub name: String,
    pub email: String,
    pub errors: FormErrors,
}

#[derive(Clone, Debug)]
pub struct InterviewerRowView {
    pub id: String,
    pub name: String,
    pub email: String,
    /// How their calendars are, in words; what is wrong with one goes first.
    pub state: &'static str,
    pub is_bad: bool,
}

/// `GET /settings/interviewers/{id}/edit`
#[derive(Template)]
#[template(path = "settings/interviewers/show.html")]
pub struct InterviewerPage {
    pub shell: Shell,
    pub id: String,
    pub name: String,
    /// As it is kept, or was typed.
    pub own_name: String,
    /// Whether times with them were offered.
    pub is_met: bool,
    pub email: String,
    pub calendars: Vec<OwnCalendarView>,
    /// The address just made, shown this once.
    pub fresh: Option<String>,
    pub feed_made: Option<TimeView>,
    pub kinds: Vec<ChoiceView>,
    pub url: String,
    pub user: String,
    pub errors: FormErrors,
}

/// A calendar somebody is busy by.
#[derive(Clone, Debug)]
pub struct OwnCalendarView {
    pub id: String,
    pub kind: &'static str,
    /// Scheme and host: the rest of the address is a secret.
    pub place: String,
    /// What is wrong and what to do.
    pub trouble: Option<&'static str>,
    pub state: String,
    pub unread: Option<String>,
}
