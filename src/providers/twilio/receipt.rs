//! The fate of one of our texts, as Twilio tells it (providers.md 3.4).

use super::errors;
use super::form;
use super::inbound;
use crate::domain::delivery::ReceiptStatus;
use crate::domain::id::MessageId;
use crate::domain::inbound::Receipt;
use crate::providers::{HookRequest, ParseError};

/// The query parameter of the callback URL that carries our message's id.
const MESSAGE: &str = "message";

/// The callback URL of one message: the account's, with our id in the query,
/// where the signature covers it.
pub fn callback_url(receipts_url: &str, message: MessageId) -> String {
    let separator = if receipts_url.contains('?') { '&' } else { '?' };
    format!("{receipts_url}{separator}{MESSAGE}={message}")
}

pub fn parse(request: &HookRequest) -> Result<Vec<Receipt>, ParseError> {
    let fields = form::fields(request);
    let text = |name: &str| form::first(&fields, name).unwrap_or_default();
    let sid = inbound::sid(&fields)?;
    let word = match text("MessageStatus") {
        "" => text("SmsStatus"),
        word => word,
    };
    if word.is_empty() {
        return Err(ParseError {
            field: "MessageStatus".to_owned(),
            problem: "is missing".to_owned(),
        });
    }
    let error = text("ErrorCode");
    let receipt = Receipt {
        message_id: form::first(&form::query(&request.url), MESSAGE).and_then(|id| id.parse().ok()),
        status: status(word),
        reason: error.parse().ok().filter(|code| *code != 0).map(errors::reason),
        detail: format!("{word} {error}").trim_end().to_owned(),
        dedupe_key: format!("{sid}:{word}:{error}:{}", text("RawDlrDoneDate")),
        provider_ref: sid,
    };
    Ok(vec![receipt])
}

/// The table of providers.md 1.1. A word nobody knows yet is kept, as no news.
pub fn status(word: &str) -> ReceiptStatus {
    match word {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => ReceiptStatus::Sent,
        "delivered" | "read" => ReceiptStatus::Delivered,
        "undelivered" => ReceiptStatus::Undelivered,
        "failed" => ReceiptStatus::Failed,
        "canceled" => ReceiptStatus::Canceled,
        _ => ReceiptStatus::NoNews,
    }
}
