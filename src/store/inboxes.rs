//! Inboxes: queues with their people and rules.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::inboxes;
use crate::domain::id::{CalendarId, InboxId};
use crate::domain::user::Sight;

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = inboxes)]
#[diesel(treat_none_as_null = true)]
pub struct Inbox {
    pub id: InboxId,
    pub name: String,
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
    /// How long a person's text may be taken back before it leaves.
    pub undo_seconds: i32,
    /// When it is open; without one, at all hours.
    pub calendar_id: Option<CalendarId>,
}

pub fn find(db: &mut Db, id: InboxId) -> Result<Inbox, StoreError> {
    Ok(inboxes::table.find(id).select(Inbox::as_select()).first(&mut db.conn)?)
}

/// All inboxes, oldest first.
pub fn all(db: &mut Db) -> Result<Vec<Inbox>, StoreError> {
    Ok(inboxes::table.order(inboxes::id).select(Inbox::as_select()).load(&mut db.conn)?)
}

/// The inboxes that `sight` sees.
pub fn in_sight(db: &mut Db, sight: &Sight) -> Result<Vec<InboxId>, StoreError> {
    match sight {
        Sight::Inboxes(inboxes) => Ok(inboxes.clone()),
        Sight::All => {
            Ok(inboxes::table.order(inboxes::id).select(inboxes::id).load(&mut db.conn)?)
        }
    }
}

pub fn insert(db: &mut Db, inbox: &Inbox, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(inboxes::table)
        .values((inbox, inboxes::created_at.eq(now.naive_utc())))
        .execute(&mut db.conn)?;
    Ok(())
}

pub fn update(db: &mut Db, inbox: &Inbox) -> Result<(), StoreError> {
    let changed = diesel::update(inboxes::table.find(inbox.id)).set(inbox).execute(&mut db.conn)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}
