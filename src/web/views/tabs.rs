//! The views of the list, as tabs.

use crate::locale::Locale;

/// Which conversations the list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListTab {
    /// Open and assigned to me.
    Mine,
    /// Open and nobody's.
    Unassigned,
    /// Open and waiting for an answer.
    Waiting,
    /// Where a note calls me.
    Mentions,
    /// Open and the work of a team I am in; not shown to who is in none.
    Teams,
    Snoozed,
    /// Everything that is not closed.
    All,
    Closed,
}

/// A tab with the number of its conversations, where it is worth counting.
#[derive(Clone, Copy, Debug)]
pub struct TabView {
    pub tab: ListTab,
    pub count: Option<u32>,
}

impl ListTab {
    /// In the order of the page: those of the daily work, then those put away.
    pub const ALL: [Self; 8] = [
        Self::Mine,
        Self::Unassigned,
        Self::Waiting,
        Self::Mentions,
        Self::All,
        Self::Teams,
        Self::Snoozed,
        Self::Closed,
    ];

    /// The key that leads to it: Alt and its place among all of them, which is the
    /// same for everybody.
    pub fn key(self) -> String {
        let at = Self::ALL.iter().position(|tab| *tab == self);
        format!("Alt+{}", at.map_or(0, |at| at + 1))
    }

    /// The word of `?view=`, of element ids and of `data-view`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::Waiting => "waiting",
            Self::Mentions => "mentions",
            Self::Teams => "teams",
            Self::Snoozed => "snoozed",
            Self::All => "all",
            Self::Closed => "closed",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.word() == word)
    }

    /// Whether it stands in the menu behind the others.
    pub(super) fn is_put_away(self) -> bool {
        matches!(self, Self::Teams | Self::Snoozed | Self::Closed)
    }

    pub fn label(self, t: Locale) -> &'static str {
        match self {
            Self::Mine => t.tab_mine(),
            Self::Unassigned => t.tab_unassigned(),
            Self::Waiting => t.tab_waiting(),
            Self::Mentions => t.tab_mentions(),
            Self::Teams => t.tab_teams(),
            Self::Snoozed => t.tab_snoozed(),
            Self::All => t.tab_all(),
            Self::Closed => t.tab_closed(),
        }
    }
}
