//! `henji provider add`

use std::fmt;

use serde::Serialize;

use super::{ProviderAdd, input, open, output};
use crate::actions::ActionError;
use crate::actions::settings::{self, NewAccount};
use crate::app::App;
use crate::config::Config;
use crate::domain::user::{Actor, Caller};
use crate::providers::Settings;
use crate::store::provider_accounts::ProviderAccount;
use crate::store::senders::Sender;

/// A way to send that was just added, and what to enter at the provider.
#[derive(Serialize)]
pub struct Added {
    inbox_id: String,
    sender: String,
    provider_account_id: String,
    inbound_url: String,
    receipts_url: String,
    /// Where the provider has phone calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    voice_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_user_id: Option<String>,
}

pub async fn add(config: Config, asked: ProviderAdd) -> anyhow::Result<()> {
    let app = open(config).await?;
    let mut settings: Settings = asked.settings.into_iter().collect();
    if asked.secret_stdin {
        let name = secret_of(&app, &asked.kind)?;
        settings.insert(name.to_owned(), input::secret(&format!("the {name}"))?);
    }
    let new =
        NewAccount { kind: asked.kind.clone(), settings: settings.clone(), sender: asked.sender };
    let (account, sender) =
        settings::add_account(&app, Caller::house(Actor::operator()), asked.inbox, new)
            .await
            .map_err(|error| explained(&app, &asked.kind, &settings, error))?;
    let added = Added::of(&app, &account, &sender);
    added.print(asked.json)
}

/// The error in the words of the provider's adapter, which knows the cure.
pub fn explained(app: &App, kind: &str, settings: &Settings, error: ActionError) -> anyhow::Error {
    let ActionError::Invalid { field, .. } = &error else { return error.into() };
    let Some(provider) = app.providers.get(kind) else { return unknown(app, kind) };
    match provider.check_settings(settings) {
        Err(wrong) if wrong.setting == *field || *field == "settings" => {
            anyhow::anyhow!("{wrong} (with `--set {}=…`)", wrong.setting)
        }
        _ => error.into(),
    }
}

impl Added {
    pub fn of(app: &App, account: &ProviderAccount, sender: &Sender) -> Self {
        let full = app.account(account);
        let provider = app.providers.get(&account.kind);
        let has_voice = provider.is_some_and(|provider| provider.telephone().is_some());
        let inbound_url = match provider {
            Some(provider) => provider.inbound_url(&full.inbound_url),
            None => full.inbound_url,
        };
        Self {
            inbox_id: sender.inbox_id.to_string(),
            sender: sender.address.clone(),
            provider_account_id: account.id.to_string(),
            inbound_url,
            receipts_url: full.receipts_url,
            voice_url: has_voice.then_some(full.voice_url),
            admin_user_id: None,
        }
    }

    pub fn print(&self, as_json: bool) -> anyhow::Result<()> {
        let printed = if as_json { output::json(self) } else { output::line(self) };
        Ok(printed?)
    }
}

/// For people: what to enter at the provider, and the ids.
impl fmt::Display for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "inbox             {}", self.inbox_id)?;
        writeln!(f, "sender            {}", self.sender)?;
        writeln!(f, "provider account  {}", self.provider_account_id)?;
        writeln!(f, "inbound URL       {}", self.inbound_url)?;
        write!(f, "receipts URL      {}", self.receipts_url)?;
        if let Some(url) = &self.voice_url {
            write!(f, "\nvoice URL         {url}")?;
        }
        match &self.admin_user_id {
            Some(id) => write!(f, "\nadministrator     {id}"),
            None => Ok(()),
        }
    }
}

/// The setting that `--secret-stdin` fills: the first secret one.
fn secret_of(app: &App, kind: &str) -> anyhow::Result<&'static str> {
    let provider = app.providers.get(kind).ok_or_else(|| unknown(app, kind))?;
    let secret = provider.settings().iter().find(|setting| setting.secret);
    secret.map(|setting| setting.name).ok_or_else(|| anyhow::anyhow!("{kind} has no secret"))
}

fn unknown(app: &App, kind: &str) -> anyhow::Error {
    let known = app.providers.kinds().join(", ");
    anyhow::anyhow!("{kind} is not a provider henji knows; expected one of {known}")
}
