//! Texts whose fate nobody knows, and when the provider's list is asked next.
//!
//! A row is a reminder and no state: the message itself says whether it is still
//! unknown. It goes once the list was asked often enough; then a person decides.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::schema::unresolved;
use crate::domain::id::{MessageId, ProviderAccountId};

/// Seconds between looks. Lists show a text within moments as a rule; a provider
/// that was down itself shows it when it is back, a day later at most.
const LOOKS: [i64; 9] = [5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];

/// A text to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unresolved {
    pub message_id: MessageId,
    pub account: ProviderAccountId,
    /// When the call began whose end is not known.
    pub attempted_at: DateTime<Utc>,
    looks: i32,
}

impl Unresolved {
    #[cfg(test)]
    pub fn for_tests(
        message_id: MessageId,
        account: ProviderAccountId,
        attempted_at: DateTime<Utc>,
    ) -> Self {
        Self { message_id, account, attempted_at, looks: 0 }
    }
}

pub fn insert_unless_there(
    db: &mut Db,
    message: MessageId,
    account: ProviderAccountId,
    attempted_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = (
        unresolved::message_id.eq(message),
        unresolved::provider_account_id.eq(account),
        unresolved::attempted_at.eq(attempted_at.naive_utc()),
        unresolved::look_at.eq((now + TimeDelta::seconds(LOOKS[0])).naive_utc()),
        unresolved::looks.eq(0),
    );
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(unresolved::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

/// Those whose time has come, the longest waiting first.
pub fn due(db: &mut Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<Unresolved>, StoreError> {
    let rows: Vec<(MessageId, ProviderAccountId, NaiveDateTime, i32)> = unresolved::table
        .filter(unresolved::look_at.le(now.naive_utc()))
        .order((unresolved::look_at, unresolved::message_id))
        .limit(limit)
        .select((
            unresolved::message_id,
            unresolved::provider_account_id,
            unresolved::attempted_at,
            unresolved::looks,
        ))
        .load(&mut db.conn)?;
    Ok(rows
        .into_iter()
        .map(|(message_id, account, attempted_at, looks)| Unresolved {
            message_id,
            account,
            attempted_at: attempted_at.and_utc(),
            looks,
        })
        .collect())
}

/// The list did not hold it, or could not be read: another look, or the last was it.
/// Texts of which the provider's list may still tell.
pub fn count(db: &mut Db) -> Result<i64, StoreError> {
    Ok(unresolved::table.count().get_result(&mut db.conn)?)
}

pub fn look_again(db: &mut Db, text: &Unresolved, now: DateTime<Utc>) -> Result<(), StoreError> {
    let looks = text.looks + 1;
    let Some(wait) = usize::try_from(looks).ok().and_then(|looks| LOOKS.get(looks)) else {
        return delete(db, text.message_id);
    };
    diesel::update(unresolved::table.find(text.message_id))
        .set((
            unresolved::looks.eq(looks),
            unresolved::look_at.eq((now + TimeDelta::seconds(*wait)).naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Its fate is known.
pub fn delete(db: &mut Db, message: MessageId) -> Result<(), StoreError> {
    diesel::delete(unresolved::table.find(message)).execute(&mut db.conn)?;
    Ok(())
}
