//! Why a socket is closed, in the codes the browser acts on.

use std::time::Duration;

/// RFC 6455 and IANA: the server restarts; come back.
pub const RESTART: u16 = 1012;
/// IANA: try again later; the cursor is kept.
pub const TRY_AGAIN: u16 = 1013;
/// Ours: the sign-in has ended; show the sign-in dialog.
pub const SIGNED_OUT: u16 = 4401;

/// Above this many sockets a restart spreads their return over a longer time
/// (design.md 2, "small things").
const CROWD: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// This node stops; each client waits a random part of `retry_after`.
    Restart { retry_after: Duration },
    /// The client reads too slowly, or the log cannot be read just now.
    TryAgain,
    /// Signed out, disabled, or the session was revoked.
    SignedOut,
}

impl Close {
    /// A restart that `sockets` clients will come back from: within 3 s, or
    /// within 15 s when they are many.
    pub fn restart(sockets: usize) -> Self {
        let seconds = if sockets > CROWD { 15 } else { 3 };
        Self::Restart { retry_after: Duration::from_secs(seconds) }
    }

    pub fn code(self) -> u16 {
        match self {
            Self::Restart { .. } => RESTART,
            Self::TryAgain => TRY_AGAIN,
            Self::SignedOut => SIGNED_OUT,
        }
    }

    /// The reason sent with the code; of a restart, the seconds to wait.
    pub fn reason(self) -> String {
        match self {
            Self::Restart { retry_after } => format!("retry_after={}", retry_after.as_secs()),
            Self::TryAgain => "try again".to_owned(),
            Self::SignedOut => "signed out".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_asked_to_come_back_more_slowly() {
        assert_eq!(Close::restart(1_000).reason(), "retry_after=3");
        assert_eq!(Close::restart(1_001).reason(), "retry_after=15");
        assert_eq!(Close::restart(1_001).code(), 1012);
    }
}
