//! Texts that are written often: made, changed and removed by administrators.

use crate::app::App;
use crate::domain::contact_field::folded;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::TemplateId;
use crate::domain::merge_field;
use crate::domain::segment::normalise_body;
use crate::domain::user::Caller;
use crate::locale::Locale;
use crate::store::audit::Object;
use crate::store::templates::{self, Template};
use crate::store::{contact_fields, inboxes, optional};

use super::{ActionError, Problem, access};

/// Characters of a name or a shortcut, and of a body: the longest text that any
/// route carries, twice.
const LONGEST_NAME: usize = 60;
const LONGEST_SHORTCUT: usize = 20;
const LONGEST_BODY: usize = 1_400;

/// Writes a template.
///
/// # Errors
/// `Invalid` names the field; a body with a place that no field is called by is
/// refused here and not when somebody is about to send it.
pub async fn save(app: &App, caller: Caller, template: Template) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    let template = checked(template)?;
    app.store
        .write(move |tx| {
            if let Some(inbox) = template.inbox_id {
                let unknown = || ActionError::invalid("inbox_id", Problem::Unknown);
                optional(inboxes::find(tx, inbox))?.ok_or_else(unknown)?;
            }
            let own = contact_fields::in_use(tx)?;
            let is_own = |name: &str| own.iter().any(|field| folded(&field.name) == name);
            if merge_field::unknown(&template.body, is_own).is_some() {
                return Err(ActionError::invalid("body", Problem::UnknownField));
            }
            let now = tx.now;
            let is_new = templates::save(tx, &template, now)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let action = if is_new { "template.add" } else { "template.change" };
            tx.audit(&caller.actor, action, Object::new("template", template.id.0));
            Ok(())
        })
        .await
}

pub async fn remove(app: &App, caller: Caller, id: TemplateId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            templates::delete(tx, id)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, "template.remove", Object::new("template", id.0));
            Ok(())
        })
        .await
}

fn checked(template: Template) -> Result<Template, ActionError> {
    let refuse = |field, problem| Err(ActionError::invalid(field, problem));
    let Template { name, shortcut, locale, body, .. } = &template;
    let (name, shortcut) = (name.trim().to_owned(), shortcut.trim().to_owned());
    let body = normalise_body(body).trim().to_owned();
    if name.is_empty() {
        return refuse("name", Problem::Missing);
    }
    if name.chars().count() > LONGEST_NAME {
        return refuse("name", Problem::TooLong);
    }
    // In clear in the database, where PostgreSQL takes no NUL.
    if name.contains(char::is_control) {
        return refuse("name", Problem::Malformed);
    }
    if shortcut.chars().count() > LONGEST_SHORTCUT {
        return refuse("shortcut", Problem::TooLong);
    }
    if shortcut.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
        return refuse("shortcut", Problem::Malformed);
    }
    if !locale.is_empty() && Locale::from_tag(locale).is_none() {
        return refuse("locale", Problem::Unknown);
    }
    if body.is_empty() {
        return refuse("body", Problem::Missing);
    }
    if body.chars().count() > LONGEST_BODY {
        return refuse("body", Problem::TooLong);
    }
    Ok(Template { name, shortcut, body, ..template })
}
