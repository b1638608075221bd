//! How far the index has come.
//!
//! Written in the transaction of what was put into the index, so that wherever
//! that ends, the next step goes on from there.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use uuid::Uuid;

use super::tables::{search_inboxes, search_state};
use crate::domain::id::InboxId;
use crate::store::connection::{Db, DbConnection, on_each_backend};
use crate::store::ids::RowId;
use crate::store::seal::random;
use crate::store::{StoreError, events};

/// Rises when tokens are made in another way: the index is made anew then.
const SQLITE_FORMAT: i32 = 1;
/// 2: a token tells which run of numbers it is of (`postgres.rs`).
const POSTGRES_FORMAT: i32 = 2;
/// New things count up from here, old ones down: there is room for both.
const MIDDLE: i64 = 1 << 40;

/// What of the old is being read.
pub(super) const CONVERSATIONS: i32 = 0;
pub(super) const MESSAGES: i32 = 1;
pub(super) const DONE: i32 = 2;

#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = search_state)]
#[diesel(treat_none_as_null = true)]
pub(super) struct State {
    pub id: i32,
    pub format: i32,
    pub generation: i64,
    pub cursor: i64,
    pub cursor_at: Option<NaiveDateTime>,
    pub begun: i64,
    pub up: i64,
    pub down: i64,
    pub stage: i32,
    pub walk_at: RowId,
}

impl State {
    /// An empty index: what is in the log so far is read from the tables.
    pub(super) fn fresh(db: &mut Db) -> Result<Self, StoreError> {
        let cursor = events::last_seq(db)?;
        let cursor_at = events::time_of(db, cursor)?.map(|at| at.naive_utc());
        Ok(Self {
            id: 1,
            format: format(db),
            generation: i64::from(u32::from_be_bytes(random())),
            cursor,
            cursor_at,
            begun: cursor,
            up: MIDDLE + 1,
            down: MIDDLE,
            stage: CONVERSATIONS,
            walk_at: RowId(Uuid::max()),
        })
    }

    pub(super) fn find(index: &mut DbConnection) -> Result<Option<Self>, StoreError> {
        Ok(search_state::table.select(Self::as_select()).first(index).optional()?)
    }

    pub(super) fn save(&self, index: &mut DbConnection) -> Result<(), StoreError> {
        let changed =
            diesel::update(search_state::table.find(1)).set(self.clone()).execute(index)?;
        if changed == 0 {
            let this = self.clone();
            on_each_backend!(index, |conn| diesel::insert_into(search_state::table)
                .values(this)
                .execute(conn))?;
        }
        Ok(())
    }

    /// Whether it is an index of this database, as this version makes them.
    ///
    /// Not after another database was put in the place of the one it followed:
    /// the log does not hold that event, or one of another time.
    pub(super) fn fits(&self, db: &mut Db) -> Result<bool, StoreError> {
        if self.format != format(db) {
            return Ok(false);
        }
        let at = events::time_of(db, self.cursor)?.map(|at| at.naive_utc());
        Ok(at == self.cursor_at)
    }
}

fn format(db: &Db) -> i32 {
    match db.conn {
        DbConnection::Postgres(_) => POSTGRES_FORMAT,
        DbConnection::Sqlite(_) => SQLITE_FORMAT,
    }
}

/// The index's own numbers of inboxes; `inbox` gets one if it has none.
pub(super) fn number_of(index: &mut DbConnection, inbox: InboxId) -> Result<i32, StoreError> {
    let known = search_inboxes::table
        .filter(search_inboxes::inbox_id.eq(RowId(inbox.0)))
        .select(search_inboxes::number)
        .first(index)
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    let last: Option<i32> =
        search_inboxes::table.select(diesel::dsl::max(search_inboxes::number)).first(index)?;
    let number = last.unwrap_or(0) + 1;
    diesel::insert_into(search_inboxes::table)
        .values((search_inboxes::number.eq(number), search_inboxes::inbox_id.eq(RowId(inbox.0))))
        .execute(index)?;
    Ok(number)
}

/// Those of `inboxes` that anything was found in.
pub(super) fn numbers_of(
    index: &mut DbConnection,
    inboxes: &[InboxId],
) -> Result<Vec<i32>, StoreError> {
    let ids: Vec<RowId> = inboxes.iter().map(|inbox| RowId(inbox.0)).collect();
    Ok(search_inboxes::table
        .filter(search_inboxes::inbox_id.eq_any(ids))
        .select(search_inboxes::number)
        .load(index)?)
}
