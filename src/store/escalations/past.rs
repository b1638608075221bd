//! What waited before, as far as rows tell.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::super::connection::Db;
use super::super::error::StoreError;
use super::super::schema::{conversation_tags, conversations, messages};
use super::waits::failed_states;
use crate::domain::id::{ConversationId, InboxId, TagId};

/// The conversations of `inbox` in which something was said since `since`, or somebody
/// still waits; the last active first.
pub fn active_since(
    db: &mut Db,
    inbox: InboxId,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    Ok(conversations::table
        .filter(conversations::inbox_id.eq(inbox))
        .filter(
            conversations::last_message_at
                .ge(since.naive_utc())
                .or(conversations::waiting_since.is_not_null()),
        )
        .order((conversations::last_message_at.desc(), conversations::id.desc()))
        .limit(limit)
        .select(conversations::id)
        .load(&mut db.conn)?)
}

/// The tags a conversation carries, since when.
pub fn tagged(
    db: &mut Db,
    conversation: ConversationId,
) -> Result<Vec<(TagId, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(TagId, NaiveDateTime)> = conversation_tags::table
        .filter(conversation_tags::conversation_id.eq(conversation))
        .select((conversation_tags::tag_id, conversation_tags::tagged_at))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(|(tag, at)| (tag, at.and_utc())).collect())
}

/// When it was known of texts that they had not arrived, since `since`.
pub fn failures(
    db: &mut Db,
    conversation: ConversationId,
    since: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let rows: Vec<Option<NaiveDateTime>> = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::failed_at.ge(since.naive_utc()))
        .filter(messages::state.eq_any(failed_states()))
        .order(messages::failed_at)
        .select(messages::failed_at)
        .load(&mut db.conn)?;
    let mut at: Vec<_> = rows.into_iter().flatten().map(|at| at.and_utc()).collect();
    at.dedup();
    Ok(at)
}
