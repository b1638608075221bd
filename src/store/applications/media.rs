//! Where applicants come from (応募経路), as the house calls it.

use diesel::prelude::*;

use super::super::connection::Db;
use super::super::error::StoreError;
use super::super::schema::application_media;
use crate::clock::fresh_id;
use crate::domain::contact_field::folded;
use crate::domain::id::MediumId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Medium {
    pub id: MediumId,
    pub name: String,
}

/// By name.
pub fn all(db: &mut Db) -> Result<Vec<Medium>, StoreError> {
    let rows: Vec<(MediumId, String)> = application_media::table
        .order((application_media::name, application_media::id))
        .select((application_media::id, application_media::name))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(|(id, name)| Medium { id, name }).collect())
}

pub fn name(db: &mut Db, id: MediumId) -> Result<String, StoreError> {
    let name = application_media::table.find(id).select(application_media::name);
    Ok(name.first(&mut db.conn)?)
}

/// The one that is called so, whatever its width and case; new if there is none and
/// fewer than `most`.
pub fn find_or_insert(db: &mut Db, name: &str, most: i64) -> Result<Option<MediumId>, StoreError> {
    let key = folded(name);
    let known: Option<MediumId> = application_media::table
        .filter(application_media::name_key.eq(&key))
        .select(application_media::id)
        .first(&mut db.conn)
        .optional()?;
    if known.is_some() {
        return Ok(known);
    }
    let count: i64 = application_media::table.count().get_result(&mut db.conn)?;
    if count >= most {
        return Ok(None);
    }
    let id: MediumId = fresh_id();
    let row = (
        application_media::id.eq(id),
        application_media::name.eq(name.trim()),
        application_media::name_key.eq(key),
    );
    diesel::insert_into(application_media::table).values(row).execute(&mut db.conn)?;
    Ok(Some(id))
}
