//! Browsers that want to be told, and the key they know us by.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::domain::id::{SessionId, UserId};
use crate::store::connection::{Db, on_each_backend};
use crate::store::error::StoreError;
use crate::store::ids::RowId;
use crate::store::schema::{push_keys, push_subscriptions, sessions, users};
use crate::store::seal::{Place, place};

/// The one key.
const KEY: i32 = 1;

/// Where a browser is told, and what it reads with.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    pub endpoint: String,
    /// The browser's public key, then the secret it shares with us.
    pub keys: Vec<u8>,
}

/// Whether the browser of a session is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody said anything.
    Unknown,
    Subscribed,
    /// Not any more: its user took it off the list.
    Removed,
}

/// The house's own key, as it was made; `None` before the first.
pub fn key(db: &mut Db) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let sealed: Option<Vec<u8>> = push_keys::table
        .find(KEY)
        .select(push_keys::private_sealed)
        .first(&mut db.conn)
        .optional()?;
    let open = |sealed: Vec<u8>| db.vault.house().open(key_place(), &sealed).map(Zeroizing::new);
    sealed.map(open).transpose()
}

/// Keeps a key, unless there is one.
pub fn keep_key(db: &mut Db, key: &[u8], now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = (
        push_keys::id.eq(KEY),
        push_keys::private_sealed.eq(db.vault.house().seal(key_place(), key)),
        push_keys::created_at.eq(now.naive_utc()),
    );
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(push_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

/// Tells the browser of `session` from now on, there and nowhere else.
pub fn put(
    db: &mut Db,
    session: SessionId,
    subscription: &Subscription,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    delete(db, session)?;
    let (endpoint, keys) = places(session);
    let house = db.vault.house();
    diesel::insert_into(push_subscriptions::table)
        .values((
            push_subscriptions::session_id.eq(session),
            push_subscriptions::endpoint_sealed
                .eq(Some(house.seal_text(endpoint, &subscription.endpoint))),
            push_subscriptions::keys_sealed.eq(Some(house.seal(keys, &subscription.keys))),
            push_subscriptions::created_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Tells it no more, and keeps in mind that it is not to come back by itself.
/// False where it was not told anyway.
pub fn remove(db: &mut Db, session: SessionId) -> Result<bool, StoreError> {
    let removed = diesel::update(push_subscriptions::table.find(session))
        .filter(push_subscriptions::endpoint_sealed.is_not_null())
        .set((
            push_subscriptions::endpoint_sealed.eq(None::<Vec<u8>>),
            push_subscriptions::keys_sealed.eq(None::<Vec<u8>>),
        ))
        .execute(&mut db.conn)?;
    Ok(removed == 1)
}

/// Forgets it, as if it had never been told.
pub fn delete(db: &mut Db, session: SessionId) -> Result<(), StoreError> {
    diesel::delete(push_subscriptions::table.find(session)).execute(&mut db.conn)?;
    Ok(())
}

pub fn standing(db: &mut Db, session: SessionId) -> Result<Standing, StoreError> {
    let is_told: Option<bool> = push_subscriptions::table
        .find(session)
        .select(push_subscriptions::endpoint_sealed.is_not_null())
        .first(&mut db.conn)
        .optional()?;
    Ok(match is_told {
        None => Standing::Unknown,
        Some(true) => Standing::Subscribed,
        Some(false) => Standing::Removed,
    })
}

/// `None` where the browser is not told, or nobody is signed in there.
pub fn find(
    db: &mut Db,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<(UserId, Subscription)>, StoreError> {
    type Row = (UserId, Option<Vec<u8>>, Option<Vec<u8>>);
    let row: Option<Row> = push_subscriptions::table
        .inner_join(sessions::table.inner_join(users::table))
        .filter(push_subscriptions::session_id.eq(session))
        .filter(sessions::expires_at.gt(now.naive_utc()))
        .filter(users::disabled_at.is_null())
        .select((
            sessions::user_id,
            push_subscriptions::endpoint_sealed,
            push_subscriptions::keys_sealed,
        ))
        .first(&mut db.conn)
        .optional()?;
    let Some((user, Some(endpoint), Some(keys))) = row else { return Ok(None) };
    let (at_endpoint, at_keys) = places(session);
    let house = db.vault.house();
    let endpoint = house.open_text(at_endpoint, &endpoint)?;
    Ok(Some((user, Subscription { endpoint, keys: house.open(at_keys, &keys)? })))
}

/// Every browser that is told, with whoever is signed in there and since when.
pub fn told(
    db: &mut Db,
    now: DateTime<Utc>,
) -> Result<Vec<(SessionId, UserId, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(SessionId, UserId, NaiveDateTime)> = push_subscriptions::table
        .inner_join(sessions::table.inner_join(users::table))
        .filter(push_subscriptions::endpoint_sealed.is_not_null())
        .filter(sessions::expires_at.gt(now.naive_utc()))
        .filter(users::disabled_at.is_null())
        .order(push_subscriptions::session_id)
        .select((push_subscriptions::session_id, sessions::user_id, push_subscriptions::created_at))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(|(id, user, at)| (id, user, at.and_utc())).collect())
}

/// The browsers of `user` that are told.
pub fn of_user(db: &mut Db, user: UserId) -> Result<Vec<SessionId>, StoreError> {
    Ok(push_subscriptions::table
        .inner_join(sessions::table)
        .filter(sessions::user_id.eq(user))
        .filter(push_subscriptions::endpoint_sealed.is_not_null())
        .order(push_subscriptions::created_at)
        .select(push_subscriptions::session_id)
        .load(&mut db.conn)?)
}

fn key_place() -> Place {
    place("push_keys", "private_sealed", RowId(Uuid::nil()))
}

fn places(session: SessionId) -> (Place, Place) {
    let table = "push_subscriptions";
    (place(table, "endpoint_sealed", session), place(table, "keys_sealed", session))
}
