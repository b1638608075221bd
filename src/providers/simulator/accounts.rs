//! Which of our accounts the carrier knows, and by which numbers.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};

use crate::domain::id::ProviderAccountId;
use crate::providers::Account;

#[derive(Default)]
pub struct Accounts {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    accounts: HashMap<ProviderAccountId, Account>,
    numbers: HashMap<String, ProviderAccountId>,
    forgotten: HashSet<ProviderAccountId>,
}

/// Where a webhook for an account goes.
pub enum Route {
    To(Box<Account>),
    /// Not registered yet since the start.
    NotYet,
    Forgotten,
}

impl Accounts {
    /// Learns or replaces the account and its numbers.
    pub fn register(&self, account: Account, numbers: Vec<String>) {
        let mut known = self.known();
        let id = account.id;
        known.forgotten.remove(&id);
        known.numbers.retain(|_, owner| *owner != id);
        known.numbers.extend(numbers.into_iter().map(|number| (number, id)));
        known.accounts.insert(id, account);
    }

    pub fn forget(&self, id: ProviderAccountId) {
        let mut known = self.known();
        known.accounts.remove(&id);
        known.numbers.retain(|_, owner| *owner != id);
        known.forgotten.insert(id);
    }

    /// An account that sends shows itself; its numbers stay as registered.
    pub fn meet(&self, account: &Account) {
        let mut known = self.known();
        if !known.forgotten.contains(&account.id) {
            known.accounts.entry(account.id).or_insert_with(|| account.clone());
        }
    }

    pub fn owner_of(&self, number: &str) -> Option<ProviderAccountId> {
        self.known().numbers.get(number).copied()
    }

    pub fn route(&self, id: ProviderAccountId) -> Route {
        let known = self.known();
        match known.accounts.get(&id) {
            Some(account) => Route::To(Box::new(account.clone())),
            None if known.forgotten.contains(&id) => Route::Forgotten,
            None => Route::NotYet,
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("no code panics while it holds the accounts")
    }
}
