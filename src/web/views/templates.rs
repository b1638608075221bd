//! Texts that are written often.

use askama::Template;

use super::{ChoiceView, FormErrors, Shell};
use crate::locale::Locale;

/// The list that opens over the composer.
#[derive(Clone, Debug, Template)]
#[template(path = "conversations/_templates.html")]
pub struct TemplatesView {
    pub t: Locale,
    pub templates: Vec<TemplateChoice>,
}

/// A template, filled in for one conversation.
#[derive(Clone, Debug)]
pub struct TemplateChoice {
    pub id: String,
    pub name: String,
    pub shortcut: String,
    pub lang: String,
    pub body: String,
}

/// `GET /settings/templates`
#[derive(Template)]
#[template(path = "settings/templates/index.html")]
pub struct TemplatesPage {
    pub shell: Shell,
    pub templates: Vec<TemplateRowView>,
}

#[derive(Clone, Debug)]
pub struct TemplateRowView {
    pub id: String,
    pub name: String,
    pub shortcut: String,
    /// Of one inbox; none for all of them.
    pub inbox: Option<String>,
    pub lang: String,
    pub body: String,
}

/// `GET /settings/templates/new` and `…/{id}/edit`, and again with what is wrong.
#[derive(Template)]
#[template(path = "settings/templates/form.html")]
pub struct TemplateFormPage {
    pub shell: Shell,
    pub id: Option<String>,
    pub name: String,
    pub shortcut: String,
    pub locale: String,
    pub body: String,
    pub inboxes: Vec<ChoiceView>,
    /// The fields a body may use: as written, and what stands there in the end.
    pub fields: Vec<ChoiceView>,
    pub errors: FormErrors,
}
