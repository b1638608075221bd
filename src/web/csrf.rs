//! Whether a request was really made by one of our own pages.
//!
//! Two checks, each enough for most attacks: where the browser says the request
//! comes from, and a token that only our pages know. The second works without
//! JavaScript and in browsers too old for the first.

use actix_web::http::header::{self, HeaderMap};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::config::PublicUrl;
use crate::store::seal::random;

/// Bytes of the token, and of the pad before it.
const LENGTH: usize = 32;
const SEC_FETCH_SITE: &str = "sec-fetch-site";

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsrfError {
    #[error("the request comes from another site")]
    ForeignSite,
    #[error("the request does not say which site it comes from")]
    UnknownSite,
    #[error("the form's token is missing or belongs to another session")]
    Token,
}

/// The token of a session's forms, as one answer shows it.
///
/// Made from the session's secret, so that nothing need be stored; the secret
/// cannot be found from it. Every call hides it under a pad of its own: pages
/// leave packed, and a part that never reads the same twice cannot be guessed
/// from how well it packs beside a guess (BREACH).
pub fn token(session_secret: &str) -> String {
    let pad: [u8; LENGTH] = random();
    let masked = xor(plain_token(session_secret), pad);
    URL_SAFE_NO_PAD.encode([pad, masked].concat())
}

/// Both checks, for every request of a signed-in browser that changes something.
pub fn check(
    headers: &HeaderMap,
    public_url: &PublicUrl,
    form_token: Option<&str>,
    session_secret: &str,
) -> Result<(), CsrfError> {
    check_site(headers, public_url)?;
    let is_ours = form_token
        .and_then(unmasked)
        .is_some_and(|token| token.ct_eq(&plain_token(session_secret)).into());
    if is_ours { Ok(()) } else { Err(CsrfError::Token) }
}

/// The first check alone, for forms shown before there is a session.
///
/// `Sec-Fetch-Site` cannot be set by a page. Browsers leave it out towards
/// plain http, and old ones know nothing of it; then `Origin` must be ours.
pub fn check_site(headers: &HeaderMap, public_url: &PublicUrl) -> Result<(), CsrfError> {
    if headers.contains_key(SEC_FETCH_SITE) {
        return check_fetch_site(headers);
    }
    check_origin(headers, public_url)
}

/// The check of a page for strangers, which has no session and no token.
///
/// The page sends no `Referer`, so that browsers write `Origin: null` with its
/// form, and some leave it out: only who says that it comes from elsewhere does.
pub fn check_stranger(headers: &HeaderMap, ours: &[&PublicUrl]) -> Result<(), CsrfError> {
    if headers.contains_key(SEC_FETCH_SITE) {
        return check_fetch_site(headers);
    }
    let is_ours = |origin: &[u8]| {
        origin == b"null" || ours.iter().any(|url| origin == url.origin().as_bytes())
    };
    match headers.get_all(header::ORIGIN).all(|origin| is_ours(origin.as_bytes())) {
        true => Ok(()),
        false => Err(CsrfError::ForeignSite),
    }
}

/// The check for opening a WebSocket, which every browser sends `Origin` with
/// and which no other rule of the browser protects.
pub fn check_origin(headers: &HeaderMap, public_url: &PublicUrl) -> Result<(), CsrfError> {
    let mut origins = headers.get_all(header::ORIGIN);
    match (origins.next(), origins.next()) {
        (None, _) => Err(CsrfError::UnknownSite),
        (Some(origin), None) if origin.as_bytes() == public_url.origin().as_bytes() => Ok(()),
        _ => Err(CsrfError::ForeignSite),
    }
}

fn check_fetch_site(headers: &HeaderMap) -> Result<(), CsrfError> {
    let mut sites = headers.get_all(SEC_FETCH_SITE);
    let is_ours = sites.all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    if is_ours { Ok(()) } else { Err(CsrfError::ForeignSite) }
}

fn plain_token(session_secret: &str) -> [u8; LENGTH] {
    let mut mac = Hmac::<Sha256>::new_from_slice(session_secret.as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(b"henji form token v1");
    mac.finalize().into_bytes().into()
}

fn unmasked(form_token: &str) -> Option<[u8; LENGTH]> {
    let bytes = URL_SAFE_NO_PAD.decode(form_token).ok()?;
    let (pad, masked) = bytes.split_first_chunk::<LENGTH>()?;
    Some(xor(*pad, masked.try_into().ok()?))
}

fn xor(mut one: [u8; LENGTH], other: [u8; LENGTH]) -> [u8; LENGTH] {
    one.iter_mut().zip(other).for_each(|(byte, with)| *byte ^= with);
    one
}

#[cfg(test)]
mod tests;
