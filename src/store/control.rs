//! Queries that henji does not use, to measure its own against.

use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::{contact_addresses, contacts, conversations};
use crate::domain::id::{ConversationId, InboxId};

/// A page of the list by its distance from the top, as one would write it who
/// has not read about keysets: the database joins and walks all rows before it.
pub fn page_by_offset(
    db: &mut Db,
    inbox: InboxId,
    offset: i64,
    limit: i64,
) -> Result<usize, StoreError> {
    let rows: Vec<(ConversationId, Vec<u8>, Vec<u8>)> = conversations::table
        .inner_join(contacts::table)
        .inner_join(contact_addresses::table)
        .filter(conversations::inbox_id.eq(inbox))
        .order((conversations::last_message_at.desc(), conversations::id.desc()))
        .offset(offset)
        .limit(limit)
        .select((
            conversations::id,
            conversations::preview_sealed,
            contact_addresses::address_sealed,
        ))
        .load(&mut db.conn)?;
    Ok(rows.len())
}

/// How many conversations `inbox` holds.
pub fn count(db: &mut Db, inbox: InboxId) -> Result<i64, StoreError> {
    Ok(conversations::table
        .filter(conversations::inbox_id.eq(inbox))
        .count()
        .get_result(&mut db.conn)?)
}
