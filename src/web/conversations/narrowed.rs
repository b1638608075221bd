//! Which list stands beside a thread.

use super::tab_of;
use crate::domain::id::{InboxId, TagId};
use crate::web::form::Fields;
use crate::web::session::Session;
use crate::web::views::ListTab;

/// A view, and what it is narrowed to.
#[derive(Clone, Copy, Debug)]
pub struct Narrowed {
    pub tab: ListTab,
    pub inbox: Option<InboxId>,
    pub tag: Option<TagId>,
}

impl Narrowed {
    pub fn to(tab: ListTab) -> Self {
        Self { tab, inbox: None, tag: None }
    }

    /// From the words of an address; what is no id is no filter.
    pub fn read(
        session: &Session,
        view: Option<&str>,
        inbox: Option<&str>,
        tag: Option<&str>,
    ) -> Self {
        Self {
            tab: tab_of(view, session),
            inbox: inbox.and_then(|id| id.parse().ok()),
            tag: tag.and_then(|id| id.parse().ok()),
        }
    }

    /// What [`Narrowed::query`] wrote into a form; `None` if it is not there.
    pub fn of_form(session: &Session, fields: &Fields) -> Option<Self> {
        let back = fields.filled("back")?.trim_start_matches('?');
        let back = Fields::parse(back.as_bytes());
        let word = |name| back.filled(name);
        Some(Self::read(session, word("view"), word("inbox"), word("tag")))
    }

    /// `?view=mine&inbox=…&tag=…`
    pub fn query(&self) -> String {
        let inbox = self.inbox.map(|id| format!("&inbox={id}")).unwrap_or_default();
        let tag = self.tag.map(|id| format!("&tag={id}")).unwrap_or_default();
        format!("?view={}{inbox}{tag}", self.tab.word())
    }
}
