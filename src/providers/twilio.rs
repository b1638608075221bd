//! Twilio's programmable messaging (providers.md 3).

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::http::{Timeouts, explain, http_client};
use super::{
    Accepted, Account, Acknowledgement, HookRequest, ListError, OutboundSms, ParseError, Provider,
    SendError, Setting, SettingError, Settings, Telephone, VerifyError,
};
use crate::clock::Clock;
use crate::domain::account_check::CheckOutcome;
use crate::domain::inbound::{InboundMessage, ListedText, Receipt};
use crate::domain::segment::LengthProfile;

mod client;
mod errors;
mod form;
mod inbound;
mod list;
mod receipt;
mod settings;
pub mod signature;
mod voice;

/// Appended to the inbound URL at Twilio: five tries, whatever went wrong.
///
/// Without it Twilio tries once more and only where the connection failed, so
/// that one 503 of ours loses a text (providers.md 3.3). The fragment is
/// neither sent nor signed.
const RETRY_FRAGMENT: &str = "#rc=5&rp=all";

/// The adapter; holds a connection pool and nothing of any account.
pub struct Twilio {
    clock: Clock,
    timeouts: Timeouts,
    http: OnceLock<Result<reqwest::Client, String>>,
}

impl Twilio {
    pub fn new(clock: Clock) -> Self {
        Self::with_timeouts(clock, Timeouts::default())
    }

    pub fn with_timeouts(clock: Clock, timeouts: Timeouts) -> Self {
        Self { clock, timeouts, http: OnceLock::new() }
    }

    /// Made at the first call, so that a machine without root certificates can
    /// still run the simulator and say what it lacks when Twilio is used.
    fn http(&self) -> Result<&reqwest::Client, &str> {
        self.http
            .get_or_init(|| http_client(self.timeouts).map_err(explain))
            .as_ref()
            .map_err(String::as_str)
    }
}

impl Provider for Twilio {
    fn kind(&self) -> &'static str {
        "twilio"
    }

    fn settings(&self) -> &'static [Setting] {
        settings::ALL
    }

    fn check_settings(&self, settings: &Settings) -> Result<(), SettingError> {
        settings::check(settings)
    }

    fn length_profile(&self) -> LengthProfile {
        LengthProfile::STANDARD
    }

    fn verify(&self, account: &Account, request: &HookRequest) -> Result<(), VerifyError> {
        signature::verify(&account.settings, request)
    }

    fn parse_inbound(&self, request: &HookRequest) -> Result<Vec<InboundMessage>, ParseError> {
        inbound::parse(request)
    }

    fn parse_receipts(&self, request: &HookRequest) -> Result<Vec<Receipt>, ParseError> {
        receipt::parse(request)
    }

    /// An empty TwiML response: answers go through the outbox, where they are
    /// audited.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            content_type: "text/xml",
            body: r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#,
        }
    }

    fn inbound_url(&self, ours: &str) -> String {
        format!("{ours}{RETRY_FRAGMENT}")
    }

    fn telephone(&self) -> Option<&dyn Telephone> {
        Some(&voice::Voice)
    }

    fn send<'a>(
        &'a self,
        account: &'a Account,
        sms: &'a OutboundSms,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        async move {
            let form = client::form(account, sms, self.clock.now())?;
            let http = self.http().map_err(client::nothing_left)?;
            client::send(http, account, &form).await
        }
        .boxed()
    }

    fn check<'a>(
        &'a self,
        account: &'a Account,
        _now: DateTime<Utc>,
    ) -> BoxFuture<'a, CheckOutcome> {
        async move {
            match self.http() {
                Ok(http) => list::check(http, account).await,
                Err(_no_roots) => CheckOutcome::Unreachable,
            }
        }
        .boxed()
    }

    fn list_inbound<'a>(
        &'a self,
        account: &'a Account,
        since: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Option<Vec<InboundMessage>>, ListError>> {
        async move {
            let http = self.http().map_err(|problem| ListError(problem.to_owned()))?;
            list::inbound_since(http, account, since).await.map(Some)
        }
        .boxed()
    }

    fn list_outbound<'a>(
        &'a self,
        account: &'a Account,
        since: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Option<Vec<ListedText>>, ListError>> {
        async move {
            let http = self.http().map_err(|problem| ListError(problem.to_owned()))?;
            list::outbound_since(http, account, since).await.map(Some)
        }
        .boxed()
    }
}
