//! What a provider tells us: a text from a handset, or the fate of one of ours.

use chrono::{DateTime, Utc};

use super::delivery::{Reason, ReceiptStatus};
use super::id::MessageId;
use super::opt_out::OptOutSignal;

/// A text from a handset, in words every provider's adapter can fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundMessage {
    /// The provider's id, the same each time it delivers this text again.
    pub provider_ref: String,
    /// The handset as the provider writes it; the action normalises it.
    pub from: String,
    /// Our number the text was sent to, as the provider writes it.
    pub to: String,
    pub body: String,
    /// When the handset sent it, where the provider says so.
    pub sent_at: Option<DateTime<Utc>>,
    /// Set where the provider itself already understood a stop or start word.
    pub opt_out: Option<OptOutSignal>,
}

/// A text of ours as the provider's own list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedText {
    pub provider_ref: String,
    /// Our own id, where the list echoes it.
    pub message_id: Option<MessageId>,
    pub from: String,
    pub to: String,
    pub body: String,
    /// When the provider took it.
    pub taken_at: Option<DateTime<Utc>>,
    pub status: ReceiptStatus,
    pub reason: Option<Reason>,
}

/// The provider's word on one of our messages (a delivery receipt, DLR).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's id of our message.
    pub provider_ref: String,
    /// Our own id, where the provider echoed it back.
    pub message_id: Option<MessageId>,
    pub status: ReceiptStatus,
    pub reason: Option<Reason>,
    /// The provider's own status and error words, for people to look up.
    pub detail: String,
    /// The same for each repetition of this receipt and different for any other.
    pub dedupe_key: String,
}
