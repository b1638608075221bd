//! What the pages are made of: plain values, drawn by `templates/`.
//!
//! A *page* is a whole document. A *component* is a part that is drawn the same
//! way in a page, as the answer to `X-Fragment`, and in a live event; put into
//! another template it is not escaped again. Handlers fill in values, never
//! HTML. Times come as [`TimeView`], already in the inbox's zone and language.
//!
//! | `X-Fragment` | answer |
//! |---|---|
//! | `thread` | [`ThreadView`]; with `before`/`after`: [`LinesView`] |
//! | `rows` | [`ListView`]; with `cursor`: [`RowsView`] |
//! | `side` | [`SideView`] |
//! | `templates` | [`TemplatesView`] |
//! | `palette` | [`PaletteView`] (`GET /palette`) |
//! | `selection` | [`SelectedView`] |
//! | `message` | [`MessageView`] (answers to POST of messages and notes) |
//! | `number` | [`RevealedView`] (`POST /contacts/{id}/number`) |
//! | `handset` | [`HandsetView`] (`GET /sim`, `POST /sim/inbound`) |
//! | `head`, `none` | 204 or [`HeadView`]: what the verb changed comes as an event |
//! | any, refused | 409 [`ConflictView`], other 4xx/5xx [`ProblemView`] |
//!
//! | live element | id | put into |
//! |---|---|---|
//! | [`MessageView`] | `m-<dom_id>` | `thread-<conversation>` sorted by `sort` |
//! | [`CallLineView`] | `call-<id>` | `thread-<conversation>` sorted by `sort`, when it is made |
//! | [`CaseLineView`] | `case-<id>` | `thread-<conversation>` sorted by `sort`, when it begins |
//! | [`RowView`] | `row-<conversation>` | `rows` sorted by `sort` |
//! | [`HeadView`] | `head-<conversation>` | only replaced, never added |
//! | [`SideView`] | `side-<conversation>` | only replaced, never added |
//! | [`AppointmentView`] | `appointment-<conversation>` | only replaced, never added |
//! | tab counts (text) | `count-<tab>` | – |

use crate::domain::user::{Notify, NotifyScope, Role};
use crate::locale::Locale;

mod applications;
mod appointments;
mod automatic_replies;
mod body;
mod calendars;
mod calls;
mod candidate_pages;
mod cases;
mod contacts;
mod conversations;
mod errors;
mod escalation;
mod escalations;
mod fields;
mod handoff_flows;
mod interviewers;
mod interviews;
mod messages;
mod offline;
mod palette;
mod presence;
mod reports;
mod search;
mod selection;
mod sessions;
mod settings;
mod setup;
mod short_links;
mod simulator;
mod tabs;
mod tags;
mod teams;
mod templates;
mod webhooks;

pub use applications::{
    ApplicantRowView, ApplicantsPreviewView, ApplicantsTablePage, ApplicationFormPage,
    ApplicationItem, ApplicationPage, ApplicationReportPage, ApplicationReportView,
    ApplicationsPage, GroupReportView, GroupView, MoveView,
};
pub use appointments::{
    AgendaDay, AgendaDaysPage, AgendaItem, AgendaMeeting, AgendaPage, AppointmentSaid,
    AppointmentView, CellView, DayView, OfferPage, PreviewView, SlotChoice, TimeRowView,
};
pub use automatic_replies::{AutomaticRepliesPage, AutomaticRuleView};
pub use body::{Link, Piece, pieces, pieces_and_calls};
pub use calendars::{
    AheadView, CalendarFormPage, CalendarRowView, CalendarView, CalendarsPage, SpecialDayView,
};
pub use calls::CallLineView;
pub use candidate_pages::{CandidateButton, CandidateLine, CandidatePage, PlaceView};
pub use cases::{CaseLineView, CaseView};
pub use contacts::{
    ConsentForm, ConsentView, ContactLineView, ContactPage, ContactRowView, ContactThreadView,
    ContactsPage, FaultView, MergeNews, MergePage, MergeSideView, MergedView, NumberView,
    OptOutView, RevealedView, SiblingView, TableChangeView, TablePage, TablePreviewView,
};
pub use conversations::{
    AboutPage, ClosedView, ComposerView, ConflictPage, ConflictView, HeadView, InboxChoice,
    IndexPage, LinesView, ListView, NewPage, RowView, RowsView, SenderChoice, ShowPage, SideView,
    SnoozeChoice, ThreadView, Unsendable,
};
pub use errors::{ErrorPage, ProblemView};
pub use escalation::{
    EscalationPage, EscalationStepView, MailRowView, MailsPage, NudgeRowView, RefusedRepliesPage,
    RefusedReplyView, TakingPage, TallyView,
};
pub use escalations::{BoardItem, BoardTab, BoardTold, BoardView, EscalationsPage};
pub use fields::{
    ContactFieldFormPage, ContactFieldRowView, ContactFieldsPage, FieldView, FieldsForm,
};
pub use handoff_flows::{
    BusyView, FlowFormPage, FlowOptionForm, FlowOptionView, FlowPage, FlowRowView, FlowTextView,
    FlowsPage, HeardView, MenuFigureView, ModeView, SayingForm, TrialAnswerView, TrialView,
};
pub use interviewers::{InterviewerPage, InterviewerRowView, InterviewersPage, OwnCalendarView};
pub use interviews::InterviewsPage;
pub use messages::{
    DeliveryView, LinkPage, MessageLook, MessageView, PhotoView, UndoView, ViaView,
};
pub use offline::OfflinePage;
pub use palette::{ActionView, PaletteRowView, PaletteView};
pub use presence::{PresenceView, PresentView};
pub use reports::{
    FigureView, HandoffReportPage, HandoffReportView, HourView, KeyReportView, MenuReportView,
};
pub use search::{ContactHitView, HitView, ResultsView, SearchForm, SearchPage, Speaker};
pub use selection::{BulkView, RefusedView, SelectedPage, SelectedView};
pub use sessions::NewSessionPage;
pub use settings::*;
pub use setup::{AdministratorPage, OrganizationPage, ProviderPage, StartPage, StartStep};
pub use short_links::{
    AboutSendersPage, GoneLinkPage, LinkPageView, LinksPage, NewPageForm, OurSenderView,
    ReplyFormPage, ReplyTakenPage, ShortLinkPage, SmsCheckView,
};
pub use simulator::{
    BehaviourView, CallView, HandsetLink, HandsetTextView, HandsetView, KEYS, LiveCallView,
    RawHookView, SaidView, SimulatorPage,
};
pub use tabs::{ListTab, TabView};
pub use tags::{TagChoice, TagFormPage, TagRowView, TagView, TagsPage};
pub use teams::{TeamFormPage, TeamRowView, TeamsPage};
pub use templates::{
    TemplateChoice, TemplateFormPage, TemplateRowView, TemplatesPage, TemplatesView,
};
pub use webhooks::{ToldView, WebhookPage, WebhookRowView, WebhooksPage};

