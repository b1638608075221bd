//! SQLite's own word for it.

use diesel::connection::SimpleConnection;
use diesel::{QueryResult, SqliteConnection};

pub fn checkpoint(conn: &mut SqliteConnection) -> QueryResult<()> {
    conn.batch_execute("pragma wal_checkpoint(truncate)")
}
