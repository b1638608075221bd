//! The database goes away under load, and henji is killed before it is back.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use henji::clock::Clock;
use henji::journal;

use super::told;
use crate::support::binary::Binary;
use crate::support::gate::Gate;
use crate::support::test_db::is_postgres;
use crate::support::webhook::inbound;

const AT_ONCE: usize = 8;
const HANDSETS: usize = 20;

#[derive(Default)]
struct Truth {
    acknowledged: BTreeSet<String>,
    slowest: Duration,
}

impl Truth {
    fn note(&mut self, text: String, took: Duration, acknowledged: bool) {
        self.slowest = self.slowest.max(took);
        if acknowledged {
            self.acknowledged.insert(text);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outages_and_kills_lose_and_double_nothing() {
    if !is_postgres() {
        return told("skipped: a SQLite file does not go away: see disk_full");
    }
    let mut house = Binary::set_up("warn");
    let gate = Gate::before(house.db().url());
    house.surround("HENJI_DATABASE_URL", gate.to(house.db().url()));
    let truth = Arc::new(Mutex::new(Truth::default()));
    let mut kept = 0;
    for round in 0..3 {
        house.start();
        house.answers().await;
        filed(&house).await;
        let posters: Vec<_> = (0..AT_ONCE)
            .map(|poster| {
                tokio::spawn(post(
                    (house.http.clone(), house.signer.clone()),
                    truth.clone(),
                    round,
                    poster,
                ))
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(500)).await;
        match round {
            0 => gate.shut(),
            _ => gate.fall_silent(),
        }
        tokio::time::sleep(Duration::from_millis(4_000)).await;
        if round == 2 {
            // Back, and being filed, when it dies.
            gate.open();
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        house.kill();
        for poster in posters {
            poster.await.unwrap();
        }
        gate.open();
        let left = journal::examine(&house.db().folder().join("webhooks.journal")).unwrap();
        kept += left.map_or(0, |left| left.records);
    }
    // The control: without the journal these acknowledgements would have been lies.
    assert!(kept > 0, "no text was acknowledged while the database was away");
    house.start();
    house.answers().await;
    let truth = std::mem::take(&mut *truth.lock().unwrap());
    filed(&house).await;
    let shown = house.shown().await;
    let lost: Vec<_> =
        truth.acknowledged.iter().filter(|text| !shown.contains_key(*text)).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), truth.acknowledged.len());
    let doubled: Vec<_> = shown.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
    assert!(truth.slowest < super::LONGEST, "a webhook hung for {:?}", truth.slowest);
    assert!(!house.log().contains("panicked"), "{}", house.log());
    told(format_args!(
        "3 outages with kills: {} acknowledged, {kept} of them in the journal alone, 0 lost, \
         0 doubled, slowest answer {} ms",
        truth.acknowledged.len(),
        truth.slowest.as_millis(),
    ));
}

/// Until nothing waits in the journal.
async fn filed(house: &Binary) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while house.readiness().await["journal"] != "empty" {
        assert!(Instant::now() < deadline, "it is not filed: {}", house.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Posts until the process is gone.
async fn post(line: Line, truth: Arc<Mutex<Truth>>, round: usize, poster: usize) {
    for n in 0.. {
        let number = format!("+8190000000{:02}", (n * AT_ONCE + poster) % HANDSETS);
        let text = format!("{round}-{poster}-{n}");
        let body = inbound(&format!("REF-{text}"), &number, &text).to_string();
        let begun = Instant::now();
        let answer = line.1.request(&line.0, Clock::default().now(), "inbound", body).send().await;
        let Ok(answer) = answer else { return };
        truth.lock().unwrap().note(text, begun.elapsed(), answer.status().is_success());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

type Line = (reqwest::Client, crate::support::webhook::Signer);
