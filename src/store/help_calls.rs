//! Agents who asked for help, and have not got it yet.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::schema::help_calls;
use crate::domain::id::{ConversationId, UserId};

/// Who asked, and since when nobody came; a program is nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub since: DateTime<Utc>,
    pub by: Option<UserId>,
}

/// False where somebody asked already.
pub fn insert(
    db: &mut Db,
    conversation: ConversationId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = (
        help_calls::conversation_id.eq(conversation),
        help_calls::since.eq(now.naive_utc()),
        help_calls::user_id.eq(by),
    );
    let inserted = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(help_calls::table).values(row).on_conflict_do_nothing().execute(conn)
    })?;
    Ok(inserted == 1)
}

pub fn find(db: &mut Db, conversation: ConversationId) -> Result<Option<Call>, StoreError> {
    let row: Option<(NaiveDateTime, Option<UserId>)> = help_calls::table
        .find(conversation)
        .select((help_calls::since, help_calls::user_id))
        .first(&mut db.conn)
        .optional()?;
    Ok(row.map(|(since, by)| Call { since: since.and_utc(), by }))
}

/// False where nobody had asked.
pub fn delete(db: &mut Db, conversation: ConversationId) -> Result<bool, StoreError> {
    Ok(diesel::delete(help_calls::table.find(conversation)).execute(&mut db.conn)? == 1)
}

/// Ends the call of a conversation that somebody else than its caller sees to.
pub fn delete_of_others(
    db: &mut Db,
    conversation: ConversationId,
    helper: UserId,
) -> Result<bool, StoreError> {
    let call = help_calls::table
        .find(conversation)
        .filter(help_calls::user_id.is_null().or(help_calls::user_id.ne(helper)));
    Ok(diesel::delete(call).execute(&mut db.conn)? == 1)
}
