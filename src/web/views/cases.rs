//! A span from open to closed, in the side panel and in the timeline.

use askama::Template;

use super::TimeView;
use crate::locale::Locale;

/// A span from open to closed.
#[derive(Clone, Debug)]
pub struct CaseView {
    pub opened: TimeView,
    pub closed: Option<TimeView>,
    pub closed_by: Option<String>,
}

/// The line above the first message of a case; it says how the case ended as soon
/// as it did. Live.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_case.html")]
pub struct CaseLineView {
    pub t: Locale,
    pub id: String,
    /// As with a message.
    pub revision: i64,
    /// Just before its first message.
    pub sort: i64,
    pub span: CaseView,
}
