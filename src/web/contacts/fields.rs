//! What the house keeps of a customer in its own words.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use crate::actions::contact_fields as verbs;
use crate::app::App;
use crate::domain::contact_field::ContactField;
use crate::domain::id::{ContactId, ConversationId, FieldId};
use crate::locale::Locale;
use crate::store::{Db, StoreError, contact_fields as stored, contacts};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::see_other;
use crate::web::session::Session;
use crate::web::views::{FieldView, FieldsForm};
use crate::web::words;

/// `PUT /contacts/{id}/fields`: what was changed in the form. What others changed
/// meanwhile in other fields stays.
pub async fn update(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ContactId(path.into_inner());
    let sight = session.caller.sight.clone();
    let read = app.store.read(move |db| {
        if !contacts::is_seen(db, &sight, id)? {
            return Err(StoreError::NotFound);
        }
        Ok((contacts::person_of(db, id)?, stored::in_use(db)?))
    });
    let (person, in_use) = read.await?;
    let (mut typed, mut errors) = (HashMap::new(), HashMap::new());
    for field in &in_use {
        let Some(value) = changed(&fields, field.id) else { continue };
        if let Err(problem) = verbs::check(field, value) {
            let why = words::problem(session.locale(), "field", problem);
            errors.insert(field.id, (value.to_owned(), why));
        }
        typed.insert(field.id, value.to_owned());
    }
    if !errors.is_empty() && session.user.role.may_answer() {
        let form = form(&app, &session, person, None).await?;
        let form = form.map(|form| marked(form, &fields, &errors));
        return super::page(&app, session, person, super::Shown { form, ..Default::default() })
            .await;
    }
    verbs::set(&app, session.caller, id, typed).await?;
    let back: Option<ConversationId> = fields.get("conversation").parse().ok();
    Ok(match back {
        Some(conversation) => see_other(&format!("/conversations/{conversation}/about")),
        None => see_other(&format!("/contacts/{person}")),
    })
}

/// The form with what stands in it; `None` where there is nothing to fill in, or
/// not for this reader.
pub async fn form(
    app: &App,
    session: &Session,
    contact: ContactId,
    conversation: Option<ConversationId>,
) -> Result<Option<FieldsForm>, WebError> {
    if !session.user.role.may_answer() {
        return Ok(None);
    }
    let t = session.locale();
    let read = app.store.read(move |db| {
        let person = contacts::person_of(db, contact)?;
        all(db, t, person)
    });
    let fields: Vec<FieldView> = read.await?;
    Ok((!fields.is_empty()).then(|| FieldsForm {
        t,
        csrf: session.csrf.clone(),
        contact_id: contact.to_string(),
        conversation_id: conversation.map(|id| id.to_string()),
        fields,
    }))
}

/// The fields in use that are filled in for a person.
pub fn known(db: &mut Db, t: Locale, person: ContactId) -> Result<Vec<FieldView>, StoreError> {
    let mut fields = all(db, t, person)?;
    fields.retain(|field| !field.value.is_empty());
    Ok(fields)
}

fn all(db: &mut Db, t: Locale, person: ContactId) -> Result<Vec<FieldView>, StoreError> {
    let in_use = stored::in_use(db)?;
    if in_use.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = stored::of_person(db, person)?;
    let view = |field: ContactField| {
        let value = values.remove(&field.id).unwrap_or_default();
        let mut choices = field.choices;
        if !value.is_empty() && !choices.contains(&value) {
            choices.push(value.clone());
        }
        FieldView {
            id: field.id.to_string(),
            name: field.name,
            kind: field.kind,
            choices,
            shown: field.kind.written(&value, t == Locale::Ja),
            value,
            typed: None,
            error: None,
        }
    };
    Ok(in_use.into_iter().map(view).collect())
}

/// What was typed into a field, if that is not what stood there.
fn changed(fields: &Fields, id: FieldId) -> Option<&str> {
    let name = format!("field-{id}");
    let typed = fields.has(&name).then(|| fields.get(&name))?;
    (typed.trim() != fields.get(&format!("was-{id}"))).then_some(typed)
}

/// The form as it was sent, with what is wrong in it.
fn marked(
    mut form: FieldsForm,
    fields: &Fields,
    errors: &HashMap<FieldId, (String, String)>,
) -> FieldsForm {
    for field in &mut form.fields {
        let Ok(id) = field.id.parse::<FieldId>() else { continue };
        field.typed = changed(fields, id).map(str::to_owned);
        field.error = errors.get(&id).map(|(_, why)| why.clone());
    }
    form
}
