//! When an inbox writes to candidates by itself.

use askama::Template;

use super::{ChoiceView, FormErrors, Shell};
use crate::domain::appointment::policy::{
    LATEST_CALL, LATEST_FOLLOW_UP, SOONEST_CALL, SOONEST_FOLLOW_UP,
};

/// `GET /settings/inboxes/{id}/interviews`; PUT the same.
#[derive(Template)]
#[template(path = "settings/inboxes/interviews.html")]
pub struct InterviewsPage {
    pub shell: Shell,
    pub id: String,
    pub inbox: String,
    /// As the inbox has it.
    pub zone: String,
    /// Field `remind_eve`: an hour, or `none`.
    pub eves: Vec<ChoiceView>,
    /// Field `remind_day`.
    pub mornings: Vec<ChoiceView>,
    /// Fields `from` and `until`: hours.
    pub froms: Vec<ChoiceView>,
    pub untils: Vec<ChoiceView>,
    /// Field `follow_up`: hours, or nothing.
    pub follow_up: String,
    /// Field `call`: hours.
    pub call: String,
    pub errors: FormErrors,
}

impl InterviewsPage {
    /// From and to how many hours somebody may be asked again.
    fn asking(&self) -> (i64, i64) {
        (SOONEST_FOLLOW_UP.num_hours(), LATEST_FOLLOW_UP.num_hours())
    }

    /// From and to how many hours somebody may be called.
    fn calling(&self) -> (i64, i64) {
        (SOONEST_CALL.num_hours(), LATEST_CALL.num_hours())
    }
}
