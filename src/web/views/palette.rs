//! The command palette.

use askama::Template;

use super::ListTab;
use crate::locale::Locale;

/// The dialog of Ctrl+K: actions, places, conversations.
#[derive(Clone, Debug, Template)]
#[template(path = "layouts/_palette.html")]
pub struct PaletteView {
    pub t: Locale,
    /// Its words are found as well: whoever types a Latin word need not convert it.
    pub other: Locale,
    pub tabs: Vec<ListTab>,
    pub recent: Vec<PaletteRowView>,
    pub may_answer: bool,
    pub may_administer: bool,
    pub simulator: bool,
}

/// A conversation to go to.
#[derive(Clone, Debug)]
pub struct PaletteRowView {
    pub href: String,
    pub name: String,
    /// The inbox it is in.
    pub of: String,
}

/// Something that a key does as well, where the element it needs is on the page.
#[derive(Clone, Copy, Debug)]
pub struct ActionView {
    pub key: &'static str,
    pub needs: &'static str,
    pub label: &'static str,
    pub words: &'static str,
}

impl PaletteView {
    /// What can be done with the conversation that is open.
    pub fn actions(&self) -> Vec<ActionView> {
        let (t, other) = (self.t, self.other);
        let both = |label: fn(Locale) -> &'static str| (label(t), label(other));
        let answering = [
            ("r", "#composer .send, #composer [value=reply]", both(|t| t.help_reply())),
            ("n", "#composer", both(|t| t.help_note())),
            ("i", ".th:not(.mine) .take", both(|t| t.help_take())),
            ("a", "#assign-menu", both(|t| t.help_assign())),
            ("s", "#snooze-menu", both(|t| t.help_snooze())),
            ("t", "#tag-menu", both(|t| t.help_tag())),
            ("!", ".side [data-act=help]:not([name])", both(|t| t.side_help_ask())),
            ("e", ".th .close-it, .th .reopen", both(|t| t.help_close())),
            ("E", ".th .close-it", both(|t| t.help_close_next())),
        ];
        let reading = [
            ("u", "main.thread .msgs", both(|t| t.help_unread())),
            ("l", "main.thread .msgs", both(|t| t.help_latest())),
            ("d", "#jump-menu", both(|t| t.thread_jump())),
            ("?", "body", both(|t| t.help_title())),
        ];
        let answering = answering.into_iter().filter(|_| self.may_answer);
        let all = answering.chain(reading);
        all.map(|(key, needs, (label, words))| ActionView { key, needs, label, words }).collect()
    }
}
