//! What goes wrong on the way to an answer: the one place with status codes.
//!
//! The policy: `domain` has an enum per rule, `store` a [`StoreError`],
//! `actions` an [`ActionError`]; here each becomes a [`WebError`], and
//! [`present`] makes it a page, a fragment or a problem document, whichever the
//! request wants. What broke inside is logged once, there, under an id that the
//! visitor is shown; the cause itself never leaves the house.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use crate::actions::ActionError;
use crate::store::StoreError;

mod present;

pub use present::present;

/// Why a request gets no ordinary answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WebError {
    #[error("the request cannot be understood")]
    BadRequest,
    /// No session, or none that is still good: a page leads to the sign-in.
    #[error("not signed in")]
    SignedOut,
    /// The caller sees the thing, but may not do this to it.
    #[error("not allowed")]
    Forbidden,
    /// Not there, or not for this caller: the two look the same.
    #[error("not found")]
    NotFound,
    #[error("somebody was faster, or it is too late for that")]
    Conflict,
    #[error("the request is too large")]
    TooLarge,
    /// A form shows this beside its field; here is what everybody else gets.
    #[error("{message}")]
    Unprocessable { field: &'static str, reason: &'static str, message: String },
    #[error("too many tries; wait {} s", seconds(*retry_after))]
    TooManyRequests { retry_after: Duration },
    /// The database or the writer's queue has no room just now.
    #[error("busy; come back in {} s", seconds(*retry_after))]
    Busy { retry_after: Duration },
    /// The database cannot be reached; it is knocked for, and comes back by itself.
    #[error("the database is away; come back in {} s", seconds(*retry_after))]
    Away { retry_after: Duration },
    /// The disk has room only for what must not be lost.
    #[error("the disk is full or broken: nothing can be changed until it is mended")]
    ReadOnly { retry_after: Duration },
    #[error("internal error")]
    Internal(#[source] Cause),
}

/// What broke inside, for the log alone.
#[derive(Clone, Debug)]
pub struct Cause(Arc<dyn StdError + Send + Sync>);

impl WebError {
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(Cause(Arc::from(cause.into())))
    }

    /// A value of the request that cannot be taken; `reason` is a word that
    /// programs may rely on.
    pub fn unprocessable(
        field: &'static str,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::Unprocessable { field, reason, message: message.into() }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests { retry_after }
            | Self::Busy { retry_after }
            | Self::Away { retry_after }
            | Self::ReadOnly { retry_after } => Some(seconds(*retry_after)),
            _ => None,
        }
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unprocessable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy { .. } | Self::Away { .. } | Self::ReadOnly { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The bare answer, with the error inside for [`present`] to find.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Busy(retry_after) => Self::Busy { retry_after },
            StoreError::Away(retry_after) => Self::Away { retry_after },
            StoreError::ReadOnly(retry_after) => Self::ReadOnly { retry_after },
            other => Self::internal(other),
        }
    }
}

impl From<ActionError> for WebError {
    fn from(error: ActionError) -> Self {
        let message = error.to_string();
        match error {
            ActionError::Store(error) => error.into(),
            ActionError::Forbidden => Self::Forbidden,
            ActionError::Invalid { field, problem } => {
                Self::unprocessable(field, problem.word(), message)
            }
            ActionError::KeyReused => Self::unprocessable("idempotency-key", "reused", message),
            ActionError::Journal(error) => Self::internal(error),
            ActionError::MovedOn { .. } | ActionError::TooLate => Self::Conflict,
        }
    }
}

impl From<askama::Error> for WebError {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whole seconds, rounded up: a client that waits as told is not refused again.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests;
