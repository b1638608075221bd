//! What Twilio's error codes mean for us (providers.md 3.1).
//!
//! Two shapes of error body are read: Twilio's own (`code`, `message`) and
//! RFC 9457 (`code`, `title`, `detail`).

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use crate::domain::delivery::Reason;
use crate::providers::{Retry, SendError};

/// What was wrong with a text, by Twilio's code.
pub fn reason(code: u32) -> Reason {
    match code {
        14107 | 20429 | 21611 | 30001 => Reason::Throttled,
        20003 | 20005 | 20404 | 21408 | 21608 | 30002 => Reason::AccountProblem,
        21211 | 21217 | 21421 | 21604 => Reason::InvalidNumber,
        21212 | 21601 | 21603 | 21606 | 21703 | 21705 | 21712 => Reason::SenderNotAllowed,
        21610 => Reason::OptedOut,
        21612 => Reason::NotRoutable,
        21614 | 21635 | 30006 => Reason::Landline,
        21602 | 21617 | 30410 | 30500 => Reason::ProviderError,
        30003 => Reason::OutOfRange,
        30004 => Reason::RefusedByRecipient,
        30005 => Reason::NoSuchNumber,
        30007 => Reason::Filtered,
        30036 => Reason::TooLate,
        _ => Reason::Unknown,
    }
}

/// An answer that is no acceptance, read from its status and body.
///
/// Only a client error (4xx) proves that nothing was taken. 408 is none of the
/// client's doing and may come from a proxy that had passed the text on.
pub fn refusal(status: StatusCode, retry_after: Option<&str>, body: &[u8]) -> SendError {
    let error = ApiError::read(body);
    let detail = error.detail(status);
    if !status.is_client_error() || status == StatusCode::REQUEST_TIMEOUT {
        return SendError::Unknown { detail };
    }
    let reason = match (error.code, status) {
        (Some(code), _) => reason(code),
        (None, StatusCode::TOO_MANY_REQUESTS) => Reason::Throttled,
        (None, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Reason::AccountProblem,
        (None, _) => Reason::ProviderError,
    };
    // "Never processed and is always safe to retry" (Twilio on 20429).
    let throttled = reason == Reason::Throttled || status == StatusCode::TOO_MANY_REQUESTS;
    let retry = match (throttled, retry_after.and_then(seconds)) {
        (true, Some(wait)) => Retry::After(wait),
        (true, None) => Retry::Soon,
        (false, _) => Retry::No,
    };
    SendError::Refused { reason, detail, retry }
}

/// A longer wait than an hour is cut to one: the header is the peer's word, and
/// asking once an hour harms nobody.
fn seconds(retry_after: &str) -> Option<Duration> {
    let seconds: u64 = retry_after.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}

#[derive(Debug, Default)]
struct ApiError {
    code: Option<u32>,
    message: String,
}

impl ApiError {
    fn read(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let code = match &body["code"] {
            Value::Number(number) => number.as_u64().and_then(|code| code.try_into().ok()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let message = ["message", "detail", "title"]
            .iter()
            .find_map(|name| body[*name].as_str())
            .unwrap_or_default();
        Self { code, message: without_numbers(message) }
    }

    fn detail(&self, status: StatusCode) -> String {
        let code = self.code.map(|code| format!(" {code}")).unwrap_or_default();
        format!("HTTP {}{code} {}", status.as_u16(), self.message).trim_end().to_owned()
    }
}

/// Twilio quotes the recipient in its messages; details are kept where phone
/// numbers must not be. At most 200 characters.
fn without_numbers(message: &str) -> String {
    let mut cleaned = String::new();
    let mut digits = String::new();
    for c in message.chars().take(200).chain([' ']) {
        if c.is_numeric() || (c == '-' && !digits.is_empty()) {
            digits.push(c);
            continue;
        }
        cleaned.push_str(if digits.chars().count() > 5 { "…" } else { &digits });
        digits.clear();
        cleaned.push(c);
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_keeps_the_words_and_loses_the_phone_number() {
        let detail = without_numbers("The 'To' number +81801234567 is not valid (21211).");
        assert_eq!(detail, "The 'To' number +… is not valid (21211).");
        assert_eq!(without_numbers("call 080-1234-5678"), "call …");
    }

    #[test]
    fn a_wait_without_end_is_cut_to_an_hour() {
        assert_eq!(seconds("18446744073709551615"), Some(Duration::from_secs(3600)));
        assert_eq!(seconds("7"), Some(Duration::from_secs(7)));
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
