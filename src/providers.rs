//! The companies that carry our texts, behind one trait.
//!
//! An adapter knows its provider's wire formats and nothing of henji: it turns
//! requests into domain values and back, and holds no state of ours. One folder
//! per adapter; `tests/it/providers/contract.rs` is the suite every adapter must pass.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use crate::domain::account_check::CheckOutcome;
use crate::domain::delivery::Reason;
use crate::domain::handoff::script::Turn;
use crate::domain::id::{MessageId, ProviderAccountId};
use crate::domain::inbound::{InboundMessage, ListedText, Receipt};
use crate::domain::segment::LengthProfile;

pub mod http;
pub mod registry;
pub mod simulator;
pub mod twilio;

pub use http::http_client;
pub use registry::Registry;

/// What henji asks of every provider.
pub trait Provider: Send + Sync {
    /// The word in URLs and the database: `twilio`, `simulator`.
    fn kind(&self) -> &'static str;

    /// What an account of this provider must be told.
    fn settings(&self) -> &'static [Setting];

    /// Checks the settings of a new account; the error names the setting and the cure.
    fn check_settings(&self, settings: &Settings) -> Result<(), SettingError>;

    /// How long a text may be and how it is cut, unless the route says otherwise.
    fn length_profile(&self) -> LengthProfile;

    /// Whether `request` really comes from the provider.
    ///
    /// Runs before anything of the request is parsed. A missing header, secret
    /// or algorithm is a refusal, never a pass.
    fn verify(&self, account: &Account, request: &HookRequest) -> Result<(), VerifyError>;

    /// The texts in an inbound webhook request. Unknown fields are ignored.
    fn parse_inbound(&self, request: &HookRequest) -> Result<Vec<InboundMessage>, ParseError>;

    /// The receipts in a receipt webhook request.
    fn parse_receipts(&self, request: &HookRequest) -> Result<Vec<Receipt>, ParseError>;

    /// What to answer a webhook with once its transaction is on disk.
    fn acknowledgement(&self) -> Acknowledgement;

    /// The address to enter at the provider for inbound texts, given our own
    /// (some providers take delivery options in the URL's fragment).
    fn inbound_url(&self, ours: &str) -> String {
        ours.to_owned()
    }

    /// Its telephone, where we may speak to those who ring.
    fn telephone(&self) -> Option<&dyn Telephone> {
        None
    }

    /// Hands one text over. Called outside any transaction, after the attempt
    /// is on disk; never called again for a message whose result is unknown.
    fn send<'a>(
        &'a self,
        account: &'a Account,
        sms: &'a OutboundSms,
    ) -> BoxFuture<'a, Result<Accepted, SendError>>;

    /// The inbound texts the provider holds since `since`, for what was missed
    /// while we were away. `None` where the provider offers no list.
    fn list_inbound<'a>(
        &'a self,
        account: &'a Account,
        since: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Option<Vec<InboundMessage>>, ListError>>;

    /// Asks whether the provider knows the account: its cheapest authenticated read.
    /// Unless an adapter has a cheaper one, its list from `now` on.
    fn check<'a>(
        &'a self,
        account: &'a Account,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, CheckOutcome> {
        Box::pin(async move {
            match self.list_inbound(account, now).await {
                Ok(_) => CheckOutcome::Works,
                Err(_) => CheckOutcome::Unreachable,
            }
        })
    }

    /// Our own texts that the provider holds since `since`, for those whose call
    /// broke off. `None` where the provider offers no list.
    fn list_outbound<'a>(
        &'a self,
        _account: &'a Account,
        _since: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Option<Vec<ListedText>>, ListError>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// What henji asks of a provider that has phone calls.
pub trait Telephone: Send + Sync {
    /// What a voice webhook says of its call. Unknown fields are ignored.
    fn parse_call(&self, request: &HookRequest) -> Result<PhoneCall, ParseError>;

    /// What to answer: the words of `turn`, and where what the caller does then is
    /// posted to. `call` is the one that is spoken to, where it is known.
    fn speak(&self, turn: &Turn, then: Option<&str>, call: Option<&PhoneCall>) -> Spoken;
}

/// A call, as far as the network tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneCall {
    /// The provider's id of it.
    pub call_ref: String,
    /// Who rings: a number, or one of the ways to say that there is none.
    pub from: String,
    /// The number that was called.
    pub to: String,
    /// The keys that were pressed since, if any.
    pub keys: String,
    /// Whether the person answered that they were put through to; `None` where nobody
    /// was rung.
    pub was_answered: Option<bool>,
}

/// A voice webhook's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub content_type: &'static str,
    pub body: String,
}

/// Settings of an account by name, secrets opened.
pub type Settings = BTreeMap<String, String>;

/// One thing an account must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    pub name: &'static str,
    pub required: bool,
    /// Never shown again once stored.
    pub secret: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct SettingError {
    pub setting: String,
    pub problem: String,
}

/// One set of credentials at a provider, and where it reaches us.
#[derive(Clone)]
pub struct Account {
    pub id: ProviderAccountId,
    pub settings: Settings,
    /// `<public url>/hooks/<kind>/<token>/inbound`
    pub inbound_url: String,
    /// `<public url>/hooks/<kind>/<token>/receipts`
    pub receipts_url: String,
    /// `<public url>/hooks/<kind>/<token>/voice`
    pub voice_url: String,
}

/// Names the settings without their values, and leaves out the URLs, which hold
/// the webhook token: an account in a log line gives nothing away.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("settings", &self.settings.keys())
            .finish_non_exhaustive()
    }
}

/// A webhook request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookRequest {
    pub method: String,
    /// The configured public URL with the path and query as received; never
    /// rebuilt from `Host` or `X-Forwarded-*`.
    pub url: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    pub received_at: DateTime<Utc>,
}

impl HookRequest {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    pub content_type: &'static str,
    pub body: &'static str,
}

/// A text to hand over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundSms {
    pub message_id: MessageId,
    /// Our sender address, as registered at the provider.
    pub from: String,
    /// E.164.
    pub to: String,
    pub body: String,
    /// After this the text is worthless to its reader.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The provider took the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub provider_ref: String,
    /// Parts the provider says it bills, where it says so.
    pub segments: Option<u16>,
}

/// Why a text was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The answer proves that nothing was taken.
    #[error("refused: {detail}")]
    Refused { reason: Reason, detail: String, retry: Retry },
    /// The call broke off or its answer proves nothing: the text may be on its way.
    #[error("unknown: {detail}")]
    Unknown { detail: String },
}

/// Whether a refused text may be offered again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    No,
    /// With back-off and jitter.
    Soon,
    /// Not before this long.
    After(Duration),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    #[error("the signature header is missing")]
    Missing,
    #[error("the signature does not match")]
    Mismatch,
    #[error("the request is older than allowed")]
    Stale,
    #[error("{0}")]
    Malformed(String),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ParseError {
    pub field: String,
    pub problem: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider's list could not be read: {0}")]
pub struct ListError(pub String);
