//! The outbox worker.
//!
//! Looks at what is due, claims what its sender's rate allows, and has up to
//! [`AT_ONCE`] calls to providers under way at a time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::{JoinError, JoinSet};

use crate::actions::{ActionError, deliver};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::id::{ConversationId, SenderId};
use crate::store::ids::RowId;
use crate::store::outbox::{self, Due};
use crate::store::{StoreError, senders};

/// Calls under way: enough for 200 parts a second at a provider that takes 150 ms.
const AT_ONCE: usize = 32;
/// How often the outbox is looked at when nothing says that something changed.
const LOOK: Duration = Duration::from_secs(1);

/// Delivers with one worker's name and one set of rates.
pub struct Worker {
    app: Arc<App>,
    name: RowId,
    rates: HashMap<SenderId, Rate>,
    calls: JoinSet<Settled>,
    /// The conversations those calls are about: one text of each at a time, so
    /// that a contact reads them in the order they were written.
    in_hand: HashSet<ConversationId>,
}

/// The end of one call, whichever it was.
type Settled = (ConversationId, Result<(), ActionError>);

/// A sender's budget of parts, refilled as time passes: one second's worth at most.
struct Rate {
    per_second: f64,
    budget: f64,
    counted_at: DateTime<Utc>,
}

impl Worker {
    pub fn new(app: Arc<App>) -> Self {
        Self {
            app,
            name: fresh_id(),
            rates: HashMap::new(),
            calls: JoinSet::new(),
            in_hand: HashSet::new(),
        }
    }

    /// Takes all that is due now as far as rates allow and waits until it is
    /// settled. How many texts were taken in hand.
    pub async fn run_one(&mut self) -> Result<usize, ActionError> {
        let mut all = 0;
        loop {
            let taken = self.take().await?;
            while let Some(settled) = self.calls.join_next().await {
                self.let_go(settled)?;
            }
            if taken == 0 {
                return Ok(all);
            }
            all += taken;
        }
    }

    /// Runs until told to stop; calls under way are finished first. A provider
    /// that does not answer holds up its own texts only.
    pub async fn run(mut self, mut stop: tokio::sync::watch::Receiver<bool>) {
        let mut committed = self.app.store.committed();
        while !*stop.borrow() {
            committed.borrow_and_update();
            if let Err(error) = self.take().await {
                tracing::error!(error = %error, "delivery failed for now");
            }
            let nap = self.nap().await;
            tokio::select! {
                _ = stop.changed() => {}
                _ = committed.changed(), if self.calls.len() < AT_ONCE => {}
                Some(settled) = self.calls.join_next() => self.note(settled),
                () = tokio::time::sleep(nap) => {}
            }
        }
        while let Some(settled) = self.calls.join_next().await {
            self.note(settled);
        }
    }

    fn note(&mut self, settled: Result<Settled, JoinError>) {
        if let Err(error) = self.let_go(settled) {
            tracing::error!(error = %error, "a text could not be settled");
        }
    }

    fn let_go(&mut self, settled: Result<Settled, JoinError>) -> Result<(), ActionError> {
        match settled {
            Ok((conversation, outcome)) => {
                self.in_hand.remove(&conversation);
                outcome
            }
            // A call that panicked leaves its attempt open: the lease will tell.
            Err(_) => Err(ActionError::Store(StoreError::Stopped)),
        }
    }

    /// Starts calls for what is due, as far as rates and hands allow.
    async fn take(&mut self) -> Result<usize, ActionError> {
        let free = AT_ONCE.saturating_sub(self.calls.len());
        if free == 0 {
            return Ok(0);
        }
        let now = self.app.clock.now();
        let due = self.app.store.read(move |db| outbox::due(db, now, free as i64)).await?;
        let mut taken = 0;
        for due in due {
            let conversation = due.conversation_id;
            if !self.in_hand.contains(&conversation) && self.may_send(due, now).await? {
                let (app, name) = (self.app.clone(), self.name);
                self.in_hand.insert(conversation);
                self.calls.spawn(async move {
                    // A task of its own: a panic must not keep the conversation in hand.
                    let call = tokio::spawn(async move { deliver_one(&app, due, name).await });
                    (conversation, call.await.unwrap_or(Err(StoreError::Stopped.into())))
                });
                taken += 1;
            }
        }
        Ok(taken)
    }

    /// Until the next text is due, a second at most.
    async fn nap(&self) -> Duration {
        let next = self.app.store.read(outbox::next_due_at).await.ok().flatten();
        let wait = next.map_or(TimeDelta::MAX, |at| at - self.app.clock.now());
        wait.to_std().unwrap_or(Duration::from_millis(20)).clamp(Duration::from_millis(20), LOOK)
    }

    async fn may_send(&mut self, due: Due, now: DateTime<Utc>) -> Result<bool, ActionError> {
        if !self.rates.contains_key(&due.sender_id) {
            let sender = due.sender_id;
            let sender = self.app.store.read(move |db| senders::find(db, sender)).await?;
            self.rates.insert(due.sender_id, Rate::new(sender.segments_per_second, now));
        }
        let rate = self.rates.get_mut(&due.sender_id);
        Ok(rate.is_some_and(|rate| rate.take(due.segments, now)))
    }
}

async fn deliver_one(app: &App, due: Due, worker: RowId) -> Result<(), ActionError> {
    let Some(begun) = deliver::begin(app, due, worker).await? else { return Ok(()) };
    let outcome = deliver::send(app, &begun).await;
    let outcome = match app.sabotage {
        Some(sabotage) => sabotage.twist(outcome),
        None => outcome,
    };
    let state = deliver::finish(app, begun, outcome).await?;
    app.metrics.outbound(state.word());
    Ok(())
}

impl Rate {
    fn new(per_second: i32, now: DateTime<Utc>) -> Self {
        let per_second = f64::from(per_second.max(1));
        Self { per_second, budget: per_second, counted_at: now }
    }

    /// A text of more parts than a second's worth waits for a full budget.
    fn take(&mut self, segments: i32, now: DateTime<Utc>) -> bool {
        let passed = (now - self.counted_at).as_seconds_f64().max(0.0);
        self.budget = (self.budget + passed * self.per_second).min(self.per_second);
        self.counted_at = now;
        let cost = f64::from(segments.max(1));
        if self.budget < cost.min(self.per_second) {
            return false;
        }
        self.budget -= cost;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_sends_no_more_parts_than_its_rate() {
        let start = DateTime::from_timestamp(1_795_301_400, 0).unwrap();
        let mut rate = Rate::new(10, start);
        let mut sent = 0;
        for tenth in 0..100 {
            let now = start + TimeDelta::milliseconds(tenth * 100);
            while rate.take(2, now) {
                sent += 2;
            }
        }
        // Ten seconds at 10 a second, and the first second's worth.
        assert!((100..=110).contains(&sent), "{sent} parts in ten seconds");
    }

    #[test]
    fn a_text_longer_than_a_seconds_worth_is_not_stuck() {
        let start = DateTime::from_timestamp(1_795_301_400, 0).unwrap();
        let mut rate = Rate::new(2, start);
        assert!(rate.take(10, start));
        assert!(!rate.take(1, start + TimeDelta::seconds(2)));
        assert!(rate.take(1, start + TimeDelta::seconds(5)));
    }
}
