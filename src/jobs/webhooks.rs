//! Programs of others are told what happens, each at its own pace.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::actions::{ActionError, webhooks};
use crate::app::App;
use crate::domain::id::{DeliveryId, WebhookId};
use crate::store::Reach;

/// How often log and outbox are looked at when nothing says that something changed.
const LOOK: Duration = Duration::from_secs(1);
/// What comes within this is looked through together.
const GATHER: Duration = Duration::from_millis(200);
/// Deliveries on their way to one receiver at a time.
const AT_ONCE: usize = 4;
const PAGE: i64 = 50;

/// Finds what is new and tries everything that is due once; how many deliveries.
pub async fn run_one(app: &App) -> Result<usize, ActionError> {
    while webhooks::follow(app).await? > 0 {}
    let mut tried = 0;
    for (_, due) in webhooks::due(app, PAGE).await? {
        tried += deliver(app, due).await?;
    }
    Ok(tried)
}

async fn deliver(app: &App, due: Vec<DeliveryId>) -> Result<usize, ActionError> {
    super::try_each(due, AT_ONCE, |id| webhooks::run(app, id)).await
}

/// One that is slow to answer holds up nobody but itself.
#[derive(Default)]
struct Rounds {
    under_way: JoinSet<WebhookId>,
    busy: HashSet<WebhookId>,
}

impl Rounds {
    async fn begin(&mut self, app: &Arc<App>) -> Result<(), ActionError> {
        while webhooks::follow(app).await? > 0 {}
        for (webhook, due) in webhooks::due(app, PAGE).await? {
            if !self.busy.insert(webhook) {
                continue;
            }
            let app = app.clone();
            self.under_way.spawn(async move {
                if let Err(error) = deliver(&app, due).await {
                    tracing::error!(%error, "a webhook has to wait");
                }
                webhook
            });
        }
        Ok(())
    }

    /// Waits until one is through; for ever where none is under way.
    async fn end_one(&mut self) {
        match self.under_way.join_next().await {
            Some(Ok(webhook)) => {
                self.busy.remove(&webhook);
            }
            // Whose it was is not known: each is looked at anew.
            Some(Err(_)) => self.busy.clear(),
            None => std::future::pending().await,
        }
    }
}

pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    let mut committed = app.store.committed();
    let mut rounds = Rounds::default();
    while !*stop.borrow() {
        committed.borrow_and_update();
        if app.store.reach() == Reach::Here
            && let Err(error) = rounds.begin(&app).await
        {
            tracing::error!(%error, "webhooks have to wait");
        }
        tokio::select! {
            _ = stop.changed() => {}
            _ = committed.changed() => tokio::time::sleep(GATHER).await,
            () = rounds.end_one() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    while rounds.under_way.join_next().await.is_some() {}
}
