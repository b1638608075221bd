//! Queries that henji does not use, to measure its own against.

use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::conversations;
use crate::domain::id::{ConversationId, InboxId};

/// A page of the list by its distance from the top: the database walks all rows
/// before it.
pub fn page_by_offset(
    db: &mut Db,
    inbox: InboxId,
    offset: i64,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    Ok(conversations::table
        .filter(conversations::inbox_id.eq(inbox))
        .order((conversations::last_message_at.desc(), conversations::id.desc()))
        .offset(offset)
        .limit(limit)
        .select(conversations::id)
        .load(&mut db.conn)?)
}

/// How many conversations `inbox` holds.
pub fn count(db: &mut Db, inbox: InboxId) -> Result<i64, StoreError> {
    Ok(conversations::table
        .filter(conversations::inbox_id.eq(inbox))
        .count()
        .get_result(&mut db.conn)?)
}
