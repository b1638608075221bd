//! Follows the event log and publishes what it finds.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::event::EventSource;
use super::hub::Hub;
use super::wake::Hints;

/// Events per read: two readings fill half a ring, so that a long absence does
/// not push every socket off it at once.
const PAGE: usize = 256;

/// How long other nodes' events may go unnoticed, and how soon a failed read
/// is tried again. A quarter of the second that is promised (design.md 2.6,
/// R15), so that a socket whose right was ended elsewhere has time to be closed
/// within it.
pub const POLL: Duration = Duration::from_millis(250);

/// Publishes every event after the hub's last one, in order, until the writer
/// behind `committed` is gone.
///
/// `committed` changes with each commit of this node. With several nodes `hints`
/// tell what the others wrote, and `poll` finds it where they fail to. A failed
/// read is tried again after as long, or [`POLL`], and loses nothing: the cursor
/// moves only with what was published.
pub async fn follow<S: EventSource>(
    hub: Hub,
    source: S,
    mut committed: watch::Receiver<i64>,
    mut hints: Hints,
    poll: Option<Duration>,
) {
    loop {
        // Marked as seen before reading: a commit during the read wakes us again.
        committed.borrow_and_update();
        let promised = hints.newest();
        let again = match catch_up(&hub, &source).await {
            Ok(()) => poll,
            Err(error) => {
                tracing::error!(last_seq = hub.last_seq(), %error, "the event log cannot be read");
                Some(poll.unwrap_or(POLL))
            }
        };
        // Whoever speaks of what the log does not hold is not listened to until the next look.
        let is_believed = promised <= hub.last_seq();
        let wait = async {
            match again {
                Some(time) => sleep(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = committed.changed() => if changed.is_err() { break },
            () = hints.beyond(hub.last_seq()), if is_believed => {}
            () = wait => {}
        }
    }
    // What the writer committed last before it went away.
    if let Err(error) = catch_up(&hub, &source).await {
        tracing::error!(last_seq = hub.last_seq(), %error, "the event log cannot be read");
    }
}

async fn catch_up<S: EventSource>(hub: &Hub, source: &S) -> Result<(), S::Error> {
    loop {
        let page = source.read_after(hub.last_seq(), PAGE).await?;
        let is_last = page.len() < PAGE;
        for event in page {
            hub.publish(event);
        }
        if is_last {
            return Ok(());
        }
        // Lets the sockets read before the next page fills their ring.
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::future::BoxFuture;

    use super::*;
    use crate::live::event::{Event, test_event};
    use crate::live::hub::Next;
    use crate::live::wake::Wake;

    /// A log in memory that fails as often as it is told to.
    #[derive(Clone, Default)]
    struct Log {
        events: Arc<Mutex<Vec<Event>>>,
        failures: Arc<Mutex<usize>>,
    }

    impl Log {
        fn append(&self, events: impl Iterator<Item = i64>) {
            self.events.lock().unwrap().extend(events.map(test_event));
        }
    }

    impl EventSource for Log {
        type Error = &'static str;

        fn read_after(
            &self,
            seq: i64,
            limit: usize,
        ) -> BoxFuture<'_, Result<Vec<Event>, Self::Error>> {
            Box::pin(async move {
                let mut failures = self.failures.lock().unwrap();
                if *failures > 0 {
                    *failures -= 1;
                    return Err("gone");
                }
                let events = self.events.lock().unwrap();
                Ok(events.iter().filter(|event| event.seq > seq).take(limit).copied().collect())
            })
        }
    }

    /// The only node there is.
    fn silence() -> Hints {
        Wake::default().hints()
    }

    #[tokio::test]
    async fn each_commit_is_published_once_and_in_order() {
        let (hub, log) = (Hub::new(0), Log::default());
        let mut heard = hub.subscribe();
        let (committed, watch) = watch::channel(0);
        let task = tokio::spawn(follow(hub.clone(), log.clone(), watch, silence(), None));
        for seq in 1..=50 {
            log.append(seq..=seq);
            committed.send_replace(seq);
            assert_eq!(heard.next().await, Next::Event(Arc::new(test_event(seq))));
        }
        drop(committed);
        task.await.unwrap();
        assert_eq!(hub.last_seq(), 50);
    }

    #[tokio::test]
    async fn a_long_absence_is_read_page_by_page() {
        let (hub, log) = (Hub::new(3), Log::default());
        log.append(1..=1_000);
        let (committed, watch) = watch::channel(1_000);
        drop(committed);
        follow(hub.clone(), log, watch, silence(), None).await;
        assert_eq!(hub.last_seq(), 1_000);
    }

    #[tokio::test]
    async fn a_failed_read_loses_nothing() {
        let (hub, log) = (Hub::new(0), Log::default());
        *log.failures.lock().unwrap() = 1;
        log.append(1..=2);
        let mut heard = hub.subscribe();
        let (committed, watch) = watch::channel(0);
        let retry = Some(Duration::from_millis(1));
        let task = tokio::spawn(follow(hub, log, watch, silence(), retry));
        assert_eq!(heard.next().await, Next::Event(Arc::new(test_event(1))));
        assert_eq!(heard.next().await, Next::Event(Arc::new(test_event(2))));
        drop(committed);
        task.await.unwrap();
    }

    #[tokio::test]
    async fn events_of_other_nodes_are_found_without_a_word() {
        let (hub, log) = (Hub::new(0), Log::default());
        let mut heard = hub.subscribe();
        let (committed, watch) = watch::channel(0);
        let poll = Some(Duration::from_millis(1));
        let task = tokio::spawn(follow(hub, log.clone(), watch, silence(), poll));
        log.append(1..=1);
        assert_eq!(heard.next().await, Next::Event(Arc::new(test_event(1))));
        drop(committed);
        task.await.unwrap();
    }
    #[tokio::test]
    async fn a_hint_is_acted_on_and_a_lie_is_not_listened_to() {
        const LONG: Duration = Duration::from_millis(400);
        let (hub, log, wake) = (Hub::new(0), Log::default(), Wake::default());
        let mut heard = hub.subscribe();
        let (committed, watch) = watch::channel(0);
        let task = tokio::spawn(follow(hub, log.clone(), watch, wake.hints(), Some(LONG)));
        tokio::time::sleep(Duration::from_millis(5)).await;
        let begun = tokio::time::Instant::now();
        log.append(1..=1);
        wake.heard(b"1");
        assert_eq!(heard.next().await, Next::Event(Arc::new(test_event(1))));
        assert!(begun.elapsed() < LONG / 2);

        // Of what is not there: one read, then none before the poll.
        wake.heard(b"9000");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let begun = tokio::time::Instant::now();
        log.append(2..=2);
        assert_eq!(heard.next().await, Next::Event(Arc::new(test_event(2))));
        assert!(begun.elapsed() > LONG / 2);
        drop(committed);
        task.await.unwrap();
    }
}
