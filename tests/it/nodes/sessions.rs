//! A person's rights end at every node at once.

use std::time::{Duration, Instant};

use super::{EMAIL, PASSWORD, sato_at, two_nodes};
use crate::support::browser::Browser;
use crate::support::nats;
use crate::support::socket::Socket;

/// T-WS-3, T-SESS-1.
const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_at_one_node_is_gone_from_the_other() {
    for broker in [None, nats::shared()] {
        let Some((a, b)) = two_nodes(broker.as_deref()).await else { return };
        let desk = sato_at(&a).await;
        let other = sato_at(&b).await;
        let mut socket = open(&b.url, &desk, &a.public_url).await;
        let mut stays = open(&b.url, &other, &a.public_url).await;
        stays.next_of("hello").await;
        socket.next_of("hello").await;

        desk.delete("/session").await.expect(303);
        let begun = Instant::now();
        assert_eq!(socket.closed().await, 4401);
        assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
        // The cookie opens nothing at either node; the other browser's session goes on.
        for url in [&a.url, &b.url] {
            assert_ne!(desk.led_to(url).get("/conversations").await.status, 200);
            other.led_to(url).get("/conversations").await.expect(200);
        }

        a.run(&format!("user disable {EMAIL}"), "");
        let begun = Instant::now();
        assert_eq!(stays.closed().await, 4401);
        assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_drawn_at_one_node_is_taken_at_the_other() {
    let Some((a, b)) = two_nodes(None).await else { return };
    // The sign-in page from A, its form to B, as a load balancer may do it.
    let stranger = Browser::at(a.http.clone(), &a.url, &a.public_url);
    stranger.get("/session/new").await.expect(200);
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    stranger.led_to(&b.url).post("/session", &fields).await.expect(303);
    // Once signed in, a page's token of A serves at B.
    let sato = sato_at(&a).await;
    let fields = [("locale", "en"), ("theme", "dark"), ("enter_sends", "true")];
    sato.led_to(&b.url).put("/settings/preferences", &fields).await.expect(303);
    let foreign = Browser::at(b.http.clone(), &b.url, "http://evil.example");
    foreign.post("/session", &fields).await.expect(403);
}

async fn open(url: &str, browser: &Browser, origin: &str) -> Socket {
    let opened = Socket::try_open_at(url, &browser.cookie(), origin, 0).await;
    opened.unwrap_or_else(|status| panic!("refused with {status}"))
}
