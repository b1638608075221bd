//! What the house keeps of its customers, where it is shown, written and named.

use askama::Template;

use super::{FormErrors, Shell};
use crate::domain::contact_field::FieldKind;
use crate::locale::Locale;

/// A field of one customer.
#[derive(Clone, Debug)]
pub struct FieldView {
    pub id: String,
    pub name: String,
    pub kind: FieldKind,
    /// What can be chosen; a value that is no longer offered is among them.
    pub choices: Vec<String>,
    /// As it is kept; empty where there is none.
    pub value: String,
    /// As people read it.
    pub shown: String,
    /// What was typed, where it could not be kept.
    pub typed: Option<String>,
    pub error: Option<String>,
}

impl FieldView {
    fn in_form(&self) -> &str {
        self.typed.as_deref().unwrap_or(&self.value)
    }
}

/// The form that writes them: of the customer's page, or of a conversation's.
#[derive(Clone, Debug, Template)]
#[template(path = "contacts/_fields.html")]
pub struct FieldsForm {
    pub t: Locale,
    pub csrf: String,
    pub contact_id: String,
    /// Where it leads back to, if not to the customer's page.
    pub conversation_id: Option<String>,
    pub fields: Vec<FieldView>,
}

impl FieldsForm {
    pub fn has_errors(&self) -> bool {
        self.fields.iter().any(|field| field.error.is_some())
    }
}

/// `GET /settings/fields`
#[derive(Template)]
#[template(path = "settings/fields/index.html")]
pub struct ContactFieldsPage {
    pub shell: Shell,
    pub fields: Vec<ContactFieldRowView>,
}

#[derive(Clone, Debug)]
pub struct ContactFieldRowView {
    pub id: String,
    pub name: String,
    pub kind: FieldKind,
    pub position: i32,
    pub archived: bool,
}

/// `GET /settings/fields/new` (POST `/settings/fields`) and `GET /settings/fields/{id}/edit`
/// (PUT `/settings/fields/{id}`, POST·DELETE `…/archival`).
#[derive(Template)]
#[template(path = "settings/fields/form.html")]
pub struct ContactFieldFormPage {
    pub shell: Shell,
    pub id: Option<String>,
    pub name: String,
    pub kind: FieldKind,
    /// One a line.
    pub choices: String,
    pub position: String,
    pub archived: bool,
    pub errors: FormErrors,
}

impl ContactFieldFormPage {
    fn is_kind(&self, kind: &FieldKind) -> bool {
        self.kind == *kind
    }

    fn kind_label(&self, kind: &FieldKind) -> &'static str {
        self.shell.t.field_kind(*kind)
    }

    fn may_choose(&self) -> bool {
        self.id.is_none() || self.kind == FieldKind::Choice
    }
}
