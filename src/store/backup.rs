//! A copy of the whole house in one sealed file, and the way back.
//!
//! Rows are read table by table in one snapshot, beside a running server and
//! without holding up its writer, and written in a form of our own
//! (`docs/backup-format.md`), so that a backup of either database restores on
//! either. A restore makes the tables itself and fills them: no file of
//! somebody else's is ever opened as a database.

use std::io::{self, Read, Write};

use diesel::connection::{Connection, TransactionManager};

use super::audit::Verdict;
use super::connection::{Db, DbConnection};
use super::error::StoreError;
use super::schema::audit_entries;
use super::{events, migrations};
use cell::{Cell, Column, read_array, read_bytes, write_bytes};
pub use envelope::{Opened, Sealing};
pub use manifest::{Contents, Manifest, Prelude, Table};
pub use restore::{Asked, Restored, is_empty, restore};
pub use settle::{Settled, settle_recovered};

mod catalogue;
mod cell;
mod envelope;
mod manifest;
mod postgres;
mod restore;
mod settle;
mod sqlite;

type Transactions = <DbConnection as Connection>::TransactionManager;

/// What the sections of a backup begin with.
const TABLE: u8 = b'T';
const ROW: u8 = b'R';
const END_OF_TABLE: u8 = b'E';
const MANIFEST: u8 = b'M';

/// Why a file cannot be restored, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(StoreError),
    #[error(transparent)]
    Io(io::Error),
    #[error("it is no backup of henji")]
    NoBackup,
    #[error(
        "it was made by a newer henji ({0}); install that version or a later one, then restore"
    )]
    Newer(String),
    #[error("it is cut off: its end is missing; copy it again, or take another backup")]
    CutOff,
    #[error(
        "it was damaged after it was made: its checksum does not fit; copy it again, or take another backup"
    )]
    Damaged,
    #[error(
        "it was sealed with another key file; set HENJI_KEY_FILE to the key of the installation \
         it was made from"
    )]
    OtherKey,
    #[error("somebody changed it: its seal does not open; take another backup")]
    Forged,
    #[error("its contents make no sense ({0}); take another backup, and report this")]
    Malformed(String),
    #[error("{table}.{column} holds {found}, which a backup cannot")]
    NoSuchType { table: String, column: String, found: String },
    #[error("{0} does not hold what the backup says; nothing was restored")]
    Differs(String),
    #[error("the restored database is damaged ({0}); nothing was restored")]
    Unsound(String),
    #[error(
        "the record of who did what was not whole when the backup was made: {0}; \
         --broken-audit restores it as it was"
    )]
    BrokenAudit(Verdict),
    #[error("{0} is not empty; name an empty database in HENJI_DATABASE_URL")]
    NotEmpty(String),
    #[error("the database was made by another version; run `henji settle` of that one")]
    OtherVersion,
    #[error("the key file is not the key of this database")]
    NotItsKey,
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<diesel::result::Error> for BackupError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<io::Error> for BackupError {
    fn from(error: io::Error) -> Self {
        // What the envelope found travels through readers as their kind of error.
        error.downcast::<Self>().unwrap_or_else(Self::Io)
    }
}

/// Writes the whole database, as of one moment, to `out`.
///
/// Every transaction that was on disk when this is called is in it.
pub fn write(db: &mut Db, made_at: String, out: &mut impl Write) -> Result<Manifest, BackupError> {
    in_snapshot(db, |db| {
        let prelude = Prelude {
            henji: env!("CARGO_PKG_VERSION").to_owned(),
            database: if is_postgres(db) { "postgres" } else { "sqlite" }.to_owned(),
            migrations: applied(db)?,
            made_at,
        };
        write_bytes(out, &json(&prelude)?)?;
        let mut tables = Vec::new();
        for table in table_names(db)? {
            tables.push(write_table(db, &table, out)?);
        }
        let (audit_entries, audit_head) = audit_head(db)?;
        let last_event = events::last_seq(db)?;
        let manifest = Manifest { tables, last_event, audit_entries, audit_head };
        out.write_all(&[MANIFEST])?;
        write_bytes(out, &json(&manifest)?)?;
        Ok(manifest)
    })
}

/// Whether the database holds no table yet.
pub fn is_bare(db: &mut Db) -> Result<bool, BackupError> {
    Ok(table_names(db)?.is_empty())
}

