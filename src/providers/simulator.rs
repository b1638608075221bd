//! A carrier in a box: the provider behind the first run, the demo and the tests.
//!
//! It is a provider like any other. Texts go to it through [`Provider::send`];
//! what its handsets send comes in through our own webhook route, over HTTP,
//! signed, repeated until it is taken. Nothing in henji knows a short cut.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::Instant;
use uuid::Uuid;

use super::http::{Timeouts, loopback_client};
use super::{
    Accepted, Account, Acknowledgement, HookRequest, ListError, OutboundSms, ParseError, Provider,
    Retry, SendError, Setting, SettingError, Settings, VerifyError,
};
use crate::clock::{Clock, fresh_id};
use crate::crash::{self, Place};
use crate::domain::delivery::{Reason, ReceiptStatus};
use crate::domain::id::ProviderAccountId;
use crate::domain::inbound::{InboundMessage, ListedText, Receipt};
use crate::domain::segment::LengthProfile;
use courier::{Courier, Hook};
use ledger::Ledger;
use record::HookKind;

mod accounts;
mod behaviour;
mod courier;
mod journal;
mod ledger;
mod record;
pub mod remote;
pub mod webhook;
mod wire_log;

pub use behaviour::{Behaviour, BehaviourError, ReceiptKind};
pub use courier::Patience;
pub use journal::{FileJournal, Journal, MemoryJournal, Sealer};
pub use record::{HandsetMessage, HandsetText};
pub use wire_log::Post;

const SETTINGS: &[Setting] = &[
    Setting { name: "secret", required: true, secret: true },
    // Another process plays the carrier.
    Setting { name: remote::SETTING, required: false, secret: false },
];

/// 128 bits in hex are 32; half of that still cannot be guessed over HTTP.
const SHORTEST_SECRET: usize = 16;

const THROTTLE_WAIT: Duration = Duration::from_secs(1);

/// The carrier; lives in the process it posts to.
pub struct Simulator {
    courier: Arc<Courier>,
    /// For accounts whose carrier is another process.
    http: reqwest::Client,
    sends: AtomicU32,
}

