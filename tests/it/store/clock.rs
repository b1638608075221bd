//! Nodes whose clocks are wrong keep the database's time (R9).

use chrono::{DateTime, TimeDelta, Utc};
use henji::clock::Clock;
use henji::store::{Opening, Store, StoreError};

use crate::support::test_db::{self, TestDb};

const KEY: [u8; 32] = [7; 32];
/// How far a machine's clock is off in this world.
const ERROR: TimeDelta = TimeDelta::minutes(5);
/// The longest that a loaded machine takes for a transaction.
const SLACK: TimeDelta = TimeDelta::seconds(10);

struct Node {
    store: Store,
    clock: Clock,
}

impl Node {
    fn open(db: &TestDb, error: TimeDelta) -> Self {
        let clock = Clock::wrong_by(error);
        let store = Store::open(Opening::new(db.url(), KEY, clock.clone())).unwrap();
        Self { store, clock }
    }

    /// What a transaction here holds for now.
    async fn writes(&self) -> DateTime<Utc> {
        self.store.write(|tx| Ok::<_, StoreError>(tx.now)).await.unwrap()
    }
}

#[tokio::test]
async fn nodes_with_wrong_clocks_write_in_one_order() {
    if !test_db::is_postgres() {
        return;
    }
    let db = TestDb::migrated();
    let nodes = [-ERROR, TimeDelta::zero(), ERROR].map(|error| Node::open(&db, error));
    let mut before = DateTime::UNIX_EPOCH;
    for turn in 0..30 {
        let now = nodes[turn % 3].writes().await;
        assert!(now >= before, "{now} was written after {before}");
        before = now;
    }
    for node in &nodes {
        let off = (node.clock.now() - Clock::default().now()).abs();
        assert!(off < SLACK, "a clock is {off} off after it was set right");
    }
    // The control: what they would have gone by.
    let wrong = Clock::wrong_by(ERROR).now() - Clock::wrong_by(-ERROR).now();
    assert!(wrong > ERROR);
}

/// A node that writes nothing would otherwise go on by its own clock, and look
/// for what is due too early or too late.
#[tokio::test]
async fn a_node_that_only_looks_on_is_set_right_too() {
    if !test_db::is_postgres() {
        return;
    }
    let db = TestDb::migrated();
    let node = Node::open(&db, ERROR);
    for _ in 0..100 {
        if (node.clock.now() - Clock::default().now()).abs() < SLACK {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the clock was still wrong after 10 s");
}
