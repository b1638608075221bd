//! The organisation's calendars, as rows.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::{calendar_days, calendars, inboxes};
use crate::domain::business_hours::{Span, read, write};
use crate::domain::calendar::{Calendar, SpecialDay};
use crate::domain::id::{CalendarId, InboxId};

#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = calendars)]
struct CalendarRow {
    id: CalendarId,
    name: String,
    time_zone: String,
    week: String,
    keeps_holidays: bool,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = calendar_days)]
struct DayRow {
    calendar_id: CalendarId,
    day: String,
    name: String,
    hours: String,
}

pub fn find(db: &mut Db, id: CalendarId) -> Result<Calendar, StoreError> {
    let row = calendars::table.find(id).select(CalendarRow::as_select()).first(&mut db.conn)?;
    let days = calendar_days::table
        .filter(calendar_days::calendar_id.eq(id))
        .select(DayRow::as_select())
        .load(&mut db.conn)?;
    calendar(row, days)
}

/// All calendars, by name.
pub fn all(db: &mut Db) -> Result<Vec<Calendar>, StoreError> {
    let rows: Vec<CalendarRow> = calendars::table
        .order((calendars::name, calendars::id))
        .select(CalendarRow::as_select())
        .load(&mut db.conn)?;
    let mut days: BTreeMap<CalendarId, Vec<DayRow>> = BTreeMap::new();
    for row in calendar_days::table.select(DayRow::as_select()).load::<DayRow>(&mut db.conn)? {
        days.entry(row.calendar_id).or_default().push(row);
    }
    rows.into_iter()
        .map(|row| {
            let days = days.remove(&row.id).unwrap_or_default();
            calendar(row, days)
        })
        .collect()
}

/// Which inbox goes by the calendar.
pub fn inboxes_of(db: &mut Db, id: CalendarId) -> Result<Vec<InboxId>, StoreError> {
    let inboxes = inboxes::table.filter(inboxes::calendar_id.eq(id)).order(inboxes::id);
    Ok(inboxes.select(inboxes::id).load(&mut db.conn)?)
}

/// Writes a calendar without its days.
pub fn insert(db: &mut Db, calendar: &Calendar, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(calendars::table)
        .values((row(calendar), calendars::created_at.eq(now.naive_utc())))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Changes all but a calendar's days.
pub fn update(db: &mut Db, calendar: &Calendar) -> Result<(), StoreError> {
    let row = row(calendar);
    let changed =
        diesel::update(calendars::table.find(calendar.id)).set(row).execute(&mut db.conn)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// Says what a day is, whatever was said of it before.
pub fn set_day(
    db: &mut Db,
    id: CalendarId,
    day: NaiveDate,
    special: &SpecialDay,
) -> Result<(), StoreError> {
    unset_day(db, id, day)?;
    let row = DayRow {
        calendar_id: id,
        day: day.to_string(),
        name: special.name.clone(),
        hours: write(&special.hours),
    };
    diesel::insert_into(calendar_days::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

/// A day is like any other again. False if it was.
pub fn unset_day(db: &mut Db, id: CalendarId, day: NaiveDate) -> Result<bool, StoreError> {
    let day = calendar_days::table.find((id, day.to_string()));
    Ok(diesel::delete(day).execute(&mut db.conn)? == 1)
}

/// Removes a calendar that no inbox goes by.
pub fn remove(db: &mut Db, id: CalendarId) -> Result<(), StoreError> {
    let days = calendar_days::table.filter(calendar_days::calendar_id.eq(id));
    diesel::delete(days).execute(&mut db.conn)?;
    let gone = diesel::delete(calendars::table.find(id)).execute(&mut db.conn)?;
    if gone == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

fn row(calendar: &Calendar) -> CalendarRow {
    let week: Vec<String> = calendar.week.iter().map(|day| write(day)).collect();
    CalendarRow {
        id: calendar.id,
        name: calendar.name.clone(),
        time_zone: calendar.zone.name().to_owned(),
        week: week.join(";"),
        keeps_holidays: calendar.keeps_holidays,
    }
}

fn calendar(row: CalendarRow, days: Vec<DayRow>) -> Result<Calendar, StoreError> {
    let zone = known(row.time_zone.parse().ok(), "calendars.time_zone", &row.time_zone)?;
    let days = days.into_iter().map(|row| {
        let day = known(row.day.parse().ok(), "calendar_days.day", &row.day)?;
        let hours = known(read(&row.hours).ok(), "calendar_days.hours", &row.hours)?;
        Ok((day, SpecialDay { name: row.name, hours }))
    });
    Ok(Calendar {
        zone,
        week: known(week(&row.week), "calendars.week", &row.week)?,
        days: days.collect::<Result<_, StoreError>>()?,
        id: row.id,
        name: row.name,
        keeps_holidays: row.keeps_holidays,
    })
}

fn week(text: &str) -> Option<[Vec<Span>; 7]> {
    let days: Result<Vec<_>, _> = text.split(';').map(read).collect();
    days.ok()?.try_into().ok()
}
