//! Interviewers' own calendars, read when their time comes.

use std::sync::Arc;
use std::time::Duration;

use crate::actions::ActionError;
use crate::actions::interviewers::reading;
use crate::app::App;
use crate::store::Reach;

/// Whoever adds a calendar, or wants it read, sees it done within this.
const LOOK: Duration = Duration::from_secs(2);
/// Calendars fetched at a time: each may hold ten megabytes of memory.
const AT_ONCE: usize = 4;
const PAGE: i64 = 100;

/// Reads everything that is due once; how many calendars.
pub async fn run_one(app: &App) -> Result<usize, ActionError> {
    let due = reading::due(app, PAGE).await?;
    super::try_each(due, AT_ONCE, |id| reading::run(app, id)).await
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        if app.store.reach() == Reach::Here {
            tokio::select! {
                // A silent server keeps nobody from stopping: its calendar is due again.
                _ = stop.changed() => break,
                read = run_one(&app) => if let Err(error) = read {
                    tracing::error!(%error, "calendars cannot be read, for now");
                },
            }
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
