//! Who waits too long.

use askama::Template;

use super::{Shell, TimeView};
use crate::locale::Locale;

/// `GET /escalations`
#[derive(Template)]
#[template(path = "escalations/show.html")]
pub struct EscalationsPage {
    pub shell: Shell,
    pub board: BoardView,
}

/// One view of the board. Live: drawn anew as a whole.
#[derive(Clone, Debug, Template)]
#[template(path = "escalations/_board.html")]
pub struct BoardView {
    pub t: Locale,
    pub csrf: String,
    /// `overdue`, `soon`, `in_hand`, `solved`.
    pub view: &'static str,
    pub tabs: Vec<BoardTab>,
    /// Why what was asked for was not done.
    pub refusal: Option<String>,
    pub items: Vec<BoardItem>,
    /// Said where there are none.
    pub none: &'static str,
    pub may_answer: bool,
}

/// A view of a board, and how much is in it.
#[derive(Clone, Debug)]
pub struct BoardTab {
    pub word: &'static str,
    pub label: &'static str,
    pub count: usize,
    pub chosen: bool,
}

#[derive(Clone, Debug)]
pub struct BoardItem {
    /// Of the wait: a conversation may have several.
    pub id: String,
    pub conversation_id: String,
    pub name: String,
    pub inbox: String,
    /// Why it is here.
    pub what: &'static str,
    pub waited: Option<String>,
    pub assignee: Option<String>,
    /// The beginning of the last text.
    pub preview: String,
    pub told: Vec<BoardTold>,
    /// Whom the next step tells, and when.
    pub next: Option<String>,
    pub is_open: bool,
    pub may_take: bool,
    /// Fields of the form for the next step.
    pub source: &'static str,
    pub since: String,
}

/// A step that was taken.
#[derive(Clone, Debug)]
pub struct BoardTold {
    pub at: TimeView,
    pub text: String,
}
