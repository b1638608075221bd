//! The ring that all sockets of a node read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::broadcast::{self, error::RecvError};

use super::close::Close;
use super::event::Event;
use super::sockets::{Guard, Sockets};
use crate::domain::id::{SessionId, UserId};

/// Events a reader may fall behind before it must start again (performance.md 8).
pub const RING: usize = 1_024;

/// Hands every event to every socket of this node.
///
/// Cloning gives another handle to the same hub.
#[derive(Clone, Debug)]
pub struct Hub {
    ring: broadcast::Sender<Arc<Event>>,
    last_seq: Arc<AtomicI64>,
    sockets: Sockets,
}

/// A place at the ring. Sees each event after its cursor once, in order.
#[derive(Debug)]
pub struct Subscription {
    ring: broadcast::Receiver<Arc<Event>>,
    last_seq: Arc<AtomicI64>,
    cursor: i64,
}

/// What a subscription hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    Event(Arc<Event>),
    /// It fell behind the ring; the cursor now stands at the newest event.
    Lagged,
    /// The node stops.
    Closed,
}

impl Hub {
    /// A hub whose first event will be the one after `last_seq`.
    pub fn new(last_seq: i64) -> Self {
        Self {
            ring: broadcast::Sender::new(RING),
            last_seq: Arc::new(AtomicI64::new(last_seq)),
            sockets: Sockets::default(),
        }
    }

    /// The newest event that was published here.
    pub fn last_seq(&self) -> i64 {
        self.last_seq.load(Ordering::Acquire)
    }

    /// Takes a place that hears everything published from now on.
    pub fn subscribe(&self) -> Subscription {
        let ring = self.ring.subscribe();
        Subscription { ring, last_seq: self.last_seq.clone(), cursor: self.last_seq() }
    }

    /// Hands `event` to everybody; events come in the order of their numbers,
    /// and one that was published before is passed over.
    pub(super) fn publish(&self, event: Event) {
        if event.seq > self.last_seq() {
            // Without a socket there is nobody to hear it, which is no error.
            let _ = self.ring.send(Arc::new(event));
            self.last_seq.store(event.seq, Ordering::Release);
        }
    }

    /// Lets a user open one more socket, or `None` at the cap.
    ///
    /// Check the session again *after* admission: from then on a revocation
    /// reaches the guard, so that none can slip between check and socket.
    pub fn admit(&self, user: UserId, session: SessionId) -> Option<Guard> {
        self.sockets.admit(user, session)
    }

    /// Closes the sockets of one signed-in browser.
    pub fn revoke_session(&self, session: SessionId) {
        self.sockets.close_session(session, Close::SignedOut);
    }

    /// Closes all sockets of a user.
    pub fn revoke_user(&self, user: UserId) {
        self.sockets.close_user(user, Close::SignedOut);
    }

    /// Closes every socket because this node stops.
    pub fn restart(&self) {
        self.sockets.close_all(Close::restart(self.sockets()));
    }

    /// How many sockets are open on this node.
    pub fn sockets(&self) -> usize {
        self.sockets.count()
    }
}

impl Subscription {
    /// The event this subscription stands at; what comes next is later.
    pub fn cursor(&self) -> i64 {
        self.cursor
    }

    /// Moves the cursor after events were read from the log instead.
    pub fn move_to(&mut self, seq: i64) {
        self.cursor = seq;
    }

    /// Waits for the next event after the cursor. Safe to drop and call again.
    pub async fn next(&mut self) -> Next {
        loop {
            match self.ring.recv().await {
                Ok(event) if event.seq > self.cursor => {
                    self.cursor = event.seq;
                    return Next::Event(event);
                }
                Ok(_seen) => {}
                Err(RecvError::Lagged(_)) => {
                    self.ring = self.ring.resubscribe();
                    self.cursor = self.last_seq.load(Ordering::Acquire);
                    return Next::Lagged;
                }
                Err(RecvError::Closed) => return Next::Closed,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::live::event::test_event;

    #[tokio::test]
    async fn everybody_hears_every_event_in_order() {
        let hub = Hub::new(10);
        let (mut a, mut b) = (hub.subscribe(), hub.subscribe());
        for seq in 11..=13 {
            hub.publish(test_event(seq));
        }
        for subscription in [&mut a, &mut b] {
            for seq in 11..=13 {
                assert_eq!(subscription.next().await, Next::Event(Arc::new(test_event(seq))));
            }
        }
        assert_eq!(hub.last_seq(), 13);
    }

    #[tokio::test]
    async fn what_was_read_from_the_log_is_not_heard_again() {
        let hub = Hub::new(0);
        let mut subscription = hub.subscribe();
        for seq in 1..=4 {
            hub.publish(test_event(seq));
        }
        subscription.move_to(3);
        assert_eq!(subscription.next().await, Next::Event(Arc::new(test_event(4))));
        assert_eq!(subscription.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_repeated_event_is_published_once() {
        let hub = Hub::new(0);
        let mut subscription = hub.subscribe();
        hub.publish(test_event(1));
        hub.publish(test_event(1));
        assert_eq!(subscription.next().await, Next::Event(Arc::new(test_event(1))));
        assert_eq!(subscription.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_reader_behind_the_ring_is_told_and_goes_on_from_the_newest() {
        let hub = Hub::new(0);
        let mut subscription = hub.subscribe();
        let last = 2 * RING as i64;
        for seq in 1..=last {
            hub.publish(test_event(seq));
        }
        assert_eq!(subscription.next().await, Next::Lagged);
        assert_eq!(subscription.cursor(), last);
        assert_eq!(subscription.next().now_or_never(), None);
        hub.publish(test_event(last + 1));
        assert_eq!(subscription.next().await, Next::Event(Arc::new(test_event(last + 1))));
    }
}
