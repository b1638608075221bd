//! Keeps the search index up with the log (`store/search.rs`).
//!
//! Nothing waits for it, and nothing is lost when it fails: what cannot be put
//! into the index now is put into it later.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::store::search::Step;
use crate::store::{Reach, StoreError};

/// How often the log is looked at when nothing says that it should be: other
/// nodes write as well.
const LOOK: Duration = Duration::from_millis(250);
/// What comes within this is put into the index together.
const GATHER: Duration = Duration::from_millis(100);
/// Between two steps into the past: others want the disk as well.
const BREATH: Duration = Duration::from_millis(2);
/// After a step that failed.
const RECOVERY: Duration = Duration::from_secs(5);

/// One step.
pub async fn run_one(app: &App) -> Result<Step, StoreError> {
    let search = app.store.search();
    let step = app.store.read(move |db| search.step(db)).await?;
    if step == Step::Built {
        let search = app.store.search();
        app.store.read(move |_| search.tidy_up()).await?;
        tracing::info!("the search index is complete");
    }
    Ok(step)
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    let mut committed = app.store.committed();
    while !*stop.borrow() {
        committed.borrow_and_update();
        let pause = match app.store.reach() {
            Reach::Here => match run_one(&app).await {
                Ok(Step::Idle) => LOOK,
                Ok(Step::Moved | Step::Built) => BREATH,
                Err(error) => {
                    tracing::warn!(%error, "the search index falls behind");
                    RECOVERY
                }
            },
            // The last space is for texts.
            Reach::ReadOnly | Reach::Away => LOOK,
        };
        tokio::select! {
            _ = stop.changed() => {}
            _ = committed.changed(), if pause == LOOK => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
