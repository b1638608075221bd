//! Makes a database out of a backup: all of it, checked, or nothing.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::connection::TransactionManager;

use super::cell::{Cell, Column, Kind, read_array, read_text};
use super::settle::{self, Settled};
use super::{
    BackupError, END_OF_TABLE, MANIFEST, Manifest, Opened, Prelude, ROW, TABLE, Transactions,
};
use crate::store::StoreError;
use crate::store::audit::{self, Verdict};
use crate::store::connection::{Db, DbConnection, Manager};
use crate::store::health::{self, Look};
use crate::store::migrations;
use crate::store::seal::Vault;

/// Rows handed to the database at a time.
const PAGE: usize = 1_000;

/// What to restore, and where.
pub struct Asked<'a> {
    pub file: File,
    /// `sqlite:<path>` or `postgres://…`: a database that is not there or is empty.
    pub url: &'a str,
    pub key: [u8; 32],
    pub now: DateTime<Utc>,
    /// Whether a record of who did what that was broken before is good enough.
    pub broken_audit: bool,
}

pub struct Restored {
    pub prelude: Prelude,
    pub manifest: Manifest,
    /// Migrations that this version added to the backup's.
    pub migrated: usize,
    pub settled: Settled,
}

/// Restores into an empty database. Until everything is checked, it is not there.
pub fn restore(asked: Asked<'_>) -> Result<Restored, BackupError> {
    let vault = Arc::new(Vault::new(asked.key));
    let mut from = Opened::open(asked.file, &vault)?;
    let open = |url: String| {
        Manager { url, vault: vault.clone() }
            .open()
            .map_err(|error| BackupError::Store(StoreError::Open(error.to_string())))
    };
    let Some(path) = asked.url.strip_prefix("sqlite:").map(PathBuf::from) else {
        let mut db = open(asked.url.to_owned())?;
        if !super::is_bare(&mut db)? {
            return Err(BackupError::NotEmpty("the database".to_owned()));
        }
        return load(&mut db, &mut from, asked.now, asked.broken_audit);
    };
    if !is_empty(asked.url) {
        return Err(BackupError::NotEmpty(path.display().to_string()));
    }
    let unfinished = with_suffix(&path, ".restoring");
    remove(&unfinished)?;
    let mut db = open(format!("sqlite:{}", unfinished.display()))?;
    let restored =
        prepare(&mut db).and_then(|()| load(&mut db, &mut from, asked.now, asked.broken_audit));
    drop(db);
    let restored = restored.and_then(|restored| {
        File::open(&unfinished)?.sync_all()?;
        fs::rename(&unfinished, &path)?;
        sync_folder(&path)?;
        Ok(restored)
    });
    if restored.is_err() {
        remove(&unfinished)?;
    }
    restored
}

/// Whether `url` names a SQLite file that is not there, nor anything of it.
pub fn is_empty(url: &str) -> bool {
    url.strip_prefix("sqlite:").is_none_or(|path| {
        let files = ["", "-wal", "-shm", "-journal"];
        files.iter().all(|suffix| !with_suffix(Path::new(path), suffix).exists())
    })
}

/// Makes the tables of the backup's time, fills and checks them, and brings them
/// up to date: in one transaction.
fn load(
    db: &mut Db,
    from: &mut Opened,
    now: DateTime<Utc>,
    broken_audit: bool,
) -> Result<Restored, BackupError> {
    let prelude: Prelude = super::read_json(from)?;
    refuse_newer(db, &prelude)?;
    Transactions::begin_transaction(&mut db.conn)?;
    let restored = (|| {
        super::migrate(db, |version| prelude.migrations.iter().any(|known| known == version))?;
        let aside = set_aside(db)?;
        let manifest = load_tables(db, from)?;
        tracing::debug!(rows = manifest.rows(), "rows are loaded");
        put_back(db, &aside)?;
        tracing::debug!("indexes are built");
        check_contents(db, &manifest)?;
        tracing::debug!("every row was read back");
        let migrated = super::migrate(db, |_| true)?.len();
        check_soundness(db)?;
        tracing::debug!("the file is sound");
        if !manifest.tables.iter().any(|table| table.name == "audit_head") {
            audit::vouch(db)?;
        }
        match audit::verify(db)? {
            Verdict::Intact { .. } => {}
            _ if broken_audit => {}
            broken => return Err(BackupError::BrokenAudit(broken)),
        }
        let settled = settle::settle(db, &prelude.made_at, now)?;
        Ok(Restored { prelude, manifest, migrated, settled })
    })();
    match restored {
        Ok(restored) => {
            Transactions::commit_transaction(&mut db.conn)?;
            Ok(restored)
        }
        Err(error) => {
            // The first error says what went wrong; on SQLite the file goes anyway.
            drop(Transactions::rollback_transaction(&mut db.conn));
            Err(error)
        }
    }
}

