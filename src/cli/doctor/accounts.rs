//! Ways to send, people to answer, and what waits for one of them.

use chrono::{DateTime, SecondsFormat, Utc};

use super::report::Report;
use crate::actions::note_alive;
use crate::app::App;
use crate::config::Config;
use crate::store::outages::{self, Outage};
use crate::store::provider_accounts::{self, ProviderAccount};
use crate::store::senders::{self, Sender};
use crate::store::{StoreError, inboxes, quarantine, users};

pub async fn examine(config: &Config, report: &mut Report) {
    let app = match super::super::open(config.clone()).await {
        Ok(app) => app,
        Err(error) => {
            return report.error(
                "start",
                format!("{error:#}"),
                "henji serve fails in the same way",
            );
        }
    };
    if let Err(error) = look(&app, report).await {
        report.error("accounts", error, "see what the database says in its own log");
    }
}

async fn look(app: &App, report: &mut Report) -> Result<(), StoreError> {
    if !app.store.read(users::an_admin_exists).await? {
        let cure = "open the link that `henji serve` prints, or run `henji init`";
        report.warning("set-up", "nobody can administer this installation yet", cure);
    }
    let accounts = app.store.read(provider_accounts::all).await?;
    let senders = app.store.read(senders::all).await?;
    let since = app.clock.now() - note_alive::KEPT;
    let outages = app.store.read(move |db| outages::ended_after(db, since)).await?;
    for account in &accounts {
        check_account(app, account, &senders, report);
        tell_outages(account, &outages, report);
    }
    for inbox in app.store.read(inboxes::all).await? {
        if senders.iter().all(|sender| sender.inbox_id != inbox.id) {
            let message = format!("inbox {} has no number to send from", inbox.id);
            let cure = format!("run: henji provider add KIND --inbox {} --sender NUMBER", inbox.id);
            report.warning("senders", message, cure);
        }
    }
    match app.store.read(quarantine::waiting).await? {
        0 => report.ok("quarantine", "empty"),
        waiting => report.warning(
            "quarantine",
            format!("{waiting} webhook requests failed their check and wait for a person"),
            "look at them under Settings, Quarantine: replay what is real, discard the rest",
        ),
    }
    Ok(())
}

fn check_account(app: &App, account: &ProviderAccount, senders: &[Sender], report: &mut Report) {
    const CHECK: &str = "provider account";
    let name = format!("{} ({})", account.kind, account.id);
    let Some((provider, full)) = app.provider_of(account) else {
        let known = app.providers.kinds().join(", ");
        let message = format!("{name}: this henji has no such provider, only {known}");
        return report.error(CHECK, message, "run the version of henji that added it");
    };
    if let Err(error) = provider.check_settings(&full.settings) {
        let cure = "add the account again with `henji provider add`";
        return report.error(CHECK, format!("{name}: {error}"), cure);
    }
    let own = senders.iter().filter(|sender| sender.provider_account_id == account.id).count();
    if own == 0 {
        report.warning(CHECK, format!("{name} has no sender"), "add one under Settings, Senders");
    } else {
        report.ok(CHECK, format!("{name}: settings are complete, {own} senders"));
    }
}

/// Times of which the provider's list has not been read: texts may be missing.
fn tell_outages(account: &ProviderAccount, outages: &[Outage], report: &mut Report) {
    for outage in outages.iter().filter(|outage| outage.ended_at > account.listed_until) {
        let exact = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let message = format!(
            "{} ({}): nothing could be received from {} to {}",
            account.kind,
            account.id,
            exact(outage.began_at),
            exact(outage.ended_at)
        );
        let cure = "ask the provider for its records of that time, unless its list is read again";
        report.warning("outage", message, cure);
    }
}
