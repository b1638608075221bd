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
use crate::domain::id::{ConversationId, ProviderAccountId, SenderId};
use crate::store::ids::RowId;
use crate::store::outbox::{self, Due};
use crate::store::{Reach, StoreError, provider_accounts, senders};

mod circuit;
mod one;

use circuit::{Circuits, Health};
use one::deliver_one;

/// Calls under way: enough for 200 parts a second at a provider that takes 150 ms.
const AT_ONCE: usize = 32;
/// How often the outbox is looked at when nothing says that something changed.
const LOOK: Duration = Duration::from_secs(1);
/// How long calls under way are waited for after the word to stop: half of what
/// a stop may take in all (R19).
const LAST_CALLS: Duration = Duration::from_secs(5);

/// Delivers with one worker's name and one set of rates.
pub struct Worker {
    app: Arc<App>,
    name: RowId,
    senders: HashMap<SenderId, Sender>,
    circuits: Circuits,
    calls: JoinSet<Settled>,
    /// The conversations those calls are about: one text of each at a time, so
    /// that a contact reads them in the order they were written.
    in_hand: HashSet<ConversationId>,
}

/// The end of one call, whichever it was.
struct Settled {
    conversation: ConversationId,
    account: ProviderAccountId,
    outcome: Result<Option<Health>, ActionError>,
}

