//! After a large load into SQLite.

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;

use crate::store::StoreError;

/// Moves what the load left in the log into the database file.
pub fn tidy_up(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute("pragma wal_checkpoint(truncate)")?)
}
