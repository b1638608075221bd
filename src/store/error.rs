//! What can go wrong between us and the database.

use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("not found")]
    NotFound,
    /// No connection, or no place in the writer's queue: come back later.
    #[error("the database is busy")]
    Busy(Duration),
    /// The database cannot be reached, or what it answered before the line broke
    /// is not known: whoever must not lose this keeps it elsewhere or tries again
    /// with the same key.
    #[error("the database is away")]
    Away(Duration),
    /// The disk under the database takes nothing that can wait.
    #[error("the disk is full or broken; until it is mended nothing can be changed")]
    ReadOnly(Duration),
    #[error("database: {0}")]
    Database(#[source] diesel::result::Error),
    #[error("cannot open database: {0}")]
    Open(String),
    /// Nobody answers where the database should be: it may still come.
    #[error("cannot reach the database: {0}")]
    Unreachable(String),
    /// A sealed value does not open: another key, or it was tampered with.
    #[error("sealed value: {0}")]
    Sealed(&'static str),
    /// A value in a row is none the domain knows.
    #[error("row holds an unknown {column}: {value}")]
    Unreadable { column: &'static str, value: String },
    /// The work panicked; it was rolled back alone.
    #[error("database work panicked")]
    Panicked,
    #[error("the database task stopped")]
    Stopped,
}

impl StoreError {
    pub(super) fn away() -> Self {
        Self::Away(COME_BACK)
    }

    pub(super) fn read_only() -> Self {
        Self::ReadOnly(COME_BACK)
    }

    /// Whether it is the database that failed, and not what was asked of it.
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::Away(_) | Self::ReadOnly(_))
    }

    /// Whether the same work may succeed a moment later.
    pub fn will_pass(&self) -> bool {
        self.is_absence() || matches!(self, Self::Busy(_) | Self::Stopped)
    }

    /// Another transaction was in the way: the writer runs the same work again.
    pub(super) fn collision() -> Self {
        Self::Database(diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::SerializationFailure,
            Box::new("another transaction was in the way".to_owned()),
        ))
    }
}

/// What may not be there, told apart from a database that could not say.
pub fn optional<T>(found: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            other if is_away(&other) => Self::away(),
            other => Self::Database(other),
        }
    }
}

/// How long to stay away from a database that is away: it may be back any moment.
const COME_BACK: Duration = Duration::from_secs(2);

/// Words of PostgreSQL (57P01 to 57P03, 53100) and SQLite (SQLITE_FULL, _IOERR,
/// _READONLY, _CANTOPEN), for which diesel has no kinds of its own.
const WORDS_OF_ABSENCE: [&str; 11] = [
    "terminating connection",
    "the database system is",
    "server closed the connection",
    "could not receive data from server",
    "could not send data to server",
    "connection not open",
    "no space left on device",
    "database or disk is full",
    "disk i/o error",
    "attempt to write a readonly database",
    "unable to open database file",
];

/// Whether a SQLite file is not what it was: cut, overwritten, or never one.
pub(super) fn is_damaged(error: &StoreError) -> bool {
    let words = error.to_string();
    words.contains("malformed") || words.contains("file is not a database")
}

fn is_away(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind as Kind, Error};
    match error {
        Error::DatabaseError(
            Kind::ClosedConnection | Kind::UnableToSendCommand | Kind::ReadOnlyTransaction,
            _,
        )
        | Error::BrokenTransactionManager => true,
        Error::DatabaseError(Kind::Unknown, information) => {
            let message = information.message().to_lowercase();
            WORDS_OF_ABSENCE.iter().any(|words| message.contains(words))
        }
        Error::RollbackErrorOnCommit { commit_error, .. } => is_away(commit_error),
        _ => false,
    }
}

/// Reads a word column back into its domain value.
pub(super) fn known<T>(
    value: Option<T>,
    column: &'static str,
    word: &str,
) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::Unreadable { column, value: word.to_owned() })
}
