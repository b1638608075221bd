//! The head of the chain: how long it is and how it ends, vouched for with a key
//! that is not in the database.
//!
//! The chain alone shows every change but one: that its newest entries were cut
//! off. The head is written in the transaction that appends, so a chain that is
//! shorter, longer or other than its head says was touched past henji - or both
//! were taken from an older copy of the whole database, which no copy can show.

use diesel::prelude::*;
use subtle::ConstantTimeEq;

use crate::store::connection::{Db, on_each_backend};
use crate::store::error::StoreError;
use crate::store::schema::audit_head;

/// The one row of the table.
const ID: i16 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// No entry was ever vouched for.
    Missing,
    /// Somebody without the key wrote it.
    Forged,
    Genuine {
        entries: i64,
        hash: Vec<u8>,
    },
}

pub fn read(db: &mut Db) -> Result<Head, StoreError> {
    let row: Option<(i64, Vec<u8>, Vec<u8>)> = audit_head::table
        .find(ID)
        .select((audit_head::entries, audit_head::hash, audit_head::mac))
        .first(&mut db.conn)
        .optional()?;
    let Some((entries, hash, mac)) = row else { return Ok(Head::Missing) };
    let expected = db.vault.audit_mac(entries, &hash);
    match bool::from(expected.ct_eq(&mac)) {
        true => Ok(Head::Genuine { entries, hash }),
        false => Ok(Head::Forged),
    }
}

pub fn write(db: &mut Db, entries: i64, hash: &[u8]) -> Result<(), StoreError> {
    let mac = db.vault.audit_mac(entries, hash);
    let values =
        (audit_head::entries.eq(entries), audit_head::hash.eq(hash), audit_head::mac.eq(&mac));
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(audit_head::table)
        .values((audit_head::id.eq(ID), values))
        .on_conflict(audit_head::id)
        .do_update()
        .set(values)
        .execute(conn))?;
    Ok(())
}
