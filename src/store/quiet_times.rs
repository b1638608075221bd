//! The times users keep for themselves.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::quiet_times;
use crate::domain::id::UserId;
use crate::domain::quiet_times::{Night, QuietTimes, Weekdays};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = quiet_times)]
struct Row {
    user_id: UserId,
    time_zone: String,
    night_from: Option<i32>,
    night_to: Option<i32>,
    /// A bit for each weekday, Monday's the lowest.
    nights: i32,
    days: i32,
    paused_until: Option<NaiveDateTime>,
}

/// `None` for whoever keeps none.
pub fn of_user(db: &mut Db, user: UserId) -> Result<Option<QuietTimes>, StoreError> {
    let row: Option<Row> =
        quiet_times::table.find(user).select(Row::as_select()).first(&mut db.conn).optional()?;
    row.map(read).transpose()
}

/// Until when `user` is told nothing; `None` for whoever is.
pub fn quiet_until(
    db: &mut Db,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(of_user(db, user)?.and_then(|times| times.quiet_until(now)))
}

pub fn set(db: &mut Db, user: UserId, times: &QuietTimes) -> Result<(), StoreError> {
    diesel::delete(quiet_times::table.find(user)).execute(&mut db.conn)?;
    let row = Row {
        user_id: user,
        time_zone: times.zone.name().to_owned(),
        night_from: times.night.map(|night| night.from().into()),
        night_to: times.night.map(|night| night.to().into()),
        nights: times.night.map_or(0, |night| bits(night.on())),
        days: bits(times.days),
        paused_until: times.paused_until.map(|at| at.naive_utc()),
    };
    diesel::insert_into(quiet_times::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

fn read(row: Row) -> Result<QuietTimes, StoreError> {
    let minute = |minute: i32| u16::try_from(minute).ok();
    let night = match (row.night_from, row.night_to) {
        (Some(from), Some(to)) => {
            let read = minute(from).zip(minute(to));
            let read = read.and_then(|(from, to)| Night::new(from, to, weekdays(row.nights)));
            Some(known(read, "quiet_times.night_from", &format!("{from} to {to}"))?)
        }
        _ => None,
    };
    Ok(QuietTimes {
        zone: known(row.time_zone.parse().ok(), "quiet_times.time_zone", &row.time_zone)?,
        night,
        days: weekdays(row.days),
        paused_until: row.paused_until.map(|at| at.and_utc()),
    })
}

fn bits(days: Weekdays) -> i32 {
    days.into_iter().zip(0..).map(|(kept, day)| i32::from(kept) << day).sum()
}

fn weekdays(bits: i32) -> Weekdays {
    std::array::from_fn(|day| bits >> day & 1 == 1)
}
