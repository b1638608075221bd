//! Passwords: Argon2id, a few at a time.
//!
//! 64 MiB, t=3, p=1 takes 137 ms of a core (reliability-and-security.md 3.3), so
//! at most two are computed at once and never on a web worker: memory stays
//! below 128 MiB however many people sign in.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

mod guessable;

pub use guessable::is_guessable;

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
const AT_ONCE: usize = 2;

/// Shortest password of an agent, and of an administrator (ASVS 6.2.1 asks 8,
/// recommends 15).
pub const MIN_LENGTH: usize = 12;
pub const MIN_LENGTH_ADMIN: usize = 15;
pub const MAX_LENGTH: usize = 128;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    params: Params,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::with(Params::new(MEMORY_KIB, PASSES, LANES, None).expect("within Argon2's limits"))
    }
}

impl Passwords {
    /// Argon2's least work, for tests that sign many people in.
    pub fn for_tests() -> Self {
        Self::with(Params::new(Params::MIN_M_COST, 1, 1, None).expect("Argon2's own minimum"))
    }

    fn with(params: Params) -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), params }
    }

    pub async fn hash(&self, password: String) -> String {
        let argon2 = self.argon2();
        self.in_turn(move || {
            argon2
                .hash_password(password.as_bytes())
                .expect("a password within the length limit can be hashed")
                .to_string()
        })
        .await
    }

    /// Whether `password` belongs to `hash`. Without a hash (no such user) it
    /// takes as long and is never true.
    pub async fn verify(&self, password: String, hash: Option<String>) -> bool {
        let argon2 = self.argon2();
        self.in_turn(move || match hash.as_deref().map(PasswordHash::new) {
            Some(Ok(hash)) => argon2.verify_password(password.as_bytes(), &hash).is_ok(),
            _ => {
                drop(argon2.hash_password(password.as_bytes()));
                false
            }
        })
        .await
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let turn = self.turns.acquire().await.expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(work).await;
        drop(turn);
        done.expect("hashing does not panic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let passwords = Passwords::for_tests();
        let hash = passwords.hash("さくら電力の受付窓口".into()).await;
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.verify("さくら電力の受付窓口".into(), Some(hash.clone())).await);
        assert!(!passwords.verify("さくら電力の受付窓囗".into(), Some(hash)).await);
        assert!(!passwords.verify("anything".into(), None).await);
        assert!(!passwords.verify("anything".into(), Some("no hash".into())).await);
    }
}
