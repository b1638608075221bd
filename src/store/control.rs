//! Queries that henji does not use, to measure its own against.

use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Db;
use super::error::StoreError;
use super::messages as lines;
use super::schema::{contact_addresses, contacts, conversations, messages};
use crate::domain::id::{ConversationId, InboxId, MessageId};

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

/// How many messages `word` is in, without an index: every one is opened.
pub fn scan(db: &mut Db, word: &str) -> Result<usize, StoreError> {
    const CHUNK: i64 = 2_000;
    let (mut at, mut found) = (MessageId(Uuid::max()), 0);
    loop {
        let ids: Vec<MessageId> = messages::table
            .filter(messages::id.lt(at))
            .order(messages::id.desc())
            .limit(CHUNK)
            .select(messages::id)
            .load(&mut db.conn)?;
        let Some(last) = ids.last() else { return Ok(found) };
        at = *last;
        let lines = lines::find_all_to_show(db, &ids)?;
        found += lines.iter().filter(|line| line.body.contains(word)).count();
    }
}

/// How many conversations `inbox` holds.
pub fn count(db: &mut Db, inbox: InboxId) -> Result<i64, StoreError> {
    Ok(conversations::table
        .filter(conversations::inbox_id.eq(inbox))
        .count()
        .get_result(&mut db.conn)?)
}
