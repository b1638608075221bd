//! Signed-in browsers.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::{sessions, users};
use super::seal::secret_hash;
use crate::domain::id::{SessionId, UserId};

/// Starts a session whose cookie holds `secret`.
pub fn insert(
    db: &mut Db,
    id: SessionId,
    user: UserId,
    secret: &str,
    browser: Option<&str>,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::token_hash.eq(secret_hash(secret)),
            sessions::user_id.eq(user),
            sessions::created_at.eq(now.naive_utc()),
            sessions::last_seen_at.eq(now.naive_utc()),
            sessions::expires_at.eq(expires_at.naive_utc()),
            sessions::browser.eq(browser),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// A session in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub id: SessionId,
    pub user: UserId,
    /// As exact as [`touch`] is called often.
    pub last_seen_at: DateTime<Utc>,
}

/// Whose session `secret` opens, if it is in force and its user is not disabled.
pub fn find(db: &mut Db, secret: &str, now: DateTime<Utc>) -> Result<Option<Found>, StoreError> {
    let row: Option<(SessionId, UserId, NaiveDateTime)> = sessions::table
        .inner_join(users::table)
        .filter(sessions::token_hash.eq(secret_hash(secret)))
        .filter(sessions::expires_at.gt(now.naive_utc()))
        .filter(users::disabled_at.is_null())
        .select((sessions::id, sessions::user_id, sessions::last_seen_at))
        .first(&mut db.conn)
        .optional()?;
    Ok(row.map(|(id, user, at)| Found { id, user, last_seen_at: at.and_utc() }))
}

/// A signed-in browser, as its user knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub id: SessionId,
    pub browser: Option<String>,
    pub last_seen_at: DateTime<Utc>,
}

/// The sessions of `user` that are in force.
pub fn of_user(db: &mut Db, user: UserId, now: DateTime<Utc>) -> Result<Vec<SignedIn>, StoreError> {
    let rows: Vec<(SessionId, Option<String>, NaiveDateTime)> = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::expires_at.gt(now.naive_utc()))
        .select((sessions::id, sessions::browser, sessions::last_seen_at))
        .load(&mut db.conn)?;
    let signed_in = |(id, browser, at): (_, _, NaiveDateTime)| SignedIn {
        id,
        browser,
        last_seen_at: at.and_utc(),
    };
    Ok(rows.into_iter().map(signed_in).collect())
}

/// Notes that the session was used, and its user seen.
pub fn touch(
    db: &mut Db,
    id: SessionId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id))
        .set(sessions::last_seen_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    diesel::update(users::table.find(user))
        .set(users::last_seen_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    Ok(())
}

pub fn delete(db: &mut Db, id: SessionId) -> Result<(), StoreError> {
    diesel::delete(sessions::table.find(id)).execute(&mut db.conn)?;
    Ok(())
}

/// Signs a user out everywhere.
pub fn delete_of(db: &mut Db, user: UserId) -> Result<(), StoreError> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(&mut db.conn)?;
    Ok(())
}

/// Signs a user out everywhere but in one browser.
pub fn delete_others(db: &mut Db, user: UserId, kept: SessionId) -> Result<(), StoreError> {
    let others = sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::id.ne(kept));
    diesel::delete(others).execute(&mut db.conn)?;
    Ok(())
}

/// Forgets what is over.
pub fn delete_expired(db: &mut Db, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let over = sessions::table.filter(sessions::expires_at.le(now.naive_utc()));
    Ok(diesel::delete(over).execute(&mut db.conn)?)
}
