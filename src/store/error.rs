//! What can go wrong between us and the database.

use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("not found")]
    NotFound,
    /// No connection, or no place in the writer's queue: come back later.
    #[error("the database is busy")]
    Busy(Duration),
    #[error("database: {0}")]
    Database(#[source] diesel::result::Error),
    #[error("cannot open database: {0}")]
    Open(String),
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
    /// Another transaction was in the way: the writer runs the same work again.
    pub(super) fn collision() -> Self {
        Self::Database(diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::SerializationFailure,
            Box::new("another transaction was in the way".to_owned()),
        ))
    }
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            other => Self::Database(other),
        }
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
