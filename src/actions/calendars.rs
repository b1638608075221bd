//! When inboxes are open: the organisation's calendars.

use chrono::{Days, NaiveDate};

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::business_hours::{self, Span, WrittenError};
use crate::domain::calendar::{Calendar, SpecialDay};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::CalendarId;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::{Tx, calendars, handoff_flows};

use super::set_up::check_name;
use super::{ActionError, Problem, access};

/// From Monday, as forms call them.
pub const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Characters of a name: what fits a line of the settings.
const LONGEST: usize = 40;
/// More and nobody finds the right one.
const MOST: usize = 100;
/// Days told of at once: no holiday is longer.
pub const MOST_DAYS_AT_ONCE: u64 = 62;
/// Days of their own that a calendar may have: years of them.
const MOST_DAYS: usize = 1_000;

/// A calendar as it is to be, in the words of a form; without an id a new one.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: Option<CalendarId>,
    pub name: String,
    pub time_zone: String,
    /// The hours of each day of the week as people write them, from Monday.
    pub week: [String; 7],
    pub keeps_holidays: bool,
}

/// Days from the first to the last that are unlike others.
#[derive(Clone, Debug)]
pub struct WantedDays {
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub name: String,
    /// As people write them; empty for closed.
    pub hours: String,
}

/// Makes a calendar, or changes one but for its days.
///
/// # Errors
/// `Invalid` names `name`, `time_zone` or the day of the week.
pub async fn save(app: &App, caller: Caller, wanted: Wanted) -> Result<CalendarId, ActionError> {
    access::must_administer(&caller)?;
    check_words("name", &wanted.name)?;
    let zone = wanted.time_zone.trim().parse();
    let zone = zone.map_err(|_unknown| ActionError::invalid("time_zone", Problem::Unknown))?;
    let mut week: [Vec<Span>; 7] = Default::default();
    for ((day, field), text) in week.iter_mut().zip(WEEKDAYS).zip(&wanted.week) {
        *day = hours(field, text)?;
    }
    app.store
        .write(move |tx| {
            let now = tx.now;
            let all = calendars::all(tx)?;
            let name = wanted.name.trim().to_owned();
            if all.iter().any(|other| other.name == name && Some(other.id) != wanted.id) {
                return Err(ActionError::invalid("name", Problem::Taken));
            }
            let calendar = Calendar {
                id: wanted.id.unwrap_or_else(fresh_id),
                name,
                zone,
                week: week.clone(),
                keeps_holidays: wanted.keeps_holidays,
                days: Default::default(),
            };
            let action = match wanted.id {
                Some(_) => {
                    calendars::update(tx, &calendar)?;
                    "calendar.change"
                }
                None if all.len() >= MOST => {
                    return Err(ActionError::invalid("name", Problem::TooMany));
                }
                None => {
                    calendars::insert(tx, &calendar, now)?;
                    "calendar.add"
                }
            };
            tell(tx, &caller, action, calendar.id, String::new());
            Ok(calendar.id)
        })
        .await
}

/// Says of days what they are; what was said of them before is gone.
///
/// # Errors
/// `Invalid` names `last_day`, `day_name` or `day_hours`.
pub async fn set_days(
    app: &App,
    caller: Caller,
    id: CalendarId,
    wanted: WantedDays,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    let WantedDays { first, last, name, hours: written } = wanted;
    if last < first {
        return Err(ActionError::invalid("last_day", Problem::InPast));
    }
    if last >= first + Days::new(MOST_DAYS_AT_ONCE) {
        return Err(ActionError::invalid("last_day", Problem::TooMany));
    }
    check_words("day_name", &name)?;
    let special = SpecialDay { name: name.trim().to_owned(), hours: hours("day_hours", &written)? };
    app.store
        .write(move |tx| {
            let before = calendars::find(tx, id)?;
            let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= last).collect();
            if before.days.len() + days.len() > MOST_DAYS {
                return Err(ActionError::invalid("last_day", Problem::TooMany));
            }
            for day in days {
                calendars::set_day(tx, id, day, &special)?;
            }
            tell(tx, &caller, "calendar.set_days", id, format!("{first} {last}"));
            Ok(())
        })
        .await
}

/// A day is like any other again.
pub async fn unset_day(
    app: &App,
    caller: Caller,
    id: CalendarId,
    day: NaiveDate,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            calendars::find(tx, id)?;
            if calendars::unset_day(tx, id, day)? {
                tell(tx, &caller, "calendar.unset_day", id, day.to_string());
            }
            Ok(())
        })
        .await
}

/// Removes a calendar.
///
/// # Errors
/// `Invalid { field: "calendar" }` while an inbox or a phone menu goes by it.
pub async fn remove(app: &App, caller: Caller, id: CalendarId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            calendars::find(tx, id)?;
            if !calendars::inboxes_of(tx, id)?.is_empty() || handoff_flows::goes_by(tx, id)? {
                return Err(ActionError::invalid("calendar", Problem::InUse));
            }
            calendars::remove(tx, id)?;
            tell(tx, &caller, "calendar.remove", id, String::new());
            Ok(())
        })
        .await
}

fn tell(tx: &mut Tx, caller: &Caller, action: &'static str, id: CalendarId, detail: String) {
    tx.event(NewEvent::new(EventKind::SettingsChanged));
    tx.audit_with(&caller.actor, action, Object::new("calendar", id.0), detail);
}

fn hours(field: &'static str, text: &str) -> Result<Vec<Span>, ActionError> {
    business_hours::read(text).map_err(|error| {
        let problem = match error {
            WrittenError::Malformed => Problem::NotHours,
            WrittenError::PastMidnight => Problem::PastMidnight,
        };
        ActionError::invalid(field, problem)
    })
}

fn check_words(field: &'static str, text: &str) -> Result<(), ActionError> {
    check_name(field, text)?;
    if text.trim().chars().count() > LONGEST {
        return Err(ActionError::invalid(field, Problem::TooLong));
    }
    Ok(())
}
