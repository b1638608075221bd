//! Leaves a SQLite database as one file, for whoever copies or starts next.

use super::connection::{Db, DbConnection};
use super::error::StoreError;

mod sqlite;

/// Moves what the log holds into the database's file. Nothing on PostgreSQL,
/// which does so itself; nothing is lost if it is not done.
pub fn run(db: &mut Db) -> Result<(), StoreError> {
    match &mut db.conn {
        DbConnection::Postgres(_) => Ok(()),
        DbConnection::Sqlite(conn) => Ok(sqlite::checkpoint(conn)?),
    }
}
