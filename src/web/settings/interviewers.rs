//! Interviewers, and how their own calendars are. Administrators keep everybody's, each
//! user their own; anybody else's is not found.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, house_times, saved, status_of};
use crate::actions::{ActionError, interviewers as verbs};
use crate::app::App;
use crate::calendars::FetchError;
use crate::config::Secret;
use crate::domain::appointment::own_calendar::CalendarKind;
use crate::domain::id::InterviewerId;
use crate::locale::Locale;
use crate::store::interviewer_calendars::{self, InterviewerCalendar};
use crate::store::interviewers::Interviewer;
use crate::store::{StoreError, interviewer_feeds, interviewers};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::Session;
use crate::web::times::Times;
use crate::web::views::{
    ChoiceView, FormErrors, InterviewerPage, InterviewerRowView, InterviewersPage, OwnCalendarView,
};
use crate::web::words;

pub mod calendars;
pub mod feeds;

const LIST: &str = "/settings/interviewers";

/// `GET /settings/interviewers`
pub async fn index(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    list(&app, &session, &request, &Fields::default(), FormErrors::none()).await
}

/// `POST /settings/interviewers`: somebody more; who does not administer the house names
/// nobody but themselves.
pub async fn create(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let caller = session.caller.clone();
    let added = match fields.has("own") || !session.user.role.may_administer() {
        true => verbs::join(&app, caller).await,
        false => verbs::add(&app, caller, fields.get("email"), fields.get("name")).await,
    };
    match added {
        Ok(id) => Ok(saved(&of(id))),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            list(&app, &session, &request, &fields, errors).await
        }
    }
}

/// `GET /settings/interviewers/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = InterviewerId(path.into_inner());
    let (typed, errors) = (Fields::default(), FormErrors::none());
    page(&app, &session, &request, id, Shown { fresh: None, typed: &typed, errors }).await
}

/// `PUT /settings/interviewers/{id}`
pub async fn update(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = InterviewerId(path.into_inner());
    match verbs::rename(&app, session.caller.clone(), id, fields.get("name")).await {
        Ok(()) => Ok(saved(&of(id))),
        Err(error) => refused(&app, &session, &request, id, &fields, error).await,
    }
}

/// `DELETE /settings/interviewers/{id}`
pub async fn remove(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = InterviewerId(path.into_inner());
    match verbs::remove(&app, session.caller.clone(), id).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error) => refused(&app, &session, &request, id, &Fields::default(), error).await,
    }
}

async fn refused(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: InterviewerId,
    typed: &Fields,
    error: ActionError,
) -> Result<HttpResponse, WebError> {
    let errors = words::form_errors(session.locale(), error, &[])?;
    page(app, session, request, id, Shown { fresh: None, typed, errors }).await
}

/// The page of an interviewer.
fn of(id: InterviewerId) -> String {
    format!("{LIST}/{id}/edit")
}

