//! "Look now", said between nodes.
//!
//! A hint is the number of the newest event and nothing more: whoever hears it
//! reads the log, which alone is believed. A lost hint costs a poll, a repeated
//! or invented one a read, and none of them an event. With one node there is
//! nobody to tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::watch;

pub mod nats;

/// This node's end of the line between nodes.
///
/// Cloning gives another handle to the same end.
#[derive(Clone, Debug, Default)]
pub struct Wake {
    line: Arc<Line>,
}

/// How the line is doing, for those who watch over the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether hints travel now; nodes look by themselves where they do not.
    pub connected: bool,
    /// Hints this node gave since its start.
    pub said: u64,
    /// Hints it got, repeated and false ones too.
    pub heard: u64,
}

/// What other nodes say, for the one who follows the log.
#[derive(Debug)]
pub struct Hints {
    newest: watch::Receiver<i64>,
}

#[derive(Debug, Default)]
struct Line {
    /// Whether there is a broker at all.
    open: AtomicBool,
    connected: AtomicBool,
    said: AtomicU64,
    heard: AtomicU64,
    newest: watch::Sender<i64>,
}

impl Wake {
    pub fn hints(&self) -> Hints {
        Hints { newest: self.line.newest.subscribe() }
    }

    /// `None` where no broker was named.
    pub fn status(&self) -> Option<Status> {
        let line = &self.line;
        line.open.load(Ordering::Relaxed).then(|| Status {
            connected: line.connected.load(Ordering::Relaxed),
            said: line.said.load(Ordering::Relaxed),
            heard: line.heard.load(Ordering::Relaxed),
        })
    }

    fn opened(&self) {
        self.line.open.store(true, Ordering::Relaxed);
    }

    /// True if it was not so before.
    fn connected(&self, connected: bool) -> bool {
        self.line.connected.swap(connected, Ordering::Relaxed) != connected
    }

    fn said(&self) {
        self.line.said.fetch_add(1, Ordering::Relaxed);
    }

    /// What is no number is counted and passed over.
    pub(super) fn heard(&self, hint: &[u8]) {
        self.line.heard.fetch_add(1, Ordering::Relaxed);
        let seq = std::str::from_utf8(hint).ok().and_then(|text| text.parse().ok());
        if let Some(seq) = seq {
            self.line.newest.send_replace(seq);
        }
    }
}

impl Hints {
    /// The newest event that was spoken of.
    pub fn newest(&mut self) -> i64 {
        *self.newest.borrow_and_update()
    }

    /// Waits until somebody speaks of an event beyond `seq`; perhaps for ever.
    pub async fn beyond(&mut self, seq: i64) {
        if self.newest.wait_for(|newest| *newest > seq).await.is_err() {
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn only_news_wakes() {
        let wake = Wake::default();
        let mut hints = wake.hints();
        for (hint, wakes) in [("7", false), ("8", true), ("x", true), ("3", false), ("9", true)] {
            wake.heard(hint.as_bytes());
            assert_eq!(hints.beyond(7).now_or_never().is_some(), wakes, "{hint}");
        }
        wake.heard(&[0xFF]);
        assert_eq!(hints.newest(), 9);
    }

    #[test]
    fn without_a_broker_there_is_nothing_to_tell() {
        let wake = Wake::default();
        assert_eq!(wake.status(), None);
        wake.opened();
        wake.said();
        wake.heard(b"1");
        assert!(wake.connected(true) && !wake.connected(true));
        assert_eq!(wake.status(), Some(Status { connected: true, said: 1, heard: 1 }));
    }
}
