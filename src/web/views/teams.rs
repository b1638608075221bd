//! Teams.

use askama::Template;

use super::{ChoiceView, FormErrors, Shell};

/// `GET /settings/teams`
#[derive(Template)]
#[template(path = "settings/teams/index.html")]
pub struct TeamsPage {
    pub shell: Shell,
    pub teams: Vec<TeamRowView>,
}

#[derive(Clone, Debug)]
pub struct TeamRowView {
    pub id: String,
    pub name: String,
    pub members: u32,
    pub inboxes: Vec<String>,
}

/// `GET /settings/teams/new` (POST `/settings/teams`) and
/// `GET /settings/teams/{id}/edit` (PUT·DELETE `/settings/teams/{id}`).
#[derive(Template)]
#[template(path = "settings/teams/form.html")]
pub struct TeamFormPage {
    pub shell: Shell,
    /// Id and name as they are; `None` for a new one.
    pub stored: Option<(String, String)>,
    pub name: String,
    /// Field `member`, once for each chosen.
    pub members: Vec<ChoiceView>,
    /// Field `inbox`, once for each chosen.
    pub inboxes: Vec<ChoiceView>,
    pub errors: FormErrors,
}
