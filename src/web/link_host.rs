//! The host that short links may have to themselves (`HENJI_LINK_URL`).
//!
//! What a stranger's telephone opens has another origin than what the staff is
//! signed in to: no cookie of ours ever goes there, and nothing but what strangers
//! are shown answers there.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};

use super::error::WebError;
use super::session::app_of;
use crate::config::WebConfig;

/// What is for strangers: an address they got by text, or one that anybody may read,
/// and never a session.
const FOR_STRANGERS: [&str; 4] = ["/l/", "/f/", "/s/", "/about-senders"];
/// What their pages are made of.
const STATIC: &str = "/static/";

/// Whether a path is for strangers.
pub fn is_for_strangers(path: &str) -> bool {
    FOR_STRANGERS.iter().any(|start| path.starts_with(start))
}

/// Middleware round everything: the host of links has nothing else.
pub async fn keep_to_links<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let web = &app_of(request.request()).config.web;
    let path = request.path();
    let answers = is_for_strangers(path) || path.starts_with(STATIC);
    if !answers && is_link_host(web, &request) {
        return Ok(request.into_response(WebError::NotFound.error_response()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether the request came by the name of links, which is another than the house's.
fn is_link_host(web: &WebConfig, request: &ServiceRequest) -> bool {
    let Some(link_url) = &web.link_url else { return false };
    if link_url.authority() == web.public_url.authority() {
        return false;
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(|host| host.eq_ignore_ascii_case(link_url.authority()))
}
