//! The parts every layer is handed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::actions::escalate;
use crate::calendars::Calendars;
use crate::clock::Clock;
use crate::config::Config;
use crate::data_lock::DataLock;
use crate::journal::Journal;
use crate::live::{Hub, Presence, Wake};
use crate::mail::{Letterhead, Mailer};
use crate::password::Passwords;
use crate::providers::registry::Registry;
use crate::providers::simulator::Simulator;
use crate::providers::{Account, Provider};
use crate::push::PushService;
use crate::sabotage::Sabotage;
use crate::store::Store;
use crate::store::provider_accounts::ProviderAccount;
use crate::telemetry::Metrics;
use crate::webhooks::Webhooks;

pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub store: Store,
    /// Where webhooks go while the database is away; a command takes none.
    pub journal: Option<Journal>,
    pub hub: Hub,
    pub presence: Presence,
    pub wake: Wake,
    pub providers: Registry,
    pub simulator: Arc<Simulator>,
    pub letterhead: Letterhead,
    pub mailer: Mailer,
    pub push: PushService,
    pub calendars: Calendars,
    pub webhooks: Webhooks,
    /// What the ladders need not look at again.
    pub escalations: escalate::Memory,
    pub passwords: Passwords,
    pub metrics: Metrics,
    /// Keeps a restore out of our data directory.
    pub held: DataLock,
    /// Set once we were told to stop: nothing new is taken on.
    pub stopping: AtomicBool,
    /// Nothing, outside `henji torture`.
    pub sabotage: Option<Sabotage>,
}

impl App {
    /// `/readyz` turns, and every socket is told when to come back, to whom is left.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.hub.restart();
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// The adapter of an account, and the account as the adapter wants it.
    ///
    /// `None` for a provider this binary does not know.
    pub fn provider_of(&self, account: &ProviderAccount) -> Option<(Arc<dyn Provider>, Account)> {
        let provider = self.providers.get(&account.kind)?.clone();
        Some((provider, self.account(account)))
    }

    pub fn account(&self, account: &ProviderAccount) -> Account {
        Account {
            id: account.id,
            settings: account.settings.clone(),
            inbound_url: self.hook_url(account, "inbound"),
            receipts_url: self.hook_url(account, "receipts"),
            voice_url: self.hook_url(account, "voice"),
        }
    }

    fn hook_url(&self, account: &ProviderAccount, route: &str) -> String {
        let path = format!("/hooks/{}/{}/{route}", account.kind, account.hook_token);
        self.config.web.public_url.join(&path)
    }
}
