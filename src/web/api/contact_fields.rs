//! What the house keeps of its customers, for programs.

use std::collections::{BTreeMap, HashMap};

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::body::json;
use super::conversations::ContactView;
use super::{ApiError, Call, List, Query, ok};
use crate::actions::contact_fields as verbs;
use crate::domain::contact_field::{ContactField, folded};
use crate::domain::id::{ContactId, FieldId};
use crate::store::contacts::{self, Contact};
use crate::store::{Db, StoreError, contact_fields};
use crate::web::error::WebError;

/// Values by the names of their fields.
pub type Named = BTreeMap<String, String>;

#[derive(Debug, Serialize)]
struct FieldView {
    id: Uuid,
    name: String,
    kind: &'static str,
    /// Only of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
}

/// `GET /contact_fields`: those in use, in their order.
pub async fn index(call: Call) -> HttpResponse {
    call.answer(async |asker| {
        Query::of(&asker.request)?.finish()?;
        let view = |field: ContactField| FieldView {
            id: field.id.0,
            name: field.name,
            kind: field.kind.word(),
            choices: field.choices,
        };
        let fields = asker.app.store.read(contact_fields::in_use).await?;
        let items: Vec<FieldView> = fields.into_iter().map(view).collect();
        ok(&List { items, next: None::<String> })
    })
    .await
}

/// `PUT /contacts/{id}/fields`: `{"会員番号": "A-1", "契約日": null}`. What is not
/// named stays as it is; null takes away.
pub async fn set(call: Call, id: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let id: ContactId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let Value::Object(members) = json(payload).await? else {
            return Err(ApiError::invalid("body", "malformed", "must be a JSON object"));
        };
        let sight = asker.caller.sight.clone();
        let read = asker.app.store.read(move |db| {
            if !contacts::is_seen(db, &sight, id)? {
                return Err(StoreError::NotFound);
            }
            contact_fields::in_use(db)
        });
        let in_use = read.await?;
        let mut typed: HashMap<FieldId, String> = HashMap::new();
        for (name, value) in members {
            let field = in_use.iter().find(|field| folded(&field.name) == folded(&name));
            let field = field.ok_or_else(|| ApiError::unknown("contact field", &name))?;
            let value = match value {
                Value::Null => String::new(),
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                _ => return Err(ApiError::misfit(&name, "malformed", "must be a string or null")),
            };
            verbs::check(field, &value)
                .map_err(|problem| ApiError::misfit(&name, problem.word(), &problem.to_string()))?;
            typed.insert(field.id, value);
        }
        verbs::set(&asker.app, asker.caller, id, typed).await?;
        let numbers = asker.numbers;
        let read = asker.app.store.read(move |db| {
            let person = contacts::person_of(db, id)?;
            let found = contacts::of_person(db, person)?.into_iter().next();
            let found = found.ok_or(StoreError::NotFound)?;
            let mut values = named(db, std::slice::from_ref(&found))?;
            Ok::<_, StoreError>(ContactView::new(
                found,
                numbers,
                values.remove(&person).unwrap_or_default(),
            ))
        });
        ok(&read.await?)
    })
    .await
}

/// What is kept of each of these, in fields that are in use.
pub fn named(db: &mut Db, of: &[Contact]) -> Result<HashMap<ContactId, Named>, StoreError> {
    let persons: Vec<ContactId> = of.iter().map(|contact| contact.person).collect();
    let values = contact_fields::of_persons(db, &persons)?;
    if values.is_empty() {
        return Ok(HashMap::new());
    }
    let in_use = contact_fields::in_use(db)?;
    let named = values.into_iter().map(|(person, values)| {
        let value =
            |field: &ContactField| Some((field.name.clone(), values.get(&field.id)?.clone()));
        (person, in_use.iter().filter_map(value).collect())
    });
    Ok(named.collect())
}
