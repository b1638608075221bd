//! Signatures of webhooks as Standard Webhooks has them, for those we send and those we
//! get (specification 1.0.0, <https://www.standardwebhooks.com/>).
//!
//! Signed is `id.timestamp.body`, so that neither the name of a message nor its time can
//! be changed. A header may hold several signatures, one for each secret while secrets
//! are exchanged.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::store::seal::random;

pub const ID: &str = "webhook-id";
pub const TIMESTAMP: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

/// What is signed longer ago, or in the future, may be somebody's recording.
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// Of a name of a message.
pub const LONGEST_ID: usize = 256;

const PREFIX: &str = "whsec_";
const VERSION: &str = "v1";
/// Bytes of a secret; the specification asks for 24 to 64.
const SECRET: usize = 32;
/// Signatures of a header that are looked at; nobody exchanges more secrets at once.
const MOST_SIGNATURES: usize = 10;

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("a header is missing or malformed: webhook-id, webhook-timestamp, webhook-signature")]
    Missing,
    #[error("it was signed more than five minutes ago, or in the future")]
    Stale,
    #[error("the signature does not fit")]
    Mismatch,
    #[error("the secret is not of the form whsec_<base64>")]
    Secret,
}

/// A new secret, as both sides write it down.
pub fn fresh_secret() -> String {
    format!("{PREFIX}{}", STANDARD.encode(random::<SECRET>()))
}

/// The value of the header [`SIGNATURE`].
///
/// # Errors
/// `Secret` where `secret` is none.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String, Refusal> {
    let mac = signed(secret, id, &timestamp.to_string(), body)?;
    Ok(format!("{VERSION},{}", STANDARD.encode(mac)))
}

/// Believes what one of the signatures fits, given the three headers as they came.
///
/// # Errors
/// Says why not. Whether a signature fits is found out in the same time for each.
pub fn verify(
    secret: &str,
    (id, timestamp, signatures): (&str, &str, &str),
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let is_id = !id.is_empty() && id.len() <= LONGEST_ID;
    let at = timestamp.parse().ok().and_then(|at| DateTime::from_timestamp(at, 0));
    let at = at.filter(|_| is_id && !signatures.is_empty()).ok_or(Refusal::Missing)?;
    if (now - at).abs() > TOLERANCE {
        return Err(Refusal::Stale);
    }
    let expected = STANDARD.encode(signed(secret, id, timestamp, body)?);
    let mut fits = subtle::Choice::from(0);
    for one in signatures.split(' ').take(MOST_SIGNATURES) {
        // Of other versions nothing is believed.
        if let Some((VERSION, given)) = one.split_once(',') {
            fits |= expected.as_bytes().ct_eq(given.as_bytes());
        }
    }
    if fits.into() { Ok(()) } else { Err(Refusal::Mismatch) }
}

fn signed(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret));
    let key = key.ok().filter(|key| !key.is_empty()).ok_or(Refusal::Secret)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes any key");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, reckoned anew with another language's HMAC.
    const EXAMPLE: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NAME: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn judged(headers: (&str, &str, &str), body: &[u8], seconds: i64) -> Result<(), Refusal> {
        verify(EXAMPLE, headers, body, at(seconds))
    }

    #[test]
    fn the_example_of_the_specification_fits() {
        assert_eq!(sign(EXAMPLE, NAME, AT, BODY).unwrap(), SIGNED);
        assert_eq!(judged((NAME, "1614265330", SIGNED), BODY, AT), Ok(()));
    }

    #[test]
    fn any_one_of_several_signatures_is_enough() {
        let other = sign(&fresh_secret(), NAME, AT, BODY).unwrap();
        let both = format!("v1a,{} {other} {SIGNED}", &SIGNED[3..]);
        assert_eq!(judged((NAME, "1614265330", &both), BODY, AT), Ok(()));
        let wrong = format!("v1a,{} v2,{} {other}", &SIGNED[3..], &SIGNED[3..]);
        assert_eq!(judged((NAME, "1614265330", &wrong), BODY, AT), Err(Refusal::Mismatch));
    }

    #[test]
    fn whatever_is_changed_no_longer_fits() {
        for (id, timestamp, body) in [
            ("msg_x", "1614265330", BODY),
            (NAME, "1614265331", BODY),
            (NAME, "1614265330", br#"{"test": 2432232315}"#.as_slice()),
            (NAME, "1614265330", b"".as_slice()),
        ] {
            let found = judged((id, timestamp, SIGNED), body, AT);
            assert_eq!(found, Err(Refusal::Mismatch), "{id} {timestamp}");
        }
        let fits = verify(&fresh_secret(), (NAME, "1614265330", SIGNED), BODY, at(AT));
        assert_eq!(fits, Err(Refusal::Mismatch));
    }

    #[test]
    fn what_was_signed_at_another_time_is_no_longer_believed() {
        let headers = (NAME, "1614265330", SIGNED);
        for (seconds, found) in [
            (AT + 300, Ok(())),
            (AT - 300, Ok(())),
            (AT + 301, Err(Refusal::Stale)),
            (AT - 301, Err(Refusal::Stale)),
        ] {
            assert_eq!(judged(headers, BODY, seconds), found, "{seconds}");
        }
    }

    #[test]
    fn headers_that_are_none_are_told_from_wrong_ones() {
        let long = "m".repeat(LONGEST_ID + 1);
        for headers in [
            ("", "1614265330", SIGNED),
            (long.as_str(), "1614265330", SIGNED),
            (NAME, "", SIGNED),
            (NAME, "2021-02-25T15:02:10Z", SIGNED),
            (NAME, "9223372036854775807", SIGNED),
            (NAME, "1614265330", ""),
        ] {
            assert_eq!(judged(headers, BODY, AT), Err(Refusal::Missing), "{headers:?}");
        }
        assert_eq!(sign("whsec_*", NAME, AT, BODY), Err(Refusal::Secret));
        assert_eq!(sign("whsec_", NAME, AT, BODY), Err(Refusal::Secret));
    }

    #[test]
    fn a_new_secret_is_one_and_no_other() {
        let (one, other) = (fresh_secret(), fresh_secret());
        assert_ne!(one, other);
        let signed = sign(&one, NAME, AT, BODY).unwrap();
        assert_eq!(verify(&one, (NAME, "1614265330", &signed), BODY, at(AT)), Ok(()));
        assert_eq!(
            verify(&other, (NAME, "1614265330", &signed), BODY, at(AT)),
            Err(Refusal::Mismatch)
        );
    }
}
