//! Many conversations chosen at once.

use askama::Template;

use super::{ChoiceView, PersonView, Shell, SnoozeChoice, TagView};
use crate::locale::Locale;

/// What can be done with the chosen rows of a list. Without scripts it stands
/// above the list all the time.
#[derive(Clone, Debug)]
pub struct BulkView {
    pub csrf: String,
    /// The list to come back to: `?view=mine`.
    pub back: String,
    pub team: Vec<PersonView>,
    pub teams: Vec<ChoiceView>,
    pub tags: Vec<TagView>,
    pub snooze_choices: Vec<SnoozeChoice>,
}

/// What became of them.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_selected.html")]
pub struct SelectedView {
    pub t: Locale,
    /// What was done to how many; `None` where it could be done to none.
    pub done: Option<String>,
    pub refused: Vec<RefusedView>,
}

/// One that could not be done.
#[derive(Clone, Debug)]
pub struct RefusedView {
    pub conversation_id: String,
    /// `None` where it is not there, or not for this user to know.
    pub name: Option<String>,
    pub why: String,
}

/// `POST /conversations/selection`
#[derive(Template)]
#[template(path = "conversations/selected.html")]
pub struct SelectedPage {
    pub shell: Shell,
    pub back: String,
    pub selected: SelectedView,
}
