//! Putting tags on a conversation, and taking them off.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::verbs::done;
use crate::actions::{ActionError, tags};
use crate::app::App;
use crate::domain::id::{ConversationId, TagId};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::refused;
use crate::web::session::Session;
use crate::web::words;

/// `POST /conversations/{id}/tags/{tag}`
pub async fn put_on(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<(Uuid, Uuid)>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let (id, tag) = path.into_inner();
    let id = ConversationId(id);
    match tags::put_on(&app, session.caller.clone(), id, TagId(tag)).await {
        Ok(_) => done(&session, &request, &fields, id),
        Err(ActionError::Invalid { field, problem }) => {
            let t = session.locale();
            refused(&request, t, words::problem(t, field, problem))
        }
        Err(error) => Err(error.into()),
    }
}

/// `DELETE /conversations/{id}/tags/{tag}`
pub async fn take_off(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<(Uuid, Uuid)>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let (id, tag) = path.into_inner();
    let id = ConversationId(id);
    tags::take_off(&app, session.caller.clone(), id, TagId(tag)).await?;
    done(&session, &request, &fields, id)
}
