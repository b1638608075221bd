//! How far each user has read each conversation.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::schema::reads;
use crate::domain::id::{ConversationId, UserId};

/// How far a user has read a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The time of the last message that was read.
    pub at: DateTime<Utc>,
    /// How many of the contact's texts had come by then.
    pub inbound: i32,
}

/// How much of a conversation is news to whoever has read up to `marker`.
pub fn unread(inbound_texts: i32, marker: Option<Marker>) -> u32 {
    let read = marker.map_or(0, |marker| marker.inbound);
    u32::try_from(inbound_texts - read).unwrap_or(0)
}

/// How far `user` has read each of `conversations`.
pub fn of_user(
    db: &mut Db,
    user: UserId,
    conversations: &[ConversationId],
) -> Result<Vec<(ConversationId, Marker)>, StoreError> {
    let rows: Vec<(ConversationId, NaiveDateTime, i32)> = reads::table
        .filter(reads::user_id.eq(user))
        .filter(reads::conversation_id.eq_any(conversations))
        .select((reads::conversation_id, reads::read_at, reads::inbound_read))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(|(id, at, inbound)| (id, marker(at, inbound))).collect())
}

/// Moves the marker forward. False if it was there already.
pub fn advance(
    db: &mut Db,
    user: UserId,
    conversation: ConversationId,
    to: Marker,
) -> Result<bool, StoreError> {
    let (to, inbound) = (to.at.naive_utc(), to.inbound);
    let moved = diesel::update(reads::table.find((conversation, user)))
        .filter(reads::read_at.lt(to))
        .set((reads::read_at.eq(to), reads::inbound_read.eq(inbound)))
        .execute(&mut db.conn)?;
    if moved == 1 {
        return Ok(true);
    }
    let row = (
        reads::conversation_id.eq(conversation),
        reads::user_id.eq(user),
        reads::read_at.eq(to),
        reads::inbound_read.eq(inbound),
    );
    let inserted = on_each_backend!(&mut db.conn, |conn| diesel::insert_into(reads::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(inserted == 1)
}

/// Moves the marker wherever it is to be, back too.
pub fn set(
    db: &mut Db,
    user: UserId,
    conversation: ConversationId,
    to: Marker,
) -> Result<(), StoreError> {
    diesel::delete(reads::table.find((conversation, user))).execute(&mut db.conn)?;
    advance(db, user, conversation, to)?;
    Ok(())
}

/// How far everybody has read each of `conversations`.
pub fn of_conversations(
    db: &mut Db,
    conversations: &[ConversationId],
) -> Result<Vec<(ConversationId, UserId, Marker)>, StoreError> {
    let rows: Vec<(ConversationId, UserId, NaiveDateTime, i32)> = reads::table
        .filter(reads::conversation_id.eq_any(conversations))
        .select((reads::conversation_id, reads::user_id, reads::read_at, reads::inbound_read))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(|(id, user, at, inbound)| (id, user, marker(at, inbound))).collect())
}

fn marker(at: NaiveDateTime, inbound: i32) -> Marker {
    Marker { at: at.and_utc(), inbound }
}
