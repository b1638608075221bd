//! After a large load into PostgreSQL.

use diesel::PgConnection;
use diesel::connection::SimpleConnection;

use crate::store::StoreError;

/// What autovacuum would do within the next minutes: until then the planner
/// believes that the tables are empty.
pub fn tidy_up(conn: &mut PgConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute("vacuum analyze")?)
}
