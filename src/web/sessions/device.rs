//! How a browser proves that an account has signed in from it before.
//!
//! Its cookie holds the account's mail address, sealed with the house's key:
//! nobody else can make one, it fits no other account, and nothing need be
//! stored. Such a browser has a throttle of its own, so that strangers who guess
//! at the password cannot lock its owner out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::store::seal::{Place, Vault};

const PLACE: Place = Place { table: "cookies", column: "device", row: Uuid::nil() };

/// A fresh cookie value for a browser that `email` has signed in from.
pub fn secret_for(vault: &Vault, email: &str) -> String {
    URL_SAFE_NO_PAD.encode(vault.house().seal_text(PLACE, &normal(email)))
}

/// Whether `secret` was made for `email`.
pub fn belongs_to(vault: &Vault, secret: &str, email: &str) -> bool {
    let Ok(sealed) = URL_SAFE_NO_PAD.decode(secret) else { return false };
    vault.house().open_text(PLACE, &sealed).is_ok_and(|owner| owner == normal(email))
}

fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_for_its_own_account_alone() {
        let vault = Vault::new([7; 32]);
        let secret = secret_for(&vault, "Sato@example.jp");
        assert!(belongs_to(&vault, &secret, " sato@example.jp"));
        assert!(!belongs_to(&vault, &secret, "tanaka@example.jp"));
        assert!(!belongs_to(&Vault::new([8; 32]), &secret, "sato@example.jp"));
    }

    #[test]
    fn every_device_has_another_secret() {
        let vault = Vault::new([7; 32]);
        assert_ne!(secret_for(&vault, "sato@example.jp"), secret_for(&vault, "sato@example.jp"));
    }

    #[test]
    fn what_was_made_up_or_changed_belongs_to_nobody() {
        let vault = Vault::new([7; 32]);
        let mut sealed = vault.house().seal_text(PLACE, "sato@example.jp");
        *sealed.last_mut().unwrap() ^= 1;
        for secret in ["", "AAAA", "no base64!", &URL_SAFE_NO_PAD.encode(sealed)] {
            assert!(!belongs_to(&vault, secret, "sato@example.jp"), "{secret}");
        }
    }
}
