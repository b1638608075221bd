//! What people have written and not sent: one text each in a conversation.
//!
//! Sealed with the contact's key, like the message it may become: it can hold
//! the same words, and goes with the contact.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::ids::RowId;
use super::messages;
use super::schema::drafts;
use super::seal::{if_whole, place, show};
use crate::clock::fresh_id;
use crate::domain::id::{ConversationId, UserId};
use crate::domain::message::Purpose;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub body: String,
    pub is_note: bool,
    /// What the text is for; of a note, what one would be for.
    pub purpose: Purpose,
}

/// What `user` has begun to write in `conversation`.
pub fn find(
    db: &mut Db,
    conversation: ConversationId,
    user: UserId,
) -> Result<Option<Draft>, StoreError> {
    let row: Option<(RowId, bool, Vec<u8>, Option<String>)> = drafts::table
        .filter(drafts::conversation_id.eq(conversation))
        .filter(drafts::user_id.eq(user))
        .select((drafts::id, drafts::is_note, drafts::body_sealed, drafts::purpose))
        .first(&mut db.conn)
        .optional()?;
    let Some((id, is_note, sealed, purpose)) = row else { return Ok(None) };
    let key = if_whole(messages::key_of(db, conversation))?;
    let body = show(key.as_deref(), place("drafts", "body_sealed", id), &sealed)?;
    let purpose = match purpose {
        Some(word) => known(Purpose::from_word(&word), "drafts.purpose", &word)?,
        None => Purpose::Conversation,
    };
    Ok(Some(Draft { body, is_note, purpose }))
}

/// Keeps `draft` in place of what was there; whether there was nothing before.
pub fn save(
    db: &mut Db,
    conversation: ConversationId,
    user: UserId,
    draft: &Draft,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let key = messages::key_of(db, conversation)?;
    let known: Option<RowId> = drafts::table
        .filter(drafts::conversation_id.eq(conversation))
        .filter(drafts::user_id.eq(user))
        .select(drafts::id)
        .first(&mut db.conn)
        .optional()?;
    let id = known.unwrap_or_else(fresh_id);
    let written = (
        drafts::is_note.eq(draft.is_note),
        drafts::body_sealed.eq(key.seal_text(place("drafts", "body_sealed", id), &draft.body)),
        drafts::saved_at.eq(now.naive_utc()),
        drafts::purpose.eq(draft.purpose.word()),
    );
    if known.is_some() {
        diesel::update(drafts::table.find(id)).set(written).execute(&mut db.conn)?;
    } else {
        let whose = (drafts::id.eq(id), drafts::conversation_id.eq(conversation));
        let row = (whose, drafts::user_id.eq(user), written);
        diesel::insert_into(drafts::table).values(row).execute(&mut db.conn)?;
    }
    Ok(known.is_none())
}

/// Whether there was anything to forget.
pub fn delete(db: &mut Db, conversation: ConversationId, user: UserId) -> Result<bool, StoreError> {
    let gone = diesel::delete(drafts::table)
        .filter(drafts::conversation_id.eq(conversation))
        .filter(drafts::user_id.eq(user))
        .execute(&mut db.conn)?;
    Ok(gone == 1)
}

/// In which of `conversations` who has begun to write.
pub fn of_conversations(
    db: &mut Db,
    conversations: &[ConversationId],
) -> Result<HashSet<(ConversationId, UserId)>, StoreError> {
    let rows: Vec<(ConversationId, UserId)> = drafts::table
        .filter(drafts::conversation_id.eq_any(conversations))
        .select((drafts::conversation_id, drafts::user_id))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().collect())
}
