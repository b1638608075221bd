//! Requests that no route takes.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use crate::web::error::WebError;
use crate::web::routes::TABLE;

/// 405 with the methods that would do where the path is one of ours, else 404.
///
/// The house's default service: a request lands here when no route's path and
/// method fit.
pub async fn unmatched(request: HttpRequest) -> HttpResponse {
    let methods = methods_of(request.path());
    if methods.is_empty() {
        return WebError::NotFound.error_response();
    }
    HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, methods.join(", "))).finish()
}

fn methods_of(path: &str) -> Vec<String> {
    /// Compiled once: a stranger can ask for what is not there as often as they like.
    static PATHS: LazyLock<Vec<ResourceDef>> =
        LazyLock::new(|| TABLE.iter().map(|route| ResourceDef::new(route.path)).collect());
    PATHS
        .iter()
        .zip(TABLE)
        .filter(|(pattern, _)| pattern.is_match(path))
        .map(|(_, route)| route.method.to_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_names_its_methods() {
        assert_eq!(methods_of("/api/v1/messages"), ["POST"]);
        assert_eq!(methods_of("/api/v1/conversations/x/closure"), ["PUT", "DELETE"]);
        assert_eq!(methods_of("/hooks/twilio/t/inbound"), ["GET", "POST"]);
        assert_eq!(methods_of("/api/v1/nothing"), [""; 0]);
        assert_eq!(methods_of("/api/v1/messages/"), [""; 0]);
    }
}