/// What the frame round every signed-in page needs.
#[derive(Clone, Debug)]
pub struct Shell {
    pub t: Locale,
    /// The session's token, for the forms of the page.
    pub csrf: String,
    pub user: PersonView,
    pub role: Role,
    pub theme: Theme,
    /// Whether Enter alone sends; otherwise Ctrl+Enter does.
    pub enter_sends: bool,
    /// What a browser's notification says, and whether a new text is heard.
    pub notify: Notify,
    /// Of which conversations both tell, and the number of them that wait.
    pub notify_scope: NotifyScope,
    pub sound: bool,
    /// When nothing is told, as far as a page that stays open goes by it: seconds of
    /// the epoch, from and to.
    pub quiet: Option<String>,
    /// What this browser is to do about being told while henji is not open on it: the
    /// key to subscribe with, `off` to stop, or nothing.
    pub push: Option<String>,
    /// The number of the last event, read *before* the page's data.
    pub event: i64,
    pub nav: Nav,
    /// Conversations waiting for this user, shown in the title and the rail.
    pub waiting: u32,
    /// One line about what the last form did ("saved").
    pub notice: Option<String>,
    /// What is wrong with the house, as far as this user should know.
    pub alarm: Option<String>,
    /// Whether the phone simulator is in use here.
    pub simulator: bool,
    /// Whether there is a phone menu whose calls the user may see.
    pub reports: bool,
    /// Whether there are phone menus to look at, or to make.
    pub menus: bool,
    /// Those whose overflow mode is on.
    pub busy: Vec<BusyView>,
    /// Whether anybody was ever offered a time.
    pub appointments: bool,
    /// On a shared machine the browser keeps nothing, not even unsent texts.
    pub shared_machine: bool,
}

/// Which entry of the main menu is the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nav {
    Inbox,
    Search,
    Contacts,
    Escalations,
    Reports,
    Menus,
    Appointments,
    Simulator,
    Settings,
    Account,
}

/// Light or dark; `Auto` follows the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word in the database, the form and the CSS.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

/// A moment, for machines (RFC 3339) and for people ("14:02", "昨日").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeView {
    pub iso: String,
    pub shown: String,
}

/// Somebody of the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonView {
    pub id: String,
    pub name: String,
}

impl PersonView {
    /// What stands in the round badge.
    pub fn initial(&self) -> String {
        initial(&self.name)
    }
}

/// One of several values a form offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceView {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// What is wrong with a form that came back (422).
#[derive(Clone, Debug, Default)]
pub struct FormErrors {
    /// Above the form, where no field is to blame.
    pub summary: Option<String>,
    /// (field name, what is wrong and how to cure it).
    pub fields: Vec<(&'static str, String)>,
}

impl FormErrors {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn of(field: &'static str, message: impl Into<String>) -> Self {
        Self { summary: None, fields: vec![(field, message.into())] }
    }

    pub fn and(mut self, field: &'static str, message: impl Into<String>) -> Self {
        self.fields.push((field, message.into()));
        self
    }

    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, message)| message.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.summary.is_none() && self.fields.is_empty()
    }
}

/// The first character of a name as people see characters; a digit of a number.
fn initial(name: &str) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    let letter = name.graphemes(true).find(|part| part.chars().all(char::is_alphanumeric));
    letter.unwrap_or("?").to_uppercase()
}

/// Marks components as HTML already, so that a page takes them as they are.
macro_rules! components {
    ($($component:ty),+ $(,)?) => {$(
        impl askama::filters::HtmlSafe for $component {}
    )+};
}

components!(
    AppointmentView,
    BoardView,
    CallLineView,
    CaseLineView,
    ComposerView,
    ConflictView,
    FieldsForm,
    HandsetView,
    HeadView,
    LinesView,
    ListView,
    MessageView,
    ProblemView,
    RowView,
    RowsView,
    SelectedView,
    SideView,
    ThreadView,
);

#[cfg(test)]
mod tests;
