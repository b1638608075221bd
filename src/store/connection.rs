//! One connection type for both databases.
//!
//! Queries written against it use the subset both databases share; the few
//! that need more go through [`on_each_backend!`].

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::{Connection, SimpleConnection};
use diesel::r2d2::{self, R2D2Connection};
use diesel::result::Error;
use diesel::{ConnectionError, PgConnection, QueryResult, SqliteConnection};

use super::seal::Vault;

#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Expands one query body once per database, for statements outside the shared
/// subset: `ON CONFLICT`, `RETURNING` and multi-row inserts.
macro_rules! on_each_backend {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::store::connection::DbConnection::Postgres($c) => $body,
            $crate::store::connection::DbConnection::Sqlite($c) => $body,
        }
    };
}
pub(super) use on_each_backend;

/// A connection with the keys to read what is sealed behind it.
pub struct Db {
    pub(super) conn: DbConnection,
    pub(super) vault: Arc<Vault>,
}

impl Deref for Db {
    type Target = DbConnection;

    fn deref(&self) -> &DbConnection {
        &self.conn
    }
}

impl DerefMut for Db {
    fn deref_mut(&mut self) -> &mut DbConnection {
        &mut self.conn
    }
}

/// Opens by URL scheme, because `MultiConnection::establish` would try SQLite
/// on a mistyped PostgreSQL URL and create an empty file.
#[derive(Clone)]
pub struct Manager {
    pub(super) url: String,
    pub(super) vault: Arc<Vault>,
}

impl Manager {
    pub(super) fn open(&self) -> Result<Db, r2d2::Error> {
        let conn = if is_postgres(&self.url) {
            let mut conn = PgConnection::establish(&impatient(&self.url))
                .map_err(r2d2::Error::ConnectionError)?;
            // A node that was stopped in mid-transaction must not keep the others
            // from writing (store/writer.rs) for longer than a request may take. Our
            // statements take milliseconds: compiling one first takes a hundred.
            conn.batch_execute(
                "SET TIME ZONE 'UTC'; SET idle_in_transaction_session_timeout = '2s'; \
                 SET jit = off",
            )
            .map_err(r2d2::Error::QueryError)?;
            DbConnection::Postgres(conn)
        } else if let Some(path) = self.url.strip_prefix("sqlite:") {
            let mut conn =
                SqliteConnection::establish(path).map_err(r2d2::Error::ConnectionError)?;
            // wal_autocheckpoint: 4,000 pages were measured best under load
            // (performance.md 6.6); cache_size: 64 MiB.
            wait_for_others(&mut conn, BUSY).map_err(r2d2::Error::QueryError)?;
            begin_wal(&mut conn).map_err(r2d2::Error::QueryError)?;
            conn.batch_execute(
                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                 PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536; \
                 PRAGMA temp_store = MEMORY;",
            )
            .map_err(r2d2::Error::QueryError)?;
            DbConnection::Sqlite(conn)
        } else {
            return Err(r2d2::Error::ConnectionError(ConnectionError::InvalidConnectionUrl(
                "expected sqlite: or postgres:".into(),
            )));
        };
        Ok(Db { conn, vault: self.vault.clone() })
    }
}

/// A file that was not in this mode yet is brought into it by whoever comes first; all who
/// come at the same moment are refused at once, whatever their patience.
fn begin_wal(conn: &mut SqliteConnection) -> QueryResult<()> {
    const AGAIN: Duration = Duration::from_millis(10);
    let begun = Instant::now();
    loop {
        match conn.batch_execute("PRAGMA journal_mode = WAL") {
            Err(Error::DatabaseError(_, info))
                if info.message().contains("locked") && begun.elapsed() < BUSY =>
            {
                std::thread::sleep(AGAIN);
            }
            done => return done,
        }
    }
}

/// How long a statement waits for another process's transaction in the same file.
pub(super) const BUSY: Duration = Duration::from_secs(5);

pub(super) fn wait_for_others(conn: &mut SqliteConnection, longest: Duration) -> QueryResult<()> {
    conn.batch_execute(&format!("PRAGMA busy_timeout = {}", longest.as_millis()))
}

/// How long a silent server is waited for: libpq's least to connect, and what a
/// request may take at most once it is. Without them a server that vanished from
/// the network would hold a thread for a quarter of an hour.
const IMPATIENCE: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "2500"),
    ("keepalives_idle", "1"),
    ("keepalives_interval", "1"),
    ("keepalives_count", "2"),
];

/// The address with our patience in it, as far as it does not speak of its own.
fn impatient(url: &str) -> String {
    let mut address = url.to_owned();
    for (name, value) in IMPATIENCE {
        if !url.contains(name) {
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(name);
            address.push('=');
            address.push_str(value);
        }
    }
    address
}

pub(super) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

impl r2d2::ManageConnection for Manager {
    type Connection = Db;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<Db, r2d2::Error> {
        self.open()
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), r2d2::Error> {
        db.conn.ping().map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        db.conn.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operators_own_patience_stays() {
        let address = impatient("postgres://h@db/henji?connect_timeout=9&sslmode=require");
        assert_eq!(
            address,
            "postgres://h@db/henji?connect_timeout=9&sslmode=require&tcp_user_timeout=2500\
             &keepalives_idle=1&keepalives_interval=1&keepalives_count=2"
        );
        assert!(impatient("postgres://h@db/henji").contains("henji?connect_timeout=2&"));
    }
}
