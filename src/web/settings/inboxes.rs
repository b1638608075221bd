//! The queues and their rules.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{count, frame, saved, status_of};
use crate::actions::{ActionError, Problem, settings};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::id::InboxId;
use crate::domain::phone_number;
use crate::store::inboxes::{self, Inbox};
use crate::store::{StoreError, calendars, organization, senders, users};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html, html_with};
use crate::web::session::{Admin, Session};
use crate::web::views::{ChoiceView, FormErrors, InboxFormPage, InboxRowView, InboxesPage};
use crate::web::words;

const LIST: &str = "/settings/inboxes";
/// What set-up proposes too (ui.md 4.5).
const UNDO_SECONDS: i32 = 5;

/// `GET /settings/inboxes`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let shell = frame(&app, &session, &request).await?;
    let inboxes = app
        .store
        .read(|db| {
            let mut memberships = Vec::new();
            for user in users::all(db)?.iter().filter(|user| user.disabled_at.is_none()) {
                memberships.extend(users::inboxes_of(db, user.id)?);
            }
            let senders = senders::all(db)?;
            let row = |inbox: Inbox| InboxRowView {
                id: inbox.id.to_string(),
                name: inbox.name,
                members: count(memberships.iter().filter(|id| **id == inbox.id)),
                senders: senders
                    .iter()
                    .filter(|sender| sender.inbox_id == inbox.id)
                    .map(|sender| phone_number::shown(&sender.address))
                    .collect(),
            };
            Ok::<_, StoreError>(inboxes::all(db)?.into_iter().map(row).collect())
        })
        .await?;
    html(&InboxesPage { shell, inboxes })
}

/// `GET /settings/inboxes/new`: in the house's language and zone.
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let house = app.store.read(organization::find).await?.ok_or(WebError::NotFound)?;
    let inbox = Inbox {
        id: fresh_id(),
        name: String::new(),
        locale: house.locale,
        time_zone: house.time_zone,
        undo_seconds: UNDO_SECONDS,
        calendar_id: None,
    };
    form(&app, &session, &request, None, inbox, FormErrors::none()).await
}

/// `POST /settings/inboxes`
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    save(&app, &session, &request, None, &fields).await
}

/// `GET /settings/inboxes/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = InboxId(path.into_inner());
    let inbox = app.store.read(move |db| inboxes::find(db, id)).await?;
    form(&app, &session, &request, Some(id), inbox, FormErrors::none()).await
}

/// `PUT /settings/inboxes/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = InboxId(path.into_inner());
    // The verb would make what is not there.
    app.store.read(move |db| inboxes::find(db, id)).await?;
    save(&app, &session, &request, Some(id), &fields).await
}

async fn save(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: Option<InboxId>,
    fields: &Fields,
) -> Result<HttpResponse, WebError> {
    let undo_seconds = fields.get("undo_seconds").parse::<i32>();
    let inbox = Inbox {
        id: id.unwrap_or_else(fresh_id),
        name: fields.get("name").trim().to_owned(),
        locale: fields.get("locale").to_owned(),
        time_zone: fields.get("time_zone").trim().to_owned(),
        undo_seconds: *undo_seconds.as_ref().unwrap_or(&UNDO_SECONDS),
        calendar_id: fields.get("calendar_id").parse().ok(),
    };
    let refused = match undo_seconds {
        Err(_) => ActionError::invalid("undo_seconds", Problem::Malformed),
        Ok(_) => match settings::save_inbox(app, session.caller.clone(), inbox.clone()).await {
            Ok(()) => return Ok(saved(LIST)),
            Err(error) => error,
        },
    };
    let errors = words::form_errors(session.locale(), refused, &[("inbox", "name")])?;
    form(app, session, request, id, inbox, errors).await
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: Option<InboxId>,
    inbox: Inbox,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let calendars = app.store.read(calendars::all).await?.into_iter().map(|calendar| ChoiceView {
        value: calendar.id.to_string(),
        label: calendar.name,
        chosen: inbox.calendar_id == Some(calendar.id),
    });
    let page = InboxFormPage {
        calendars: calendars.collect(),
        shell: frame(app, session, request).await?,
        id: id.map(|id| id.to_string()),
        name: inbox.name,
        locale: inbox.locale,
        time_zone: inbox.time_zone,
        undo_seconds: inbox.undo_seconds.unsigned_abs(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}
