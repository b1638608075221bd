//! Whom candidates meet, known by an e-mail address.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::{interviewers, opening_interviewers};
use super::seal::place;
use super::{interviewer_calendars, interviewer_feeds};
use crate::clock::fresh_id;
use crate::domain::id::{InterviewerId, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interviewer {
    pub id: InterviewerId,
    pub email: String,
    pub name: Option<String>,
    /// Where they sign in here, too.
    pub user: Option<UserId>,
}

type Row = (InterviewerId, Vec<u8>, Option<Vec<u8>>, Option<UserId>);

/// The one with that address, new if there is none. Who signs in with it is known to be
/// the same from then on.
pub fn find_or_insert(
    db: &mut Db,
    email: &str,
    name: Option<&str>,
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<InterviewerId, StoreError> {
    let index = db.vault.email_index(email);
    let known: Option<(InterviewerId, Option<UserId>)> = interviewers::table
        .filter(interviewers::email_index.eq(&index))
        .select((interviewers::id, interviewers::user_id))
        .first(&mut db.conn)
        .optional()?;
    if let Some((known, theirs)) = known {
        if theirs.is_none() && user.is_some() {
            diesel::update(interviewers::table.find(known))
                .set(interviewers::user_id.eq(user))
                .execute(&mut db.conn)?;
        }
        return Ok(known);
    }
    let id: InterviewerId = fresh_id();
    let house = db.vault.house();
    let name = name.map(|name| house.seal_text(place("interviewers", "name_sealed", id), name));
    let row = (
        interviewers::id.eq(id),
        interviewers::email_index.eq(index),
        interviewers::email_sealed
            .eq(house.seal_text(place("interviewers", "email_sealed", id), email)),
        interviewers::name_sealed.eq(name),
        interviewers::user_id.eq(user),
        interviewers::created_at.eq(now.naive_utc()),
    );
    diesel::insert_into(interviewers::table).values(row).execute(&mut db.conn)?;
    Ok(id)
}

/// Calls somebody otherwise; by their address where nobody says a name.
pub fn rename(db: &mut Db, id: InterviewerId, name: Option<&str>) -> Result<(), StoreError> {
    let house = db.vault.house();
    let name = name.map(|name| house.seal_text(place("interviewers", "name_sealed", id), name));
    diesel::update(interviewers::table.find(id))
        .set(interviewers::name_sealed.eq(name))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Whether candidates were ever offered a time with them.
pub fn is_met(db: &mut Db, id: InterviewerId) -> Result<bool, StoreError> {
    let theirs = opening_interviewers::table.filter(opening_interviewers::interviewer_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(theirs)).get_result(&mut db.conn)?)
}

/// Forgets somebody whom no time names, with their calendars and their feed.
pub fn remove(db: &mut Db, id: InterviewerId) -> Result<(), StoreError> {
    for calendar in interviewer_calendars::of(db, &[id])? {
        interviewer_calendars::remove(db, calendar.id)?;
    }
    interviewer_feeds::withdraw(db, id)?;
    diesel::delete(interviewers::table.find(id)).execute(&mut db.conn)?;
    Ok(())
}

/// Those of `emails` that are known.
pub fn known(db: &mut Db, emails: &[String]) -> Result<Vec<InterviewerId>, StoreError> {
    let indexes: Vec<Vec<u8>> =
        emails.iter().map(|email| db.vault.email_index(email.trim())).collect();
    Ok(interviewers::table
        .filter(interviewers::email_index.eq_any(indexes))
        .select(interviewers::id)
        .load(&mut db.conn)?)
}

pub fn find(db: &mut Db, id: InterviewerId) -> Result<Interviewer, StoreError> {
    find_all(db, &[id])?.pop().ok_or(StoreError::NotFound)
}

/// Everybody, oldest first; those who are `user` alone where one is named.
pub fn all(db: &mut Db, user: Option<UserId>) -> Result<Vec<Interviewer>, StoreError> {
    let mut rows = interviewers::table.order(interviewers::id).select(columns()).into_boxed();
    if let Some(user) = user {
        rows = rows.filter(interviewers::user_id.eq(user));
    }
    let rows: Vec<Row> = rows.load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// In the order of their ids.
pub fn find_all(db: &mut Db, ids: &[InterviewerId]) -> Result<Vec<Interviewer>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = interviewers::table
        .filter(interviewers::id.eq_any(ids))
        .order(interviewers::id)
        .select(columns())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

type Columns = (
    interviewers::id,
    interviewers::email_sealed,
    interviewers::name_sealed,
    interviewers::user_id,
);

fn columns() -> Columns {
    (interviewers::id, interviewers::email_sealed, interviewers::name_sealed, interviewers::user_id)
}

fn read(db: &Db, (id, email, name, user): Row) -> Result<Interviewer, StoreError> {
    let house = db.vault.house();
    let name = name.map(|name| house.open_text(place("interviewers", "name_sealed", id), &name));
    Ok(Interviewer {
        id,
        email: house.open_text(place("interviewers", "email_sealed", id), &email)?,
        name: name.transpose()?,
        user,
    })
}
