//! The secret address of an interviewer's feed: made, made anew, withdrawn.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{Shown, of, page};
use crate::actions::interviewers::feeds as verbs;
use crate::app::App;
use crate::domain::id::InterviewerId;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::session::Session;
use crate::web::settings::saved;
use crate::web::views::FormErrors;

/// `POST /settings/interviewers/{id}/feed`: the answer itself shows the address, this
/// once; led to another page, we would have to keep it.
pub async fn renew(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = InterviewerId(path.into_inner());
    let token = verbs::renew(&app, session.caller.clone(), id).await?;
    let fresh = Some(app.config.web.public_url.join(&token.path()));
    let shown = Shown { fresh, typed: &Fields::default(), errors: FormErrors::none() };
    page(&app, &session, &request, id, shown).await
}

/// `DELETE /settings/interviewers/{id}/feed`
pub async fn withdraw(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let id = InterviewerId(path.into_inner());
    verbs::withdraw(&app, session.caller, id).await?;
    Ok(saved(&of(id)))
}
