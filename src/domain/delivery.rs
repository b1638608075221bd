//! What becomes of a text we send.
//!
//! Receipts arrive twice, out of order, and before the send call returns
//! (providers.md 2.6 and 2.7). A state therefore only ever moves up, and every
//! change is one of three functions: a step of ours, the end of a send call,
//! a provider's receipt.

use super::message::words;

/// Where an outbound message is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboundState {
    /// Held back: inside the undo window, or waiting for its time.
    DraftHeld,
    /// Wants to be sent.
    Queued,
    /// A send call is under way or was cut off; its attempt is on disk.
    Submitting,
    /// The provider took it.
    Sent,
    /// The handset has it.
    Delivered,
    /// The network could not bring it to the handset.
    Undelivered,
    /// Refused, by the provider or by us.
    Failed,
    /// Too late to be of use to its reader.
    Expired,
    /// Taken back before the provider had it.
    Canceled,
    /// Whether the provider took it cannot be told. Never sent again by itself.
    Unknown,
}

words!(OutboundState {
    DraftHeld = "draft-held",
    Queued = "queued",
    Submitting = "submitting",
    Sent = "sent",
    Delivered = "delivered",
    Undelivered = "undelivered",
    Failed = "failed",
    Expired = "expired",
    Canceled = "canceled",
    Unknown = "unknown",
});

/// What a receipt says, in words all providers share (providers.md 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReceiptStatus {
    Sent,
    Delivered,
    Undelivered,
    Failed,
    Expired,
    Canceled,
    /// The provider reports, but knows no more than before ("delivery unconfirmed").
    NoNews,
}

words!(ReceiptStatus {
    Sent = "sent",
    Delivered = "delivered",
    Undelivered = "undelivered",
    Failed = "failed",
    Expired = "expired",
    Canceled = "canceled",
    NoNews = "no-news",
});

/// How a send call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendOutcome {
    Accepted,
    /// The answer proves that nothing was taken.
    Refused {
        retry: bool,
    },
    /// The call broke off, or its answer proves nothing.
    Unknown,
}

/// Why a text did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The handset is off or out of reach.
    OutOfRange,
    NoSuchNumber,
    /// The number exists, its contract is suspended.
    NumberSuspended,
    /// The recipient's carrier or handset settings refuse such texts.
    RefusedByRecipient,
    OptedOut,
    /// Advertising that the recipient has not agreed to.
    NoConsent,
    Landline,
    InvalidNumber,
    /// Held back as spam on the way.
    Filtered,
    /// The provider has no way to that network.
    NotRoutable,
    /// The sender number or name is not registered for this route.
    SenderNotAllowed,
    /// Credentials, balance or contract at the provider.
    AccountProblem,
    Throttled,
    TooLate,
    ProviderError,
    Unknown,
}

words!(Reason {
    OutOfRange = "out_of_range",
    NoSuchNumber = "no_such_number",
    NumberSuspended = "number_suspended",
    RefusedByRecipient = "refused_by_recipient",
    OptedOut = "opted_out",
    NoConsent = "no_consent",
    Landline = "landline",
    InvalidNumber = "invalid_number",
    Filtered = "filtered",
    NotRoutable = "not_routable",
    SenderNotAllowed = "sender_not_allowed",
    AccountProblem = "account_problem",
    Throttled = "throttled",
    TooLate = "too_late",
    ProviderError = "provider_error",
    Unknown = "unknown",
});

impl OutboundState {
    /// Whether nothing can change it any more.
    pub fn is_final(self) -> bool {
        self.rank() == FINAL_RANK
    }

    /// Whether a text ended without having arrived, though nobody took it back.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Undelivered | Self::Failed | Self::Expired)
    }

    /// How far along the way the state is (providers.md 2.5). All ends are
    /// equally far, and so are the two states of a call whose answer is not known.
    pub fn rank(self) -> u8 {
        match self {
            Self::DraftHeld => 0,
            Self::Queued => 1,
            Self::Submitting | Self::Unknown => 2,
            Self::Sent => 3,
            Self::Delivered | Self::Undelivered | Self::Failed | Self::Expired | Self::Canceled => {
                FINAL_RANK
            }
        }
    }

    /// Whether our own side - the worker or a person - may make this step.
    ///
    /// Only two steps go back to `queued`: from `submitting`, after a refusal
    /// that proves nothing was taken, and from `unknown`, when a person decides
    /// to send again knowing that it may arrive twice.
    pub fn may_move_to(self, to: Self) -> bool {
        use OutboundState::*;
        match self {
            DraftHeld => matches!(to, Queued | Canceled | Expired),
            Queued => matches!(to, Submitting | Canceled | Expired | Failed),
            Submitting => matches!(to, Sent | Failed | Unknown | Queued),
            Sent => to.is_final(),
            Unknown => matches!(to, Sent | Queued) || to.is_final(),
            Delivered | Undelivered | Failed | Expired | Canceled => false,
        }
    }

    /// The state after the send call ended.
    ///
    /// A receipt may have been faster than the call: then the call's answer
    /// adds nothing.
    pub fn after_send(self, outcome: &SendOutcome) -> Self {
        let answer = match outcome {
            SendOutcome::Accepted => Self::Sent,
            SendOutcome::Refused { retry: true } => Self::Queued,
            SendOutcome::Refused { retry: false } => Self::Failed,
            SendOutcome::Unknown => Self::Unknown,
        };
        match self {
            Self::Submitting | Self::Unknown => answer,
            // Queued again by a person while the first call was still under way:
            // what arrived must not be sent a second time.
            Self::Queued if answer == Self::Sent => Self::Sent,
            _ => self,
        }
    }

    /// The state after a receipt, which may be late, early or a repetition.
    ///
    /// The first end stays: a `delivered` after an `undelivered` is worth an
    /// event, not a change. A queued text is waiting for its next attempt, so
    /// only proof that an earlier attempt arrived concerns it.
    pub fn after_receipt(self, status: ReceiptStatus) -> Self {
        let told = match status {
            ReceiptStatus::Sent => Self::Sent,
            ReceiptStatus::Delivered => Self::Delivered,
            ReceiptStatus::Undelivered => Self::Undelivered,
            ReceiptStatus::Failed => Self::Failed,
            ReceiptStatus::Expired => Self::Expired,
            ReceiptStatus::Canceled => Self::Canceled,
            ReceiptStatus::NoNews => return self,
        };
        match self {
            Self::DraftHeld => self,
            Self::Queued if !matches!(told, Self::Sent | Self::Delivered) => self,
            _ if told.rank() > self.rank() => told,
            _ => self,
        }
    }
}

const FINAL_RANK: u8 = 4;

#[cfg(test)]
mod tests;
