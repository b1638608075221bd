//! The numbers and names we send from.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::{provider_accounts, senders};
use crate::domain::id::{InboxId, ProviderAccountId, SenderId};

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = senders)]
pub struct Sender {
    pub id: SenderId,
    pub inbox_id: InboxId,
    pub provider_account_id: ProviderAccountId,
    pub address: String,
    /// A word of `domain::sender::SenderKind`.
    pub kind: String,
    pub can_receive: bool,
    /// The rate limit counts parts, because carriers do.
    pub segments_per_second: i32,
}

pub fn find(db: &mut Db, id: SenderId) -> Result<Sender, StoreError> {
    Ok(senders::table.find(id).select(Sender::as_select()).first(&mut db.conn)?)
}

/// All senders, oldest first.
pub fn all(db: &mut Db) -> Result<Vec<Sender>, StoreError> {
    Ok(senders::table.order(senders::id).select(Sender::as_select()).load(&mut db.conn)?)
}

/// A number or name of ours as everybody may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub id: SenderId,
    pub address: String,
    pub can_receive: bool,
    pub since: DateTime<Utc>,
}

/// What real texts come from, oldest first; the simulator has no numbers.
pub fn published(db: &mut Db) -> Result<Vec<Published>, StoreError> {
    type Row = (SenderId, String, bool, NaiveDateTime);
    let rows: Vec<Row> = senders::table
        .inner_join(provider_accounts::table)
        .filter(provider_accounts::kind.ne("simulator"))
        .order(senders::id)
        .select((senders::id, senders::address, senders::can_receive, senders::created_at))
        .load(&mut db.conn)?;
    let published = |(id, address, can_receive, since): Row| Published {
        id,
        address,
        can_receive,
        since: since.and_utc(),
    };
    Ok(rows.into_iter().map(published).collect())
}

/// The senders of an inbox, oldest first: the first is the default.
pub fn of_inbox(db: &mut Db, inbox: InboxId) -> Result<Vec<Sender>, StoreError> {
    Ok(senders::table
        .filter(senders::inbox_id.eq(inbox))
        .order(senders::id)
        .select(Sender::as_select())
        .load(&mut db.conn)?)
}

/// The senders of a provider account, oldest first.
pub fn of_account(db: &mut Db, account: ProviderAccountId) -> Result<Vec<Sender>, StoreError> {
    Ok(senders::table
        .filter(senders::provider_account_id.eq(account))
        .order(senders::id)
        .select(Sender::as_select())
        .load(&mut db.conn)?)
}

pub fn insert(db: &mut Db, sender: &Sender, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(senders::table)
        .values((sender, senders::created_at.eq(now.naive_utc())))
        .execute(&mut db.conn)?;
    Ok(())
}
