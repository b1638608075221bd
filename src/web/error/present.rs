//! Makes an error readable for the one who met it.

use std::error::Error as StdError;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::WebError;
use crate::app::App;
use crate::clock::fresh_id;
use crate::locale::Locale;
use crate::web::problem::Problem;
use crate::web::session::Session;
use crate::web::views::{ErrorPage, ProblemView};

/// Where somebody who is not signed in is led.
const SIGN_IN: &str = "/session/new";
/// Set by our own scripts, which put the answer into the page.
const X_FRAGMENT: &str = "x-fragment";

/// Middleware, just inside the headers: gives every error without a body one.
///
/// Middleware further in answers an error by `request.into_response(error.error_response())`;
/// one that returns `Err` instead is beyond the reach of this one.
pub async fn present<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let error = response.response().extensions().get::<WebError>().cloned();
    let is_bare = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    // Errors of the framework itself (a path that does not parse) come with a body of theirs.
    let is_foreign = response.response().error().is_some();
    if !is_error || (error.is_none() && !is_bare && !is_foreign) {
        return Ok(response);
    }
    let mut answer = answer(response.request(), status, error.as_ref());
    for (name, value) in response.headers() {
        if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(response.into_response(answer))
}

fn answer(request: &HttpRequest, status: StatusCode, error: Option<&WebError>) -> HttpResponse {
    let request_id = error.and_then(|error| log(request, error));
    let headers = request.headers();
    if is_for_machines(request.path()) {
        problem(status, error, request_id)
    } else if headers.contains_key(X_FRAGMENT) {
        let detail = detail(request, error);
        let view = ProblemView { t: locale(request), status: shown(status), detail, field: "" };
        html(status, view.render())
    } else if matches!(error, Some(WebError::SignedOut)) && is_navigation(headers) {
        lead_to_sign_in(request)
    } else {
        let page = ErrorPage {
            t: locale(request),
            status: shown(status),
            detail: detail(request, error),
            request_id,
            retry_after: error
                .and_then(WebError::retry_after)
                .and_then(|seconds| seconds.try_into().ok()),
        };
        html(status, page.render())
    }
}

/// What a person should know beyond the words of the status.
fn detail(request: &HttpRequest, error: Option<&WebError>) -> Option<String> {
    let t = locale(request);
    match error? {
        WebError::Away { .. } => Some(t.error_text_away().to_owned()),
        WebError::ReadOnly { .. } => Some(t.error_text_read_only().to_owned()),
        _ => None,
    }
}

/// Logs what broke inside, once; the id that finds the line again.
fn log(request: &HttpRequest, error: &WebError) -> Option<String> {
    let route = request.match_pattern();
    match error {
        WebError::Internal(cause) => {
            let id = fresh_id::<Uuid>().to_string();
            let error = chain(cause);
            tracing::error!(request.id = id, route, error, "a request failed");
            Some(id)
        }
        WebError::Busy { .. } | WebError::Away { .. } | WebError::ReadOnly { .. } => {
            tracing::warn!(route, why = %error, "a request was turned away");
            None
        }
        _ => None,
    }
}

/// The error and everything below it, outermost first.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(error) = below {
        text.push_str(": ");
        text.push_str(&error.to_string());
        below = error.source();
    }
    text
}

fn problem(
    status: StatusCode,
    error: Option<&WebError>,
    request_id: Option<String>,
) -> HttpResponse {
    let mut problem = Problem::new(status);
    match error {
        Some(WebError::Unprocessable { field, reason, message }) => {
            problem = problem.detail(message).field(field).reason(reason);
        }
        Some(error @ WebError::Away { .. }) => {
            problem = problem.detail(error.to_string()).reason("database_away");
        }
        Some(error @ WebError::ReadOnly { .. }) => {
            problem = problem.detail(error.to_string()).reason("read_only");
        }
        Some(error) => problem = problem.detail(error.to_string()),
        None => {}
    }
    if let Some(id) = request_id {
        problem = problem.request_id(id);
    }
    let mut response = problem.into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn lead_to_sign_in(request: &HttpRequest) -> HttpResponse {
    let location = match request.uri().path_and_query() {
        Some(path) if *request.method() == Method::GET && path.as_str() != "/" => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("return_to", path.as_str());
            format!("{SIGN_IN}?{}", query.finish())
        }
        _ => SIGN_IN.to_owned(),
    };
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}

fn html(status: StatusCode, page: Result<String, askama::Error>) -> HttpResponse {
    match page {
        Ok(page) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(page),
        Err(error) => {
            tracing::error!(%error, "the error page itself cannot be drawn");
            HttpResponse::new(status)
        }
    }
}

/// The status whose words fit: there is no page for each of the rarer ones.
fn shown(status: StatusCode) -> u16 {
    match status.as_u16() {
        known @ (403 | 404 | 405 | 409 | 413 | 422 | 429 | 503) => known,
        400..=499 => 400,
        _ => 500,
    }
}

/// The user's language, or the first the browser asks for, or the house's.
fn locale(request: &HttpRequest) -> Locale {
    let of_user = || request.extensions().get::<Session>().map(Session::locale);
    let of_browser = || {
        let header = request.headers().get(header::ACCEPT_LANGUAGE)?;
        Locale::from_accept_language(header.to_str().ok()?)
    };
    let of_house = || {
        let app = request.app_data::<web::Data<App>>()?;
        Locale::from_tag(app.config.language.language.code())
    };
    of_user().or_else(of_browser).or_else(of_house).unwrap_or_default()
}

fn is_for_machines(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/hooks/")
}

/// Whether the browser is about to show the answer as a page, rather than hand
/// it to a script.
fn is_navigation(headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-mode") {
        Some(mode) => mode.as_bytes() == b"navigate",
        None => headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html")),
    }
}
