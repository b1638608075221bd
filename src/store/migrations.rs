//! Brings the tables to what this version wants.

use std::time::Duration;

use diesel::Connection;
use diesel::backend::Backend;
use diesel::migration::Migration;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{BUSY, Db, DbConnection, wait_for_others};
use super::error::StoreError;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// "henji" in ASCII and a number: no other program shares the database, and the
/// log and the search index have their own.
const MIGRATION_LOCK: i64 = 0x68_65_6e_6a_69_03;

/// How long a start waits for another one that migrates the same file.
const PATIENCE: Duration = Duration::from_mins(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Either = <DbConnection as Connection>::Backend;

/// Those of this version that the tables there are lack, oldest first.
pub(super) fn pending(db: &mut Db) -> Result<Vec<Box<dyn Migration<Either>>>, StoreError> {
    match db.conn {
        DbConnection::Postgres(_) => db.conn.pending_migrations(POSTGRES_MIGRATIONS),
        DbConnection::Sqlite(_) => db.conn.pending_migrations(SQLITE_MIGRATIONS),
    }
    .map_err(cannot_open)
}

/// Runs one of [`pending`] in the transaction there is.
pub(super) fn run(db: &mut Db, migration: &dyn Migration<Either>) -> Result<(), StoreError> {
    db.conn.run_migration(migration).map(drop).map_err(cannot_open)
}

/// Runs what is pending, oldest first.
///
/// Each in a transaction of its own, so that a start that is killed leaves whole
/// ones; and each by one process only, however many start at the same moment.
/// One that stands still in the middle is cut off by the database after the time
/// that [`super::connection`] gives every transaction.
pub(super) fn migrate(db: &mut Db) -> Result<(), StoreError> {
    be_patient(db, PATIENCE).map_err(cannot_open)?;
    while run_next(db).map_err(cannot_open)? {}
    be_patient(db, BUSY).map_err(cannot_open)
}

/// Undoes every migration and runs them again: proves that `down.sql` is real.
pub(super) fn migrate_down_and_up(db: &mut Db) -> Result<(), StoreError> {
    migrate(db)?;
    match db.conn {
        DbConnection::Postgres(_) => db.conn.revert_all_migrations(POSTGRES_MIGRATIONS),
        DbConnection::Sqlite(_) => db.conn.revert_all_migrations(SQLITE_MIGRATIONS),
    }
    .map_err(cannot_open)?;
    migrate(db)
}

/// Whether there was one to run.
fn run_next(db: &mut Db) -> Result<bool, Failure> {
    match &mut db.conn {
        DbConnection::Postgres(conn) => conn.transaction(|conn| {
            diesel::sql_query("select pg_advisory_xact_lock($1)")
                .bind::<BigInt, _>(MIGRATION_LOCK)
                .execute(conn)?;
            run_first(conn, POSTGRES_MIGRATIONS)
        }),
        DbConnection::Sqlite(conn) => {
            conn.immediate_transaction(|conn| run_first(conn, SQLITE_MIGRATIONS))
        }
    }
}

fn run_first<B: Backend>(
    conn: &mut impl MigrationHarness<B>,
    known: EmbeddedMigrations,
) -> Result<bool, Failure> {
    let Some(next) = conn.pending_migrations(known)?.into_iter().next() else { return Ok(false) };
    conn.run_migration(&*next)?;
    Ok(true)
}

/// SQLite's locks are asked for again and again, and the others' turn may come first.
fn be_patient(db: &mut Db, longest: Duration) -> QueryResult<()> {
    match &mut db.conn {
        DbConnection::Postgres(_) => Ok(()),
        DbConnection::Sqlite(conn) => wait_for_others(conn, longest),
    }
}

fn cannot_open(error: impl std::fmt::Display) -> StoreError {
    StoreError::Open(error.to_string())
}
