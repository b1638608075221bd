//! A start while the database is away: after a power cut it may come up last.

use std::time::Duration;

use crate::support::binary::Binary;
use crate::support::gate::Gate;
use crate::support::test_db::is_postgres;

const URL: &str = "HENJI_DATABASE_URL";

#[tokio::test]
async fn a_node_waits_for_its_database() {
    if !is_postgres() {
        return;
    }
    let mut node = Binary::set_up("warn");
    let gate = Gate::before(node.db().url());
    gate.shut();
    node.surround(URL, gate.to(node.db().url()));
    node.start();
    until(|| node.log().contains("waiting for the database")).await;
    assert!(node.lives());
    gate.open();
    node.answers().await;
    node.kill();
}

/// Waiting would not help, and hide what is wrong.
#[tokio::test]
async fn a_node_that_is_not_let_in_says_so_and_ends() {
    if !is_postgres() {
        return;
    }
    let mut node = Binary::set_up("warn");
    let mut url = url::Url::parse(node.db().url()).unwrap();
    url.set_username("stranger").unwrap();
    node.surround(URL, url.to_string());
    node.start();
    assert_eq!(node.ends().await, Some(1));
    assert!(node.log().contains("stranger"), "{}", node.log());
}

async fn until(mut happens: impl FnMut() -> bool) {
    for _ in 0..100 {
        if happens() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not happen within 10 s");
}
