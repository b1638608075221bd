//! Days of a calendar that are unlike others.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use uuid::Uuid;

use super::{as_fields, find, form, page_of};
use crate::actions::calendars::{self as verbs, WantedDays};
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::id::CalendarId;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::see_other;
use crate::web::session::Admin;
use crate::web::words;

/// `POST /settings/calendars/{id}/days`: one day, or those up to another.
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let calendar = find(&app, CalendarId(path.into_inner())).await?;
    let refused = match wanted(&fields) {
        Ok(wanted) => {
            match verbs::set_days(&app, session.caller.clone(), calendar.id, wanted).await {
                Ok(()) => return Ok(see_other(&told(calendar.id))),
                Err(error) => error,
            }
        }
        Err(refused) => refused,
    };
    let errors = words::form_errors(session.locale(), refused, &[])?;
    let mut shown = as_fields(&calendar);
    for field in ["day", "last_day", "day_name", "day_hours"] {
        shown.set(field, fields.get(field));
    }
    form(&app, &session, &request, Some(calendar), &shown, errors).await
}

/// `DELETE /settings/calendars/{id}/days/{day}`
pub async fn remove(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<(Uuid, NaiveDate)>,
) -> Result<HttpResponse, WebError> {
    let (id, day) = path.into_inner();
    let id = CalendarId(id);
    verbs::unset_day(&app, session.caller, id, day).await?;
    Ok(see_other(&told(id)))
}

fn told(id: CalendarId) -> String {
    format!("{}?{}#days", page_of(id), super::super::SAVED)
}

fn wanted(fields: &Fields) -> Result<WantedDays, ActionError> {
    let day = |field| {
        let problem =
            if fields.filled(field).is_none() { Problem::Missing } else { Problem::Malformed };
        fields
            .get(field)
            .trim()
            .parse::<NaiveDate>()
            .map_err(|_no_day| ActionError::invalid(field, problem))
    };
    let first = day("day")?;
    let last = if fields.filled("last_day").is_some() { day("last_day")? } else { first };
    Ok(WantedDays {
        first,
        last,
        name: fields.get("day_name").to_owned(),
        hours: fields.get("day_hours").to_owned(),
    })
}
