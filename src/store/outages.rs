//! Times in which nobody took webhooks. What came then is in the provider's list,
//! if it keeps one, and nowhere else (R3).

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::ids::RowId;
use super::schema::{organizations, outages};
use crate::clock::fresh_id;

/// From the last sign that webhooks were taken to the first that they were again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    pub began_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
}

/// When the house last took webhooks, as far as anybody noted it.
pub fn alive_at(db: &mut Db) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at: Option<Option<NaiveDateTime>> =
        organizations::table.select(organizations::alive_at).first(&mut db.conn).optional()?;
    Ok(at.flatten().map(|at| at.and_utc()))
}

/// Notes that webhooks are taken.
pub fn set_alive_at(db: &mut Db, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(organizations::table)
        .set(organizations::alive_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    Ok(())
}

pub fn insert(db: &mut Db, outage: Outage) -> Result<(), StoreError> {
    diesel::insert_into(outages::table)
        .values((
            outages::id.eq(fresh_id::<RowId>()),
            outages::began_at.eq(outage.began_at.naive_utc()),
            outages::ended_at.eq(outage.ended_at.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Those that ended after `at`, newest first.
pub fn ended_after(db: &mut Db, at: DateTime<Utc>) -> Result<Vec<Outage>, StoreError> {
    let rows: Vec<(NaiveDateTime, NaiveDateTime)> = outages::table
        .filter(outages::ended_at.gt(at.naive_utc()))
        .order(outages::ended_at.desc())
        .select((outages::began_at, outages::ended_at))
        .load(&mut db.conn)?;
    let outage = |(began_at, ended_at): (NaiveDateTime, NaiveDateTime)| Outage {
        began_at: began_at.and_utc(),
        ended_at: ended_at.and_utc(),
    };
    Ok(rows.into_iter().map(outage).collect())
}

pub fn delete_before(db: &mut Db, at: DateTime<Utc>) -> Result<(), StoreError> {
    let old = outages::table.filter(outages::ended_at.lt(at.naive_utc()));
    diesel::delete(old).execute(&mut db.conn)?;
    Ok(())
}
