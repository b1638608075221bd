//! Reads every provider's list of inbound texts, after the start and every five
//! minutes (reliability-and-security.md R3).

use std::sync::Arc;
use std::time::Duration;

use crate::actions::{ActionError, backfill};
use crate::app::App;
use crate::store::provider_accounts;

const EVERY: Duration = Duration::from_secs(5 * 60);

/// One look at every account; how many texts were new.
pub async fn run_one(app: &App) -> Result<usize, ActionError> {
    let mut new = 0;
    for account in app.store.read(provider_accounts::all).await? {
        new += backfill::run(app, account).await?;
    }
    Ok(new)
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = run_one(&app).await {
            tracing::error!(error = %error, "back-fill failed for now");
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
