//! Pages leave packed: a thread of 60 texts is 7 KB instead of 36.
//!
//! The length of a packed page tells how much of it repeats, so somebody on the
//! line who can also put words into the page could try out guesses against what
//! else is in it (BREACH; reliability-and-security.md 3.2). Four things stand
//! against that. Only pages that were asked for and found are packed: a form
//! that comes back with what was typed is not. Nor is a page whose address
//! carries words of its own, which another site could have written. The one
//! secret on every page, the form token, never reads the same twice
//! ([`super::csrf::token`]). And each answer is longer by a random number of
//! bytes, so that one look tells little.

use std::io::Write;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, ContentEncoding, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use bytes::Bytes;
use flate2::{Compression, GzBuilder};

use super::assets::takes;
use crate::store::seal::random;

/// Parameters of an address that choose what is shown and are never shown
/// themselves: a fixed word, an id, a day or a cursor, which do not parse otherwise.
const NEVER_SHOWN: &[&str] = &["view", "inbox", "cursor", "before", "after", "m", "at"];
/// A packed page is longer than it need be by up to this many bytes.
const LONGEST_PADDING: u8 = 127;
/// Level 3 of 9: two thirds of the time of level 6 for 4 % more bytes, measured on
/// a list of 50 rows (46.7 KB to 7.9 KB in 0.26 ms).
const LEVEL: Compression = Compression::new(3);

/// Middleware outside everything that makes a page.
pub async fn compress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let may_be_packed =
        *request.method() == Method::GET && shows_nothing_of(request.query_string());
    let response = next.call(request).await?.map_into_boxed_body();
    if !may_be_packed || response.status() != StatusCode::OK || !is_page(response.headers()) {
        return Ok(response);
    }
    let accepted = response.request().headers().get(header::ACCEPT_ENCODING);
    let packs = accepted.and_then(|value| value.to_str().ok()).is_some_and(|it| takes(it, "gzip"));
    let mut is_packed = false;
    let mut response = response.map_body(|_, body| match body.try_into_bytes() {
        Ok(page) if packs => {
            is_packed = true;
            BoxBody::new(packed(&page))
        }
        Ok(page) => BoxBody::new(page),
        Err(body) => body,
    });
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, ContentEncoding::Gzip.to_header_value());
    }
    Ok(response)
}

fn shows_nothing_of(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).all(|(name, _)| NEVER_SHOWN.contains(&name.as_ref()))
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/html"))
        && !headers.contains_key(header::CONTENT_ENCODING)
}

/// The page in gzip, with padding in a field of its head that readers skip.
fn packed(page: &[u8]) -> Bytes {
    let [length] = random::<1>();
    let padding = vec![0; usize::from(length % (LONGEST_PADDING + 1))];
    let room = Vec::with_capacity(page.len() / 4);
    let mut packer = GzBuilder::new().extra(padding).write(room, LEVEL);
    let written = packer.write_all(page).and_then(|()| packer.finish());
    written.expect("writing to memory does not fail").into()
}
