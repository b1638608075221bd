//! Webhook requests that failed their check: kept raw and sealed, to be looked
//! at and replayed by a person. A failed check never loses a message.

use bytes::Bytes;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::messages::Position;
use super::schema::quarantine;
use super::seal::{Vault, place};
use crate::domain::id::{ProviderAccountId, QuarantineId, UserId};

/// A request as it came, as far as a replay needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRequest {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    pub id: QuarantineId,
    pub provider_account_id: Option<ProviderAccountId>,
    /// `inbound` or `receipts`.
    pub route: String,
    pub request: RawRequest,
    /// Why it was not believed.
    pub problem: String,
    pub received_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// `replayed` or `discarded`.
    pub outcome: Option<String>,
    pub resolved_by: Option<UserId>,
}

/// Where a request stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub is_resolved: bool,
    pub at: Position,
}

impl Quarantined {
    pub fn place(&self) -> Place {
        let at = Position { at: self.received_at, id: self.id.0 };
        Place { is_resolved: self.resolved_at.is_some(), at }
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = quarantine)]
struct QuarantineRow {
    id: QuarantineId,
    provider_account_id: Option<ProviderAccountId>,
    route: String,
    request_sealed: Vec<u8>,
    problem: String,
    received_at: NaiveDateTime,
    resolved_at: Option<NaiveDateTime>,
    outcome: Option<String>,
    resolved_by: Option<UserId>,
}

/// Keeps a request, once however often it is tried.
pub fn insert_unless_seen(db: &mut Db, item: &Quarantined) -> Result<(), StoreError> {
    let raw = Sealed {
        method: item.request.method.clone(),
        url: item.request.url.clone(),
        headers: item.request.headers.clone(),
        body: item.request.body.to_vec(),
    };
    let text = serde_json::to_vec(&raw).expect("strings and bytes always serialise");
    let sealed_at = place("quarantine", "request_sealed", item.id);
    let sealed = db.vault.house().seal(sealed_at, &text);
    let row = (
        quarantine::id.eq(item.id),
        quarantine::provider_account_id.eq(item.provider_account_id),
        quarantine::route.eq(&item.route),
        quarantine::request_sealed.eq(sealed),
        quarantine::problem.eq(&item.problem),
        quarantine::received_at.eq(item.received_at.naive_utc()),
    );
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(quarantine::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

pub fn find(db: &mut Db, id: QuarantineId) -> Result<Quarantined, StoreError> {
    let row = quarantine::table.find(id).select(QuarantineRow::as_select()).first(&mut db.conn)?;
    read(&db.vault, row)
}

/// The newest first, those still waiting before those resolved; from below
/// `after` on.
pub fn page(db: &mut Db, after: Option<Place>, limit: i64) -> Result<Vec<Quarantined>, StoreError> {
    let is_resolved = quarantine::resolved_at.is_not_null();
    let mut query = quarantine::table
        .order((is_resolved, quarantine::received_at.desc(), quarantine::id.desc()))
        .limit(limit)
        .select(QuarantineRow::as_select())
        .into_boxed();
    if let Some(Place { is_resolved: was_resolved, at: Position { at, id } }) = after {
        let (at, id) = (at.naive_utc(), QuarantineId(id));
        let is_older = quarantine::received_at
            .lt(at)
            .or(quarantine::received_at.eq(at).and(quarantine::id.lt(id)));
        query = if was_resolved {
            query.filter(is_resolved.and(is_older))
        } else {
            query.filter(is_resolved.or(is_older))
        };
    }
    let rows: Vec<QuarantineRow> = query.load(&mut db.conn)?;
    rows.into_iter().map(|row| read(&db.vault, row)).collect()
}

/// How many wait for a person.
pub fn waiting(db: &mut Db) -> Result<i64, StoreError> {
    Ok(quarantine::table
        .filter(quarantine::resolved_at.is_null())
        .count()
        .get_result(&mut db.conn)?)
}

/// False if somebody resolved it before.
pub fn resolve(
    db: &mut Db,
    id: QuarantineId,
    by: Option<UserId>,
    outcome: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(quarantine::table.find(id))
        .filter(quarantine::resolved_at.is_null())
        .set((
            quarantine::resolved_at.eq(now.naive_utc()),
            quarantine::resolved_by.eq(by),
            quarantine::outcome.eq(outcome),
        ))
        .execute(&mut db.conn)?;
    Ok(changed == 1)
}

/// Requests kept longer than `before` go.
pub fn delete_before(db: &mut Db, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = quarantine::table.filter(quarantine::received_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut db.conn)?)
}

fn read(vault: &Vault, row: QuarantineRow) -> Result<Quarantined, StoreError> {
    let text =
        vault.house().open(place("quarantine", "request_sealed", row.id), &row.request_sealed)?;
    let raw: Sealed =
        serde_json::from_slice(&text).map_err(|_json| StoreError::Sealed("it holds no request"))?;
    Ok(Quarantined {
        id: row.id,
        provider_account_id: row.provider_account_id,
        route: row.route,
        request: RawRequest {
            method: raw.method,
            url: raw.url,
            headers: raw.headers,
            body: raw.body.into(),
        },
        problem: row.problem,
        received_at: row.received_at.and_utc(),
        resolved_at: row.resolved_at.map(|at| at.and_utc()),
        outcome: row.outcome,
        resolved_by: row.resolved_by,
    })
}
