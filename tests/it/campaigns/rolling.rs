//! Two nodes behind a balancer are stopped and started in turn, under 200 texts
//! a second and with people at their screens: no webhook fails for good, nothing
//! is lost, doubled or late (R19).
//!
//! `TEST_RESTARTS` says how often, `TEST_SCREENS` how many sockets; the promise is
//! about 100 of them at a release, which `TEST_PROGRAM` names.

use std::time::Duration;

use super::load::afresh;
use super::{beside_others, tell, wanted};

mod balancer;
pub(super) mod figures;
pub(super) mod front;
mod screen;

use figures::Figures;
use front::Front;

const RESTARTS: usize = 2;
/// Restarts of one house; then a new one, so that what is compared stays small.
const OF_ONE_HOUSE: usize = 10;
pub(super) const SCREENS: usize = 50;
/// Sockets that one person may have open.
const OF_ONE_USER: usize = 10;
/// How late a text may be on a screen (R19).
pub(super) const LATE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn rolling_restarts_lose_double_and_delay_nothing() {
    let (restarts, screens) = (wanted("TEST_RESTARTS", RESTARTS), wanted("TEST_SCREENS", SCREENS));
    let (mut done, mut total, late) = (0, Figures::default(), beside_others(LATE));
    while done < restarts {
        let mut front = Front::open(screens, false, Some(afresh())).await;
        for _ in 0..OF_ONE_HOUSE.min(restarts - done) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            total.stop = total.stop.max(front.restart(done % 2).await);
            done += 1;
        }
        let (truth, figures, missed) = front.close().await;
        assert!(truth.wrong.is_empty(), "{:?}", truth.wrong);
        let failed: Vec<_> = truth.unacknowledged().collect();
        assert!(failed.is_empty(), "failed although offered twice: {failed:?}");
        assert!(missed.is_empty(), "{} not on every screen: {missed:?}", missed.len());
        assert!(figures.late < late, "a text was {:?} late", figures.late);
        total.add(&figures);
    }
    tell(format_args!("{done} rolling restarts, {screens} screens: {total}"));
}

/// The control: a node that dies instead of stopping, a provider that offers
/// nothing twice, and screens that forget what they saw are found out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn a_node_that_just_dies_is_found_out() {
    let mut front = Front::open(OF_ONE_USER, true, None).await;
    for n in 0..3 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        front.kill(n % 2).await;
    }
    let (truth, _, missed) = front.close().await;
    let failed = truth.unacknowledged().count();
    assert!(failed > 0 && !missed.is_empty(), "{failed} failed, missed {missed:?}");
    tell(format_args!("control: {failed} webhooks failed, {} texts missed, named", missed.len()));
}
