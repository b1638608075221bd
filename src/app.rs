//! The parts every layer is handed.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
use crate::live::{Hub, Wake};
use crate::password::Passwords;
use crate::providers::registry::Registry;
use crate::providers::simulator::Simulator;
use crate::providers::{Account, Provider};
use crate::sabotage::Sabotage;
use crate::store::Store;
use crate::store::provider_accounts::ProviderAccount;
use crate::telemetry::Metrics;

pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub store: Store,
    pub hub: Hub,
    pub wake: Wake,
    pub providers: Registry,
    pub simulator: Arc<Simulator>,
    pub passwords: Passwords,
    pub metrics: Metrics,
    /// Nothing, outside `henji torture`.
    pub sabotage: Option<Sabotage>,
}

impl App {
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
        }
    }

    fn hook_url(&self, account: &ProviderAccount, route: &str) -> String {
        let path = format!("/hooks/{}/{}/{route}", account.kind, account.hook_token);
        self.config.web.public_url.join(&path)
    }
}
