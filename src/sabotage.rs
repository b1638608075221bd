//! Faults planted on purpose, to prove that `henji torture` would find them.
//!
//! Only its own children can be armed: whoever arms one must have written the
//! same secret into the data directory, which `torture` does with a directory it
//! made itself and nobody else does with one that matters.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::domain::delivery::Reason;
use crate::providers::{Accepted, Retry, SendError};

/// The file that says: this data directory is there to be broken.
pub const MARK: &str = "torture";

/// How a child breaks its promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Webhooks are answered first and written later.
    AckBeforeCommit,
    /// A text whose send call broke off is sent again.
    RetryUnknown,
}

impl Sabotage {
    /// How long an early answer is ahead of its commit.
    pub const LATE: Duration = Duration::from_millis(150);

    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "ack-before-commit" => Some(Self::AckBeforeCommit),
            "retry-unknown" => Some(Self::RetryUnknown),
            _ => None,
        }
    }

    /// Reads `<word>:<secret>`; refuses wherever `torture` has not been before.
    pub fn arm(text: &str, data_dir: &Path) -> anyhow::Result<Self> {
        let (word, secret) = text.split_once(':').context("expected a fault and a secret")?;
        let written = std::fs::read_to_string(data_dir.join(MARK)).unwrap_or_default();
        if secret.is_empty() || written != secret {
            bail!("faults are planted by `henji torture` in its own children, nowhere else");
        }
        Self::from_word(word).with_context(|| format!("{word} is not a fault henji knows"))
    }

    /// What a saboteur makes of the end of a send call.
    pub fn twist(self, outcome: Result<Accepted, SendError>) -> Result<Accepted, SendError> {
        match (self, outcome) {
            (Self::RetryUnknown, Err(SendError::Unknown { detail })) => Err(SendError::Refused {
                reason: Reason::ProviderError,
                detail,
                retry: Retry::Soon,
            }),
            (_, outcome) => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_arms_a_house_that_is_not_there_to_be_broken() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Sabotage::arm("retry-unknown:secret", folder.path()).is_err());
        assert!(Sabotage::arm("retry-unknown:", folder.path()).is_err());
        std::fs::write(folder.path().join(MARK), "another").unwrap();
        assert!(Sabotage::arm("retry-unknown:secret", folder.path()).is_err());
        std::fs::write(folder.path().join(MARK), "secret").unwrap();
        assert!(Sabotage::arm("retry-unknown", folder.path()).is_err());
        assert!(Sabotage::arm("nonsense:secret", folder.path()).is_err());
        let armed = Sabotage::arm("retry-unknown:secret", folder.path()).unwrap();
        assert_eq!(armed, Sabotage::RetryUnknown);
    }
}
