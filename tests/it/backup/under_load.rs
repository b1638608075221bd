//! Backups of a house at work: 200 texts a second come in while each is made. They
//! rest while it is restored and read, or a slow machine would never be done.
//!
//! `TEST_BACKUPS` says how many; each is restored and looked into.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use henji::clock::Clock;
use henji::store::seal::random;
use serde_json::{Value, json};

use super::Spot;
use crate::support::binary::Binary;
use crate::support::webhook::inbound;

const BACKUPS: usize = 20;
/// Posts at a time, each so often: 200 a second together.
const POSTERS: usize = 10;
const EVERY: Duration = Duration::from_millis(50);
const HANDSETS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_backup_holds_what_was_acknowledged_before_it() {
    let backups = backups();
    let mut house = Binary::set_up("warn");
    house.start();
    house.answers().await;
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let (stop, rest) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let posters = post(&house, &acknowledged, &stop, &rest);
    let (mut at_work, mut absent, mut slowest) = (Duration::ZERO, 0, Duration::ZERO);
    let mut newest = None;
    for n in 0..backups {
        rest.store(false, Ordering::Relaxed);
        let (worked, enough) = (Instant::now(), acknowledged.lock().unwrap().len() + 10);
        while acknowledged.lock().unwrap().len() < enough {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let before = acknowledged.lock().unwrap().clone();
        let name = format!("{n}.backup");
        let asked = Instant::now();
        let made = backup(&house, &name);
        slowest = slowest.max(asked.elapsed());
        rest.store(true, Ordering::Relaxed);
        at_work += worked.elapsed();
        let (restored, told) = restore(house.folder(), &name);
        let held = refs(&restored);
        let lost: Vec<_> = before.difference(&held).collect();
        assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), before.len());
        assert_eq!(made["messages"], held.len(), "nothing twice: {told}");
        holds_together(&restored);
        // The control: a look that could not see a text missing would see none here.
        absent += acknowledged.lock().unwrap().difference(&held).count();
        std::fs::remove_file(house.folder().join(&name)).unwrap();
        newest = Some((restored, held.len()));
    }
    stop.store(true, Ordering::Relaxed);
    posters.join_all().await;
    let seconds = at_work.as_secs_f64();
    assert!(absent > 0, "every restored house held what came after its backup");
    assert!(!house.log().contains("panicked"), "{}", house.log());
    let (restored, held) = newest.unwrap();
    every_text_opens(&restored, held);
    let texts = acknowledged.lock().unwrap().len();
    tell(&json!({
        "backups": backups,
        "seconds_at_work": seconds.round(),
        "texts_per_s": (texts as f64 / seconds).round(),
        "acknowledged": texts,
        "lost": 0,
        "slowest_backup_s": slowest.as_secs_f64(),
        "came_after_their_backup": absent,
    }));
}

#[tokio::test]
async fn a_killed_backup_leaves_nothing_under_its_name() {
    let spot = Spot::set_up();
    let started = Instant::now();
    spot.run("backup whole.backup").unwrap();
    let whole = started.elapsed();
    let (mut cut, mut finished) = (0, 0);
    for n in 0..30 {
        let name = format!("{n}.backup");
        let mut child =
            spot.command(&format!("backup {name}")).stdout(Stdio::null()).spawn().unwrap();
        let chance = f64::from(u16::from_be_bytes(random())) / f64::from(u16::MAX);
        std::thread::sleep(whole.mul_f64(chance * 1.2));
        child.kill().unwrap();
        child.wait().unwrap();
        if spot.path(&name).exists() {
            spot.run(&format!("restore --check {name}")).unwrap();
            finished += 1;
        } else {
            // What a kill left behind is in nobody's way.
            spot.run(&format!("backup {name}")).unwrap();
            assert!(!spot.path(&format!("{name}.part")).exists());
            cut += 1;
        }
    }
    assert!(cut > 0, "no kill came in time: {finished} were finished");
}

