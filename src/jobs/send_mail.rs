//! The outbox of mails.

use std::sync::Arc;
use std::time::Duration;

use crate::actions::{ActionError, send_mail};
use crate::app::App;
use crate::store::Reach;

/// How often the outbox is looked at when nothing says that something changed.
const LOOK: Duration = Duration::from_secs(1);
/// Mails on their way at a time: as many as connections are kept.
const AT_ONCE: usize = 4;
const PAGE: i64 = 100;

/// Tries everything that is due once; how many mails.
pub async fn run_one(app: &App) -> Result<usize, ActionError> {
    let due = send_mail::due(app, PAGE).await?;
    super::try_each(due, AT_ONCE, |id| send_mail::run(app, id)).await
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        if app.store.reach() == Reach::Here
            && let Err(error) = run_one(&app).await
        {
            tracing::error!(%error, "mails have to wait");
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
