//! The words conversations are sorted by.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{behind, frame, position, saved, status_of};
use crate::actions::tags::{self as verbs, Wanted};
use crate::app::App;
use crate::domain::id::TagId;
use crate::domain::tag::TagColour;
use crate::store::tags::{self, Tag};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html, html_with};
use crate::web::session::{Admin, Session};
use crate::web::views::{FormErrors, TagFormPage, TagRowView, TagView, TagsPage};
use crate::web::words;

const LIST: &str = "/settings/tags";

/// `GET /settings/tags`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let shell = frame(&app, &session, &request).await?;
    let tags = app.store.read(tags::all).await?;
    let row = |tag: &Tag| TagRowView {
        tag: TagView::from(tag),
        position: tag.position,
        retired: tag.retired_at.is_some(),
    };
    html(&TagsPage { shell, tags: tags.iter().map(row).collect() })
}

/// `GET /settings/tags/new`: behind all others.
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let last = app.store.read(tags::all).await?.last().map(|tag| tag.position);
    form(&app, &session, &request, None, &behind(last), FormErrors::none()).await
}

/// `POST /settings/tags`
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    save(&app, &session, &request, None, &fields).await
}

/// `GET /settings/tags/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let tag = find(&app, TagId(path.into_inner())).await?;
    let fields = Fields::of(&[
        ("name", &tag.name),
        ("colour", tag.colour.word()),
        ("position", &tag.position.to_string()),
    ]);
    form(&app, &session, &request, Some(tag), &fields, FormErrors::none()).await
}

/// `PUT /settings/tags/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let tag = find(&app, TagId(path.into_inner())).await?;
    save(&app, &session, &request, Some(tag), &fields).await
}

/// `POST /settings/tags/{id}/retirement`
pub async fn retire(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    verbs::retire(&app, session.caller, TagId(path.into_inner()), true).await?;
    Ok(saved(LIST))
}

/// `DELETE /settings/tags/{id}/retirement`
pub async fn restore(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    verbs::retire(&app, session.caller, TagId(path.into_inner()), false).await?;
    Ok(saved(LIST))
}

async fn find(app: &App, id: TagId) -> Result<Tag, WebError> {
    Ok(app.store.read(move |db| tags::find(db, id)).await?)
}

async fn save(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    tag: Option<Tag>,
    fields: &Fields,
) -> Result<HttpResponse, WebError> {
    let wanted = |position| Wanted {
        id: tag.as_ref().map(|tag| tag.id),
        name: fields.get("name").to_owned(),
        colour: colour(fields),
        position,
    };
    let done = match position(fields).map(wanted) {
        Ok(wanted) => verbs::save(app, session.caller.clone(), wanted).await,
        Err(error) => Err(error),
    };
    let Err(refused) = done else { return Ok(saved(LIST)) };
    let errors = words::form_errors(session.locale(), refused, &[])?;
    form(app, session, request, tag, fields, errors).await
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    tag: Option<Tag>,
    fields: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let page = TagFormPage {
        shell: frame(app, session, request).await?,
        retired: tag.as_ref().is_some_and(|tag| tag.retired_at.is_some()),
        id: tag.map(|tag| tag.id.to_string()),
        name: fields.get("name").to_owned(),
        colour: colour(fields),
        position: fields.get("position").to_owned(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn colour(fields: &Fields) -> TagColour {
    TagColour::from_word(fields.get("colour")).unwrap_or_default()
}