fn refuse_newer(db: &mut Db, prelude: &Prelude) -> Result<(), BackupError> {
    let known = migrations::pending(db)?;
    let known: Vec<String> =
        known.iter().map(|migration| migration.name().version().to_string()).collect();
    match prelude.migrations.iter().all(|version| known.contains(version)) {
        true => Ok(()),
        false => Err(BackupError::Newer(prelude.henji.clone())),
    }
}

fn load_tables(db: &mut Db, from: &mut Opened) -> Result<Manifest, BackupError> {
    loop {
        match super::read_byte(from)? {
            TABLE => load_table(db, from)?,
            MANIFEST => {
                let manifest = super::read_json(from)?;
                return match from.is_read() {
                    true => Ok(manifest),
                    false => Err(BackupError::Malformed("it goes on after its end".to_owned())),
                };
            }
            other => return Err(BackupError::Malformed(format!("a section {other}"))),
        }
    }
}

fn load_table(db: &mut Db, from: &mut Opened) -> Result<(), BackupError> {
    let table = read_text(from)?;
    let columns = columns(from)?;
    let known = super::columns_of(db, &table)?;
    // The names go into statements: none but those of our own tables.
    if let Some(column) = columns.iter().find(|column| !known.contains(column)) {
        let what = format!("{table}.{} is no column of ours", column.name);
        return Err(BackupError::Malformed(what));
    }
    let mut rows = Vec::with_capacity(PAGE);
    loop {
        let more = match super::read_byte(from)? {
            ROW => {
                let row: std::io::Result<Vec<Cell>> =
                    columns.iter().map(|_| Cell::read(from)).collect();
                rows.push(row?);
                true
            }
            END_OF_TABLE => false,
            other => return Err(BackupError::Malformed(format!("a row {other}"))),
        };
        if rows.len() == PAGE || (!more && !rows.is_empty()) {
            insert(db, &table, &columns, std::mem::take(&mut rows))?;
        }
        if !more {
            return Ok(());
        }
    }
}

fn columns(from: &mut impl Read) -> Result<Vec<Column>, BackupError> {
    let width = u16::from_be_bytes(read_array(from)?);
    (0..width)
        .map(|_| {
            let name = read_text(from)?;
            let kind = Kind::from_code(super::read_byte(from)?)
                .ok_or_else(|| BackupError::Malformed(format!("the kind of {name}")))?;
            Ok(Column { name, kind })
        })
        .collect()
}

/// What was loaded is read back: every row of every table.
fn check_contents(db: &mut Db, manifest: &Manifest) -> Result<(), BackupError> {
    let mut known = super::table_names(db)?;
    for table in &manifest.tables {
        known.retain(|name| *name != table.name);
        let found = super::write_table(db, &table.name, &mut std::io::sink())?;
        if found != *table {
            return Err(BackupError::Differs(table.name.clone()));
        }
    }
    match known.first() {
        Some(missing) => Err(BackupError::Differs(missing.clone())),
        None => Ok(()),
    }
}

fn check_soundness(db: &mut Db) -> Result<(), BackupError> {
    let unsound = match db.conn {
        // Its keys and indexes were built over every row just now.
        DbConnection::Postgres(_) => None,
        DbConnection::Sqlite(_) => health::damage(db, Look::Thorough)?,
    };
    unsound.map_or(Ok(()), |what| Err(BackupError::Unsound(what)))
}

fn prepare(db: &mut Db) -> Result<(), BackupError> {
    match &mut db.conn {
        DbConnection::Postgres(_) => Ok(()),
        DbConnection::Sqlite(conn) => super::sqlite::prepare(conn),
    }
}

fn set_aside(db: &mut Db) -> Result<Vec<String>, BackupError> {
    match &mut db.conn {
        DbConnection::Postgres(conn) => super::postgres::set_aside(conn),
        DbConnection::Sqlite(conn) => super::sqlite::set_aside(conn),
    }
}

fn put_back(db: &mut Db, aside: &[String]) -> Result<(), BackupError> {
    match &mut db.conn {
        DbConnection::Postgres(conn) => super::postgres::put_back(conn, aside),
        DbConnection::Sqlite(conn) => super::sqlite::put_back(conn, aside),
    }
}

fn insert(
    db: &mut Db,
    table: &str,
    columns: &[Column],
    rows: Vec<Vec<Cell>>,
) -> Result<(), BackupError> {
    match &mut db.conn {
        DbConnection::Postgres(conn) => super::postgres::insert(conn, table, columns, rows),
        DbConnection::Sqlite(conn) => super::sqlite::insert(conn, table, columns, rows),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// A name is on disk when its folder is.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
