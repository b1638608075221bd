//! Whether the disk takes a page.

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;

/// The number is ours to set and nobody reads it; setting it, to whatever it is,
/// writes the first page of the file and waits for the disk.
pub fn writes(conn: &mut SqliteConnection) -> bool {
    conn.batch_execute("begin immediate; pragma user_version = 1; commit").is_ok()
}
