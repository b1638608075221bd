//! News for browsers where henji is not open.

use std::sync::Arc;
use std::time::Duration;

use crate::actions::{ActionError, push};
use crate::app::App;
use crate::store::Reach;

/// How often the log and the outbox are looked at when nothing says that something
/// changed.
const LOOK: Duration = Duration::from_secs(1);
/// What comes within this is looked through together.
const GATHER: Duration = Duration::from_millis(200);
/// Pushes on their way at a time.
const AT_ONCE: usize = 16;
const PAGE: i64 = 200;

/// Finds what is new and tries everything that is due once; how many pushes.
pub async fn run_one(app: &App) -> Result<usize, ActionError> {
    while push::follow(app).await? > 0 {}
    let due = push::due(app, PAGE).await?;
    super::try_each(due, AT_ONCE, |id| push::run(app, id)).await
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    let mut committed = app.store.committed();
    while app.push.is_on() && !*stop.borrow() {
        committed.borrow_and_update();
        if app.store.reach() == Reach::Here
            && let Err(error) = run_one(&app).await
        {
            tracing::error!(%error, "pushes have to wait");
        }
        tokio::select! {
            _ = stop.changed() => {}
            _ = committed.changed() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
