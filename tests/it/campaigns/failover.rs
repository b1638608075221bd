//! The primary of PostgreSQL is killed and its standby takes over, again and
//! again, under 200 texts a second: nothing that was acknowledged is lost or
//! doubled while the standby is synchronous, and the house works again within
//! 10 s of the promotion (R14).
//!
//! henji knows both by one address and finds the one that can be written to by
//! itself. `TEST_FAILOVERS` says how often.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::load::{Load, Truth};
use super::{
    PATIENCE, beside_others, house_at, line, offered_again, orders, recovers, tell, wanted,
};
use crate::support::binary::Binary;
use crate::support::cluster::Cluster;

const FAILOVERS: usize = 3;
/// Failovers of one house; then a new one, so that copies of it stay small.
const OF_ONE_HOUSE: usize = 10;
/// From promotion to work, what waits in the journal included (R14).
const RECOVERY: Duration = Duration::from_secs(10);
/// Until the kill, and until somebody notices it: up to so long.
const LIFE: Duration = Duration::from_millis(1_500);
/// A commit is answered when the standby shows it, too.
const SETTINGS: &[&str] = &["synchronous_commit=remote_apply"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn a_killed_primary_takes_nothing_with_it() {
    let (failovers, begun) = (wanted("TEST_FAILOVERS", FAILOVERS), Instant::now());
    let limit = beside_others(RECOVERY);
    let (mut done, mut texts, mut ordered, mut slowest) = (0, 0, 0, Duration::ZERO);
    while done < failovers {
        let mut pair = Pair::start();
        let house = pair.house().await;
        let over = Arc::new(AtomicBool::new(false));
        let ordering = orders::start(&house, &house.url, over.clone());
        let load = Load::start(line(&house));
        for _ in 0..OF_ONE_HOUSE.min(failovers - done) {
            pair.stand_by();
            pair.wait_for_each_other().await;
            doze().await;
            pair.primary.kill();
            doze().await;
            pair.take_over();
            let took = recovers(&house).await;
            assert!(took < limit, "failover {done}: it took {took:?}: {}", house.log());
            slowest = slowest.max(took);
            done += 1;
        }
        over.store(true, Ordering::SeqCst);
        let truth = load.stop().await;
        let orders = ordering.await.unwrap();
        recovers(&house).await;
        check(&house, &truth).await;
        orders.told_to_come_back();
        orders.check(std::slice::from_ref(&house)).await;
        texts += truth.acknowledged.len();
        ordered += orders.placed.len();
    }
    tell(format_args!(
        "{done} failovers to a synchronous standby in {} s: {texts} texts acknowledged, {ordered} \
         ordered, 0 lost, 0 doubled; works again {} ms after the promotion at the slowest",
        begun.elapsed().as_secs(),
        slowest.as_millis(),
    ));
}

/// The control: a standby that nobody waits for, and that lags behind, loses what
/// was acknowledged since; the same comparison names it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn a_lagging_standby_is_found_to_lose() {
    let mut pair = Pair::start();
    let house = pair.house().await;
    pair.stand_by();
    let load = Load::start(line(&house));
    tokio::time::sleep(LIFE).await;
    let stopped_at = Instant::now();
    assert_eq!(pair.primary.signal("STOP", "walsender"), 1);
    tokio::time::sleep(LIFE).await;
    pair.primary.kill();
    pair.take_over();
    recovers(&house).await;
    let truth = load.stop().await;
    recovers(&house).await;
    let difference = truth.compare(&house.shown().await);
    let lost = &difference.lost;
    assert!(lost.len() > 100, "{difference:?}");
    // Exactly what nobody had seen but the primary.
    assert!(lost.iter().all(|text| truth.acknowledged[text] > stopped_at), "{difference:?}");
    tell(format_args!("control: {} texts named as lost with a standby that lags", lost.len()));
}

async fn check(house: &Binary, truth: &Truth) {
    assert!(truth.wrong.is_empty(), "{:?}", truth.wrong);
    let difference = truth.compare(&house.shown().await);
    assert!(difference.is_none(), "{difference:?}");
    offered_again(house, truth.unacknowledged()).await;
    assert!(!house.log().contains("panicked"), "{}", house.log());
}

/// Two servers that take turns.
struct Pair {
    primary: Cluster,
    other: Cluster,
}

impl Pair {
    fn start() -> Self {
        let mut primary = Cluster::make();
        primary.start(SETTINGS);
        primary.raw().execute("create database henji");
        Self { primary, other: Cluster::place() }
    }

    /// A house that finds whichever of the two can be written to.
    async fn house(&self) -> Binary {
        let hosts = format!("127.0.0.1:{},127.0.0.1:{}", self.primary.port, self.other.port);
        let attributes = "target_session_attrs=read-write";
        let mut house = house_at(format!("postgres://postgres@{hosts}/henji?{attributes}"));
        house.start();
        house.answers().await;
        house
    }

    /// The other becomes a copy of the primary and follows it.
    fn stand_by(&mut self) {
        self.other.follow(&self.primary);
        self.other.start(SETTINGS);
    }

    /// From here on the primary answers nothing that the other does not have.
    async fn wait_for_each_other(&self) {
        let mut primary = self.primary.raw();
        primary.execute("alter system set synchronous_standby_names = '*'");
        primary.execute("select pg_reload_conf()");
        let begun = Instant::now();
        while primary.count("pg_stat_replication", "where sync_state = 'sync'") == 0 {
            assert!(begun.elapsed() < PATIENCE, "the standby does not follow");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn take_over(&mut self) {
        self.other.promote();
        std::mem::swap(&mut self.primary, &mut self.other);
    }
}

async fn doze() {
    let chance = f64::from(henji::store::seal::random::<1>()[0]) / 255.0;
    tokio::time::sleep(LIFE.mul_f64(chance)).await;
}
