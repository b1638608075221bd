//! What an inbox answers by itself.

use askama::Template;

use super::{ChoiceView, FormErrors, Shell};
use crate::domain::automatic_reply::TALKING;

/// `GET /settings/inboxes/{id}/automatic_replies`; PUT the same.
#[derive(Template)]
#[template(path = "settings/inboxes/automatic_replies.html")]
pub struct AutomaticRepliesPage {
    pub shell: Shell,
    pub id: String,
    pub inbox: String,
    /// Without any, the inbox is never closed.
    pub has_hours: bool,
    /// Field `pause`: hours.
    pub pause: String,
    pub rules: Vec<AutomaticRuleView>,
    /// Field `mails`.
    pub mails: bool,
    /// Merge fields as they are written, with what they stand for.
    pub fields: Vec<ChoiceView>,
    pub errors: FormErrors,
}

/// A row: fields `when_N`, `words_N`, `body_N` and `order_N`.
#[derive(Clone, Debug)]
pub struct AutomaticRuleView {
    pub number: usize,
    /// `outside_hours`, `first_contact`, or where a word stands: `exact`, `prefix`,
    /// `contains`.
    pub when: String,
    pub words: String,
    pub body: String,
    pub order: String,
    /// Beside words, body.
    pub wrong: [Option<String>; 2],
}

impl AutomaticRepliesPage {
    /// What may be chosen, and how it is called.
    fn choices(&self) -> [(&'static str, &'static str); 5] {
        let t = self.shell.t;
        [
            ("outside_hours", t.automatic_outside_hours()),
            ("first_contact", t.automatic_first_contact()),
            ("exact", t.automatic_exact()),
            ("prefix", t.automatic_prefix()),
            ("contains", t.automatic_contains()),
        ]
    }

    fn talking(&self) -> i64 {
        TALKING.num_minutes()
    }
}
