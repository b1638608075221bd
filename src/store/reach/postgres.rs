//! A sign of life.

use diesel::PgConnection;
use diesel::connection::SimpleConnection;

pub fn answers(conn: &mut PgConnection) -> bool {
    conn.batch_execute("select 1").is_ok()
}
