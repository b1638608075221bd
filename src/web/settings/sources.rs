//! Job boards and applicant systems that send applications.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, house_times, saved, status_of};
use crate::actions::ActionError;
use crate::actions::Problem;
use crate::actions::applications::sources as verbs;
use crate::app::App;
use crate::domain::id::ApplicationSourceId;
use crate::store::applications::sources::{self, Source};
use crate::store::{StoreError, inboxes};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::views::{ChoiceView, FormErrors, SourceRowView, SourcesPage};
use crate::web::words;

const LIST: &str = "/settings/sources";

/// `GET /settings/sources`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    page(&app, &session, &request, None, &Fields::default(), FormErrors::none()).await
}

/// `POST /settings/sources`: the answer itself shows the secret, this once.
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let name = fields.get("name").to_owned();
    let made = match fields.get("inbox_id").parse() {
        Ok(inbox) => verbs::add(&app, session.caller.clone(), name, inbox).await,
        Err(_) => Err(ActionError::invalid("inbox_id", Problem::Missing)),
    };
    match made {
        Ok((_, secret)) => {
            let (none, errors) = (Fields::default(), FormErrors::none());
            page(&app, &session, &request, Some(secret), &none, errors).await
        }
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            page(&app, &session, &request, None, &fields, errors).await
        }
    }
}

/// `DELETE /settings/sources/{id}`
pub async fn remove(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    verbs::remove(&app, session.caller, ApplicationSourceId(path.into_inner())).await?;
    Ok(saved(LIST))
}

async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    fresh: Option<String>,
    typed: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = frame(app, session, request).await?;
    let times = house_times(app, t).await?;
    let read = app.store.read(|db| Ok::<_, StoreError>((sources::all(db)?, inboxes::all(db)?)));
    let (all, inboxes) = read.await?;
    let row = |source: &Source| SourceRowView {
        id: source.id.to_string(),
        name: source.name.clone(),
        inbox: inboxes
            .iter()
            .find(|inbox| inbox.id == source.inbox)
            .map(|inbox| inbox.name.clone())
            .unwrap_or_default(),
        url: app.config.web.public_url.join(&format!("/hooks/applications/{}", source.token)),
        created: times.day(source.created_at),
    };
    let choice = |inbox: &inboxes::Inbox| {
        let value = inbox.id.to_string();
        ChoiceView { chosen: value == typed.get("inbox_id"), value, label: inbox.name.clone() }
    };
    let page = SourcesPage {
        shell,
        sources: all.iter().map(row).collect(),
        fresh,
        name: typed.get("name").to_owned(),
        inboxes: inboxes.iter().map(choice).collect(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}
