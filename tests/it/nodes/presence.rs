//! Who is where travels between nodes by the broker, or not at all.

use std::time::{Duration, Instant};

use henji::domain::id::ConversationId;
use serde_json::Value;

use super::{sato_at, two_nodes};
use crate::support::binary::Binary;
use crate::support::nats::{self, both_connected};
use crate::support::socket::Socket;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_at_the_other_node_is_seen_within_a_second() {
    let Some(url) = nats::shared() else { return };
    let Some((a, b)) = two_nodes(Some(&url)).await else { return };
    both_connected(&a, &b).await;
    let conversation = a_conversation(&a).await;
    let (mut at_a, mut at_b) = (screen(&a).await, screen(&b).await);
    let begun = Instant::now();
    at_b.says_here(conversation, true).await;
    assert!(faces(&mut at_a, conversation).await.contains("佐藤"));
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    drop(at_b);
    assert!(!faces(&mut at_a, conversation).await.contains("佐藤"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_broker_each_node_knows_its_own() {
    let Some((a, b)) = two_nodes(None).await else { return };
    let conversation = a_conversation(&a).await;
    let (mut at_a, mut at_b) = (screen(&a).await, screen(&b).await);
    at_b.says_here(conversation, true).await;
    assert!(faces(&mut at_b, conversation).await.contains("佐藤"));
    assert_eq!(at_a.next_within(Duration::from_millis(700)).await, None);
}

async fn a_conversation(node: &Binary) -> ConversationId {
    let body = crate::support::webhook::inbound("REF", "+819012345678", "?").to_string();
    let now = henji::clock::Clock::default().now();
    let posted = node.signer.request(&node.http, now, "inbound", body).send().await.unwrap();
    assert_eq!(posted.status(), 200);
    let found: Value = node.get("/conversations").await;
    found["items"][0]["id"].as_str().unwrap().parse().unwrap()
}

async fn screen(node: &Binary) -> Socket {
    let browser = sato_at(node).await;
    let after = node.get("/events?after=0&limit=1000").await["next"].as_i64().unwrap();
    let opened = Socket::try_open_at(&node.url, &browser.cookie(), &node.public_url, after).await;
    let mut socket = opened.unwrap_or_else(|status| panic!("refused with {status}"));
    socket.next_of("hello").await;
    socket
}

async fn faces(socket: &mut Socket, conversation: ConversationId) -> String {
    let frame = socket.next_of("pres").await;
    frame["of"][conversation.to_string()].as_str().unwrap().to_owned()
}