/// Why a handset cannot send a text.
#[derive(Debug, thiserror::Error)]
pub enum HandsetError {
    #[error("{field}: is missing")]
    Missing { field: &'static str },
    #[error("to: {0} is not one of our numbers at the simulator")]
    NotOurs(String),
    #[error("the simulator's journal could not be written: {0}")]
    Journal(#[from] io::Error),
}

impl Simulator {
    /// Opens for business and goes on with the webhooks a former process left.
    ///
    /// `callback_base` is henji's own door (`http://127.0.0.1:<port>`). Must be
    /// called on the runtime that shall do the posting.
    pub fn start(
        clock: Clock,
        callback_base: String,
        journal: Arc<dyn Journal>,
        patience: Patience,
    ) -> io::Result<Arc<Self>> {
        let http = loopback_client(Timeouts::default()).map_err(io::Error::other)?;
        let ledger = Ledger::open(journal)?;
        let (texts, receipts) = ledger.history().unsettled();
        let courier = Arc::new(Courier::new(clock, callback_base, patience, ledger, http.clone()));
        for text in &texts {
            courier.queue(inbound_hook(text));
        }
        for message in &receipts {
            courier.queue(receipt_hook(message, Duration::ZERO));
        }
        Ok(Arc::new(Self { courier, http, sends: AtomicU32::new(0) }))
    }

    /// Makes an account known, with all the numbers it owns here.
    pub fn register(&self, account: Account, numbers: Vec<String>) {
        self.courier.accounts.register(account, numbers);
    }

    /// Its waiting webhooks are given up.
    pub fn forget(&self, id: ProviderAccountId) {
        self.courier.accounts.forget(id);
    }

    pub fn behaviour(&self) -> Behaviour {
        self.courier.current()
    }

    /// How the carrier behaves from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) -> Result<(), BehaviourError> {
        behaviour.check()?;
        self.sends.store(0, Ordering::Relaxed);
        *self.courier.behaviour.lock().expect("no code panics while it holds the behaviour") =
            behaviour;
        Ok(())
    }

    /// What that handset received, in order.
    pub fn handset(&self, number: &str) -> Vec<HandsetMessage> {
        self.courier.ledger.history().received_by(number)
    }

    /// What that handset sent, in order.
    pub fn handset_sent(&self, number: &str) -> Vec<HandsetText> {
        self.texts(|text| text.from == number)
    }

    /// The numbers of all handsets that ever sent or received, in order of number.
    pub fn handsets(&self) -> Vec<String> {
        self.courier.ledger.history().handsets()
    }

    /// The last webhooks as they went over the wire, newest first.
    pub fn posts(&self) -> Vec<Post> {
        self.courier.wire_log.latest()
    }

    /// Everything handsets sent, in order: the truth to compare with.
    pub fn all_sent(&self) -> Vec<HandsetText> {
        self.texts(|_| true)
    }

    /// Everything handsets received, in order.
    pub fn all_received(&self) -> Vec<HandsetMessage> {
        self.courier.ledger.history().received.clone()
    }

    /// A handset sends a text to one of our numbers; returns the provider's id
    /// of it.
    ///
    /// With the id of an earlier text, the carrier delivers that one once more.
    pub fn handset_sends(
        &self,
        from: &str,
        to: &str,
        body: &str,
        provider_message_id: Option<String>,
    ) -> Result<String, HandsetError> {
        if from.is_empty() {
            return Err(HandsetError::Missing { field: "from" });
        }
        let ledger = &self.courier.ledger;
        let account = self.courier.accounts.owner_of(to);
        let text = HandsetText {
            provider_ref: provider_message_id.filter(|id| !id.is_empty()).unwrap_or_else(fresh_ref),
            account: account.ok_or_else(|| HandsetError::NotOurs(to.to_owned()))?,
            from: from.to_owned(),
            to: to.to_owned(),
            body: body.to_owned(),
            at: self.courier.clock.now(),
            acknowledged: false,
        };
        let is_new = !ledger.history().knows(&text.provider_ref);
        if is_new {
            ledger.append((&text).into())?;
        }
        self.courier.queue(inbound_hook(&text));
        Ok(text.provider_ref)
    }

    /// Resolves when every webhook was taken or given up.
    pub async fn idle(&self) {
        self.courier.idle().await;
    }

    fn texts(&self, wanted: impl Fn(&HandsetText) -> bool) -> Vec<HandsetText> {
        self.courier.ledger.history().sent.iter().filter(|text| wanted(text)).cloned().collect()
    }

    /// What the behaviour makes of a send before any handset is reached.
    fn refuses(&self, behaviour: &Behaviour, sms: &OutboundSms) -> Option<SendError> {
        let count = self.sends.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let refused = |reason, detail: &str, retry| {
            Some(SendError::Refused { reason, detail: detail.to_owned(), retry })
        };
        if behaviour.throttle_every > 0 && count.is_multiple_of(behaviour.throttle_every) {
            return refused(Reason::Throttled, "throttled", Retry::After(THROTTLE_WAIT));
        }
        if let Some(code) = &behaviour.reject_code {
            let reason = Reason::from_word(code).unwrap_or(Reason::ProviderError);
            return refused(reason, code, Retry::No);
        }
        if sms.expires_at.is_some_and(|at| at <= self.courier.clock.now()) {
            return refused(Reason::TooLate, "expired", Retry::No);
        }
        None
    }

    fn hand_over(&self, account: &Account, sms: &OutboundSms) -> Result<Accepted, SendError> {
        let behaviour = self.courier.current();
        if let Some(refusal) = self.refuses(&behaviour, sms) {
            return Err(refusal);
        }
        self.courier.accounts.meet(account);
        let message = HandsetMessage {
            provider_ref: fresh_ref(),
            reference: sms.message_id,
            account: account.id,
            from: sms.from.clone(),
            to: sms.to.clone(),
            body: sms.body.clone(),
            at: self.courier.clock.now(),
            receipt: match behaviour.receipt {
                ReceiptKind::Delivered => Some(ReceiptStatus::Delivered),
                ReceiptKind::Undelivered => Some(ReceiptStatus::Undelivered),
                ReceiptKind::None => None,
            },
        };
        self.courier.ledger.append((&message).into()).map_err(|error| SendError::Refused {
            reason: Reason::ProviderError,
            detail: format!("journal: {error}"),
            retry: Retry::Soon,
        })?;
        crash::at(Place::Taken);
        if message.receipt.is_some() {
            let delay = Duration::from_millis(behaviour.delay_ms);
            self.courier.queue(receipt_hook(&message, delay));
        }
        if behaviour.lose_response {
            return Err(SendError::Unknown { detail: "the answer was lost".to_owned() });
        }
        Ok(Accepted { provider_ref: message.provider_ref, segments: None })
    }
}

impl Provider for Simulator {
    fn kind(&self) -> &'static str {
        "simulator"
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn check_settings(&self, settings: &Settings) -> Result<(), SettingError> {
        let problem = |setting: &str, problem: String| {
            Err(SettingError { setting: setting.to_owned(), problem })
        };
        if let Some(name) =
            settings.keys().find(|name| SETTINGS.iter().all(|known| known.name != *name))
        {
            return problem(name, "is not a setting of the simulator: remove it".to_owned());
        }
        if remote::address(settings).is_some_and(|address| !remote::is_address(address)) {
            let problem = "must be an address of this machine such as http://127.0.0.1:9000";
            return Err(SettingError { setting: remote::SETTING.into(), problem: problem.into() });
        }
        match settings.get("secret") {
            Some(secret) if secret.len() >= SHORTEST_SECRET => Ok(()),
            _ => problem("secret", format!("must have {SHORTEST_SECRET} characters or more")),
        }
    }

