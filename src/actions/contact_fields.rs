//! What the house keeps of its customers: the fields, and what stands in them.

use std::collections::HashMap;

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::contact_field::{
    self, ContactField, FieldKind, MOST, MOST_CHOICES, ValueProblem, folded,
};
use crate::domain::contact_sheet;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ContactId, FieldId};
use crate::domain::user::{Caller, Sight};
use crate::store::audit::Object;
use crate::store::{StoreError, Tx, contact_fields as fields, contacts, conversations};

use super::{ActionError, Problem, access};

/// A field as it is to be; without an id a new one.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: Option<FieldId>,
    pub name: String,
    /// Of a new one: what is kept already was read as its kind.
    pub kind: FieldKind,
    pub choices: Vec<String>,
    pub position: i32,
}

/// Makes a field, or changes one.
///
/// # Errors
/// `Invalid` names `name`, `choices` or `position`.
pub async fn save(app: &App, caller: Caller, wanted: Wanted) -> Result<FieldId, ActionError> {
    access::must_administer(&caller)?;
    if wanted.name.trim().is_empty() {
        return Err(ActionError::invalid("name", Problem::Missing));
    }
    if !contact_field::is_name(&wanted.name) || contact_sheet::is_heading(&wanted.name) {
        return Err(ActionError::invalid("name", Problem::Malformed));
    }
    if !(0..=9_999).contains(&wanted.position) {
        return Err(ActionError::invalid("position", Problem::Malformed));
    }
    app.store
        .write(move |tx| {
            let all = fields::all(tx)?;
            let name = wanted.name.trim().to_owned();
            let is_same = |field: &&ContactField| folded(&field.name) == folded(&name);
            if all.iter().filter(is_same).any(|field| Some(field.id) != wanted.id) {
                return Err(ActionError::invalid("name", Problem::Taken));
            }
            let before = wanted.id.map(|id| fields::find(tx, id)).transpose()?;
            let kind = before.as_ref().map_or(wanted.kind, |field| field.kind);
            let field = ContactField {
                id: wanted.id.unwrap_or_else(fresh_id),
                name,
                kind,
                choices: choices(kind, &wanted.choices)?,
                position: wanted.position,
                archived_at: before.as_ref().and_then(|field| field.archived_at),
            };
            let action = match before {
                Some(_) => {
                    fields::update(tx, &field)?;
                    "field.change"
                }
                None if all.len() >= MOST => {
                    return Err(ActionError::invalid("name", Problem::TooMany));
                }
                None => {
                    let now = tx.now;
                    fields::insert(tx, &field, now)?;
                    "field.add"
                }
            };
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, action, Object::new("field", field.id.0));
            Ok(field.id)
        })
        .await
}

/// No longer shows a field, or shows it again. What stands in it stays.
pub async fn archive(
    app: &App,
    caller: Caller,
    id: FieldId,
    archived: bool,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            let before = fields::find(tx, id)?;
            if before.archived_at.is_some() == archived {
                return Ok(());
            }
            let archived_at = archived.then_some(tx.now);
            fields::update(tx, &ContactField { archived_at, ..before })?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let action = if archived { "field.archive" } else { "field.restore" };
            tx.audit(&caller.actor, action, Object::new("field", id.0));
            Ok(())
        })
        .await
}

/// Keeps values of a person, all or none of them. An empty one takes away what was
/// there; a field that is not named stays as it is.
///
/// # Errors
/// `Invalid` names `field`; [`check`] says which beforehand.
pub async fn set(
    app: &App,
    caller: Caller,
    contact: ContactId,
    typed: HashMap<FieldId, String>,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            if !contacts::is_seen(tx, &caller.sight, contact)? {
                return Err(StoreError::NotFound.into());
            }
            if !caller.role.may_answer() {
                return Err(ActionError::Forbidden);
            }
            let person = contacts::person_of(tx, contact)?;
            if keep(tx, person, &typed)? {
                tell(tx, person)?;
                tx.audit(&caller.actor, "contact.fields", Object::new("contact", person.0));
            }
            Ok(())
        })
        .await
}

/// Writes what is not so already; whether anything was.
pub(super) fn keep(
    tx: &mut Tx,
    person: ContactId,
    typed: &HashMap<FieldId, String>,
) -> Result<bool, ActionError> {
    let (in_use, before, now) = (fields::in_use(tx)?, fields::of_person(tx, person)?, tx.now);
    let mut is_news = false;
    for (id, typed) in typed {
        let field = in_use.iter().find(|field| field.id == *id);
        let field = field.ok_or(ActionError::invalid("field", Problem::Unknown))?;
        let value =
            check(field, typed).map_err(|problem| ActionError::invalid("field", problem))?;
        if before.get(id).map_or("", String::as_str) != value {
            fields::set(tx, person, *id, &value, now)?;
            is_news = true;
        }
    }
    Ok(is_news)
}

/// What is known of a person is shown beside each of their conversations.
pub(super) fn tell(tx: &mut Tx, person: ContactId) -> Result<(), StoreError> {
    for thread in conversations::visible_of_person(tx, &Sight::All, person)? {
        let updated = EventKind::ConversationUpdated;
        tx.event(NewEvent::conversation(updated, thread.inbox_id, thread.id));
    }
    Ok(())
}

/// A value as it would be kept, or why it cannot.
pub fn check(field: &ContactField, typed: &str) -> Result<String, Problem> {
    field.kind.read(&field.choices, typed).map_err(Problem::from)
}

impl From<ValueProblem> for Problem {
    fn from(problem: ValueProblem) -> Self {
        match problem {
            ValueProblem::TooLong => Self::TooLong,
            ValueProblem::NotText => Self::Malformed,
            ValueProblem::NotADate => Self::NotADate,
            ValueProblem::NotAChoice => Self::NotAChoice,
            ValueProblem::NotANumber => Self::NotAFigure,
            ValueProblem::NotAnAddress => Self::NotAnAddress,
        }
    }
}

fn choices(kind: FieldKind, wanted: &[String]) -> Result<Vec<String>, ActionError> {
    if kind != FieldKind::Choice {
        return Ok(Vec::new());
    }
    let mut choices: Vec<String> = Vec::new();
    for choice in wanted.iter().map(|choice| choice.trim()).filter(|choice| !choice.is_empty()) {
        if choice.chars().count() > contact_field::LONGEST_NAME {
            return Err(ActionError::invalid("choices", Problem::TooLong));
        }
        if choice.contains(char::is_control) {
            return Err(ActionError::invalid("choices", Problem::Malformed));
        }
        if choices.iter().all(|known| folded(known) != folded(choice)) {
            choices.push(choice.to_owned());
        }
    }
    match choices.len() {
        0 => Err(ActionError::invalid("choices", Problem::Missing)),
        n if n > MOST_CHOICES => Err(ActionError::invalid("choices", Problem::TooMany)),
        _ => Ok(choices),
    }
}
