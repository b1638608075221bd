//! Whose webhook it is: provider accounts by the secret part of their address.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::app::App;
use crate::providers::{Account, Provider};
use crate::store::{StoreError, provider_accounts};

/// How long an account is remembered, and with it a secret that was taken away.
const REMEMBERED: Duration = Duration::from_secs(5);
/// Far more accounts than a house has; a house with more reads the rest each time.
const MOST: usize = 256;

/// Where a webhook request arrives: its adapter and its account.
#[derive(Clone)]
pub struct Door {
    pub provider: Arc<dyn Provider>,
    pub account: Arc<Account>,
}

/// Whether a door was read just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    Fresh,
    Remembered,
}

impl Age {
    pub fn is_remembered(self) -> bool {
        self == Self::Remembered
    }
}

/// Remembers accounts for a moment, because a read per text would cost more
/// than all the rest of its way to the writer.
///
/// Rotation stays right on every node without a word between them: a request
/// that fails its check against a remembered account is checked again against
/// the one in the database, so that a new secret works at once; an old one, and
/// an account that was removed, are gone after [`REMEMBERED`]. Only addresses
/// that exist are remembered: made-up ones cost no memory.
///
/// While the database is away what was read before stays good, however old: a
/// provider must be recognised to be acknowledged. All accounts are read at the
/// start for that.
#[derive(Default)]
pub struct HookAccounts {
    known: Mutex<HashMap<Key, (Door, Instant)>>,
}

/// A digest: no timing tells how much of a guessed token was right.
type Key = [u8; 32];

impl HookAccounts {
    pub async fn find(
        &self,
        app: &App,
        kind: &str,
        token: &str,
    ) -> Result<Option<(Door, Age)>, StoreError> {
        let key = key(kind, token);
        if let Some(door) = self.remembered(&key, REMEMBERED) {
            return Ok(Some((door, Age::Remembered)));
        }
        match self.read(app, kind, token).await {
            Ok(door) => Ok(door.map(|door| (door, Age::Fresh))),
            Err(error) if error.is_absence() => match self.remembered(&key, Duration::MAX) {
                Some(door) => Ok(Some((door, Age::Remembered))),
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// Reads every account, so that each is known if the database goes away.
    pub async fn learn(&self, app: &App) -> Result<(), StoreError> {
        for found in app.store.read(provider_accounts::all).await? {
            if let Some((provider, account)) = app.provider_of(&found) {
                let door = Door { provider, account: Arc::new(account) };
                self.remember(key(&found.kind, &found.hook_token), door);
            }
        }
        Ok(())
    }

    /// The account as it is now, whatever is remembered.
    pub async fn read(
        &self,
        app: &App,
        kind: &str,
        token: &str,
    ) -> Result<Option<Door>, StoreError> {
        let key = key(kind, token);
        // No account is of a kind we have no adapter for, and PostgreSQL takes no
        // text with a NUL in it.
        if app.providers.get(kind).is_none() {
            return Ok(None);
        }
        let (kind, token) = (kind.to_owned(), token.to_owned());
        let read =
            app.store.read(move |db| provider_accounts::find_by_hook_token(db, &kind, &token));
        let Some((provider, account)) = read.await?.and_then(|found| app.provider_of(&found))
        else {
            self.known().remove(&key);
            return Ok(None);
        };
        let door = Door { provider, account: Arc::new(account) };
        self.remember(key, door.clone());
        Ok(Some(door))
    }

    fn remembered(&self, key: &Key, at_most: Duration) -> Option<Door> {
        let known = self.known();
        let (door, read_at) = known.get(key)?;
        (read_at.elapsed() < at_most).then(|| door.clone())
    }

    fn remember(&self, key: Key, door: Door) {
        let mut known = self.known();
        if known.len() >= MOST && !known.contains_key(&key) {
            known.retain(|_, (_, read_at)| read_at.elapsed() < REMEMBERED);
        }
        if known.len() < MOST || known.contains_key(&key) {
            known.insert(key, (door, Instant::now()));
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Key, (Door, Instant)>> {
        self.known.lock().expect("no code panics while it holds the accounts")
    }
}

fn key(kind: &str, token: &str) -> Key {
    let mut digest = Sha256::new();
    digest.update(kind);
    digest.update([0]);
    digest.update(token);
    digest.finalize().into()
}