/// What the worker knows of a sender.
struct Sender {
    account: ProviderAccountId,
    rate: Rate,
}

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
            senders: HashMap::new(),
            circuits: Circuits::default(),
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
                self.let_go(settled).await?;
            }
            if taken == 0 {
                return Ok(all);
            }
            all += taken;
        }
    }

    /// Runs until told to stop. A provider that does not answer holds up its own
    /// texts only.
    ///
    /// Then nothing more is taken up; calls under way are waited for, within
    /// reason, and the leases of what is left are ended: another node says of
    /// those at once that nothing is known, rather than in half a minute.
    pub async fn run(mut self, mut stop: tokio::sync::watch::Receiver<bool>) {
        let mut committed = self.app.store.committed();
        while !*stop.borrow() {
            committed.borrow_and_update();
            if self.app.store.reach() == Reach::Here
                && let Err(error) = self.take().await
            {
                tracing::error!(error = %error, "delivery failed for now");
            }
            let nap = self.nap().await;
            tokio::select! {
                _ = stop.changed() => {}
                _ = committed.changed(), if self.calls.len() < AT_ONCE => {}
                Some(settled) = self.calls.join_next() => self.note(settled).await,
                () = tokio::time::sleep(nap) => {}
            }
        }
        let last_calls = async {
            while let Some(settled) = self.calls.join_next().await {
                self.note(settled).await;
            }
        };
        let _ = tokio::time::timeout(LAST_CALLS, last_calls).await;
        self.calls.abort_all();
        let name = self.name;
        if let Err(error) = deliver::end_leases(&self.app, Some(name)).await {
            tracing::warn!(%error, "leases could not be ended; they run out by themselves");
        }
    }

    async fn note(&mut self, settled: Result<Settled, JoinError>) {
        if let Err(error) = self.let_go(settled).await {
            tracing::error!(error = %error, "a text could not be settled");
        }
    }

    async fn let_go(&mut self, settled: Result<Settled, JoinError>) -> Result<(), ActionError> {
        // A call that panicked leaves its attempt open: the lease will tell.
        let Ok(settled) = settled else { return Err(StoreError::Stopped.into()) };
        self.in_hand.remove(&settled.conversation);
        let (account, now) = (settled.account, self.app.clock.now());
        match settled.outcome {
            Ok(Some(health)) => {
                if self.circuits.ended(account, health, now, deliver::chance()) {
                    self.tell_circuits(account, health).await?;
                }
                Ok(())
            }
            Ok(None) => {
                self.circuits.not_made(account);
                Ok(())
            }
            Err(error) => {
                self.circuits.not_made(account);
                Err(error)
            }
        }
    }

    async fn tell_circuits(
        &self,
        account: ProviderAccountId,
        health: Health,
    ) -> Result<(), ActionError> {
        match health {
            Health::Silent => {
                tracing::error!(provider_account.id = %account, "a provider does not answer");
            }
            Health::Answers => {
                tracing::info!(provider_account.id = %account, "a provider answers again");
            }
        }
        let open: Vec<_> = self.circuits.open().collect();
        let kinds = self.app.store.read(move |db| {
            let accounts = provider_accounts::all(db)?;
            let of = |kind: &str| {
                let ours = accounts.iter().filter(|account| account.kind == kind);
                ours.filter(|account| open.contains(&account.id)).count()
            };
            let kinds: HashSet<&str> = accounts.iter().map(|one| one.kind.as_str()).collect();
            Ok::<_, StoreError>(kinds.into_iter().map(|kind| (kind.to_owned(), of(kind))).collect())
        });
        let kinds: Vec<(String, usize)> = kinds.await?;
        for (kind, open) in kinds {
            if let Some(provider) = self.app.providers.get(&kind) {
                self.app.metrics.set_open_circuits(provider.kind(), open);
            }
        }
        Ok(())
    }

    /// Starts calls for what is due, as far as rates, circuits and hands allow.
    async fn take(&mut self) -> Result<usize, ActionError> {
        let free = AT_ONCE.saturating_sub(self.calls.len());
        if free == 0 {
            return Ok(0);
        }
        let now = self.app.clock.now();
        // Texts of a provider that is left alone must not hide the others'.
        let shunned: Vec<_> = self.circuits.open().collect();
        let many = if shunned.is_empty() { free } else { AT_ONCE * AT_ONCE };
        let due = self.app.store.read(move |db| outbox::due(db, now, many as i64)).await?;
        let mut taken = 0;
        for due in due {
            let conversation = due.conversation_id;
            if taken == free || self.in_hand.contains(&conversation) {
                continue;
            }
            let Some(account) = self.may_send(due, now).await? else { continue };
            let (app, name) = (self.app.clone(), self.name);
            self.in_hand.insert(conversation);
            self.calls.spawn(async move {
                // A task of its own: a panic must not keep the conversation in hand.
                let call = tokio::spawn(async move { deliver_one(&app, due, name).await });
                let outcome = call.await.unwrap_or(Err(StoreError::Stopped.into()));
                Settled { conversation, account, outcome }
            });
            taken += 1;
        }
        Ok(taken)
    }

    /// Until the next text is due, a second at most.
    async fn nap(&self) -> Duration {
        let next = self.app.store.read(outbox::next_due_at).await.ok().flatten();
        let wait = next.map_or(TimeDelta::MAX, |at| at - self.app.clock.now());
        wait.to_std().unwrap_or(Duration::from_millis(20)).clamp(Duration::from_millis(20), LOOK)
    }

    /// The account to send through, if its provider and the sender's rate allow.
    async fn may_send(
        &mut self,
        due: Due,
        now: DateTime<Utc>,
    ) -> Result<Option<ProviderAccountId>, ActionError> {
        if !self.senders.contains_key(&due.sender_id) {
            let sender = due.sender_id;
            let sender = self.app.store.read(move |db| senders::find(db, sender)).await?;
            let rate = Rate::new(sender.segments_per_second, now);
            let known = Sender { account: sender.provider_account_id, rate };
            self.senders.insert(due.sender_id, known);
        }
        let Some(sender) = self.senders.get_mut(&due.sender_id) else { return Ok(None) };
        let account = sender.account;
        if due.abandoned {
            // It is only put on record that nobody knows what became of it.
            return Ok(Some(account));
        }
        if !self.circuits.may_call(account, now) {
            return Ok(None);
        }
        if !sender.rate.take(due.segments, now) {
            self.circuits.not_made(account);
            return Ok(None);
        }
        Ok(Some(account))
    }
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
