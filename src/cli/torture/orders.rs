//! Programs that order texts, and say each order again until it is answered.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::api::Api;
use super::work::handset;

/// Half of what a sender may send, so that none waits long for its turn.
const PACE: Duration = Duration::from_millis(200);
/// Far longer than any fault lasts.
const PATIENCE: Duration = Duration::from_secs(120);

/// A text that somebody wanted to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub body: String,
    /// The message's id, or why there is none.
    pub outcome: Result<Uuid, String>,
}

/// Orders until told to stop, then until each has its answer.
pub async fn place(api: Api, mut stop: watch::Receiver<bool>) -> Vec<Order> {
    let placed = Arc::new(Mutex::new(Vec::new()));
    let mut under_way = JoinSet::new();
    let mut next = tokio::time::interval(PACE);
    for number in 0_usize.. {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            _ = next.tick() => {}
        }
        let (api, placed) = (api.clone(), placed.clone());
        under_way.spawn(async move {
            let body = format!("order-{number:06}");
            let outcome = api.order(&body, &handset(number), &body, PATIENCE).await;
            let outcome = outcome.map_err(|error| format!("{error:#}"));
            let mut placed = placed.lock().expect("no code panics while it holds the orders");
            placed.push(Order { body, outcome });
        });
    }
    while under_way.join_next().await.is_some() {}
    let mut placed = placed.lock().expect("no code panics while it holds the orders");
    std::mem::take(&mut *placed)
}
