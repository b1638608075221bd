//! Tags, and which conversations carry them.
//!
//! Their names are the organisation's words, as those of its inboxes are: they
//! stand in clear.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::schema::{conversation_tags, tags};
use crate::domain::id::{ConversationId, TagId, UserId};
use crate::domain::tag::TagColour;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub id: TagId,
    pub name: String,
    pub colour: TagColour,
    /// Where it stands among the others; the lowest comes first.
    pub position: i32,
    /// Since when it is no longer offered. It stays where it was put.
    pub retired_at: Option<DateTime<Utc>>,
}

#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = tags)]
#[diesel(treat_none_as_null = true)]
struct TagRow {
    id: TagId,
    name: String,
    colour: String,
    position: i32,
    retired_at: Option<NaiveDateTime>,
}

pub fn find(db: &mut Db, id: TagId) -> Result<Tag, StoreError> {
    read(tags::table.find(id).select(TagRow::as_select()).first(&mut db.conn)?)
}

/// All tags in their order, retired ones too.
pub fn all(db: &mut Db) -> Result<Vec<Tag>, StoreError> {
    let rows: Vec<TagRow> = tags::table
        .order((tags::position, tags::id))
        .select(TagRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(read).collect()
}

/// The tags that can be put on, in their order.
pub fn offered(db: &mut Db) -> Result<Vec<Tag>, StoreError> {
    let mut offered = all(db)?;
    offered.retain(|tag| tag.retired_at.is_none());
    Ok(offered)
}

pub fn insert(db: &mut Db, tag: &Tag, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(tags::table)
        .values((row(tag), tags::created_at.eq(now.naive_utc())))
        .execute(&mut db.conn)?;
    Ok(())
}

pub fn update(db: &mut Db, tag: &Tag) -> Result<(), StoreError> {
    let changed = diesel::update(tags::table.find(tag.id)).set(row(tag)).execute(&mut db.conn)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// Puts a tag on a conversation. False if it was there already.
pub fn put_on(
    db: &mut Db,
    conversation: ConversationId,
    tag: TagId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = (
        conversation_tags::conversation_id.eq(conversation),
        conversation_tags::tag_id.eq(tag),
        conversation_tags::tagged_by.eq(by),
        conversation_tags::tagged_at.eq(now.naive_utc()),
    );
    let put = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(conversation_tags::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn)
    })?;
    Ok(put == 1)
}

/// Takes a tag off a conversation. False if it was not there.
pub fn take_off(db: &mut Db, conversation: ConversationId, tag: TagId) -> Result<bool, StoreError> {
    let gone =
        diesel::delete(conversation_tags::table.find((conversation, tag))).execute(&mut db.conn)?;
    Ok(gone == 1)
}

/// What each of `conversations` carries, in the tags' order.
pub fn of_conversations(
    db: &mut Db,
    conversations: &[ConversationId],
) -> Result<HashMap<ConversationId, Vec<Tag>>, StoreError> {
    let mut carried: HashMap<ConversationId, Vec<Tag>> = HashMap::new();
    if conversations.is_empty() {
        return Ok(carried);
    }
    let rows: Vec<(ConversationId, TagRow)> = conversation_tags::table
        .inner_join(tags::table)
        .filter(conversation_tags::conversation_id.eq_any(conversations))
        .order((tags::position, tags::id))
        .select((conversation_tags::conversation_id, TagRow::as_select()))
        .load(&mut db.conn)?;
    for (conversation, tag) in rows {
        carried.entry(conversation).or_default().push(read(tag)?);
    }
    Ok(carried)
}

/// Those of `conversations` that carry `tag`.
pub fn carrying(
    db: &mut Db,
    tag: TagId,
    conversations: &[ConversationId],
) -> Result<HashSet<ConversationId>, StoreError> {
    let carrying: Vec<ConversationId> = conversation_tags::table
        .filter(conversation_tags::tag_id.eq(tag))
        .filter(conversation_tags::conversation_id.eq_any(conversations))
        .select(conversation_tags::conversation_id)
        .load(&mut db.conn)?;
    Ok(carrying.into_iter().collect())
}

/// What one conversation carries.
pub fn of(db: &mut Db, conversation: ConversationId) -> Result<Vec<Tag>, StoreError> {
    Ok(of_conversations(db, &[conversation])?.remove(&conversation).unwrap_or_default())
}

fn row(tag: &Tag) -> TagRow {
    TagRow {
        id: tag.id,
        name: tag.name.clone(),
        colour: tag.colour.word().to_owned(),
        position: tag.position,
        retired_at: tag.retired_at.map(|at| at.naive_utc()),
    }
}

fn read(row: TagRow) -> Result<Tag, StoreError> {
    Ok(Tag {
        colour: known(TagColour::from_word(&row.colour), "tags.colour", &row.colour)?,
        id: row.id,
        name: row.name,
        position: row.position,
        retired_at: row.retired_at.map(|at| at.and_utc()),
    })
}
