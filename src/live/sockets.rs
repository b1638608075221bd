//! Which sockets are open, so that they can be counted and closed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::watch;

use super::close::Close;
use crate::domain::id::{SessionId, UserId};

/// Sockets one user may hold on one node: tabs and devices (design.md 2).
pub const PER_USER: usize = 10;

/// The open sockets of this node.
#[derive(Clone, Debug, Default)]
pub(super) struct Sockets {
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    by_user: HashMap<UserId, Vec<Socket>>,
}

#[derive(Debug)]
struct Socket {
    number: u64,
    session: SessionId,
    close: watch::Sender<Option<Close>>,
}

/// The right to keep one socket open, given back when dropped.
#[derive(Debug)]
pub struct Guard {
    sockets: Sockets,
    user: UserId,
    number: u64,
    close: watch::Receiver<Option<Close>>,
}

impl Sockets {
    pub fn admit(&self, user: UserId, session: SessionId) -> Option<Guard> {
        let mut open = self.lock();
        let number = open.next;
        let mine = open.by_user.entry(user).or_default();
        if mine.len() >= PER_USER {
            return None;
        }
        let (sender, receiver) = watch::channel(None);
        mine.push(Socket { number, session, close: sender });
        open.next += 1;
        Some(Guard { sockets: self.clone(), user, number, close: receiver })
    }

    pub fn close_user(&self, user: UserId, close: Close) {
        let open = self.lock();
        open.by_user.get(&user).into_iter().flatten().for_each(|socket| socket.tell(close));
    }

    pub fn close_session(&self, session: SessionId, close: Close) {
        let open = self.lock();
        let of_session = open.by_user.values().flatten().filter(|socket| socket.session == session);
        of_session.for_each(|socket| socket.tell(close));
    }

    pub fn close_all(&self, close: Close) {
        self.lock().by_user.values().flatten().for_each(|socket| socket.tell(close));
    }

    pub fn count(&self) -> usize {
        self.lock().by_user.values().map(Vec::len).sum()
    }

    fn leave(&self, user: UserId, number: u64) {
        let mut open = self.lock();
        if let Some(mine) = open.by_user.get_mut(&user) {
            mine.retain(|socket| socket.number != number);
            if mine.is_empty() {
                open.by_user.remove(&user);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("no code panics while it holds the list of sockets")
    }
}

impl Socket {
    fn tell(&self, close: Close) {
        // Fails only when the guard is already gone, and the socket with it.
        self.close.send_replace(Some(close));
    }
}

impl Guard {
    /// Waits until somebody closes this socket.
    ///
    /// What was said before the call counts too, so that a revocation between
    /// admission and the first wait is not lost.
    pub async fn told_to_close(&mut self) -> Close {
        match self.close.wait_for(Option::is_some).await {
            Ok(close) => close.expect("waited for a value"),
            Err(_gone) => Close::TryAgain,
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.sockets.leave(self.user, self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;
    use uuid::Uuid;

    use super::*;

    fn user() -> UserId {
        UserId(Uuid::now_v7())
    }

    fn session() -> SessionId {
        SessionId(Uuid::now_v7())
    }

    #[test]
    fn a_user_holds_ten_sockets_and_no_more() {
        let (sockets, sato, tanaka) = (Sockets::default(), user(), user());
        let mut held: Vec<_> =
            (0..PER_USER).map(|_| sockets.admit(sato, session()).expect("below the cap")).collect();
        assert!(sockets.admit(sato, session()).is_none());
        assert!(sockets.admit(tanaka, session()).is_some());
        held.pop();
        assert!(sockets.admit(sato, session()).is_some());
    }

    #[test]
    fn a_closed_socket_leaves_nothing_behind() {
        let sockets = Sockets::default();
        drop((0..5).map(|_| sockets.admit(user(), session())).collect::<Vec<_>>());
        assert_eq!(sockets.count(), 0);
        assert!(sockets.lock().by_user.is_empty());
    }

    #[test]
    fn only_the_revoked_session_is_closed() {
        let (sockets, sato, phone, desk) = (Sockets::default(), user(), session(), session());
        let mut on_phone = sockets.admit(sato, phone).unwrap();
        let mut on_desk = sockets.admit(sato, desk).unwrap();
        sockets.close_session(phone, Close::SignedOut);
        assert_eq!(on_phone.told_to_close().now_or_never(), Some(Close::SignedOut));
        assert_eq!(on_desk.told_to_close().now_or_never(), None);
    }

    #[test]
    fn a_disabled_user_loses_every_socket() {
        let (sockets, sato, tanaka) = (Sockets::default(), user(), user());
        let mut first = sockets.admit(sato, session()).unwrap();
        let mut second = sockets.admit(sato, session()).unwrap();
        let mut other = sockets.admit(tanaka, session()).unwrap();
        sockets.close_user(sato, Close::SignedOut);
        assert_eq!(first.told_to_close().now_or_never(), Some(Close::SignedOut));
        assert_eq!(second.told_to_close().now_or_never(), Some(Close::SignedOut));
        assert_eq!(other.told_to_close().now_or_never(), None);
    }

    #[test]
    fn a_stopping_node_closes_everybody() {
        let sockets = Sockets::default();
        let mut held = sockets.admit(user(), session()).unwrap();
        sockets.close_all(Close::restart(sockets.count()));
        let retry_after = Duration::from_secs(3);
        assert_eq!(held.told_to_close().now_or_never(), Some(Close::Restart { retry_after }));
    }
}
