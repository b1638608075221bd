//! Pictures that contacts added to a text, and how long they are kept.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::messages;
use super::schema::{messages as texts, organizations, photos};
use super::seal::{Place, place};
use crate::clock::fresh_id;
use crate::domain::id::{ConversationId, MessageId, PhotoId};
use crate::domain::photo::DAYS_AT_FIRST;

/// A picture as it was drawn anew.
#[derive(Clone, Debug)]
pub struct NewPhoto {
    pub full: Vec<u8>,
    pub small: Vec<u8>,
    /// Of the full one.
    pub width: u32,
    pub height: u32,
}

/// What is known of a picture without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Photo {
    pub id: PhotoId,
    pub width: u32,
    pub height: u32,
    pub purged_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Full,
    Small,
}

/// Adds pictures to a text, in the transaction that stores it.
pub fn insert(
    db: &mut Db,
    conversation: ConversationId,
    message: MessageId,
    new: &[NewPhoto],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    let key = messages::key_of(db, conversation)?;
    for (position, photo) in (1_i32..).zip(new) {
        let id = fresh_id::<PhotoId>();
        let row = (
            photos::id.eq(id),
            photos::message_id.eq(message),
            photos::position.eq(position),
            photos::width.eq(stored(photo.width)),
            photos::height.eq(stored(photo.height)),
            photos::created_at.eq(now.naive_utc()),
            photos::small_sealed.eq(key.seal(seat(id, Size::Small), &photo.small)),
            photos::full_sealed.eq(key.seal(seat(id, Size::Full), &photo.full)),
        );
        diesel::insert_into(photos::table).values(row).execute(&mut db.conn)?;
    }
    Ok(())
}

/// Those of each of `texts`, in their order.
pub fn of_messages(
    db: &mut Db,
    texts: &[MessageId],
) -> Result<HashMap<MessageId, Vec<Photo>>, StoreError> {
    type Row = (PhotoId, MessageId, i32, i32, Option<NaiveDateTime>);
    if texts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = photos::table
        .filter(photos::message_id.eq_any(texts))
        .order((photos::message_id, photos::position))
        .select((photos::id, photos::message_id, photos::width, photos::height, photos::purged_at))
        .load(&mut db.conn)?;
    let mut found: HashMap<MessageId, Vec<Photo>> = HashMap::new();
    for (id, message, width, height, purged_at) in rows {
        let purged_at = purged_at.map(|at| at.and_utc());
        let photo = Photo { id, width: read(width), height: read(height), purged_at };
        found.entry(message).or_default().push(photo);
    }
    Ok(found)
}

/// The conversation that a picture belongs to: who sees that may see it.
///
/// # Errors
/// `NotFound` where there is no such picture.
pub fn conversation_of(db: &mut Db, photo: PhotoId) -> Result<ConversationId, StoreError> {
    let found = photos::table
        .inner_join(texts::table)
        .filter(photos::id.eq(photo))
        .select(texts::conversation_id)
        .first(&mut db.conn)?;
    Ok(found)
}

/// A picture of `conversation` as JPEG.
///
/// # Errors
/// `NotFound` where there is none any more.
pub fn open(
    db: &mut Db,
    conversation: ConversationId,
    photo: PhotoId,
    size: Size,
) -> Result<Vec<u8>, StoreError> {
    let row = photos::table.find(photo);
    let sealed: Option<Vec<u8>> = match size {
        Size::Full => row.select(photos::full_sealed).first(&mut db.conn)?,
        Size::Small => row.select(photos::small_sealed).first(&mut db.conn)?,
    };
    let sealed = sealed.ok_or(StoreError::NotFound)?;
    messages::key_of(db, conversation)?.open(seat(photo, size), &sealed)
}

/// How many days pictures are kept; before set-up as it is at first.
pub fn days_kept(db: &mut Db) -> Result<i32, StoreError> {
    let days: Option<i32> =
        organizations::table.select(organizations::photo_days).first(&mut db.conn).optional()?;
    Ok(days.unwrap_or(DAYS_AT_FIRST))
}

pub fn set_days_kept(db: &mut Db, days: i32) -> Result<(), StoreError> {
    diesel::update(organizations::table)
        .set(organizations::photo_days.eq(days))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Takes what was there before `before` away, at most so many; how many were.
pub fn purge_before(
    db: &mut Db,
    before: DateTime<Utc>,
    most: i64,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let over: Vec<PhotoId> = photos::table
        .filter(photos::purged_at.is_null())
        .filter(photos::created_at.lt(before.naive_utc()))
        .order(photos::created_at)
        .limit(most)
        .select(photos::id)
        .load(&mut db.conn)?;
    if over.is_empty() {
        return Ok(0);
    }
    let none = None::<Vec<u8>>;
    let purged = diesel::update(photos::table.filter(photos::id.eq_any(over)))
        .set((
            photos::purged_at.eq(now.naive_utc()),
            photos::small_sealed.eq(&none),
            photos::full_sealed.eq(&none),
        ))
        .execute(&mut db.conn)?;
    Ok(purged)
}

fn seat(photo: PhotoId, size: Size) -> Place {
    match size {
        Size::Full => place("photos", "full_sealed", photo),
        Size::Small => place("photos", "small_sealed", photo),
    }
}

fn stored(side: u32) -> i32 {
    i32::try_from(side).unwrap_or(i32::MAX)
}

fn read(side: i32) -> u32 {
    u32::try_from(side).unwrap_or_default()
}
