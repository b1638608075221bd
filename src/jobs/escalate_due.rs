//! Whoever waits for too long is told of.

use std::sync::Arc;
use std::time::Duration;

use crate::actions::{ActionError, escalate};
use crate::app::App;
use crate::store::Reach;

/// A step is taken within this of its time, and what that takes.
const LOOK: Duration = Duration::from_secs(1);

/// Everything that is due; how many steps.
pub async fn run_one(app: &App) -> Result<usize, ActionError> {
    escalate::run_due(app).await
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        if app.store.reach() == Reach::Here
            && let Err(error) = run_one(&app).await
        {
            tracing::error!(%error, "nobody can be told of who waits, for now");
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
