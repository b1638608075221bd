//! PostgreSQL is killed whole under 200 texts a second and stays away: what was
//! acknowledged meanwhile is there once when it is back, and everybody else was
//! told the truth and recovers by himself.
//!
//! `TEST_OUTAGE_SECONDS` says for how long; the promise is about 30.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::load::Load;
use super::{beside_others, house_at, line, offered_again, orders, recovers, tell, wanted};
use crate::support::browser::Browser;
use crate::support::cluster::Cluster;

const OUTAGE: usize = 5;
/// Before the kill, and after it is back.
const CALM: Duration = Duration::from_secs(2);
/// Until pages answer again once the server takes connections.
const RECOVERY: Duration = Duration::from_secs(10);
const EMAIL: &str = "sato@example.jp";
const PASSWORD: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn nothing_is_lost_or_doubled_while_postgresql_is_killed() {
    let outage = Duration::from_secs(wanted("TEST_OUTAGE_SECONDS", OUTAGE) as u64);
    let limit = beside_others(RECOVERY);
    let mut server = Cluster::make();
    server.start(&[]);
    server.raw().execute("create database henji");
    let mut house = house_at(server.url("henji"));
    let add = format!("user add {EMAIL} --name 佐藤 --role agent --inbox {}", house.inbox);
    house.run(&format!("{add} --password-stdin"), PASSWORD);
    house.start();
    house.answers().await;
    let sato = Browser::at(house.http.clone(), &house.url, &house.public_url);
    sato.sign_in(EMAIL, PASSWORD).await;

    let over = Arc::new(AtomicBool::new(false));
    let reading = tokio::spawn(read_pages(sato, over.clone()));
    let ordering = orders::start(&house, &house.url, over.clone());
    let load = Load::start(line(&house));
    tokio::time::sleep(CALM).await;
    let killed_at = Instant::now();
    server.kill();
    let before = load.acknowledged();
    tokio::time::sleep(outage).await;
    let meanwhile = load.acknowledged() - before;
    let waiting = house.readiness().await;
    assert_eq!(waiting["database"], "unreachable", "{waiting}");
    server.start(&[]);
    let back_at = Instant::now();
    let filed = recovers(&house).await;
    tokio::time::sleep(CALM).await;
    over.store(true, Ordering::SeqCst);
    let truth = load.stop().await;
    let pages = reading.await.unwrap();
    let orders = ordering.await.unwrap();
    recovers(&house).await;

    assert!(truth.wrong.is_empty(), "{:?}", truth.wrong);
    let difference = truth.compare(&house.shown().await);
    assert!(difference.is_none(), "{difference:?}");
    // Most of them could be kept: the journal was there all the time.
    assert!(meanwhile > 100 * outage.as_secs() as usize, "{meanwhile} acknowledged meanwhile");
    offered_again(&house, truth.unacknowledged()).await;
    orders.told_to_come_back();
    let told = pages.check(killed_at, back_at, limit);
    let ordered = orders.check(std::slice::from_ref(&house)).await;
    assert!(!house.log().contains("panicked"), "{}", house.log());
    tell(format_args!(
        "PostgreSQL killed for {} s: {} texts acknowledged, {meanwhile} of them while it was away, \
         {} turned away, 0 lost, 0 doubled, slowest answer {} ms; journal filed {} ms after it \
         answered, {told}; {ordered}",
        outage.as_secs(),
        truth.acknowledged.len(),
        truth.turned_away + truth.broken,
        truth.slowest.as_millis(),
        filed.as_millis(),
    ));
}

/// The control: without what the node keeps on its own disk, and with a provider
/// that gives a text two ids, the same comparison names every text.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn a_journal_that_vanishes_is_found_out() {
    let mut server = Cluster::make();
    server.start(&[]);
    server.raw().execute("create database henji");
    let mut house = house_at(server.url("henji"));
    house.start();
    house.answers().await;
    let load = Load::start(line(&house));
    tokio::time::sleep(CALM).await;
    server.kill();
    tokio::time::sleep(CALM).await;
    let truth = load.stop().await;
    house.kill();
    let journal = house.folder().join("webhooks.journal");
    let kept = henji::journal::examine(&journal).unwrap().expect("a journal").records;
    std::fs::remove_file(journal).unwrap();
    server.start(&[]);
    house.start();
    house.answers().await;
    let twice = truth.acknowledged.keys().next().unwrap();
    let again = crate::support::webhook::inbound("ANOTHER-REF", "+819000000199", twice).to_string();
    let now = henji::clock::Clock::default().now();
    house.signer.request(&house.http, now, "inbound", again).send().await.unwrap();
    let difference = truth.compare(&house.shown().await);
    assert!(kept > 100, "{kept}");
    // What was committed in the moment of the kill may lie in the journal as well.
    let lost = difference.lost.len() as u64;
    assert!(lost <= kept && kept <= lost + 5, "{kept} kept, {lost} lost: {difference:?}");
    assert_eq!(difference.doubled, std::slice::from_ref(twice));
    tell(format_args!("control: {kept} texts in the journal alone, all named as lost without it"));
}

/// What a person saw who pressed reload all the time.
struct Pages(Vec<(Instant, u16)>);

async fn read_pages(browser: Browser, over: Arc<AtomicBool>) -> Pages {
    let mut seen = Vec::new();
    while !over.load(Ordering::SeqCst) {
        let page = browser.get("/conversations").await;
        seen.push((Instant::now(), page.status));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Pages(seen)
}

impl Pages {
    /// Pages while it is there, 503 while it is away, pages again soon after.
    fn check(&self, killed_at: Instant, back_at: Instant, limit: Duration) -> String {
        let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
        self.0.iter().for_each(|(_, status)| *statuses.entry(*status).or_default() += 1);
        assert!(statuses.keys().all(|status| [200, 503].contains(status)), "{statuses:?}");
        let refused = self.0.iter().filter(|(_, status)| *status == 503);
        let last = refused.clone().map(|(at, _)| *at).max().expect("it was away");
        assert!(refused.clone().all(|(at, _)| *at > killed_at), "refused before the kill");
        let page = self.0.iter().find(|(at, status)| *at > last && *status == 200);
        let recovered = page.expect("pages are back").0.saturating_duration_since(back_at);
        assert!(recovered < limit, "pages took {recovered:?}");
        format!("pages after {} ms ({statuses:?})", recovered.as_millis())
    }
}
