//! Why a program gets no ordinary answer.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};

use crate::actions::ActionError;
use crate::store::StoreError;
use crate::web::error::WebError;
use crate::web::problem::Problem;

#[derive(Debug)]
pub enum ApiError {
    /// What pages meet as well; it becomes a problem on its way out.
    Web(WebError),
    /// No token, or none that is in force.
    Unauthorized(&'static str),
    /// The token is good, but not for this.
    MissingScope(&'static str),
    /// The body is no JSON.
    NotJson(String),
    /// Something is named that the request does not have, has once only, or has as
    /// something else.
    Stray { reason: &'static str, detail: String },
}

impl ApiError {
    /// A field or parameter that cannot be taken: says which, why, and what would do.
    pub fn invalid(field: &'static str, reason: &'static str, problem: &str) -> Self {
        Self::Web(WebError::unprocessable(field, reason, format!("{field}: {problem}")))
    }

    pub fn missing(field: &'static str) -> Self {
        Self::invalid(field, "missing", "is missing")
    }

    /// Most often a typing error.
    pub fn unknown(what: &'static str, name: &str) -> Self {
        let detail = format!("{name}: is not a {what} of this request; remove it");
        Self::Stray { reason: "unknown_name", detail }
    }

    /// A value that cannot be taken, of a member whose name is the house's own.
    pub fn misfit(name: &str, reason: &'static str, problem: &str) -> Self {
        Self::Stray { reason, detail: format!("{name}: {problem}") }
    }

    pub fn repeated(name: &str) -> Self {
        let detail = format!("{name}: is given more than once; give it once");
        Self::Stray { reason: "repeated_name", detail }
    }

    pub fn into_response(self) -> HttpResponse {
        match self {
            Self::Web(error) => error.error_response(),
            Self::Unauthorized(cure) => {
                let mut answer =
                    Problem::new(StatusCode::UNAUTHORIZED).detail(cure).into_response();
                let scheme = HeaderValue::from_static(r#"Bearer realm="henji""#);
                answer.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
                answer
            }
            Self::MissingScope(scope) => Problem::new(StatusCode::FORBIDDEN)
                .detail(format!("the token lacks the scope {scope}"))
                .reason("missing_scope")
                .into_response(),
            Self::NotJson(problem) => Problem::new(StatusCode::BAD_REQUEST)
                .detail(format!("the body is not JSON: {problem}"))
                .reason("malformed_json")
                .into_response(),
            Self::Stray { reason, detail } => Problem::new(StatusCode::UNPROCESSABLE_ENTITY)
                .detail(detail)
                .reason(reason)
                .into_response(),
        }
    }
}

impl From<WebError> for ApiError {
    fn from(error: WebError) -> Self {
        Self::Web(error)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Web(error.into())
    }
}

impl From<ActionError> for ApiError {
    fn from(error: ActionError) -> Self {
        match error {
            // The API's own name of the field.
            ActionError::Invalid { field: "client_message_id", problem } => {
                Self::invalid("client_id", problem.word(), &problem.to_string())
            }
            other => Self::Web(other.into()),
        }
    }
}
