//! Brings webhooks to our own door, over real HTTP, until they are taken.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::accounts::{Accounts, Route};
use super::behaviour::Behaviour;
use super::ledger::Ledger;
use super::record::{HookKind, Record};
use super::webhook::{self, SIGNATURE, TIMESTAMP};
use super::wire_log::{Post, WireLog};
use crate::clock::Clock;
use crate::domain::id::ProviderAccountId;
use crate::providers::Account;
use crate::providers::http::{explain, read_bounded};

/// How long the carrier keeps trying.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Before the second try; doubled before each further one.
    pub first: Duration,
    pub longest: Duration,
    /// From the first try to giving up.
    pub all: Duration,
    /// How long reordering waits for a next webhook to let pass.
    pub hold: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(200),
            longest: Duration::from_secs(30),
            all: Duration::from_secs(3600),
            hold: Duration::from_secs(1),
        }
    }
}

/// Posts at the same time, all handsets together.
const MOST_POSTS: usize = 64;

/// A webhook that wants to be posted.
#[derive(Clone, Debug)]
pub struct Hook {
    pub kind: HookKind,
    pub account: ProviderAccountId,
    pub handset: String,
    pub provider_ref: String,
    pub body: Value,
    pub not_before: Instant,
}

/// Webhooks of one kind for one handset go one after the other, as they were
/// queued; those of different handsets side by side.
type LaneKey = (HookKind, ProviderAccountId, String);

#[derive(Default)]
struct Lane {
    waiting: VecDeque<Hook>,
    arrived: Arc<Notify>,
}

pub struct Courier {
    pub clock: Clock,
    /// `http://127.0.0.1:<port>`: henji's own door.
    pub callback_base: String,
    pub patience: Patience,
    pub accounts: Accounts,
    pub ledger: Ledger,
    pub behaviour: Mutex<Behaviour>,
    pub wire_log: WireLog,
    http: reqwest::Client,
    runtime: Handle,
    lanes: Mutex<HashMap<LaneKey, Lane>>,
    under_way: watch::Sender<usize>,
    posts: Semaphore,
}

impl Courier {
    /// Works on the runtime it is made on, whoever queues.
    pub fn new(
        clock: Clock,
        callback_base: String,
        patience: Patience,
        ledger: Ledger,
        http: reqwest::Client,
    ) -> Self {
        Self {
            clock,
            callback_base,
            patience,
            accounts: Accounts::default(),
            ledger,
            behaviour: Mutex::default(),
            wire_log: WireLog::default(),
            http,
            runtime: Handle::current(),
            lanes: Mutex::default(),
            under_way: watch::Sender::new(0),
            posts: Semaphore::new(MOST_POSTS),
        }
    }

    pub fn queue(self: &Arc<Self>, hook: Hook) {
        self.under_way.send_modify(|count| *count += 1);
        let key = (hook.kind, hook.account, hook.handset.clone());
        let mut lanes = self.lanes();
        if let Some(lane) = lanes.get_mut(&key) {
            lane.waiting.push_back(hook);
            lane.arrived.notify_one();
        } else {
            let lane = Lane { waiting: VecDeque::from([hook]), ..Lane::default() };
            lanes.insert(key.clone(), lane);
            self.runtime.spawn(Arc::clone(self).work(key));
        }
    }

    /// Resolves when nothing is queued, held back or waiting for another try.
    pub async fn idle(&self) {
        let mut under_way = self.under_way.subscribe();
        under_way.wait_for(|count| *count == 0).await.expect("the sender lives in self");
    }

    pub fn current(&self) -> Behaviour {
        self.behaviour.lock().expect("no code panics while it holds the behaviour").clone()
    }

    async fn work(self: Arc<Self>, key: LaneKey) {
        while let Some(hook) = self.next(&key) {
            if self.current().reorder
                && let Some(faster) = self.next_within(&key, self.patience.hold).await
            {
                self.deliver(faster).await;
            }
            self.deliver(hook).await;
        }
    }

    /// The next webhook of the lane; closes an empty lane.
    fn next(&self, key: &LaneKey) -> Option<Hook> {
        let mut lanes = self.lanes();
        let hook = lanes.get_mut(key).and_then(|lane| lane.waiting.pop_front());
        if hook.is_none() {
            lanes.remove(key);
        }
        hook
    }

    async fn next_within(&self, key: &LaneKey, hold: Duration) -> Option<Hook> {
        let arrived = Arc::clone(&self.lanes().get(key)?.arrived);
        let next = async {
            loop {
                let hook = self.lanes().get_mut(key).and_then(|lane| lane.waiting.pop_front());
                match hook {
                    Some(hook) => return hook,
                    None => arrived.notified().await,
                }
            }
        };
        timeout(hold, next).await.ok()
    }

    async fn deliver(&self, hook: Hook) {
        sleep_until(hook.not_before).await;
        let mut acknowledged = self.post_until_taken(&hook).await;
        if self.current().duplicate {
            acknowledged |= self.post_until_taken(&hook).await;
        }
        let Hook { kind: hook, provider_ref, .. } = hook;
        if let Err(error) = self.ledger.append(Record::Settled { hook, provider_ref, acknowledged })
        {
            tracing::warn!(provider.name = "simulator", %error, "journal not written");
        }
        self.under_way.send_modify(|count| *count -= 1);
    }

    /// Whether somebody took it before the carrier's patience was over.
    async fn post_until_taken(&self, hook: &Hook) -> bool {
        let give_up_at = Instant::now() + self.patience.all;
        let mut pause = self.patience.first;
        loop {
            match self.accounts.route(hook.account) {
                Route::To(account) if self.post(hook, &account).await => return true,
                Route::Forgotten => return false,
                Route::To(_) | Route::NotYet => {}
            }
            if Instant::now() + pause > give_up_at {
                tracing::warn!(provider.name = "simulator", kind = ?hook.kind, "webhook given up");
                return false;
            }
            sleep(pause).await;
            pause = (pause * 2).min(self.patience.longest);
        }
    }

    async fn post(&self, hook: &Hook, account: &Account) -> bool {
        let _permit = self.posts.acquire().await.expect("the semaphore is never closed");
        let url = match hook.kind {
            HookKind::Inbound => &account.inbound_url,
            HookKind::Receipt => &account.receipts_url,
        };
        let path = webhook::hook_path(url).to_owned();
        let body = hook.body.to_string();
        let at = self.clock.now();
        let secret = account.settings.get("secret").map(String::as_str).unwrap_or_default();
        let answer = self
            .http
            .post(format!("{}{path}", self.callback_base))
            .header("content-type", "application/json")
            .header(TIMESTAMP, at.timestamp().to_string())
            .header(SIGNATURE, webhook::sign(secret, at, url, body.as_bytes()))
            .body(body.clone())
            .send()
            .await;
        let status = match answer {
            Ok(answer) => {
                let status = answer.status();
                // Read to its end, the connection serves the next post too.
                let _ = read_bounded(answer, 64 * 1024).await;
                Some(status)
            }
            Err(error) => {
                let error = explain(error);
                tracing::debug!(provider.name = "simulator", error, "webhook not answered");
                None
            }
        };
        self.wire_log.add(Post { at, path, body, status: status.map(|status| status.as_u16()) });
        status.is_some_and(|status| status.is_success())
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<LaneKey, Lane>> {
        self.lanes.lock().expect("no code panics while it holds the lanes")
    }
}
