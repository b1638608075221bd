//! A sign of life: what time it is, and that it can be written to. A primary that
//! became a standby answers too.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;

pub fn time(conn: &mut PgConnection) -> Option<DateTime<Utc>> {
    conn.batch_execute("begin read write; commit").ok()?;
    diesel::select(sql::<Timestamptz>("clock_timestamp()")).get_result(conn).ok()
}
