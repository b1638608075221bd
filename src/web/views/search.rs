//! The search page.

use askama::Template;

use super::{InboxChoice, Shell, TagView, TimeView, initial};
use crate::domain::search::Part;
use crate::locale::Locale;

/// `GET /search`, asked and unasked.
#[derive(Template)]
#[template(path = "search/show.html")]
pub struct SearchPage {
    pub shell: Shell,
    pub form: SearchForm,
    /// `None` before anything is asked.
    pub results: Option<ResultsView>,
}

/// What was asked, as it stands in the fields.
#[derive(Clone, Debug, Default)]
pub struct SearchForm {
    pub q: String,
    pub from: String,
    pub to: String,
    /// The inboxes to choose among; no choice is shown for a single one.
    pub inboxes: Vec<InboxChoice>,
    pub inbox_id: Option<String>,
    /// The tags to choose among.
    pub tags: Vec<TagView>,
    pub tag_id: Option<String>,
    /// The same words, anywhere and at any time.
    pub widened: String,
    pub error: Option<String>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct ResultsView {
    pub t: Locale,
    /// Only on the first page, or alone.
    pub contacts: Vec<ContactHitView>,
    pub more_contacts: Option<String>,
    pub hits: Vec<HitView>,
    /// Where what is older is looked for.
    pub next: Option<String>,
    /// Whether only contacts were asked for.
    pub contacts_only: bool,
    /// Whether the index is still being made.
    pub is_building: bool,
}

/// A conversation, by its contact.
#[derive(Clone, Debug)]
pub struct ContactHitView {
    pub conversation_id: String,
    pub name: Vec<Part>,
    pub number: Vec<Part>,
    /// Otherwise the number stands for it.
    pub has_name: bool,
    pub inbox_name: Option<String>,
    pub at: TimeView,
}

/// A message, and where it stands.
#[derive(Clone, Debug)]
pub struct HitView {
    /// In its thread, in sight.
    pub href: String,
    pub name: String,
    pub inbox_name: Option<String>,
    pub at: TimeView,
    pub speaker: Speaker,
    pub parts: Vec<Part>,
}

/// Who said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    Customer,
    /// One of us, or a program.
    Us(Option<String>),
    Note(Option<String>),
}

impl SearchForm {
    pub fn shows_inbox(&self, id: &str) -> bool {
        self.inbox_id.as_deref() == Some(id)
    }

    pub fn shows_tag(&self, id: &str) -> bool {
        self.tag_id.as_deref() == Some(id)
    }

    /// Whether more was asked than words.
    pub fn is_narrowed(&self) -> bool {
        !self.from.is_empty()
            || !self.to.is_empty()
            || self.inbox_id.is_some()
            || self.tag_id.is_some()
    }
}

impl ResultsView {
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty() && self.hits.is_empty()
    }
}

impl ContactHitView {
    pub fn initial(&self) -> String {
        initial(&self.name.iter().map(|part| part.text.as_str()).collect::<String>())
    }
}
