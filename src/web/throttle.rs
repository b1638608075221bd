//! How often a stranger may try (reliability-and-security.md 3.4).
//!
//! All limits stand in one table, [`limits`]; the rest of this module keeps
//! count. Counts live in the memory of one node, in a bounded number of
//! buckets, and are forgotten at a restart. With N nodes a stranger who reaches
//! each of them has N times as many tries: a load balancer that keeps a network
//! at one node restores the limit, and argon2 bounds the rest.

mod buckets;
mod ladder;
pub mod limits;
mod window;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::Clock;
use buckets::Buckets;
use ladder::Ladder;
use limits::Limit;
use window::Window;

/// Keeps count of failures.
#[derive(Debug)]
pub struct Throttle {
    clock: Clock,
    counts: Mutex<Counts>,
    /// Who has guessed too often looks a link up when nobody like them does.
    guessers: Semaphore,
}

#[derive(Debug)]
struct Counts {
    accounts: Buckets<AccountKey, Ladder>,
    networks: Buckets<IpAddr, Window>,
    hooks: Buckets<IpAddr, Window>,
    hooks_kept: Buckets<IpAddr, Window>,
    links: Buckets<IpAddr, Window>,
    checks: Buckets<IpAddr, Window>,
    pictures: Buckets<IpAddr, Window>,
    forms: Buckets<AccountKey, Window>,
}

/// One try to sign in: at which account, from which browser, from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    account: AccountKey,
    network: IpAddr,
}

/// A digest, so that the length of what was typed costs no memory and no
/// address is kept.
type AccountKey = [u8; 32];

/// Too often: try again after this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many tries; wait {} s", retry_after.as_secs())]
pub struct Wait {
    pub retry_after: Duration,
}

/// What to do with a webhook request that failed its check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookVerdict {
    /// Whether to keep it in quarantine. Where not, answer so that a genuine
    /// provider offers it again later.
    pub keep: bool,
    /// How long to let the sender wait for its answer.
    pub delay: Duration,
}

impl SignIn {
    /// `device` is the secret of a browser that this account has signed in from
    /// before: such a browser has a count of its own, so that nobody can be
    /// locked out of the house by strangers. Pass it only once it is proven to
    /// belong to the account, or every made-up one would be a fresh start.
    pub fn new(email: &str, device: Option<&str>, address: IpAddr) -> Self {
        let mut account = Sha256::new();
        account.update(email.trim().to_lowercase());
        if let Some(device) = device {
            account.update([0]);
            account.update(device);
        }
        Self { account: account.finalize().into(), network: network(address) }
    }
}

impl Throttle {
    pub fn new(clock: Clock) -> Self {
        let counts = Counts {
            accounts: Buckets::new(limits::BUCKETS),
            networks: Buckets::new(limits::BUCKETS),
            hooks: Buckets::new(limits::BUCKETS),
            hooks_kept: Buckets::new(limits::BUCKETS),
            links: Buckets::new(limits::BUCKETS),
            checks: Buckets::new(limits::BUCKETS),
            pictures: Buckets::new(limits::BUCKETS),
            forms: Buckets::new(limits::BUCKETS),
        };
        Self { clock, counts: Mutex::new(counts), guessers: Semaphore::new(1) }
    }

    /// Allows a try and counts it as failed until [`Self::signed_in`] says
    /// otherwise, so that tries side by side count too. A refused try counts
    /// for nothing: nobody can keep an account locked by hammering at it.
    pub fn try_sign_in(&self, sign_in: &SignIn) -> Result<(), Wait> {
        let now = self.clock.now();
        let mut counts = self.lock();
        let account = counts.accounts.at(sign_in.account, now).wait(now);
        let network = counts.networks.at(sign_in.network, now).wait(&limits::SIGN_IN_NETWORK, now);
        if let Some(retry_after) = account.max(network) {
            return Err(Wait { retry_after });
        }
        counts.accounts.at(sign_in.account, now).count(now);
        counts.networks.at(sign_in.network, now).count(&limits::SIGN_IN_NETWORK, now);
        Ok(())
    }

    /// The try was right: the account starts afresh, and the network gets its
    /// try back, since a whole office signs in at nine o'clock.
    pub fn signed_in(&self, sign_in: &SignIn) {
        let now = self.clock.now();
        let mut counts = self.lock();
        counts.accounts.forget(&sign_in.account);
        counts.networks.at(sign_in.network, now).give_back();
    }

    /// Counts a webhook request that failed its check.
    pub fn hook_failed(&self, source: IpAddr) -> HookVerdict {
        let now = self.clock.now();
        let source = network(source);
        let mut counts = self.lock();
        let minute = counts.hooks.at(source, now);
        let is_slow = minute.wait(&limits::HOOK_FAILURES, now).is_some();
        minute.count(&limits::HOOK_FAILURES, now);
        let day = counts.hooks_kept.at(source, now);
        let keep = day.wait(&limits::HOOKS_KEPT, now).is_none();
        day.count(&limits::HOOKS_KEPT, now);
        HookVerdict { keep, delay: if is_slow { limits::TARPIT } else { Duration::ZERO } }
    }

    /// A turn to look a link up. Networks that have missed too often have one among
    /// them, so that however many guess, everybody else has the house to themselves;
    /// who has a good link behind the same address waits for a look or two.
    pub async fn turn(&self, source: IpAddr) -> Option<SemaphorePermit<'_>> {
        let now = self.clock.now();
        let missed = self.lock().links.at(network(source), now).wait(&limits::LINK_MISSES, now);
        missed?;
        self.guessers.acquire().await.ok()
    }

    /// Counts a link that is none.
    pub fn link_missed(&self, source: IpAddr) -> Result<(), Wait> {
        let now = self.clock.now();
        counted(self.lock().links.at(network(source), now), &limits::LINK_MISSES, now)
    }

    /// Allows somebody to ask whether a text is ours, and counts it.
    pub fn text_checked(&self, source: IpAddr) -> Result<(), Wait> {
        let now = self.clock.now();
        counted(self.lock().checks.at(network(source), now), &limits::TEXT_CHECKS, now)
    }

    /// Allows a form with pictures, and counts it for its sender's network and for itself.
    pub fn pictures_sent(&self, source: IpAddr, form: &str) -> Result<(), Wait> {
        let now = self.clock.now();
        let form: AccountKey = Sha256::digest(form.as_bytes()).into();
        let mut counts = self.lock();
        counted(counts.forms.at(form, now), &limits::PICTURES_OF_FORM, now)?;
        counted(counts.pictures.at(network(source), now), &limits::PICTURES_SENT, now)
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().expect("no code panics while it holds the counts")
    }
}

/// Counts one more, which may be one too many.
fn counted(minute: &mut Window, limit: &Limit, now: DateTime<Utc>) -> Result<(), Wait> {
    let wait = minute.wait(limit, now);
    minute.count(limit, now);
    wait.map_or(Ok(()), |retry_after| Err(Wait { retry_after }))
}

/// The network an address belongs to: /24 or /64, the smallest that one
/// customer of an access provider usually has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from(u32::from(address) & !0xff).into(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests;
