//! Pages that texts may lead to, by name: part of the page of short links.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{links, saved};
use crate::actions::link_places::{self as verbs, NewDestination};
use crate::app::App;
use crate::store::ids::RowId;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::session::Admin;
use crate::web::words;

const LIST: &str = "/settings/links";

/// `POST /settings/destinations`
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let new = NewDestination {
        name: fields.get("name").to_owned(),
        url: fields.get("url").trim().to_owned(),
        days: fields.get("link_days").to_owned(),
    };
    match verbs::add(&app, session.caller.clone(), new).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            links::page(&app, &session, &request, &fields, errors).await
        }
    }
}

/// `DELETE /settings/destinations/{id}`
pub async fn remove(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    verbs::remove(&app, session.caller, RowId(path.into_inner())).await?;
    Ok(saved(LIST))
}
