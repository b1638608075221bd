//! A contact's own page.

use askama::Template;

use super::{ChoiceView, FieldView, FieldsForm, FormErrors, MessageView, Shell, TimeView, initial};
use crate::domain::consent::{ConsentSource, Decision};
use crate::domain::contact_field::FieldKind;
use crate::domain::conversation::ShownState;
use crate::domain::opt_out::{OptOutScope, OptOutSource};
use crate::domain::search::Part;
use crate::locale::Locale;

/// `GET /contacts`: everybody, the newest first, or those who are called so.
#[derive(Template)]
#[template(path = "contacts/index.html")]
pub struct ContactsPage {
    pub shell: Shell,
    pub q: String,
    pub error: Option<String>,
    pub rows: Vec<ContactRowView>,
    /// Leads to those after them, where there may be any.
    pub next: Option<String>,
    /// Whether the index is still being made.
    pub is_building: bool,
}

/// A contact in the list.
#[derive(Clone, Debug)]
pub struct ContactRowView {
    pub id: String,
    pub name: Vec<Part>,
    pub number: Vec<Part>,
    /// Otherwise the number stands for it.
    pub has_name: bool,
    pub is_stopped: bool,
    /// Where they are known, where there are several inboxes.
    pub inboxes: Vec<String>,
    /// Of the last message the reader may see.
    pub last: Option<TimeView>,
}

impl ContactRowView {
    pub fn initial(&self) -> String {
        initial(&self.name.iter().map(|part| part.text.as_str()).collect::<String>())
    }
}

/// `GET /contacts/table`: contacts from a file, and into one.
#[derive(Template)]
#[template(path = "contacts/table.html")]
pub struct TablePage {
    pub shell: Shell,
    pub inboxes: Vec<ChoiceView>,
    /// Why the file is no table.
    pub error: Option<String>,
    /// What is wrong in it, line by line, the first of `faulty`.
    pub faults: Vec<FaultView>,
    pub faulty: u32,
    pub preview: Option<TablePreviewView>,
}

impl TablePage {
    /// Faults that are not on the page.
    pub fn hidden(&self) -> u32 {
        self.faulty.saturating_sub(u32::try_from(self.faults.len()).unwrap_or(u32::MAX))
    }
}

impl TablePreviewView {
    /// Changes that are not on the page.
    pub fn hidden(&self) -> u32 {
        let shown = u32::try_from(self.changes.len()).unwrap_or(u32::MAX);
        (self.added + self.changed).saturating_sub(shown)
    }
}

/// A cell that cannot be taken.
#[derive(Clone, Debug)]
pub struct FaultView {
    pub line: u64,
    pub column: String,
    pub problem: String,
}

/// What would become of a file.
#[derive(Clone, Debug)]
pub struct TablePreviewView {
    pub added: u32,
    pub changed: u32,
    pub unchanged: u32,
    /// The first of those that are not as they were.
    pub changes: Vec<TableChangeView>,
    /// Headings of columns that mean nothing.
    pub ignored: Vec<String>,
    /// Sent back as they are when the reader agrees.
    pub rows: String,
}

#[derive(Clone, Debug)]
pub struct TableChangeView {
    pub number: String,
    pub name: Option<String>,
    pub values: Vec<String>,
    pub is_new: bool,
}

/// `GET /contacts/{id}`
#[derive(Template)]
#[template(path = "contacts/show.html")]
pub struct ContactPage {
    pub shell: Shell,
    pub id: String,
    pub name: String,
    pub numbers: Vec<NumberView>,
    /// Newest first.
    pub merged: Vec<MergedView>,
    pub news: Option<MergeNews>,
    /// What is known beside name and numbers.
    pub fields: Vec<FieldView>,
    /// `None` where there are no fields, or the reader may not change them.
    pub form: Option<FieldsForm>,
    /// Newest first.
    pub opt_outs: Vec<OptOutView>,
    pub is_stopped: bool,
    /// What they have agreed to, and taken back; the last first.
    pub consents: Vec<ConsentView>,
    pub may_advertise: bool,
    /// What is being recorded.
    pub consent: ConsentForm,
    /// The conversations the reader may see, the last active first.
    pub threads: Vec<ContactThreadView>,
    /// Of all of them, oldest first.
    pub timeline: Vec<ContactLineView>,
    /// Leads to the lines before, where there are any.
    pub older: Option<String>,
}

