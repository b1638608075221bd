//! The organisation that runs this installation; there is one, or none yet.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::ids::RowId;
use super::schema::organizations;
use crate::clock::fresh_id;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    pub name: String,
    pub locale: String,
    pub time_zone: String,
}

/// `None` until set-up.
pub fn find(db: &mut Db) -> Result<Option<Organization>, StoreError> {
    let row: Option<(String, String, String)> = organizations::table
        .select((organizations::name, organizations::locale, organizations::time_zone))
        .first(&mut db.conn)
        .optional()?;
    Ok(row.map(|(name, locale, time_zone)| Organization { name, locale, time_zone }))
}

/// Writes the organisation, or its new name.
pub fn save(db: &mut Db, new: &Organization, now: DateTime<Utc>) -> Result<(), StoreError> {
    let values = (
        organizations::name.eq(&new.name),
        organizations::locale.eq(&new.locale),
        organizations::time_zone.eq(&new.time_zone),
    );
    let changed = diesel::update(organizations::table).set(values).execute(&mut db.conn)?;
    if changed == 0 {
        let id: RowId = fresh_id();
        let created: NaiveDateTime = now.naive_utc();
        diesel::insert_into(organizations::table)
            .values((organizations::id.eq(id), values, organizations::created_at.eq(created)))
            .execute(&mut db.conn)?;
    }
    Ok(())
}
