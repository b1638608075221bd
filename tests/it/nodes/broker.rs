//! NATS away, slow, repeating itself and lying: nothing is lost and nothing waits.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use henji::clock::Clock;

use super::{sato_at, two_nodes};
use crate::support::binary::Binary;
use crate::support::nats::{Broker, both_connected, connected};
use crate::support::socket::Socket;
use crate::support::webhook::inbound;

const ENOUGH: Duration = Duration::from_millis(1_500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_while_the_broker_comes_and_goes() {
    let Some(mut broker) = Broker::not_yet_started() else { return };
    // Named and not there: both nodes start all the same.
    let Some((a, b)) = two_nodes(Some(&broker.url)).await else { return };
    assert_eq!(connected(&a).await, Some(0.0));
    let browser = sato_at(&b).await;
    let opened = Socket::try_open_at(&b.url, &browser.cookie(), &b.public_url, 0).await;
    let mut socket = opened.unwrap_or_else(|status| panic!("refused with {status}"));
    let mut screen = Screen { seen: BTreeSet::new() };

    screen.follows(&a, &mut socket, 0..10).await;
    broker.start();
    both_connected(&a, &b).await;
    screen.follows(&a, &mut socket, 10..20).await;
    // It answers nobody, and holds every connection.
    broker.pause();
    screen.follows(&a, &mut socket, 20..30).await;
    broker.resume();
    broker.stop();
    screen.follows(&a, &mut socket, 30..40).await;
    assert_eq!(connected(&b).await, Some(0.0));
    broker.start();
    both_connected(&a, &b).await;
    // Strangers speak on the same server: of nothing, of what is not there, of what is past.
    broker.say(&["", "x", "9223372036854775807", "-1", "1", "1", "1"]).await;
    screen.follows(&a, &mut socket, 40..50).await;
    assert_eq!(screen.seen.len(), 50);
    let doctor = String::from_utf8(a.run("doctor", "").stdout).unwrap();
    assert!(doctor.contains("ok       NATS"), "{doctor}");
    broker.stop();
    let doctor = String::from_utf8(a.run("doctor", "").stdout).unwrap();
    assert!(doctor.contains("WARNING  NATS"), "{doctor}");
    assert!(!a.log().contains("panicked") && !b.log().contains("panicked"));
}

struct Screen {
    seen: BTreeSet<usize>,
}

impl Screen {
    /// Each text is posted at one node and waited for on the screen of the other.
    async fn follows(&mut self, node: &Binary, socket: &mut Socket, texts: std::ops::Range<usize>) {
        for n in texts {
            let text = format!("text-{n}-end");
            let body = inbound(&format!("REF-{n}"), "+819012345678", &text).to_string();
            let posted = node.signer.request(&node.http, Clock::default().now(), "inbound", body);
            assert_eq!(posted.send().await.unwrap().status(), 200);
            let begun = Instant::now();
            while !socket.next_of("ev").await.to_string().contains(&text) {}
            assert!(begun.elapsed() < ENOUGH, "{n} took {:?}", begun.elapsed());
            assert!(self.seen.insert(n));
        }
    }
}