#[test]
fn a_killed_restore_leaves_no_database_and_is_in_nobodys_way() {
    let house = Spot { db: crate::support::test_db::TestDb::empty() };
    house.run("demo --messages 1000").unwrap();
    house.run("backup whole.backup").unwrap();
    let file = house.path("whole.backup").display().to_string();
    let started = Instant::now();
    Spot::with_key_of(house.db.folder()).run(&format!("restore {file}")).unwrap();
    let whole = started.elapsed();
    let mut cut = 0;
    for _ in 0..5 {
        let spot = Spot::with_key_of(house.db.folder());
        let mut child =
            spot.command(&format!("restore {file}")).stdout(Stdio::null()).spawn().unwrap();
        let chance = f64::from(u16::from_be_bytes(random())) / f64::from(u16::MAX);
        std::thread::sleep(whole.mul_f64(chance));
        cut += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        // Either it was done, or the same again does it.
        let again = spot.run(&format!("restore {file}"));
        assert!(again.is_ok() || again.is_err_and(|said| said.contains("empty")));
        assert_eq!(spot.db.raw().count("messages", ""), 1_000);
    }
    assert!(cut > 0, "no kill came in time");
}

fn post(
    house: &Binary,
    acknowledged: &Arc<Mutex<BTreeSet<String>>>,
    stop: &Arc<AtomicBool>,
    rest: &Arc<AtomicBool>,
) -> tokio::task::JoinSet<()> {
    let mut posters = tokio::task::JoinSet::new();
    for poster in 0..POSTERS {
        let (http, signer) = (house.http.clone(), house.signer.clone());
        let (acknowledged, stop, rest) = (acknowledged.clone(), stop.clone(), rest.clone());
        posters.spawn(async move {
            let mut tick = tokio::time::interval(EVERY);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            for n in 0.. {
                tick.tick().await;
                while rest.load(Ordering::Relaxed) && !stop.load(Ordering::Relaxed) {
                    tick.tick().await;
                }
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let number = n * POSTERS + poster;
                let (reference, from) =
                    (format!("REF-{number}"), format!("+8190000000{:02}", number % HANDSETS));
                let body = inbound(&reference, &from, &format!("text {number}")).to_string();
                let now = Clock::default().now();
                let answer = signer.request(&http, now, "inbound", body).send().await.unwrap();
                if answer.status().is_success() {
                    acknowledged.lock().unwrap().insert(reference);
                }
            }
        });
    }
    posters
}

fn backup(house: &Binary, name: &str) -> Value {
    let made = house.run(&format!("backup {name} --json"), "");
    serde_json::from_slice(&made.stdout).unwrap()
}

fn restore(folder: &Path, name: &str) -> (Spot, String) {
    let spot = Spot::with_key_of(folder);
    let file: PathBuf = folder.join(name);
    let told = spot.run(&format!("restore {}", file.display())).unwrap();
    (spot, told)
}

/// The provider's ids of all texts; one row each.
fn refs(spot: &Spot) -> BTreeSet<String> {
    let refs = spot.db.raw().texts("select provider_ref as t from messages");
    let set: BTreeSet<String> = refs.iter().cloned().collect();
    assert_eq!(set.len(), refs.len(), "a text is there twice");
    set
}

/// Rows of one transaction are all there or all missing.
fn holds_together(spot: &Spot) {
    let mut raw = spot.db.raw();
    let told = raw.count("events", "where kind = 'message.created'");
    assert_eq!(told, raw.count("messages", ""), "every text is told, and nothing else");
    let newest = "select count(*) as n from conversations c where not exists \
        (select 1 from messages m where m.id = c.last_message_id and m.conversation_id = c.id)";
    assert_eq!(raw.number(newest), 0, "a conversation ends with a text that is not there");
    assert!(raw.count("conversations", "") <= HANDSETS as i64);
    assert_eq!(raw.count("sessions", ""), 0);
}

fn every_text_opens(spot: &Spot, held: usize) {
    use henji::store::{StoreError, messages};

    let ids = spot.db.raw().texts(match spot.db.raw().is_postgres() {
        true => "select id::text as t from messages",
        false => "select lower(hex(id)) as t from messages",
    });
    assert_eq!(ids.len(), held);
    let mut db =
        henji::store::health::open(spot.db.url(), super::key_in(spot.db.folder())).unwrap();
    for id in ids {
        let id: uuid::Uuid = id.parse().unwrap();
        let found: Result<_, StoreError> = messages::find(&mut db, id.into());
        assert!(found.unwrap().body.starts_with("text "));
    }
}

fn backups() -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_BACKUPS").ok();
    asked.map_or(BACKUPS, |backups| backups.parse().expect("TEST_BACKUPS is a number"))
}

#[expect(clippy::print_stdout, reason = "the numbers are part of what the test tells")]
fn tell(figures: &Value) {
    println!("{figures}");
}
