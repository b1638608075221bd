//! An interviewer's calendars: connected, read at once, let go.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{of, refused};
use crate::actions::interviewers::calendars::{self as verbs, NewCalendar};
use crate::actions::interviewers::reading;
use crate::app::App;
use crate::domain::appointment::own_calendar::CalendarKind;
use crate::domain::id::{InterviewerCalendarId, InterviewerId};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::session::Session;
use crate::web::settings::saved;

/// How long somebody looks at a button they pressed; the reading goes on without them.
const PATIENCE: Duration = Duration::from_secs(8);

/// `POST /settings/interviewers/{id}/calendars`
pub async fn create(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = InterviewerId(path.into_inner());
    let new = NewCalendar {
        kind: CalendarKind::from_word(fields.get("kind")).unwrap_or_default(),
        url: fields.get("url").to_owned(),
        user: fields.get("user").to_owned(),
        password: fields.get("password").to_owned(),
    };
    match verbs::add(&app, session.caller.clone(), id, new).await {
        Ok(calendar) => {
            read_soon(&app, calendar).await;
            Ok(saved(&of(id)))
        }
        Err(error) => refused(&app, &session, &request, id, &fields, error).await,
    }
}

/// `POST /settings/interviewer_calendars/{id}/reading`
pub async fn read(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let calendar = InterviewerCalendarId(path.into_inner());
    let id = verbs::hasten(&app, session.caller, calendar).await?;
    read_soon(&app, calendar).await;
    Ok(saved(&of(id)))
}

/// `DELETE /settings/interviewer_calendars/{id}`
pub async fn remove(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let calendar = InterviewerCalendarId(path.into_inner());
    let id = verbs::remove(&app, session.caller, calendar).await?;
    Ok(saved(&of(id)))
}

/// Reads a calendar that is due while its owner looks on, as long as people do. What
/// goes wrong with it is its state; what goes wrong here is tried again by the job.
async fn read_soon(app: &web::Data<App>, calendar: InterviewerCalendarId) {
    let app = app.clone();
    let reading = actix_web::rt::spawn(async move {
        if let Err(error) = reading::run(&app, calendar).await {
            tracing::error!(%error, "a calendar is not read just now");
        }
    });
    let _ = actix_web::rt::time::timeout(PATIENCE, reading).await;
}
