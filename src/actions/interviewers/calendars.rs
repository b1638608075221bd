//! An interviewer's own calendars are named, read on demand, and let go.

use crate::app::App;
use crate::domain::appointment::own_calendar::{CalendarKind, MOST_CALENDARS, SOONEST_AGAIN};
use crate::domain::id::{InterviewerCalendarId, InterviewerId};
use crate::domain::user::Caller;
use crate::store::interviewer_calendars::{self, InterviewerCalendar, Whereabouts};
use crate::store::{Db, StoreError};

use super::super::{ActionError, Problem};
use super::{find, record};

/// Characters of a name or a password on somebody's server.
const LONGEST_SIGN_IN: usize = 200;

/// A calendar as somebody typed it.
#[derive(Clone, Default)]
pub struct NewCalendar {
    pub kind: CalendarKind,
    pub url: String,
    pub user: String,
    pub password: String,
}

/// Goes by one more calendar of an interviewer's, as soon as it is read.
///
/// # Errors
/// `Invalid` names `url`, `user` or `password`; `url` is `NotReachable` where it leads
/// inside, which is the operator's to allow.
pub async fn add(
    app: &App,
    caller: Caller,
    interviewer: InterviewerId,
    new: NewCalendar,
) -> Result<InterviewerCalendarId, ActionError> {
    let whereabouts = checked(app, new);
    app.store
        .write(move |tx| {
            // Whoever may not know of them is told nothing of what they typed, either.
            find(tx, &caller, interviewer)?;
            let whereabouts = whereabouts
                .clone()
                .map_err(|(field, problem)| ActionError::invalid(field, problem))?;
            let known = interviewer_calendars::of(tx, &[interviewer])?;
            if known.len() >= MOST_CALENDARS {
                return Err(ActionError::invalid("url", Problem::TooMany));
            }
            if known.iter().any(|one| one.whereabouts.url == whereabouts.url) {
                return Err(ActionError::invalid("url", Problem::Taken));
            }
            let now = tx.now;
            let id = interviewer_calendars::insert(tx, interviewer, &whereabouts, now)?;
            record(tx, &caller, "interviewer.calendar_add", interviewer);
            Ok(id)
        })
        .await
}

fn checked(app: &App, new: NewCalendar) -> Result<Whereabouts, (&'static str, Problem)> {
    let url = new.url.trim().to_owned();
    let (user, password) = (new.user.trim().to_owned(), new.password);
    let is_long = |text: &str| text.chars().count() > LONGEST_SIGN_IN;
    if url.is_empty() {
        return Err(("url", Problem::Missing));
    }
    if !app.calendars.may_call(&url) {
        return Err(("url", Problem::NotReachable));
    }
    if new.kind == CalendarKind::Feed {
        return Ok(Whereabouts { kind: new.kind, url, user: None, password: None });
    }
    match () {
        () if user.is_empty() => Err(("user", Problem::Missing)),
        () if is_long(&user) => Err(("user", Problem::TooLong)),
        () if password.is_empty() => Err(("password", Problem::Missing)),
        () if is_long(&password) => Err(("password", Problem::TooLong)),
        () => Ok(Whereabouts { kind: new.kind, url, user: Some(user), password: Some(password) }),
    }
}

/// Goes by a calendar no longer: its owner is free but for what is booked here.
pub async fn remove(
    app: &App,
    caller: Caller,
    id: InterviewerCalendarId,
) -> Result<InterviewerId, ActionError> {
    app.store
        .write(move |tx| {
            let one = theirs(tx, &caller, id)?;
            interviewer_calendars::remove(tx, id)?;
            record(tx, &caller, "interviewer.calendar_remove", one.interviewer);
            Ok(one.interviewer)
        })
        .await
}

/// Has a calendar read at once, unless it was tried a moment ago.
pub async fn hasten(
    app: &App,
    caller: Caller,
    id: InterviewerCalendarId,
) -> Result<InterviewerId, ActionError> {
    app.store
        .write(move |tx| {
            let one = theirs(tx, &caller, id)?;
            let now = tx.now;
            if one.condition.tried_at.is_none_or(|at| at + SOONEST_AGAIN <= now) {
                interviewer_calendars::hasten(tx, id, now)?;
                record(tx, &caller, "interviewer.calendar_read", one.interviewer);
            }
            Ok(one.interviewer)
        })
        .await
}

fn theirs(
    db: &mut Db,
    caller: &Caller,
    id: InterviewerCalendarId,
) -> Result<InterviewerCalendar, StoreError> {
    let one = interviewer_calendars::find(db, id)?;
    find(db, caller, one.interviewer)?;
    Ok(one)
}
