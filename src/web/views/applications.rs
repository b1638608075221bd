//! Applicants: all of them, one of them, a table of them.

use askama::Template;

use super::{BoardTab, ChoiceView, FaultView, FigureView, FormErrors, Shell, TimeView};

/// `GET /applications`
#[derive(Template)]
#[template(path = "applications/index.html")]
pub struct ApplicationsPage {
    pub shell: Shell,
    /// What the last form did.
    pub notice: Option<String>,
    pub tabs: Vec<BoardTab>,
    /// Which tab this is.
    pub chosen: &'static str,
    /// Those of the reader alone.
    pub mine: bool,
    pub items: Vec<ApplicationItem>,
    pub steps: Vec<ChoiceView>,
    pub may_answer: bool,
    /// Where the older ones are.
    pub next: Option<String>,
}

#[derive(Clone, Debug)]
pub struct ApplicationItem {
    pub id: String,
    /// Where they are talked with, or where they are known.
    pub href: String,
    pub name: String,
    pub inbox: String,
    pub step: &'static str,
    /// The word of it.
    pub at: &'static str,
    pub job: Option<String>,
    pub medium: Option<String>,
    pub recruiter: Option<String>,
    pub applied: TimeView,
}

/// `GET /applications/{id}`
#[derive(Template)]
#[template(path = "applications/show.html")]
pub struct ApplicationPage {
    pub shell: Shell,
    pub item: ApplicationItem,
    pub number: String,
    pub external_id: Option<String>,
    pub contact_id: String,
    pub steps: Vec<ChoiceView>,
    pub moves: Vec<MoveView>,
    pub may_answer: bool,
}

/// `GET /applications/new` and `GET /applications/{id}/edit`
#[derive(Template)]
#[template(path = "applications/form.html")]
pub struct ApplicationFormPage {
    pub shell: Shell,
    /// `None` for a new one: who it is can only be said then.
    pub id: Option<String>,
    pub inboxes: Vec<ChoiceView>,
    pub people: Vec<ChoiceView>,
    pub media: Vec<String>,
    pub to: String,
    pub name: String,
    pub job: String,
    pub medium: String,
    pub errors: FormErrors,
}

#[derive(Clone, Debug)]
pub struct MoveView {
    pub step: &'static str,
    pub why: &'static str,
    pub by: Option<String>,
    pub at: TimeView,
}

/// `GET /applications/table`
#[derive(Template)]
#[template(path = "applications/table.html")]
pub struct ApplicantsTablePage {
    pub shell: Shell,
    pub inboxes: Vec<ChoiceView>,
    /// Why the file is no table.
    pub error: Option<String>,
    /// What is wrong in it, line by line, the first of `faulty`.
    pub faults: Vec<FaultView>,
    pub faulty: u32,
    pub preview: Option<ApplicantsPreviewView>,
}

impl ApplicantsTablePage {
    /// Faults that are not on the page.
    fn hidden(&self) -> u32 {
        self.faulty.saturating_sub(u32::try_from(self.faults.len()).unwrap_or(u32::MAX))
    }
}

/// What would become of a file.
#[derive(Clone, Debug)]
pub struct ApplicantsPreviewView {
    pub count: u32,
    /// The first of them.
    pub shown: Vec<ApplicantRowView>,
    /// Headings of columns that mean nothing.
    pub ignored: Vec<String>,
    /// Sent back as they are when the reader agrees.
    pub rows: String,
}

impl ApplicantsPreviewView {
    fn hidden(&self) -> u32 {
        self.count.saturating_sub(u32::try_from(self.shown.len()).unwrap_or(u32::MAX))
    }
}

#[derive(Clone, Debug)]
pub struct ApplicantRowView {
    pub number: String,
    pub name: String,
    pub job: String,
    pub medium: String,
    pub recruiter: String,
    pub applied: Option<TimeView>,
}

/// `GET /reports/applications`
#[derive(Template)]
#[template(path = "reports/applications.html")]
pub struct ApplicationReportPage {
    pub shell: Shell,
    /// The first and the last day, as fields of the form.
    pub from: String,
    pub to: String,
    /// The first and the last day there can be.
    pub oldest: String,
    pub today: String,
    /// Why there is no report of those days.
    pub error: Option<String>,
    /// The same question, for the file.
    pub query: String,
    pub report: Option<ApplicationReportView>,
}

pub struct ApplicationReportView {
    pub between: [TimeView; 2],
    pub zone: String,
    /// Of all, each with what it counts; the share is of how many.
    pub figures: Vec<FigureView>,
    /// What stands above the cells.
    pub columns: Vec<&'static str>,
    pub groups: Vec<GroupReportView>,
    pub is_empty: bool,
}

pub struct GroupReportView {
    pub title: &'static str,
    /// By name, and then all of them.
    pub groups: Vec<GroupView>,
}

pub struct GroupView {
    pub name: String,
    /// As many as there are columns.
    pub cells: Vec<String>,
}
