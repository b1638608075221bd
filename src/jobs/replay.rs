//! Brings what the journal kept into the database as soon as that is back.

use std::sync::Arc;
use std::time::Duration;

use crate::actions::{ActionError, journaled};
use crate::app::App;
use crate::journal::Journal;
use crate::store::Reach;

/// How often the journal is looked at when nothing says that it should be.
const LOOK: Duration = Duration::from_millis(250);

/// Everything that waits; how many records.
pub async fn run_one(app: &App, journal: &Journal) -> Result<usize, ActionError> {
    let mut all = 0;
    loop {
        match journaled::replay(app, journal).await? {
            0 => return Ok(all),
            some => all += some,
        }
    }
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    let Some(journal) = app.journal.clone() else { return };
    let mut reach = app.store.reach_changes();
    while !*stop.borrow() {
        if journal.waiting() > 0 && *reach.borrow_and_update() != Reach::Away {
            match run_one(&app, &journal).await {
                Ok(taken) => tracing::info!(taken, "what the journal kept is in the database"),
                Err(error) => tracing::warn!(%error, "the journal has to wait"),
            }
        }
        if journal.is_failing()
            && let Err(error) = journal.probe().await
        {
            tracing::error!(%error, "the journal is lost to this process");
        }
        tokio::select! {
            _ = stop.changed() => {}
            _ = reach.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
