//! What the house keeps of its customers beside name and number.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{behind, frame, position, saved, status_of};
use crate::actions::contact_fields::{self as verbs, Wanted};
use crate::app::App;
use crate::domain::contact_field::{ContactField, FieldKind};
use crate::domain::id::FieldId;
use crate::store::contact_fields as stored;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html, html_with};
use crate::web::session::{Admin, Session};
use crate::web::views::{ContactFieldFormPage, ContactFieldRowView, ContactFieldsPage, FormErrors};
use crate::web::words;

const LIST: &str = "/settings/fields";

/// `GET /settings/fields`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let shell = frame(&app, &session, &request).await?;
    let fields = app.store.read(stored::all).await?;
    let row = |field: ContactField| ContactFieldRowView {
        id: field.id.to_string(),
        name: field.name,
        kind: field.kind,
        position: field.position,
        archived: field.archived_at.is_some(),
    };
    html(&ContactFieldsPage { shell, fields: fields.into_iter().map(row).collect() })
}

/// `GET /settings/fields/new`: behind all others.
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let last = app.store.read(stored::all).await?.last().map(|field| field.position);
    form(&app, &session, &request, None, &behind(last), FormErrors::none()).await
}

/// `POST /settings/fields`
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    save(&app, &session, &request, None, &fields).await
}

/// `GET /settings/fields/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let field = find(&app, FieldId(path.into_inner())).await?;
    let fields = Fields::of(&[
        ("name", &field.name),
        ("choices", &field.choices.join("\n")),
        ("position", &field.position.to_string()),
    ]);
    form(&app, &session, &request, Some(field), &fields, FormErrors::none()).await
}

/// `PUT /settings/fields/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let field = find(&app, FieldId(path.into_inner())).await?;
    save(&app, &session, &request, Some(field), &fields).await
}

/// `POST /settings/fields/{id}/archival`
pub async fn archive(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    verbs::archive(&app, session.caller, FieldId(path.into_inner()), true).await?;
    Ok(saved(LIST))
}

/// `DELETE /settings/fields/{id}/archival`
pub async fn restore(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    verbs::archive(&app, session.caller, FieldId(path.into_inner()), false).await?;
    Ok(saved(LIST))
}

async fn find(app: &App, id: FieldId) -> Result<ContactField, WebError> {
    Ok(app.store.read(move |db| stored::find(db, id)).await?)
}

async fn save(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    field: Option<ContactField>,
    fields: &Fields,
) -> Result<HttpResponse, WebError> {
    let wanted = |position| Wanted {
        id: field.as_ref().map(|field| field.id),
        name: fields.get("name").to_owned(),
        kind: kind(fields),
        choices: fields.get("choices").lines().map(str::to_owned).collect(),
        position,
    };
    let done = match position(fields).map(wanted) {
        Ok(wanted) => verbs::save(app, session.caller.clone(), wanted).await,
        Err(error) => Err(error),
    };
    let Err(refused) = done else { return Ok(saved(LIST)) };
    let errors = words::form_errors(session.locale(), refused, &[])?;
    form(app, session, request, field, fields, errors).await
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    field: Option<ContactField>,
    fields: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let page = ContactFieldFormPage {
        shell: frame(app, session, request).await?,
        archived: field.as_ref().is_some_and(|field| field.archived_at.is_some()),
        kind: field.as_ref().map_or_else(|| kind(fields), |field| field.kind),
        id: field.map(|field| field.id.to_string()),
        name: fields.get("name").to_owned(),
        choices: fields.get("choices").to_owned(),
        position: fields.get("position").to_owned(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn kind(fields: &Fields) -> FieldKind {
    FieldKind::from_word(fields.get("kind")).unwrap_or_default()
}
