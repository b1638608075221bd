//! Notes every few seconds that the house takes webhooks, so that the time in
//! which it did not is known to the second (R3).

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::actions::ActionError;
use crate::actions::note_alive::{self, Since};
use crate::app::App;

/// An outage is shown as begun at most this much too early.
const EVERY: Duration = Duration::from_secs(5);
/// A process that comes round this late was stopped, or its machine slept.
const LATE: Duration = Duration::from_secs(10);
/// Other nodes note it as often: less than twice that is no gap.
const SLACK_OF_MANY: TimeDelta = TimeDelta::seconds(10);
/// Without others, a start is the end of an outage, however short.
const SLACK_OF_ONE: TimeDelta = TimeDelta::seconds(1);

pub async fn run_one(app: &App, since: Since) -> Result<(), ActionError> {
    let slack = if app.store.is_shared() { SLACK_OF_MANY } else { SLACK_OF_ONE };
    note_alive::run(app, since, slack).await
}

/// Runs until told to stop; the last note tells when that was.
pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    let mut since = Since::Stood;
    while !*stop.borrow() {
        let noted = run_one(&app, since).await;
        if let Err(error) = &noted {
            tracing::warn!(%error, "that webhooks are taken could not be noted");
        }
        let begun = Instant::now();
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
        // A start that could not be noted is a start still.
        let stood = begun.elapsed() > LATE || (noted.is_err() && since == Since::Stood);
        since = if stood { Since::Stood } else { Since::Ran };
    }
    if let Err(error) = run_one(&app, since).await {
        tracing::warn!(%error, "the time of the stop could not be noted");
    }
}
