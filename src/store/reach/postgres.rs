//! A sign of life, and that it can be written to: a primary that became a standby
//! answers too.

use diesel::PgConnection;
use diesel::connection::SimpleConnection;

pub fn answers(conn: &mut PgConnection) -> bool {
    conn.batch_execute("begin read write; commit").is_ok()
}
