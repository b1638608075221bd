//! How far each user has read each conversation.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::schema::reads;
use crate::domain::id::{ConversationId, UserId};

/// The time of the last message each of `conversations` was read up to.
pub fn of_user(
    db: &mut Db,
    user: UserId,
    conversations: &[ConversationId],
) -> Result<Vec<(ConversationId, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(ConversationId, NaiveDateTime)> = reads::table
        .filter(reads::user_id.eq(user))
        .filter(reads::conversation_id.eq_any(conversations))
        .select((reads::conversation_id, reads::read_at))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(|(id, at)| (id, at.and_utc())).collect())
}

/// Moves the marker forward. False if it was there already.
pub fn advance(
    db: &mut Db,
    user: UserId,
    conversation: ConversationId,
    to: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let to = to.naive_utc();
    let moved = diesel::update(reads::table.find((conversation, user)))
        .filter(reads::read_at.lt(to))
        .set(reads::read_at.eq(to))
        .execute(&mut db.conn)?;
    if moved == 1 {
        return Ok(true);
    }
    let row =
        (reads::conversation_id.eq(conversation), reads::user_id.eq(user), reads::read_at.eq(to));
    let inserted = on_each_backend!(&mut db.conn, |conn| diesel::insert_into(reads::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(inserted == 1)
}

/// How far each user has read a conversation.
pub fn of_conversation(
    db: &mut Db,
    conversation: ConversationId,
) -> Result<Vec<(UserId, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(UserId, NaiveDateTime)> = reads::table
        .filter(reads::conversation_id.eq(conversation))
        .select((reads::user_id, reads::read_at))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(|(id, at)| (id, at.and_utc())).collect())
}
