//! Who has a conversation open.

use askama::Template;

use super::PersonView;
use crate::locale::Locale;

/// Faces for head and row, and who is typing, for the composer. Drawn for all:
/// each screen leaves its own user out, by `data-by`.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_presence.html")]
pub struct PresenceView {
    pub t: Locale,
    pub people: Vec<PresentView>,
}

#[derive(Clone, Debug)]
pub struct PresentView {
    pub person: PersonView,
    pub types: bool,
}

impl PresenceView {
    fn typing(&self) -> impl Iterator<Item = &PresentView> {
        self.people.iter().filter(|present| present.types)
    }
}
