//! Job boards and applicant systems that send applications by webhook.
//!
//! The secret part of an address is looked up by its hash and kept sealed, so that the
//! address can be shown again; the secret that signs is sealed too, and never shown again.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::super::connection::Db;
use super::super::error::StoreError;
use super::super::schema::{application_deliveries, application_sources};
use super::super::seal::{place, secret_hash};
use crate::domain::id::{ApplicationId, ApplicationSourceId, InboxId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub id: ApplicationSourceId,
    pub inbox: InboxId,
    pub name: String,
    /// The secret part of its address.
    pub token: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = application_sources)]
struct Row {
    id: ApplicationSourceId,
    inbox_id: InboxId,
    name: String,
    token_sealed: Vec<u8>,
    secret_sealed: Vec<u8>,
    created_at: NaiveDateTime,
}

pub fn insert(db: &mut Db, source: &Source, secret: &str) -> Result<(), StoreError> {
    let house = db.vault.house();
    let sealed =
        |column, text: &str| house.seal_text(place("application_sources", column, source.id), text);
    let row = (
        application_sources::id.eq(source.id),
        application_sources::inbox_id.eq(source.inbox),
        application_sources::name.eq(&source.name),
        application_sources::token_hash.eq(secret_hash(&source.token)),
        application_sources::token_sealed.eq(sealed("token_sealed", &source.token)),
        application_sources::secret_sealed.eq(sealed("secret_sealed", secret)),
        application_sources::created_at.eq(source.created_at.naive_utc()),
    );
    diesel::insert_into(application_sources::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

/// Those in use, the newest first.
pub fn all(db: &mut Db) -> Result<Vec<Source>, StoreError> {
    let rows: Vec<Row> = application_sources::table
        .filter(application_sources::removed_at.is_null())
        .order(application_sources::id.desc())
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| Ok(read(db, row)?.0)).collect()
}

/// The one at that address, with its secret.
pub fn find_by_token(db: &mut Db, token: &str) -> Result<Option<(Source, String)>, StoreError> {
    let row: Option<Row> = application_sources::table
        .filter(application_sources::token_hash.eq(secret_hash(token)))
        .filter(application_sources::removed_at.is_null())
        .select(Row::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// False where there is none.
pub fn remove(
    db: &mut Db,
    id: ApplicationSourceId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let removed = diesel::update(application_sources::table.find(id))
        .filter(application_sources::removed_at.is_null())
        .set(application_sources::removed_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    Ok(removed == 1)
}

/// What a webhook made before, by the name its sender gave it.
pub fn delivered(
    db: &mut Db,
    source: ApplicationSourceId,
    name: &str,
) -> Result<Option<ApplicationId>, StoreError> {
    let index = db.vault.application_index(source.0, name);
    Ok(application_deliveries::table
        .find((source, index))
        .select(application_deliveries::application_id)
        .first(&mut db.conn)
        .optional()?)
}

pub fn keep_delivery(
    db: &mut Db,
    source: ApplicationSourceId,
    name: &str,
    application: ApplicationId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = (
        application_deliveries::source_id.eq(source),
        application_deliveries::delivery_index.eq(db.vault.application_index(source.0, name)),
        application_deliveries::application_id.eq(application),
        application_deliveries::created_at.eq(now.naive_utc()),
    );
    diesel::insert_into(application_deliveries::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

/// Forgets webhooks that were taken before `before`: nobody sends them again.
pub fn forget_deliveries(db: &mut Db, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = application_deliveries::table
        .filter(application_deliveries::created_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut db.conn)?)
}

fn read(db: &Db, row: Row) -> Result<(Source, String), StoreError> {
    let house = db.vault.house();
    let open = |column, sealed: &[u8]| {
        house.open_text(place("application_sources", column, row.id), sealed)
    };
    let source = Source {
        id: row.id,
        inbox: row.inbox_id,
        token: open("token_sealed", &row.token_sealed)?,
        name: row.name,
        created_at: row.created_at.and_utc(),
    };
    Ok((source, open("secret_sealed", &row.secret_sealed)?))
}