/// The fingerprint of every table, as of one moment: what a database holds,
/// whichever database it is.
pub fn contents(db: &mut Db) -> Result<Vec<Table>, BackupError> {
    in_snapshot(db, |db| {
        let mut tables = Vec::new();
        for table in table_names(db)? {
            tables.push(write_table(db, &table, &mut io::sink())?);
        }
        Ok(tables)
    })
}

fn in_snapshot<T>(
    db: &mut Db,
    work: impl FnOnce(&mut Db) -> Result<T, BackupError>,
) -> Result<T, BackupError> {
    Transactions::begin_transaction(&mut db.conn)?;
    // SQLite's snapshot is taken by the first read and holds until the end.
    let outcome = match &mut db.conn {
        DbConnection::Postgres(conn) => postgres::pin_snapshot(conn),
        DbConnection::Sqlite(_) => Ok(()),
    }
    .and_then(|()| work(db));
    Transactions::rollback_transaction(&mut db.conn)?;
    outcome
}

fn write_table(db: &mut Db, name: &str, out: &mut impl Write) -> Result<Table, BackupError> {
    let columns = columns_of(db, name)?;
    out.write_all(&[TABLE])?;
    write_bytes(out, name.as_bytes())?;
    let width = u16::try_from(columns.len()).expect("a table has few columns");
    out.write_all(&width.to_be_bytes())?;
    for column in &columns {
        write_bytes(out, column.name.as_bytes())?;
        out.write_all(&[column.kind.code()])?;
    }
    let (mut contents, mut row) = (Contents::default(), Vec::new());
    each_row(db, name, &columns, &mut |cells| {
        row.clear();
        cells.iter().try_for_each(|cell| cell.write(&mut row))?;
        contents.add(&row);
        out.write_all(&[ROW])?;
        Ok(out.write_all(&row)?)
    })?;
    out.write_all(&[END_OF_TABLE])?;
    Ok(contents.told(name))
}

fn each_row(
    db: &mut Db,
    table: &str,
    columns: &[Column],
    take: &mut dyn FnMut(&[Cell]) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    match &mut db.conn {
        DbConnection::Postgres(conn) => postgres::each_row(conn, table, columns, take),
        DbConnection::Sqlite(conn) => sqlite::each_row(conn, table, columns, take),
    }
}

/// Our tables, without what diesel keeps about its migrations, and without the
/// search index: it is made from the others.
fn table_names(db: &mut Db) -> Result<Vec<String>, BackupError> {
    match &mut db.conn {
        DbConnection::Postgres(conn) => postgres::table_names(conn),
        DbConnection::Sqlite(conn) => sqlite::table_names(conn),
    }
}

fn columns_of(db: &mut Db, table: &str) -> Result<Vec<Column>, BackupError> {
    match &mut db.conn {
        DbConnection::Postgres(conn) => postgres::columns(conn, table),
        DbConnection::Sqlite(conn) => sqlite::columns(conn, table),
    }
}

/// The migrations that made the tables there are.
fn applied(db: &mut Db) -> Result<Vec<String>, BackupError> {
    match &mut db.conn {
        DbConnection::Postgres(conn) => postgres::applied(conn),
        DbConnection::Sqlite(conn) => sqlite::applied(conn),
    }
}

/// Runs the migrations that are not applied yet and that `wanted` names.
fn migrate(db: &mut Db, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, BackupError> {
    let mut ran = Vec::new();
    for migration in migrations::pending(db)? {
        let version = migration.name().version().to_string();
        if wanted(&version) {
            migrations::run(db, &*migration)?;
            ran.push(version);
        }
    }
    Ok(ran)
}

fn audit_head(db: &mut Db) -> Result<(i64, String), BackupError> {
    use diesel::prelude::*;

    let last: Option<(i64, Vec<u8>)> = audit_entries::table
        .order(audit_entries::seq.desc())
        .select((audit_entries::seq, audit_entries::hash))
        .first(&mut db.conn)
        .optional()?;
    let (seq, hash) = last.unwrap_or_default();
    Ok((seq, hash.iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn is_postgres(db: &Db) -> bool {
    matches!(db.conn, DbConnection::Postgres(_))
}

fn json(value: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(io::Error::other)
}

fn read_json<T: serde::de::DeserializeOwned>(from: &mut impl Read) -> Result<T, BackupError> {
    serde_json::from_slice(&read_bytes(from)?)
        .map_err(|error| BackupError::Malformed(error.to_string()))
}

fn read_byte(from: &mut impl Read) -> io::Result<u8> {
    read_array::<1>(from).map(|[byte]| byte)
}
