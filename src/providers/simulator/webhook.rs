//! What the simulated carrier posts to us, and how we know that it was the one.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::record::{HandsetMessage, HandsetText};
use crate::domain::delivery::{Reason, ReceiptStatus};
use crate::domain::inbound::{InboundMessage, Receipt};
use crate::providers::{HookRequest, ParseError, Settings, VerifyError};

pub const SIGNATURE: &str = "x-simulator-signature";
pub const TIMESTAMP: &str = "x-simulator-timestamp";

/// As SMSGate allows (providers.md 18.1).
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// The hex HMAC-SHA256 of `<unix seconds>.<hook path>.<body>`.
pub fn sign(secret: &str, at: DateTime<Utc>, url: &str, body: &[u8]) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(format!("{}.{}.", at.timestamp(), hook_path(url)).as_bytes());
    mac.update(body);
    mac.finalize().into_bytes().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes every write");
        hex
    })
}

/// The part of a webhook URL that is ours, from `/hooks/` on: the carrier
/// reaches us without the proxy that the public URL may name.
pub fn hook_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find("/hooks/").map_or("/", |start| &rest[start..])
}

pub fn verify(settings: &Settings, request: &HookRequest) -> Result<(), VerifyError> {
    let secret = settings.get("secret").filter(|secret| !secret.is_empty());
    let secret =
        secret.ok_or_else(|| VerifyError::Malformed("the account has no secret".to_owned()))?;
    let given = request.header(SIGNATURE).ok_or(VerifyError::Missing)?;
    let at = request.header(TIMESTAMP).ok_or(VerifyError::Missing)?;
    let at = at
        .parse()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or_else(|| VerifyError::Malformed(format!("{TIMESTAMP} is no time")))?;
    if request.method != "POST" {
        return Err(VerifyError::Malformed("only POST is signed".to_owned()));
    }
    let expected = sign(secret, at, &request.url, &request.body);
    if !bool::from(expected.as_bytes().ct_eq(given.as_bytes())) {
        return Err(VerifyError::Mismatch);
    }
    if (request.received_at - at).abs() > TOLERANCE {
        return Err(VerifyError::Stale);
    }
    Ok(())
}

pub fn inbound_body(text: &HandsetText) -> Value {
    json!({
        "id": text.provider_ref,
        "from": text.from,
        "to": text.to,
        "body": text.body,
        "sent_at": text.at,
    })
}

pub fn receipt_body(message: &HandsetMessage) -> Value {
    let reason =
        (message.receipt == Some(ReceiptStatus::Undelivered)).then(|| Reason::OutOfRange.word());
    json!({
        "id": message.provider_ref,
        "reference": message.reference.0,
        "status": message.receipt.map(ReceiptStatus::word),
        "reason": reason,
        "at": message.at,
    })
}

pub fn parse_inbound(request: &HookRequest) -> Result<Vec<InboundMessage>, ParseError> {
    let body = object(request)?;
    let message = InboundMessage {
        provider_ref: text(&body, "id")?.to_owned(),
        from: text(&body, "from")?.to_owned(),
        to: text(&body, "to")?.to_owned(),
        body: body["body"].as_str().ok_or_else(|| missing("body"))?.to_owned(),
        sent_at: body["sent_at"].as_str().and_then(|at| at.parse().ok()),
        opt_out: None,
    };
    Ok(vec![message])
}

pub fn parse_receipts(request: &HookRequest) -> Result<Vec<Receipt>, ParseError> {
    let body = object(request)?;
    let id = text(&body, "id")?;
    let status = text(&body, "status")?;
    let reason = body["reason"].as_str().unwrap_or_default();
    let receipt = Receipt {
        provider_ref: id.to_owned(),
        message_id: body["reference"].as_str().and_then(|reference| reference.parse().ok()),
        status: ReceiptStatus::from_word(status).unwrap_or(ReceiptStatus::NoNews),
        reason: Reason::from_word(reason),
        detail: format!("{status} {reason}").trim_end().to_owned(),
        dedupe_key: format!("{id}:{status}:{reason}"),
    };
    Ok(vec![receipt])
}

fn object(request: &HookRequest) -> Result<Value, ParseError> {
    serde_json::from_slice(&request.body)
        .map_err(|error| ParseError { field: "body".to_owned(), problem: error.to_string() })
}

fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, ParseError> {
    body[name].as_str().filter(|value| !value.is_empty()).ok_or_else(|| missing(name))
}

fn missing(field: &str) -> ParseError {
    ParseError { field: field.to_owned(), problem: "is missing or no text".to_owned() }
}
