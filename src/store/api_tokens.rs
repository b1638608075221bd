//! Keys of the JSON API, and the answers they may ask for again.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::schema::{api_tokens, idempotency_keys};
use super::seal::secret_hash;
use crate::domain::id::{ApiTokenId, MessageId, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    pub id: ApiTokenId,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
struct TokenRow {
    id: ApiTokenId,
    name: String,
    scopes: String,
    created_at: chrono::NaiveDateTime,
    expires_at: chrono::NaiveDateTime,
    revoked_at: Option<chrono::NaiveDateTime>,
}

pub fn insert(
    db: &mut Db,
    token: &ApiToken,
    secret: &str,
    created_by: Option<UserId>,
) -> Result<(), StoreError> {
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::id.eq(token.id),
            api_tokens::name.eq(&token.name),
            api_tokens::token_hash.eq(secret_hash(secret)),
            api_tokens::scopes.eq(token.scopes.join(" ")),
            api_tokens::created_by.eq(created_by),
            api_tokens::created_at.eq(token.created_at.naive_utc()),
            api_tokens::expires_at.eq(token.expires_at.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// The token with this secret, if it is in force.
pub fn find(db: &mut Db, secret: &str, now: DateTime<Utc>) -> Result<Option<ApiToken>, StoreError> {
    let row = api_tokens::table
        .filter(api_tokens::token_hash.eq(secret_hash(secret)))
        .filter(api_tokens::revoked_at.is_null())
        .filter(api_tokens::expires_at.gt(now.naive_utc()))
        .select(TokenRow::as_select())
        .first(&mut db.conn)
        .optional()?;
    Ok(row.map(read))
}

/// All tokens, newest first.
pub fn all(db: &mut Db) -> Result<Vec<ApiToken>, StoreError> {
    let rows: Vec<TokenRow> = api_tokens::table
        .order(api_tokens::id.desc())
        .select(TokenRow::as_select())
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(read).collect())
}

pub fn revoke(db: &mut Db, id: ApiTokenId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let changed = diesel::update(api_tokens::table.find(id))
        .filter(api_tokens::revoked_at.is_null())
        .set(api_tokens::revoked_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// What was first asked for with an idempotency key, and the message it made.
pub fn first_use(
    db: &mut Db,
    token: ApiTokenId,
    key: &str,
) -> Result<Option<(Vec<u8>, MessageId)>, StoreError> {
    Ok(idempotency_keys::table
        .find((token, key))
        .select((idempotency_keys::request_hash, idempotency_keys::message_id))
        .first(&mut db.conn)
        .optional()?)
}

/// Remembers what a key was first used for.
///
/// Where another node was first, the transaction is run again, and finds it.
pub fn keep_first_use(
    db: &mut Db,
    token: ApiTokenId,
    key: &str,
    request_hash: &[u8],
    message: MessageId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = (
        idempotency_keys::api_token_id.eq(token),
        idempotency_keys::idempotency_key.eq(key),
        idempotency_keys::request_hash.eq(request_hash),
        idempotency_keys::message_id.eq(message),
        idempotency_keys::created_at.eq(now.naive_utc()),
    );
    let inserted = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(idempotency_keys::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn)
    })?;
    if inserted == 1 { Ok(()) } else { Err(StoreError::collision()) }
}

/// Forgets keys first used before `before`.
pub fn forget_first_uses(db: &mut Db, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = idempotency_keys::table.filter(idempotency_keys::created_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut db.conn)?)
}

fn read(row: TokenRow) -> ApiToken {
    ApiToken {
        id: row.id,
        name: row.name,
        scopes: row.scopes.split(' ').filter(|scope| !scope.is_empty()).map(Into::into).collect(),
        created_at: row.created_at.and_utc(),
        expires_at: row.expires_at.and_utc(),
        revoked_at: row.revoked_at.map(|at| at.and_utc()),
    }
}
