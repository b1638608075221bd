//! Who did what: an append-only chain of hashes.
//!
//! Every entry's hash covers all its fields and the hash before it, so that no
//! entry can be changed, removed or slipped in without `henji audit verify`
//! naming the first one that no longer fits.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::audit_entries;
use super::seal::{Place, Vault};
use crate::domain::user::{Actor, ActorKind};

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    pub kind: &'static str,
    pub id: Option<Uuid>,
}

impl Object {
    pub fn new(kind: &'static str, id: Uuid) -> Self {
        Self { kind, id: Some(id) }
    }
}

pub(super) struct NewEntry {
    pub actor: Actor,
    pub action: &'static str,
    pub object: Object,
    pub detail: String,
}

/// An entry as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub actor: Actor,
    pub action: String,
    pub object_kind: String,
    pub object_id: Option<Uuid>,
    pub detail: String,
}

/// What [`verify`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Intact {
        entries: i64,
    },
    /// The first entry that does not fit the chain.
    Broken {
        seq: i64,
    },
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = audit_entries)]
struct EntryRow {
    seq: i64,
    at: NaiveDateTime,
    actor_kind: String,
    actor_id: Option<RowId>,
    action: String,
    object_kind: String,
    object_id: Option<RowId>,
    detail: String,
    origin_sealed: Option<Vec<u8>>,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

pub(super) fn append(db: &mut Db, now: DateTime<Utc>, new: &[NewEntry]) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    let (mut seq, mut previous) = last(db)?;
    let mut rows = Vec::with_capacity(new.len());
    for entry in new {
        seq += 1;
        let row = chained(&db.vault, seq, now, entry, previous);
        previous = row.hash.clone();
        rows.push(row);
    }
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(audit_entries::table)
        .values(&rows)
        .execute(conn))?;
    Ok(())
}

/// Entries before `before` (all if `None`), newest first.
pub fn page_before(db: &mut Db, before: Option<i64>, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<EntryRow> = audit_entries::table
        .filter(audit_entries::seq.lt(before.unwrap_or(i64::MAX)))
        .order(audit_entries::seq.desc())
        .limit(limit)
        .select(EntryRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(&db.vault, row)).collect()
}

/// Walks the whole chain.
pub fn verify(db: &mut Db) -> Result<Verdict, StoreError> {
    const STEP: i64 = 1_000;
    let (mut seq, mut previous) = (0, start_of_chain());
    loop {
        let rows: Vec<EntryRow> = audit_entries::table
            .filter(audit_entries::seq.gt(seq))
            .order(audit_entries::seq)
            .limit(STEP)
            .select(EntryRow::as_select())
            .load(&mut db.conn)?;
        if rows.is_empty() {
            return Ok(Verdict::Intact { entries: seq });
        }
        for row in rows {
            let fits =
                row.seq == seq + 1 && row.previous_hash == previous && row.hash == hash(&row);
            if !fits {
                return Ok(Verdict::Broken { seq: seq + 1 });
            }
            seq = row.seq;
            previous = row.hash;
        }
    }
}

fn last(db: &mut Db) -> Result<(i64, Vec<u8>), StoreError> {
    let last = audit_entries::table
        .order(audit_entries::seq.desc())
        .select((audit_entries::seq, audit_entries::hash))
        .first(&mut db.conn)
        .optional()?;
    Ok(last.unwrap_or_else(|| (0, start_of_chain())))
}

fn start_of_chain() -> Vec<u8> {
    vec![0; 32]
}

fn chained(
    vault: &Vault,
    seq: i64,
    now: DateTime<Utc>,
    entry: &NewEntry,
    previous_hash: Vec<u8>,
) -> EntryRow {
    let origin = entry.actor.origin.as_deref();
    let mut row = EntryRow {
        seq,
        at: now.naive_utc(),
        actor_kind: entry.actor.kind.word().to_owned(),
        actor_id: entry.actor.id.map(RowId),
        action: entry.action.to_owned(),
        object_kind: entry.object.kind.to_owned(),
        object_id: entry.object.id.map(RowId),
        detail: entry.detail.clone(),
        origin_sealed: origin.map(|text| vault.house().seal_text(origin_place(seq), text)),
        previous_hash,
        hash: Vec::new(),
    };
    row.hash = hash(&row);
    row
}

fn hash(row: &EntryRow) -> Vec<u8> {
    let id = |id: &Option<RowId>| id.map(|id| id.0.as_bytes().to_vec()).unwrap_or_default();
    let fields = [
        row.previous_hash.clone(),
        row.seq.to_be_bytes().to_vec(),
        row.at.and_utc().timestamp_micros().to_be_bytes().to_vec(),
        row.actor_kind.clone().into_bytes(),
        id(&row.actor_id),
        row.action.clone().into_bytes(),
        row.object_kind.clone().into_bytes(),
        id(&row.object_id),
        row.detail.clone().into_bytes(),
        row.origin_sealed.clone().unwrap_or_default(),
    ];
    let mut hash = Sha256::new();
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(&field);
    }
    hash.finalize().to_vec()
}

fn origin_place(seq: i64) -> Place {
    Place {
        table: "audit_entries",
        column: "origin_sealed",
        row: Uuid::from_u128(seq.unsigned_abs().into()),
    }
}

fn read(vault: &Vault, row: EntryRow) -> Result<Entry, StoreError> {
    let origin = row
        .origin_sealed
        .map(|sealed| vault.house().open_text(origin_place(row.seq), &sealed))
        .transpose()?;
    let kind = known(ActorKind::from_word(&row.actor_kind), "actor_kind", &row.actor_kind)?;
    Ok(Entry {
        seq: row.seq,
        at: row.at.and_utc(),
        actor: Actor { kind, id: row.actor_id.map(|id| id.0), origin },
        action: row.action,
        object_kind: row.object_kind,
        object_id: row.object_id.map(|id| id.0),
        detail: row.detail,
    })
}
