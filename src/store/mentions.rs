//! Whom a note calls by name, and whether they have looked since.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::messages::Message;
use super::schema::{conversations, mentions};
use crate::domain::id::{ConversationId, InboxId, MessageId, UserId};

/// Notes that `note` calls `user`.
pub fn insert(db: &mut Db, note: &Message, user: UserId) -> Result<(), StoreError> {
    let row = (
        mentions::message_id.eq(note.id),
        mentions::user_id.eq(user),
        mentions::conversation_id.eq(note.conversation_id),
        mentions::mentioned_at.eq(note.created_at.naive_utc()),
    );
    on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(mentions::table).values(row).on_conflict_do_nothing().execute(conn)
    })?;
    Ok(())
}

/// Whom any of `notes` calls.
pub fn in_notes(db: &mut Db, notes: &[MessageId]) -> Result<Vec<UserId>, StoreError> {
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    Ok(mentions::table
        .filter(mentions::message_id.eq_any(notes))
        .select(mentions::user_id)
        .distinct()
        .load(&mut db.conn)?)
}

/// `user` has read the conversation up to a moment. False if nobody called them
/// there since they last looked.
pub fn see(
    db: &mut Db,
    user: UserId,
    conversation: ConversationId,
    up_to: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let seen = diesel::update(mentions::table)
        .filter(mentions::user_id.eq(user))
        .filter(mentions::conversation_id.eq(conversation))
        .filter(mentions::mentioned_at.le(up_to.naive_utc()))
        .filter(mentions::seen_at.is_null())
        .set(mentions::seen_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    Ok(seen > 0)
}

/// Who is called in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Called {
    pub conversation: ConversationId,
    pub user: UserId,
    /// Whether they have not looked since.
    pub is_news: bool,
}

/// Everybody who was ever called in one of `conversations`, once.
pub fn in_conversations(
    db: &mut Db,
    conversations: &[ConversationId],
) -> Result<Vec<Called>, StoreError> {
    if conversations.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(ConversationId, UserId, bool)> = mentions::table
        .filter(mentions::conversation_id.eq_any(conversations))
        .select((mentions::conversation_id, mentions::user_id, mentions::seen_at.is_null()))
        .distinct()
        .load(&mut db.conn)?;
    let news: HashSet<_> = rows.iter().filter(|row| row.2).map(|row| (row.0, row.1)).collect();
    let all: HashSet<_> = rows.iter().map(|row| (row.0, row.1)).collect();
    Ok(all
        .into_iter()
        .map(|(conversation, user)| {
            let is_news = news.contains(&(conversation, user));
            Called { conversation, user, is_news }
        })
        .collect())
}

/// In how many conversations of an inbox somebody is called and has not looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unseen {
    pub inbox: InboxId,
    pub user: UserId,
    pub conversations: i64,
}

/// All there are: found along an index that holds nothing but what is unseen.
pub fn unseen(db: &mut Db) -> Result<Vec<Unseen>, StoreError> {
    let rows = not_seen().load(&mut db.conn)?;
    Ok(counted(rows))
}

/// Those of one user.
pub fn unseen_of(db: &mut Db, user: UserId) -> Result<Vec<Unseen>, StoreError> {
    let rows = not_seen().filter(mentions::user_id.eq(user)).load(&mut db.conn)?;
    Ok(counted(rows))
}

#[diesel::dsl::auto_type]
fn not_seen() -> _ {
    mentions::table
        .inner_join(conversations::table)
        .filter(mentions::seen_at.is_null())
        .select((conversations::inbox_id, mentions::user_id, mentions::conversation_id))
        .distinct()
}

fn counted(rows: Vec<(InboxId, UserId, ConversationId)>) -> Vec<Unseen> {
    let mut counted: BTreeMap<(InboxId, UserId), i64> = BTreeMap::new();
    for (inbox, user, _) in rows {
        *counted.entry((inbox, user)).or_default() += 1;
    }
    let unseen = |((inbox, user), conversations)| Unseen { inbox, user, conversations };
    counted.into_iter().map(unseen).collect()
}