    fn length_profile(&self) -> LengthProfile {
        LengthProfile::STANDARD
    }

    fn verify(&self, account: &Account, request: &HookRequest) -> Result<(), VerifyError> {
        webhook::verify(&account.settings, request)
    }

    fn parse_inbound(&self, request: &HookRequest) -> Result<Vec<InboundMessage>, ParseError> {
        webhook::parse_inbound(request)
    }

    fn parse_receipts(&self, request: &HookRequest) -> Result<Vec<Receipt>, ParseError> {
        webhook::parse_receipts(request)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { content_type: "application/json", body: "{}" }
    }

    fn send<'a>(
        &'a self,
        account: &'a Account,
        sms: &'a OutboundSms,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        async move {
            match remote::address(&account.settings) {
                Some(address) => remote::send(&self.http, address, account, sms).await,
                None => self.hand_over(account, sms),
            }
        }
        .boxed()
    }

    fn list_inbound<'a>(
        &'a self,
        account: &'a Account,
        since: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Option<Vec<InboundMessage>>, ListError>> {
        if let Some(address) = remote::address(&account.settings) {
            return remote::list(&self.http, address, account, since).boxed();
        }
        let texts = self.texts(|text| text.account == account.id && text.at >= since);
        let listed = texts.into_iter().map(|text| InboundMessage {
            provider_ref: text.provider_ref,
            from: text.from,
            to: text.to,
            body: text.body,
            sent_at: Some(text.at),
            opt_out: None,
        });
        std::future::ready(Ok(Some(listed.collect()))).boxed()
    }

    fn list_outbound<'a>(
        &'a self,
        account: &'a Account,
        since: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Option<Vec<ListedText>>, ListError>> {
        let texts = self.all_received().into_iter();
        let texts = texts.filter(|text| text.account == account.id && text.at >= since);
        let listed = texts.map(|text| ListedText {
            provider_ref: text.provider_ref,
            message_id: Some(text.reference),
            from: text.from,
            to: text.to,
            body: text.body,
            taken_at: Some(text.at),
            // What the network says comes as a receipt, when it comes.
            status: ReceiptStatus::Sent,
            reason: None,
        });
        std::future::ready(Ok(Some(listed.collect()))).boxed()
    }
}

/// Unique across restarts, because its ids are.
fn fresh_ref() -> String {
    format!("SIM{}", fresh_id::<Uuid>().simple())
}

fn inbound_hook(text: &HandsetText) -> Hook {
    Hook {
        kind: HookKind::Inbound,
        account: text.account,
        handset: text.from.clone(),
        provider_ref: text.provider_ref.clone(),
        body: webhook::inbound_body(text),
        not_before: Instant::now(),
    }
}

fn receipt_hook(message: &HandsetMessage, delay: Duration) -> Hook {
    Hook {
        kind: HookKind::Receipt,
        account: message.account,
        handset: message.to.clone(),
        provider_ref: message.provider_ref.clone(),
        body: webhook::receipt_body(message),
        not_before: Instant::now() + delay,
    }
}
