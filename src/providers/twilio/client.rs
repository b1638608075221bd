//! Handing a text over to Twilio.

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

use super::{errors, receipt, settings};
use crate::domain::delivery::Reason;
use crate::providers::http::{explain, read_bounded};
use crate::providers::{Accepted, Account, OutboundSms, Retry, SendError};

/// An acceptance is about 1 KiB and quotes the text (1,600 characters at most).
const ANSWER_LIMIT: usize = 64 * 1024;

/// Seconds a text may wait at Twilio: 1 to 36,000 (providers.md 3.1).
const VALIDITY_SECONDS: i64 = 36_000;

pub type Form = Vec<(&'static str, String)>;

/// The fields of the request; refuses a text whose time is over.
pub fn form(account: &Account, sms: &OutboundSms, now: DateTime<Utc>) -> Result<Form, SendError> {
    let mut form = vec![
        ("To", sms.to.clone()),
        ("From", sms.from.clone()),
        ("Body", sms.body.clone()),
        ("StatusCallback", receipt::callback_url(&account.receipts_url, sms.message_id)),
    ];
    // With both, the text goes through the service, from this sender of its pool.
    if let Some(service) = settings::get(&account.settings, "messaging_service_sid") {
        form.push(("MessagingServiceSid", service.to_owned()));
    }
    if let Some(expires_at) = sms.expires_at {
        let left = (expires_at - now).num_seconds();
        if left < 1 {
            return Err(SendError::Refused {
                reason: Reason::TooLate,
                detail: "expired before it was handed over".to_owned(),
                retry: Retry::No,
            });
        }
        form.push(("ValidityPeriod", left.min(VALIDITY_SECONDS).to_string()));
    }
    Ok(form)
}

pub async fn send(http: &Client, account: &Account, form: &Form) -> Result<Accepted, SendError> {
    let url = settings::messages_url(account).map_err(|error| SendError::Refused {
        reason: Reason::AccountProblem,
        detail: error.to_string(),
        retry: Retry::No,
    })?;
    let response = authorized(http.post(url), account).form(form).send().await.map_err(broken)?;
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let body = read_bounded(response, ANSWER_LIMIT).await.map_err(String::from);
    if status.is_success() {
        accepted(status, body.as_deref())
    } else {
        Err(errors::refusal(status, retry_after.as_deref(), &body.unwrap_or_default()))
    }
}

pub fn authorized(request: RequestBuilder, account: &Account) -> RequestBuilder {
    let setting = |name| settings::get(&account.settings, name).unwrap_or_default();
    request
        .basic_auth(setting("account_sid"), Some(setting("auth_token")))
        .header(ACCEPT, "application/json")
}

/// A refusal before any byte of the text was on its way.
pub fn nothing_left(problem: impl Into<String>) -> SendError {
    SendError::Refused { reason: Reason::ProviderError, detail: problem.into(), retry: Retry::Soon }
}

/// A call that brought no answer: refused only if it never got a connection.
fn broken(error: reqwest::Error) -> SendError {
    if error.is_connect() || error.is_builder() {
        nothing_left(explain(error))
    } else {
        SendError::Unknown { detail: explain(error) }
    }
}

fn accepted(status: StatusCode, body: Result<&[u8], &String>) -> Result<Accepted, SendError> {
    let unreadable = |problem: &str| SendError::Unknown {
        detail: format!("HTTP {} with an unreadable answer: {problem}", status.as_u16()),
    };
    let body = body.map_err(|problem| unreadable(problem))?;
    let body: Value = serde_json::from_slice(body).map_err(|e| unreadable(&e.to_string()))?;
    let sid = body["sid"].as_str().filter(|sid| !sid.is_empty());
    Ok(Accepted {
        provider_ref: sid.ok_or_else(|| unreadable("it has no sid"))?.to_owned(),
        segments: segments(&body["num_segments"]),
    })
}

/// A string of digits; "0" where a Messaging Service has not decided yet.
fn segments(value: &Value) -> Option<u16> {
    value.as_str()?.parse().ok().filter(|count| *count > 0)
}
