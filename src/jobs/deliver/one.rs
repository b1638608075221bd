//! One text, from the claim to its outcome on disk, through a database that may
//! go away in between.

use std::time::Duration;

use super::Health;
use crate::actions::{ActionError, deliver};
use crate::app::App;
use crate::domain::delivery::Reason;
use crate::providers::{Retry, SendError};
use crate::store::ids::RowId;
use crate::store::outbox::Due;
use crate::store::{Reach, StoreError};

/// How long a database is left alone that did not take an outcome.
const AGAIN: Duration = Duration::from_millis(250);

/// What it says of the provider's health; `None` if it was not called.
pub async fn deliver_one(
    app: &App,
    due: Due,
    worker: RowId,
) -> Result<Option<Health>, ActionError> {
    let begun = match deliver::begin(app, due, worker).await {
        Ok(Some(begun)) => begun,
        Ok(None) => return Ok(None),
        Err(error) if is_passing(&error) => {
            // The claim may be on disk, and then it says more than happened.
            return until_told(app, || deliver::give_back(app, due, worker)).await.map(|()| None);
        }
        Err(error) => return Err(error),
    };
    let outcome = deliver::send(app, &begun).await;
    let outcome = match app.sabotage {
        Some(sabotage) => sabotage.twist(outcome),
        None => outcome,
    };
    let health = match &outcome {
        Ok(_) => Health::Answers,
        Err(SendError::Unknown { .. }) => Health::Silent,
        Err(SendError::Refused { reason: Reason::ProviderError, retry: Retry::Soon, .. }) => {
            Health::Silent
        }
        Err(SendError::Refused { .. }) => Health::Answers,
    };
    // The only ones who know what happened are we: nothing else is done before
    // it is on disk.
    let state = until_told(app, || deliver::finish(app, begun.clone(), outcome.clone())).await?;
    app.metrics.outbound(state.word());
    Ok(Some(health))
}

/// Runs `work` again for as long as the database is away.
async fn until_told<T, F: Future<Output = Result<T, ActionError>>>(
    app: &App,
    work: impl Fn() -> F,
) -> Result<T, ActionError> {
    let mut reach = app.store.reach_changes();
    loop {
        match work().await {
            Err(error) if is_passing(&error) => {
                tokio::time::sleep(AGAIN).await;
                let back = reach.wait_for(|reach| *reach != Reach::Away).await;
                back.map_err(|_gone| StoreError::Stopped)?;
            }
            told => return told,
        }
    }
}

fn is_passing(error: &ActionError) -> bool {
    match error {
        ActionError::Store(error) => error.is_absence() || matches!(error, StoreError::Busy(_)),
        _ => false,
    }
}
