//! When inboxes are open.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use uuid::Uuid;

use super::{frame, saved, status_of};
use crate::actions::ActionError;
use crate::actions::calendars::{self as verbs, WEEKDAYS, Wanted};
use crate::app::App;
use crate::domain::business_hours::write;
use crate::domain::calendar::Calendar;
use crate::domain::id::CalendarId;
use crate::store::inboxes::Inbox;
use crate::store::{Db, StoreError, calendars, inboxes, organization};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html, html_with, see_other};
use crate::web::session::{Admin, Session};
use crate::web::views::{
    CalendarFormPage, CalendarRowView, CalendarView, CalendarsPage, FormErrors,
};
use crate::web::words;

pub mod days;
mod preview;

const LIST: &str = "/settings/calendars";

/// `GET /settings/calendars`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let shell = frame(&app, &session, &request).await?;
    let (t, now) = (session.locale(), app.clock.now());
    let calendars = app
        .store
        .read(move |db| {
            let inboxes = inboxes::all(db)?;
            let row = |calendar: Calendar| CalendarRowView {
                id: calendar.id.to_string(),
                state: preview::state(t, &calendar, now),
                inboxes: names(&inboxes, calendar.id),
                name: calendar.name,
            };
            Ok::<_, StoreError>(calendars::all(db)?.into_iter().map(row).collect())
        })
        .await?;
    html(&CalendarsPage { shell, calendars })
}

/// `GET /settings/calendars/new`: the hours of an office, in the house's zone.
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let house = app.store.read(organization::find).await?.ok_or(WebError::NotFound)?;
    let mut fields = Fields::of(&[("time_zone", &house.time_zone)]);
    for weekday in &WEEKDAYS[..5] {
        fields.set(weekday, "09:00-18:00");
    }
    if house.time_zone == chrono_tz::Asia::Tokyo.name() {
        fields.set("keeps_holidays", "1");
    }
    form(&app, &session, &request, None, &fields, FormErrors::none()).await
}

/// `POST /settings/calendars`
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    save(&app, &session, &request, None, &fields).await
}

/// `GET /settings/calendars/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let calendar = find(&app, CalendarId(path.into_inner())).await?;
    let fields = as_fields(&calendar);
    form(&app, &session, &request, Some(calendar), &fields, FormErrors::none()).await
}

/// `PUT /settings/calendars/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let calendar = find(&app, CalendarId(path.into_inner())).await?;
    save(&app, &session, &request, Some(calendar), &fields).await
}

/// `DELETE /settings/calendars/{id}`
pub async fn remove(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let calendar = find(&app, CalendarId(path.into_inner())).await?;
    match verbs::remove(&app, session.caller.clone(), calendar.id).await {
        Ok(()) => Ok(saved(LIST)),
        Err(refused) => {
            let fields = as_fields(&calendar);
            let errors = words::form_errors(session.locale(), refused, &[])?;
            form(&app, &session, &request, Some(calendar), &fields, errors).await
        }
    }
}

async fn find(app: &App, id: CalendarId) -> Result<Calendar, WebError> {
    Ok(app.store.read(move |db| calendars::find(db, id)).await?)
}

/// What comes of a calendar is seen on its own page: there a form leads back.
fn page_of(id: CalendarId) -> String {
    format!("{LIST}/{id}/edit")
}

async fn save(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    calendar: Option<Calendar>,
    fields: &Fields,
) -> Result<HttpResponse, WebError> {
    let wanted = Wanted {
        id: calendar.as_ref().map(|calendar| calendar.id),
        name: fields.get("name").to_owned(),
        time_zone: fields.get("time_zone").to_owned(),
        week: WEEKDAYS.map(|weekday| fields.get(weekday).to_owned()),
        keeps_holidays: fields.has("keeps_holidays"),
    };
    let refused: ActionError = match verbs::save(app, session.caller.clone(), wanted).await {
        Ok(id) => return Ok(see_other(&format!("{}?{}#ahead", page_of(id), super::SAVED))),
        Err(error) => error,
    };
    let errors = words::form_errors(session.locale(), refused, &[])?;
    form(app, session, request, calendar, fields, errors).await
}

fn as_fields(calendar: &Calendar) -> Fields {
    let mut fields = Fields::of(&[("name", &calendar.name), ("time_zone", calendar.zone.name())]);
    for (weekday, hours) in WEEKDAYS.iter().zip(&calendar.week) {
        fields.set(weekday, &write(hours));
    }
    if calendar.keeps_holidays {
        fields.set("keeps_holidays", "1");
    }
    fields
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    calendar: Option<Calendar>,
    fields: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let (t, now) = (session.locale(), app.clock.now());
    let shell = frame(app, session, request).await?;
    let view = match calendar {
        Some(calendar) => {
            let read = move |db: &mut Db| stored(db, &calendar, t, now);
            Some(app.store.read(read).await?)
        }
        None => None,
    };
    let weekdays = WEEKDAYS.iter().enumerate();
    let page = CalendarFormPage {
        shell,
        stored: view,
        name: fields.get("name").to_owned(),
        time_zone: fields.get("time_zone").to_owned(),
        week: weekdays
            .map(|(n, field)| (*field, preview::weekday(t, n), fields.get(field).to_owned()))
            .collect(),
        keeps_holidays: fields.has("keeps_holidays"),
        day: fields.get("day").to_owned(),
        last_day: fields.get("last_day").to_owned(),
        day_name: fields.get("day_name").to_owned(),
        day_hours: fields.get("day_hours").to_owned(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

/// What a calendar that is there comes out as.
fn stored(
    db: &mut Db,
    calendar: &Calendar,
    t: crate::locale::Locale,
    now: chrono::DateTime<Utc>,
) -> Result<CalendarView, StoreError> {
    Ok(CalendarView {
        id: calendar.id.to_string(),
        name: calendar.name.clone(),
        state: preview::state(t, calendar, now),
        ahead: preview::ahead(t, calendar, now),
        days: preview::special_days(t, calendar, now),
        inboxes: names(&inboxes::all(db)?, calendar.id),
    })
}

fn names(inboxes: &[Inbox], id: CalendarId) -> Vec<String> {
    let own = inboxes.iter().filter(|inbox| inbox.calendar_id == Some(id));
    own.map(|inbox| inbox.name.clone()).collect()
}
