//! Asks providers' lists for texts of unknown fate, soon after and ever more seldom.

use std::sync::Arc;
use std::time::Duration;

use crate::actions::resolve_unknown;
use crate::app::App;

/// How often it is looked whether any is due.
const EVERY: Duration = Duration::from_secs(2);

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        match resolve_unknown::run(&app).await {
            Ok(0) => {}
            Ok(learnt) => tracing::info!(learnt, "the provider's list told what became of texts"),
            Err(error) => tracing::warn!(%error, "texts of unknown fate have to wait"),
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
