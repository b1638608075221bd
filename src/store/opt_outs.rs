//! Stop requests: who asked, when, how, and what they cover.
//!
//! A request is never deleted; a new consent ends it. The number's blind index
//! stays even when the contact is erased, so that the stop still holds.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Db;
use super::contacts::{self, Contact};
use super::error::StoreError;
use super::ids::RowId;
use super::schema::opt_outs;
use crate::clock::fresh_id;
use crate::domain::opt_out::{OptOutScope, OptOutSource};

/// Notes a stop request. False if the same one is in force already.
pub fn begin(
    db: &mut Db,
    contact: &Contact,
    scope: OptOutScope,
    source: OptOutSource,
    actor: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let index = db.vault.address_index(&contact.address);
    let in_force: i64 = opt_outs::table
        .filter(opt_outs::address_index.eq(&index))
        .filter(opt_outs::scope.eq(scope.word()))
        .filter(opt_outs::ended_at.is_null())
        .count()
        .get_result(&mut db.conn)?;
    if in_force > 0 {
        return Ok(false);
    }
    let id: RowId = fresh_id();
    diesel::insert_into(opt_outs::table)
        .values((
            opt_outs::id.eq(id),
            opt_outs::contact_id.eq(contact.id),
            opt_outs::address_index.eq(index),
            opt_outs::scope.eq(scope.word()),
            opt_outs::source.eq(source.word()),
            opt_outs::actor_id.eq(actor.map(RowId)),
            opt_outs::since.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    let widest = if contact.opted_out == Some(OptOutScope::All) { OptOutScope::All } else { scope };
    contacts::set_opted_out(db, contact.id, Some(widest))?;
    Ok(true)
}

/// Ends every stop request of the contact's number. False if there was none.
pub fn end(db: &mut Db, contact: &Contact, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let index = db.vault.address_index(&contact.address);
    let ended = diesel::update(opt_outs::table)
        .filter(opt_outs::address_index.eq(index))
        .filter(opt_outs::ended_at.is_null())
        .set(opt_outs::ended_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    contacts::set_opted_out(db, contact.id, None)?;
    Ok(ended > 0)
}

/// Since when the contact's number has been stopped.
pub fn since(db: &mut Db, contact: &Contact) -> Result<Option<DateTime<Utc>>, StoreError> {
    if contact.opted_out.is_none() {
        return Ok(None);
    }
    let index = db.vault.address_index(&contact.address);
    let since: Option<chrono::NaiveDateTime> = opt_outs::table
        .filter(opt_outs::address_index.eq(index))
        .filter(opt_outs::ended_at.is_null())
        .select(diesel::dsl::min(opt_outs::since))
        .first(&mut db.conn)?;
    Ok(since.map(|at| at.and_utc()))
}
