//! Who did what: an append-only chain of hashes.
//!
//! Every entry's hash covers all its fields and the hash before it, so that no
//! entry can be changed, removed or slipped in without `henji audit verify`
//! naming the first one that no longer fits. A [`head`] that needs the key to be
//! written shows when the newest were cut off.

use std::fmt;

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
use head::Head;

mod head;

/// What the house says when it finds entries that it never vouched for.
const UNVOUCHED: &str = "audit.unvouched";

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

#[derive(Clone)]
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
    /// The newest entries are gone: there were `vouched`.
    CutOff {
        entries: i64,
        vouched: i64,
    },
    /// Entries from this one on fit the chain, but were not written with the key.
    Unvouched {
        seq: i64,
    },
    /// What vouches for the chain was itself changed.
    HeadForged,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intact { entries } => write!(f, "{entries} entries, the chain is intact"),
            Self::Broken { seq } => write!(
                f,
                "entry {seq} is broken: it, or what came before it, was changed, removed or \
                 slipped in"
            ),
            Self::CutOff { entries, vouched } => write!(
                f,
                "the newest entries were cut off: there were {vouched}, {entries} are left"
            ),
            Self::Unvouched { seq } => write!(
                f,
                "entries from {seq} on were not written with this installation's key: by an older \
                 henji, or by somebody else"
            ),
            Self::HeadForged => f.write_str(
                "what vouches for the chain was changed without this installation's key",
            ),
        }
    }
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
    let (mut seq, mut previous, found) = end_of_chain(db)?;
    let mut rows = Vec::with_capacity(new.len() + 1);
    for entry in found.iter().chain(new) {
        seq += 1;
        let row = chained(&db.vault, seq, now, entry, previous);
        previous = row.hash.clone();
        rows.push(row);
    }
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(audit_entries::table)
        .values(&rows)
        .execute(conn))?;
    head::write(db, seq, &previous)
}

/// Which entries somebody wants to read; all, if nothing is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub actor: Option<Who>,
    /// An action, `conversation.close`, or all there are of a thing, `conversation`.
    pub action: Option<String>,
    pub object: Option<Uuid>,
    pub since: Option<DateTime<Utc>>,
    /// Entries of this moment are no longer among them.
    pub until: Option<DateTime<Utc>>,
}

/// Whose hand an entry tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A user or an API token.
    One(Uuid),
    Any(ActorKind),
}

/// Entries before `before` (all if `None`), newest first.
pub fn page_before(
    db: &mut Db,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let mut entries =
        audit_entries::table.filter(audit_entries::seq.lt(before.unwrap_or(i64::MAX))).into_boxed();
    entries = match filter.actor {
        None => entries,
        Some(Who::One(id)) => entries.filter(audit_entries::actor_id.eq(RowId(id))),
        Some(Who::Any(kind)) => entries.filter(audit_entries::actor_kind.eq(kind.word())),
    };
    entries = match &filter.action {
        None => entries,
        Some(action) if action.contains('.') => entries.filter(audit_entries::action.eq(action)),
        Some(thing) => entries.filter(audit_entries::action.like(format!("{thing}.%"))),
    };
    if let Some(object) = filter.object {
        entries = entries.filter(audit_entries::object_id.eq(RowId(object)));
    }
    if let Some(since) = filter.since {
        entries = entries.filter(audit_entries::at.ge(since.naive_utc()));
    }
    if let Some(until) = filter.until {
        entries = entries.filter(audit_entries::at.lt(until.naive_utc()));
    }
    let rows: Vec<EntryRow> = entries
        .order(audit_entries::seq.desc())
        .limit(limit)
        .select(EntryRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(&db.vault, row)).collect()
}

/// Walks the whole chain, and holds it to its head.
///
/// Others may append meanwhile: entries and head are read again until they stand
/// still for a moment.
pub fn verify(db: &mut Db) -> Result<Verdict, StoreError> {
    let (mut seq, mut previous) = (0, start_of_chain());
    let mut head = head::read(db)?;
    loop {
        if let Some(broken) = walk(db, &mut seq, &mut previous)? {
            return Ok(broken);
        }
        let newer = head::read(db)?;
        if newer == head {
            break;
        }
        head = newer;
    }
    Ok(match head {
        Head::Forged => Verdict::HeadForged,
        Head::Missing if seq == 0 => Verdict::Intact { entries: 0 },
        Head::Missing => Verdict::Unvouched { seq: 1 },
        Head::Genuine { entries, .. } if seq < entries => {
            Verdict::CutOff { entries: seq, vouched: entries }
        }
        Head::Genuine { entries, .. } if seq > entries => Verdict::Unvouched { seq: entries + 1 },
        Head::Genuine { hash, .. } if hash != previous => Verdict::Broken { seq },
        Head::Genuine { .. } => match first_unvouched(db)? {
            Some(seq) => Verdict::Unvouched { seq },
            None => Verdict::Intact { entries: seq },
        },
    })
}

/// Vouches for the chain as it is: it came out of a backup that only our key can
/// have sealed, made by a henji that did not keep a head.
pub(super) fn vouch(db: &mut Db) -> Result<(), StoreError> {
    match last(db)? {
        (0, _) => Ok(()),
        (seq, hash) => head::write(db, seq, &hash),
    }
}

/// Goes on from `seq`; the first entry that does not fit, if there is one.
fn walk(db: &mut Db, seq: &mut i64, previous: &mut Vec<u8>) -> Result<Option<Verdict>, StoreError> {
    const STEP: i64 = 1_000;
    loop {
        let rows: Vec<EntryRow> = audit_entries::table
            .filter(audit_entries::seq.gt(*seq))
            .order(audit_entries::seq)
            .limit(STEP)
            .select(EntryRow::as_select())
            .load(&mut db.conn)?;
        if rows.is_empty() {
            return Ok(None);
        }
        for row in rows {
            let fits =
                row.seq == *seq + 1 && row.previous_hash == *previous && row.hash == hash(&row);
            if !fits {
                return Ok(Some(Verdict::Broken { seq: *seq + 1 }));
            }
            *seq = row.seq;
            *previous = row.hash;
        }
    }
}

/// Where an entry once found others that nobody had vouched for.
fn first_unvouched(db: &mut Db) -> Result<Option<i64>, StoreError> {
    let found: Option<String> = audit_entries::table
        .filter(audit_entries::action.eq(UNVOUCHED))
        .order(audit_entries::seq)
        .select(audit_entries::detail)
        .first(&mut db.conn)
        .optional()?;
    Ok(found.map(|range| range.split('-').next().and_then(|seq| seq.parse().ok()).unwrap_or(1)))
}

/// Number and hash that the next entry goes on from, and what must be said first.
///
/// After entries were cut off it goes on from the head, so that the gap stays to
/// be seen. Entries past the head, written by an older henji or by somebody else,
/// are neither dropped nor believed: an entry says which they are.
fn end_of_chain(db: &mut Db) -> Result<(i64, Vec<u8>, Option<NewEntry>), StoreError> {
    let (seq, hash) = last(db)?;
    let vouched = match head::read(db)? {
        Head::Genuine { entries, hash } if entries >= seq => return Ok((entries, hash, None)),
        Head::Missing if seq == 0 => return Ok((seq, hash, None)),
        Head::Genuine { entries, .. } => entries,
        Head::Missing | Head::Forged => 0,
    };
    let found = NewEntry {
        actor: Actor::system(),
        action: UNVOUCHED,
        object: Object { kind: "audit_entry", id: None },
        detail: format!("{}-{seq}", vouched + 1),
    };
    Ok((seq, hash, Some(found)))
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
