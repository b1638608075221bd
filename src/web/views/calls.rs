//! A call that led to a text, in the timeline.

use askama::Template;

use super::{CaseLineView, LinesView, MessageView, TimeView};
use crate::locale::Locale;

/// The line above the text that a caller was sent; live.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_call.html")]
pub struct CallLineView {
    pub t: Locale,
    pub id: String,
    /// As with a message.
    pub revision: i64,
    /// Just before its text.
    pub sort: i64,
    pub at: TimeView,
    /// What the call was about.
    pub topic: String,
    /// The menu and the key: `main-1`.
    pub menu: String,
    /// Nobody has proved that the number is the caller's.
    pub typed: bool,
    /// What became of the link of its text, where there is one.
    pub link: Option<String>,
}

/// What stands above a text.
impl LinesView {
    pub(super) fn begun_by(&self, message: &MessageView) -> impl Iterator<Item = &CaseLineView> {
        let id = message.id.clone();
        self.cases.iter().filter(move |(above, _)| *above == id).map(|(_, case)| case)
    }

    pub(super) fn leading_to(&self, message: &MessageView) -> impl Iterator<Item = &CallLineView> {
        let id = message.id.clone();
        self.calls.iter().filter(move |(text, _)| *text == id).map(|(_, call)| call)
    }
}
