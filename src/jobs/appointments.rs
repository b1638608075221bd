//! Candidates are reminded, followed up and let go when time comes.

use std::sync::Arc;
use std::time::Duration;

use crate::actions::ActionError;
use crate::actions::appointments::tasks;
use crate::app::App;
use crate::store::Reach;

/// Whoever waits for somebody who is late hears of it within this.
const LOOK: Duration = Duration::from_secs(1);

/// Everything that is due; how many tasks.
pub async fn run_one(app: &App) -> Result<usize, ActionError> {
    tasks::run_due(app).await
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        if app.store.reach() == Reach::Here
            && let Err(error) = run_one(&app).await
        {
            tracing::error!(%error, "candidates cannot be reminded, for now");
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
