//! Times for interviews: over the composer, in a week, on the board.

use askama::Template;

use super::{BoardTab, ChoiceView, FormErrors, Shell, TimeView};
use crate::locale::Locale;

/// What stands over the composer. Live; holds no form.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_appointment.html")]
pub struct AppointmentView {
    pub t: Locale,
    pub conversation_id: String,
    pub revision: i64,
    /// `None` where no time was ever offered, or all of it is over.
    pub said: Option<AppointmentSaid>,
    pub may_answer: bool,
}

#[derive(Clone, Debug, Default)]
pub struct AppointmentSaid {
    pub text: String,
    /// What somebody may book; what was understood first.
    pub choices: Vec<SlotChoice>,
    pub may_dismiss: bool,
    /// What it is about, as its buttons tell: `offer=…` or `appointment=…`.
    pub about: String,
    /// What the button says that takes it all back.
    pub withdraw: Option<&'static str>,
    pub may_offer: bool,
}

/// A numbered time.
#[derive(Clone, Debug)]
pub struct SlotChoice {
    pub number: u8,
    pub time: String,
    pub is_suggested: bool,
}

/// `GET /conversations/{id}/offer`: a week of one's own to choose from.
#[derive(Template)]
#[template(path = "appointments/offer.html")]
pub struct OfferPage {
    pub shell: Shell,
    pub errors: FormErrors,
    pub conversation_id: String,
    pub name: String,
    pub days: Vec<DayView>,
    pub rows: Vec<TimeRowView>,
    /// Chosen in other weeks.
    pub elsewhere: Vec<(String, String)>,
    pub week: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub title: String,
    pub lengths: Vec<ChoiceView>,
    pub interviewers: String,
    /// A calendar of theirs cannot be read.
    pub is_blind: bool,
    pub location: String,
    pub capacity: String,
    pub reply_by: String,
    pub client_message_id: String,
    pub auto_confirm: bool,
    /// Whether the text says where to answer by tapping.
    pub include_page: bool,
    pub times_hint: String,
    pub preview: Option<PreviewView>,
}

#[derive(Clone, Debug)]
pub struct DayView {
    pub label: String,
    pub is_today: bool,
}

/// A time of the day, with a cell for each day.
#[derive(Clone, Debug)]
pub struct TimeRowView {
    pub clock: String,
    pub cells: Vec<CellView>,
}

#[derive(Clone, Debug, Default)]
pub struct CellView {
    /// RFC 3339; empty where nothing can be offered.
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
    /// How many candidates are offered it.
    pub held: usize,
    /// Why not: something else, or somebody else.
    pub is_taken: bool,
}

/// The text as it would be sent.
#[derive(Clone, Debug)]
pub struct PreviewView {
    pub body: String,
    pub counted: String,
}

/// `GET /appointments/days`
#[derive(Template)]
#[template(path = "appointments/days.html")]
pub struct AgendaDaysPage {
    pub shell: Shell,
    pub days: Vec<AgendaDay>,
    pub from: String,
    pub is_week: bool,
    /// What leads to other days, and to the list.
    pub before: String,
    pub after: String,
    pub today: String,
    pub narrowed: String,
    pub steps: Vec<ChoiceView>,
    pub mine: bool,
}

#[derive(Clone, Debug)]
pub struct AgendaDay {
    pub date: String,
    pub label: String,
    pub is_today: bool,
    pub meetings: Vec<AgendaMeeting>,
}

/// A booked time, by the clock of its inbox.
#[derive(Clone, Debug)]
pub struct AgendaMeeting {
    pub conversation_id: String,
    pub from: TimeView,
    pub to: TimeView,
    pub name: String,
    pub title: String,
    pub inbox: String,
    pub place: Option<String>,
    pub interviewers: String,
    /// One of them has come to be busy then.
    pub collides: bool,
    pub application: Option<(String, &'static str)>,
}

/// `GET /appointments`
#[derive(Template)]
#[template(path = "appointments/index.html")]
pub struct AgendaPage {
    pub shell: Shell,
    pub tabs: Vec<BoardTab>,
    pub none: &'static str,
    pub items: Vec<AgendaItem>,
    /// Which tab this is.
    pub view: &'static str,
    pub steps: Vec<ChoiceView>,
    pub mine: bool,
    /// What the tabs keep of the question.
    pub narrowed: String,
}

#[derive(Clone, Debug)]
pub struct AgendaItem {
    pub id: String,
    pub conversation_id: String,
    pub name: String,
    pub title: String,
    pub inbox: String,
    pub what: String,
    pub times: Vec<String>,
    pub since: TimeView,
    /// Where their application is: its page, and the step.
    pub application: Option<(String, &'static str)>,
}
