//! What the carrier remembers, and how a line of its journal reads.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::delivery::ReceiptStatus;
use crate::domain::id::{MessageId, ProviderAccountId};

/// A text a handset received from us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandsetMessage {
    pub provider_ref: String,
    /// Our own id of the message.
    pub reference: MessageId,
    pub account: ProviderAccountId,
    pub from: String,
    pub to: String,
    pub body: String,
    pub at: DateTime<Utc>,
    /// What the network reports of it; `None` where no receipt ever comes.
    pub receipt: Option<ReceiptStatus>,
}

/// A text a handset sent to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandsetText {
    pub provider_ref: String,
    pub account: ProviderAccountId,
    pub from: String,
    pub to: String,
    pub body: String,
    pub at: DateTime<Utc>,
    /// Whether we answered its webhook with a 2xx.
    pub acknowledged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HookKind {
    Inbound,
    Receipt,
}

/// One line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "lowercase")]
pub enum Record {
    /// A text reached a handset.
    Received {
        provider_ref: String,
        reference: Uuid,
        account: Uuid,
        from: String,
        to: String,
        body: String,
        at: DateTime<Utc>,
        receipt: Option<String>,
    },
    /// A handset sent a text.
    Sent {
        provider_ref: String,
        account: Uuid,
        from: String,
        to: String,
        body: String,
        at: DateTime<Utc>,
    },
    /// The webhook for one of them came to an end.
    Settled { hook: HookKind, provider_ref: String, acknowledged: bool },
}

impl From<&HandsetMessage> for Record {
    fn from(message: &HandsetMessage) -> Self {
        let HandsetMessage { provider_ref, from, to, body, at, .. } = message.clone();
        Self::Received {
            provider_ref,
            reference: message.reference.0,
            account: message.account.0,
            from,
            to,
            body,
            at,
            receipt: message.receipt.map(|status| status.word().to_owned()),
        }
    }
}

impl From<&HandsetText> for Record {
    fn from(text: &HandsetText) -> Self {
        let HandsetText { provider_ref, from, to, body, at, .. } = text.clone();
        Self::Sent { provider_ref, account: text.account.0, from, to, body, at }
    }
}
