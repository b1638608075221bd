//! The version before and this one, side by side on one PostgreSQL, while one
//! takes the other's place under load, and back again (R20).
//!
//! `TEST_BEFORE` names the program of the version before; `TEST_SIDE_BY_SIDE`
//! says for how many seconds each pair of versions works together.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::load::afresh;
use super::rolling::figures::Figures;
use super::rolling::front::Front;
use super::rolling::{LATE, SCREENS};
use super::{beside_others, orders, tell, wanted};

const SIDE_BY_SIDE: usize = 5;
const MIGRATIONS: &str = "select version as t from __diesel_schema_migrations";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "wants the program of the version before: bin/nightly versions"]
async fn two_versions_side_by_side_lose_double_and_delay_nothing() {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let before = std::env::var("TEST_BEFORE").expect("TEST_BEFORE names a program");
    let (before, ours) = (PathBuf::from(before), PathBuf::from(env!("CARGO_BIN_EXE_henji")));
    let seconds = wanted("TEST_SIDE_BY_SIDE", SIDE_BY_SIDE) as u64;
    let (screens, late) = (wanted("TEST_SCREENS", SCREENS), beside_others(LATE));
    let mut front = Front::open_by(before.clone(), screens, false, Some(afresh())).await;
    let migrated = |front: &Front| front.nodes()[0].db().raw().texts(MIGRATIONS).len();
    let at_first = migrated(&front);
    let over = Arc::new(AtomicBool::new(false));
    let ordering = orders::start(&front.nodes()[0], front.url(), over.clone());

    // Forward, with the old one on the tables of the new; back, as after a
    // regret; and forward for good.
    let turns = [(0, &ours), (1, &ours), (0, &before), (1, &before), (0, &ours), (1, &ours)];
    let mut stop = Duration::ZERO;
    for (n, program) in turns {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        stop = stop.max(front.replace(n, program).await);
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let added = migrated(&front) - at_first;
    over.store(true, Ordering::SeqCst);
    let ordered = ordering.await.unwrap().check(front.nodes()).await;
    let (truth, figures, missed) = front.close().await;

    assert!(truth.wrong.is_empty(), "{:?}", truth.wrong);
    let failed: Vec<_> = truth.unacknowledged().collect();
    assert!(failed.is_empty(), "failed although offered twice: {failed:?}");
    assert!(missed.is_empty(), "{} not on every screen: {missed:?}", missed.len());
    assert!(figures.late < late, "a text was {:?} late", figures.late);
    let total = Figures { stop, ..figures };
    tell(format_args!(
        "two versions, {added} migrations between them, {seconds} s a pair, {screens} screens: \
         {total}; {ordered}"
    ));
}

/// The control: a column that the other version does not know to fill, which is
/// what the rule for migrations forbids, is found out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn a_migration_that_breaks_the_rule_is_found_out() {
    let front = Front::open(1, false, Some(afresh())).await;
    let mut raw = front.nodes()[0].db().raw();
    raw.execute("alter table messages add column broken text not null default ''");
    raw.execute("alter table messages alter column broken drop default");
    tokio::time::sleep(Duration::from_secs(1)).await;
    raw.execute("alter table messages drop column broken");
    let (truth, difference, kept) = front.broken().await;
    let (failed, lost) = (truth.unacknowledged().count(), difference.lost.len());
    assert!(failed + lost > 0, "nobody noticed");
    // Not shown, but not lost to people either.
    assert!(kept >= lost as i64, "{kept} of {lost} are kept");
    tell(format_args!("control: {failed} webhooks failed, {lost} texts set aside, named"));
}
