//! The links that lead into an empty house.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::ids::RowId;
use super::schema::set_up_links;
use super::seal::{place, secret_hash};

/// A link, and what its pages were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: RowId,
    pub papers: Option<Vec<u8>>,
}

pub fn insert(db: &mut Db, id: RowId, token: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(set_up_links::table)
        .values((
            set_up_links::id.eq(id),
            set_up_links::token_hash.eq(secret_hash(token)),
            set_up_links::made_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// The link that `token` opens, if it was made after `oldest`.
pub fn find(db: &mut Db, token: &str, oldest: DateTime<Utc>) -> Result<Option<Link>, StoreError> {
    let row: Option<(RowId, Option<Vec<u8>>)> = set_up_links::table
        .filter(set_up_links::token_hash.eq(secret_hash(token)))
        .filter(set_up_links::made_at.gt(oldest.naive_utc()))
        .select((set_up_links::id, set_up_links::papers_sealed))
        .first(&mut db.conn)
        .optional()?;
    row.map(|(id, sealed)| {
        let open = |sealed: Vec<u8>| {
            db.vault.house().open(place("set_up_links", "papers_sealed", id), &sealed)
        };
        Ok(Link { id, papers: sealed.map(open).transpose()? })
    })
    .transpose()
}

/// False if the link is gone.
pub fn save_papers(db: &mut Db, id: RowId, papers: &[u8]) -> Result<bool, StoreError> {
    let sealed = db.vault.house().seal(place("set_up_links", "papers_sealed", id), papers);
    let changed = diesel::update(set_up_links::table.find(id))
        .set(set_up_links::papers_sealed.eq(sealed))
        .execute(&mut db.conn)?;
    Ok(changed == 1)
}

pub fn delete_before(db: &mut Db, oldest: DateTime<Utc>) -> Result<(), StoreError> {
    let old = set_up_links::table.filter(set_up_links::made_at.le(oldest.naive_utc()));
    diesel::delete(old).execute(&mut db.conn)?;
    Ok(())
}

/// The house is set up: no link leads in any more.
pub fn delete_all(db: &mut Db) -> Result<(), StoreError> {
    diesel::delete(set_up_links::table).execute(&mut db.conn)?;
    Ok(())
}
