//! Interviewers' feeds: `/feeds/{token}.ics`, for the calendar that an interviewer told
//! the address. Whoever knows it may read it; nobody signs in.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

use super::client_address::client_address;
use super::error::WebError;
use super::throttle::Throttle;
use crate::actions::appointments::feed;
use crate::app::App;
use crate::domain::appointment::feed_token::FeedToken;

/// What the addresses begin with.
pub const PATH: &str = "/feeds/";
/// Kept by whose it is alone, and held against ours each time.
pub const CACHED: &str = "private, no-cache";
/// Octets of a hash that tell versions apart.
const VERSION: usize = 16;

/// `GET /feeds/{token}.ics`, and `HEAD`. Who guesses is slowed down, as with short links.
pub async fn show(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let address = client_address(&request, &app.config.web.trusted_proxies);
    let _turn = throttle.turn(address).await;
    let found = match FeedToken::parse(&path) {
        Some(token) => feed::text(&app, token).await?,
        None => None,
    };
    let Some(text) = found else {
        throttle
            .link_missed(address)
            .map_err(|wait| WebError::TooManyRequests { retry_after: wait.retry_after })?;
        return Err(WebError::NotFound);
    };
    let version = version(&text);
    let is_known = knows(request.headers(), &version);
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::ETAG, version)).insert_header((header::CACHE_CONTROL, CACHED));
    if is_known {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("text/calendar; charset=utf-8").body(text))
}

fn version(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest.iter().take(VERSION).map(|octet| format!("{octet:02x}")).collect();
    format!("\"{hex}\"")
}

/// Whether the calendar has it (RFC 9110 13.1.2).
fn knows(headers: &HeaderMap, version: &str) -> bool {
    let named = headers.get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    let mut tags = named.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == version)
}
