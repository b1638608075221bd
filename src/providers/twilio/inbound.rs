//! A text from a handset, as Twilio tells it (providers.md 3.2).

use super::form::{self, Pairs};
use crate::domain::inbound::InboundMessage;
use crate::domain::opt_out::OptOutSignal;
use crate::providers::{HookRequest, ParseError};

/// `SmsSid` and `SmsMessageSid` are the deprecated twins of `MessageSid`.
pub const SID_NAMES: [&str; 3] = ["MessageSid", "SmsSid", "SmsMessageSid"];

pub fn parse(request: &HookRequest) -> Result<Vec<InboundMessage>, ParseError> {
    let fields = form::fields(request);
    let message = InboundMessage {
        provider_ref: sid(&fields)?,
        from: required(&fields, "From")?,
        to: required(&fields, "To")?,
        body: body(&fields)?,
        sent_at: None,
        opt_out: form::first(&fields, "OptOutType").and_then(opt_out),
    };
    Ok(vec![message])
}

pub fn sid(fields: &Pairs) -> Result<String, ParseError> {
    SID_NAMES
        .iter()
        .filter_map(|name| form::first(fields, name))
        .find(|sid| !sid.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| missing("MessageSid"))
}

fn required(fields: &Pairs, name: &str) -> Result<String, ParseError> {
    match form::first(fields, name) {
        Some(value) if !value.is_empty() => Ok(value.to_owned()),
        _ => Err(missing(name)),
    }
}

/// Empty is a text too; absent means that this is no text but, say, a receipt.
fn body(fields: &Pairs) -> Result<String, ParseError> {
    form::first(fields, "Body").map(str::to_owned).ok_or_else(|| missing("Body"))
}

/// Present only with Advanced Opt-Out on a Messaging Service.
fn opt_out(word: &str) -> Option<OptOutSignal> {
    match word {
        "STOP" => Some(OptOutSignal::Stop),
        "START" => Some(OptOutSignal::Start),
        "HELP" => Some(OptOutSignal::Help),
        _ => None,
    }
}

fn missing(field: &str) -> ParseError {
    ParseError { field: field.to_owned(), problem: "is missing".to_owned() }
}
