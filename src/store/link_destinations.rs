//! Pages that texts may lead to, by name. Sealed as the house's words are: nobody's
//! personal data, but where a house sends its customers is its own business.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::ids::RowId;
use super::schema::link_destinations;
use super::seal::{Place, place, show};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkDestination {
    pub id: RowId,
    pub name: String,
    pub url: String,
    pub days: i32,
}

type Row = (RowId, String, Vec<u8>, i32);

/// All of them, by name.
pub fn all(db: &mut Db) -> Result<Vec<LinkDestination>, StoreError> {
    let rows: Vec<Row> = link_destinations::table
        .order(link_destinations::name)
        .select(columns())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// Ids and names alone, by name: nothing is opened for a menu.
pub fn names(db: &mut Db) -> Result<Vec<(RowId, String)>, StoreError> {
    Ok(link_destinations::table
        .order(link_destinations::name)
        .select((link_destinations::id, link_destinations::name))
        .load(&mut db.conn)?)
}

pub fn find(db: &mut Db, id: RowId) -> Result<LinkDestination, StoreError> {
    let row: Row = link_destinations::table.find(id).select(columns()).first(&mut db.conn)?;
    read(db, row)
}

pub fn find_by_name(db: &mut Db, name: &str) -> Result<Option<LinkDestination>, StoreError> {
    let row: Option<Row> = link_destinations::table
        .filter(link_destinations::name.eq(name))
        .select(columns())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// False where another has the name.
pub fn insert(db: &mut Db, new: &LinkDestination, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let url = db.vault.house().seal_text(seat(new.id), &new.url);
    let row = (
        link_destinations::id.eq(new.id),
        link_destinations::name.eq(&new.name),
        link_destinations::url_sealed.eq(&url),
        link_destinations::days.eq(new.days),
        link_destinations::created_at.eq(now.naive_utc()),
    );
    let added =
        on_each_backend!(&mut db.conn, |conn| diesel::insert_into(link_destinations::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn))?;
    Ok(added == 1)
}

/// False where there was none. Links that are out stay as they are.
pub fn remove(db: &mut Db, id: RowId) -> Result<bool, StoreError> {
    Ok(diesel::delete(link_destinations::table.find(id)).execute(&mut db.conn)? == 1)
}

type Columns = (
    link_destinations::id,
    link_destinations::name,
    link_destinations::url_sealed,
    link_destinations::days,
);

fn columns() -> Columns {
    (
        link_destinations::id,
        link_destinations::name,
        link_destinations::url_sealed,
        link_destinations::days,
    )
}

fn read(db: &Db, (id, name, url, days): Row) -> Result<LinkDestination, StoreError> {
    let url = show(Some(db.vault.house()), seat(id), &url)?;
    Ok(LinkDestination { id, name, url, days })
}

fn seat(id: RowId) -> Place {
    place("link_destinations", "url_sealed", id)
}