/// `GET /contacts/{id}/merge`: the other contact is looked for, or was found.
#[derive(Template)]
#[template(path = "contacts/merge.html")]
pub struct MergePage {
    pub shell: Shell,
    /// Stands for the person afterwards.
    pub kept: MergeSideView,
    /// The other one, once it is chosen.
    pub merged: Option<MergeSideView>,
    pub q: String,
    pub error: Option<String>,
    /// Who is called as was asked.
    pub rows: Vec<ContactRowView>,
    pub was_asked: bool,
    pub is_building: bool,
}

impl MergePage {
    /// The one that stays, and the other one once it is chosen.
    pub fn both(&self) -> Vec<&MergeSideView> {
        std::iter::once(&self.kept).chain(&self.merged).collect()
    }

    /// What the person will be called.
    pub fn shown_name(&self) -> &str {
        let other = self.merged.as_ref().filter(|other| other.has_name && !self.kept.has_name);
        &other.unwrap_or(&self.kept).name
    }
}

/// One of the two, as they stand before.
#[derive(Clone, Debug)]
pub struct MergeSideView {
    pub id: String,
    pub name: String,
    pub has_name: bool,
    pub numbers: Vec<String>,
    pub inboxes: Vec<String>,
    pub is_stopped: bool,
}

/// A contact that was merged into the one of the page.
#[derive(Clone, Debug)]
pub struct MergedView {
    pub id: String,
    /// What it is called again once it is separated.
    pub own_name: Option<String>,
    pub number: String,
    pub by: Option<String>,
    pub at: TimeView,
}

/// What the last form did, with the way back.
#[derive(Clone, Debug)]
pub enum MergeNews {
    Merged(MergedView),
    /// The contact that is one of its own again.
    Separated {
        id: String,
    },
}

/// A number the contact has or had.
#[derive(Clone, Debug)]
pub struct NumberView {
    pub number: String,
    /// By what the whole of it is asked for, where it is masked.
    pub masked: Option<String>,
    /// Whether it was asked for, and stands here whole.
    pub is_revealed: bool,
    pub since: TimeView,
    pub is_current: bool,
}

/// A number that somebody asked for, where the masked one was.
#[derive(Template)]
#[template(path = "contacts/_number.html")]
pub struct RevealedView {
    pub t: Locale,
    pub number: String,
}

/// A wish to stop.
#[derive(Clone, Debug)]
pub struct OptOutView {
    pub scope: OptOutScope,
    pub source: OptOutSource,
    pub by: Option<String>,
    pub since: TimeView,
    pub ended: Option<TimeView>,
}

/// Something they have said of advertising.
#[derive(Clone, Debug)]
pub struct ConsentView {
    pub decision: Decision,
    pub source: ConsentSource,
    pub wording: Option<String>,
    pub by: Option<String>,
    pub said: TimeView,
    pub recorded: TimeView,
}

/// A consent as it is typed.
#[derive(Clone, Debug, Default)]
pub struct ConsentForm {
    pub source: String,
    /// `2026-11-22`
    pub given_on: String,
    /// The latest day there can be.
    pub today: String,
    pub wording: String,
    pub errors: FormErrors,
}

#[derive(Clone, Debug)]
pub struct ContactThreadView {
    pub conversation_id: String,
    pub inbox: String,
    pub state: ShownState,
    pub last: TimeView,
}

/// A line, and the conversation it is of where that changes.
#[derive(Clone, Debug)]
pub struct ContactLineView {
    pub inbox: Option<String>,
    pub line: MessageView,
}

/// A conversation of the same person, by another number.
#[derive(Clone, Debug)]
pub struct SiblingView {
    pub conversation_id: String,
    pub number: String,
    pub state: ShownState,
    pub last: TimeView,
}
