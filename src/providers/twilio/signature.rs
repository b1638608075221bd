//! Whether a request really comes from Twilio (`X-Twilio-Signature`).
//!
//! The signature covers the URL Twilio was configured with and every form
//! field, known to us or not (providers.md 3.5). So the raw body is decoded
//! here, whole, before anything picks fields out of it.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::form::{self, Pairs};
use crate::providers::{HookRequest, Settings, VerifyError};

const SIGNATURE: &str = "x-twilio-signature";
const SIGNATURE_SETTINGS: &str = "x-twilio-webhooks-signature-settings";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// With the account's auth token.
    HmacSha1,
    /// With the secret of a SharedKey (public beta of 2026).
    HmacSha256,
}

/// Refuses everything that is not signed with a secret of this account.
///
/// The account decides the algorithm, never the request: a configured SharedKey
/// is the only way in, and without one a request that names another algorithm
/// than HMAC_SHA1 is refused.
pub fn verify(settings: &Settings, request: &HookRequest) -> Result<(), VerifyError> {
    let given = match request.header(SIGNATURE) {
        Some(signature) if !signature.is_empty() => signature,
        _ => return Err(VerifyError::Missing),
    };
    let (algorithm, secrets) = scheme(settings, request.header(SIGNATURE_SETTINGS))?;
    let params = signed_params(request)?;
    let mut matches = subtle::Choice::from(0);
    for secret in secrets {
        for url in spellings(&request.url) {
            let expected = sign(algorithm, secret, &url, &params);
            matches |= expected.as_bytes().ct_eq(given.as_bytes());
        }
    }
    if matches.into() { Ok(()) } else { Err(VerifyError::Mismatch) }
}

/// The signature of a request to `url` with these decoded form fields.
pub fn sign(algorithm: Algorithm, secret: &str, url: &str, params: &Pairs) -> String {
    let distinct: BTreeSet<&(String, String)> = params.iter().collect();
    let mut text = url.to_owned();
    for (name, value) in distinct {
        text.push_str(name);
        text.push_str(value);
    }
    match algorithm {
        Algorithm::HmacSha1 => STANDARD.encode(mac::<Hmac<Sha1>>(secret, &text)),
        Algorithm::HmacSha256 => STANDARD.encode(mac::<Hmac<Sha256>>(secret, &text)),
    }
}

fn mac<M: Mac + KeyInit>(secret: &str, text: &str) -> Vec<u8> {
    let mut mac =
        <M as KeyInit>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn scheme<'a>(
    settings: &'a Settings,
    header: Option<&str>,
) -> Result<(Algorithm, Vec<&'a str>), VerifyError> {
    let secret = |name: &str| settings.get(name).map(String::as_str).filter(|s| !s.is_empty());
    let named = SignatureSettings::read(header.unwrap_or_default());
    match (secret("shared_key_id"), secret("shared_key_secret")) {
        (Some(id), Some(key)) => {
            if named.key == Some(id) && named.algorithm == Some("HMAC_SHA256") {
                Ok((Algorithm::HmacSha256, vec![key]))
            } else {
                Err(malformed("the request is not signed with the account's shared key"))
            }
        }
        (None, None) => {
            if named.algorithm.is_some_and(|algorithm| algorithm != "HMAC_SHA1") {
                return Err(malformed("the request names a shared key the account does not have"));
            }
            let tokens: Vec<_> =
                ["auth_token", "previous_auth_token"].into_iter().filter_map(secret).collect();
            if tokens.is_empty() {
                return Err(malformed("the account has no auth_token"));
            }
            Ok((Algorithm::HmacSha1, tokens))
        }
        _ => Err(malformed("the account's shared key is incomplete")),
    }
}

/// `key=webhooks_sharedkey_…,algorithm=HMAC_SHA256`
#[derive(Default)]
struct SignatureSettings<'a> {
    key: Option<&'a str>,
    algorithm: Option<&'a str>,
}

impl<'a> SignatureSettings<'a> {
    fn read(header: &'a str) -> Self {
        let mut settings = Self::default();
        for (name, value) in header.split(',').filter_map(|part| part.split_once('=')) {
            match name.trim() {
                "key" => settings.key = Some(value.trim()),
                "algorithm" => settings.algorithm = Some(value.trim()),
                _ => {}
            }
        }
        settings
    }
}

/// The fields that are signed beside the URL; empty where the URL says it all.
fn signed_params(request: &HookRequest) -> Result<Pairs, VerifyError> {
    match request.method.as_str() {
        "GET" => Ok(Pairs::new()),
        "POST" if form::is_form(request) => Ok(form::decode(&request.body)),
        "POST" => check_body_hash(request).map(|()| Pairs::new()),
        _ => Err(malformed("only GET and POST are signed")),
    }
}

fn check_body_hash(request: &HookRequest) -> Result<(), VerifyError> {
    let Some(given) = form::query(&request.url).into_iter().find(|(name, _)| name == "bodySHA256")
    else {
        return Err(malformed("the body is no form and the URL has no bodySHA256"));
    };
    let hash: String =
        Sha256::digest(&request.body).iter().map(|byte| format!("{byte:02x}")).collect();
    if hash.as_bytes().ct_eq(given.1.as_bytes()).into() {
        Ok(())
    } else {
        Err(VerifyError::Mismatch)
    }
}

/// The URL as received, without its port, and with the standard port where it
/// has none: Twilio's back ends do not agree which of these they sign.
fn spellings(url: &str) -> Vec<String> {
    let mut spellings = vec![url.to_owned()];
    if let Some((scheme, rest)) = url.split_once("://") {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                spellings.push(format!("{scheme}://{host}{path}"));
            }
            _ => {
                let port = if scheme == "https" { 443 } else { 80 };
                spellings.push(format!("{scheme}://{authority}:{port}{path}"));
            }
        }
    }
    spellings
}

fn malformed(problem: &str) -> VerifyError {
    VerifyError::Malformed(problem.to_owned())
}