async fn list(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    typed: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let shell = frame(app, session, request).await?;
    let (t, caller) = (session.locale(), session.caller.clone());
    let read = app.store.read(move |db| {
        let people = verbs::kept(db, &caller)?;
        let ids: Vec<InterviewerId> = people.iter().map(|one| one.id).collect();
        Ok::<_, StoreError>((people, interviewer_calendars::of(db, &ids)?))
    });
    let (people, calendars) = read.await?;
    let page = InterviewersPage {
        shell,
        is_one: people.iter().any(|one| one.user == Some(session.user.id)),
        interviewers: people.iter().map(|one| row(t, one, &calendars)).collect(),
        name: typed.get("name").to_owned(),
        email: typed.get("email").to_owned(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn row(t: Locale, one: &Interviewer, calendars: &[InterviewerCalendar]) -> InterviewerRowView {
    let theirs = || calendars.iter().filter(|calendar| calendar.interviewer == one.id);
    let is_bad = theirs().any(|calendar| calendar.condition.error.is_some());
    let is_new = theirs().any(|calendar| calendar.condition.fetched_at.is_none());
    InterviewerRowView {
        id: one.id.to_string(),
        name: name_of(one),
        email: one.email.clone(),
        state: match () {
            () if is_bad => t.interviewers_state_bad(),
            () if theirs().next().is_none() => t.interviewers_state_none(),
            () if is_new => t.interviewers_state_new(),
            () => t.interviewers_state_good(),
        },
        is_bad,
    }
}

fn name_of(one: &Interviewer) -> String {
    one.name.clone().unwrap_or_else(|| one.email.clone())
}

/// What the page shows of the last form.
struct Shown<'a> {
    fresh: Option<String>,
    typed: &'a Fields,
    errors: FormErrors,
}

async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: InterviewerId,
    shown: Shown<'_>,
) -> Result<HttpResponse, WebError> {
    let (t, caller) = (session.locale(), session.caller.clone());
    let read = app.store.read(move |db| {
        let one = verbs::find(db, &caller, id)?;
        let calendars = interviewer_calendars::of(db, &[id])?;
        let feeds = interviewer_feeds::made(db, &[id])?;
        Ok::<_, StoreError>((one, calendars, feeds, interviewers::is_met(db, id)?))
    });
    let (one, calendars, feeds, is_met) = read.await?;
    let times = house_times(app, t).await?;
    let typed = shown.typed;
    let kind = |kind: CalendarKind| ChoiceView {
        value: kind.word().to_owned(),
        label: kind_of(t, kind).to_owned(),
        chosen: typed.get("kind") == kind.word(),
    };
    let page = InterviewerPage {
        shell: frame(app, session, request).await?,
        id: id.to_string(),
        name: name_of(&one),
        own_name: match typed.has("name") {
            true => typed.get("name").to_owned(),
            false => one.name.clone().unwrap_or_default(),
        },
        is_met,
        email: one.email,
        calendars: calendars.iter().map(|one| calendar(t, &times, one)).collect(),
        fresh: shown.fresh,
        feed_made: feeds.get(&id).map(|at| times.day(*at)),
        kinds: CalendarKind::ALL.iter().copied().map(kind).collect(),
        url: typed.get("url").to_owned(),
        user: typed.get("user").to_owned(),
        errors: shown.errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn calendar(t: Locale, times: &Times, one: &InterviewerCalendar) -> OwnCalendarView {
    let condition = &one.condition;
    let fetched = condition.fetched_at.map(|at| times.full(at).shown);
    OwnCalendarView {
        id: one.id.to_string(),
        kind: kind_of(t, one.whereabouts.kind),
        place: Secret::new(&one.whereabouts.url).shown_as_address(),
        trouble: condition.error.as_deref().map(|word| trouble(t, word)),
        state: match (fetched, &condition.error) {
            (Some(time), None) => t.interviewers_read_at(time),
            (Some(time), Some(_)) => t.interviewers_kept(time),
            (None, None) => t.interviewers_state_new().to_owned(),
            (None, Some(_)) => t.interviewers_never().to_owned(),
        },
        unread: (condition.unread > 0).then(|| t.interviewers_unread(condition.unread)),
    }
}

fn kind_of(t: Locale, kind: CalendarKind) -> &'static str {
    match kind {
        CalendarKind::Feed => t.interviewers_kind_feed(),
        CalendarKind::CalDav => t.interviewers_kind_caldav(),
    }
}

/// What keeps a calendar from being read, and what its owner can do about it. A word of a
/// newer version says at least that something does.
fn trouble(t: Locale, word: &str) -> &'static str {
    match FetchError::from_word(word).unwrap_or(FetchError::Refused) {
        FetchError::Address => t.interviewers_error_address(),
        FetchError::Unreachable => t.interviewers_error_unreachable(),
        FetchError::NotFound => t.interviewers_error_not_found(),
        FetchError::SignIn => t.interviewers_error_sign_in(),
        FetchError::Later => t.interviewers_error_later(),
        FetchError::Refused => t.interviewers_error_refused(),
        FetchError::TooLong => t.interviewers_error_too_long(),
        FetchError::NoCalendar => t.interviewers_error_no_calendar(),
        FetchError::CutOff => t.interviewers_error_cut_off(),
    }
}
