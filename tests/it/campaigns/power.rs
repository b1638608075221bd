//! The power goes at any moment: what SQLite's files may hold then is made from a
//! record of every write and fsync, and opened (R1). Every acknowledged text is
//! in every such image, once, and none is damaged.
//!
//! `TEST_IMAGES` says how many. The program is the real one with one number in
//! it changed, so that its log is checkpointed after 100 pages instead of 4,000:
//! small files, and many checkpoints to be cut off in.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;
use henji::clock::Clock;
use henji::domain::user::Sight;
use henji::store::conversations::{self, Query, View};
use henji::store::health::{self, Look};
use henji::store::{Db, StoreError, messages};

use super::{tell, wanted};
use crate::support::binary::Binary;
use crate::support::test_db::TestDb;
use crate::support::webhook::inbound;

mod disk;
mod random;
mod record;

use disk::{Disk, Image};
use random::Random;
use record::{Entry, Recorder};

const IMAGES: usize = 10_000;
const OF_THE_CONTROL: usize = 200;
/// Starts of the process; it stops in order but for the last time.
const LIVES: usize = 3;
const TEXTS_OF_A_LIFE: usize = 40;
const AT_ONCE: usize = 3;
const HANDSETS: usize = 7;

/// The files of an [`Image`].
const SUFFIXES: [&str; 3] = ["", "-wal", "-journal"];
const CHECKPOINTS: (&str, &str) = ("wal_autocheckpoint = 4000;", "wal_autocheckpoint = 0100;");
const NORMAL: (&str, &str) = ("synchronous = FULL;", "synchronous = 1   ;");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn no_power_cut_loses_what_was_acknowledged() {
    let (images, begun) = (wanted("TEST_IMAGES", IMAGES), Instant::now());
    let told = Arc::new(Told::record(&[CHECKPOINTS]).await);
    let found = look_at(&told, images);
    assert!(found.damaged.is_empty(), "{:?}", found.damaged);
    assert!(found.lost.is_empty(), "{:?}", found.lost);
    assert!(told.checkpoints() > LIVES, "{} checkpoints", told.checkpoints());
    tell(format_args!(
        "power cuts: {images} images in {} s, of {} writes and fsyncs and {} checkpoints, {} texts \
         acknowledged: {} looked for in all, 0 lost, 0 doubled, 0 damaged",
        begun.elapsed().as_secs(),
        told.entries.len(),
        told.checkpoints(),
        told.acknowledged.len(),
        found.looked_for,
    ));
}

/// The control: with `synchronous = NORMAL` an acknowledged text can be gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn a_database_that_syncs_less_is_found_to_lose() {
    let told = Arc::new(Told::record(&[CHECKPOINTS, NORMAL]).await);
    let found = look_at(&told, OF_THE_CONTROL);
    assert!(found.damaged.is_empty(), "NORMAL keeps the file whole: {:?}", found.damaged);
    assert!(found.lost.len() > OF_THE_CONTROL / 10, "{} images lost", found.lost.len());
    tell(format_args!(
        "control: with synchronous = NORMAL {} of {OF_THE_CONTROL} images miss acknowledged texts",
        found.lost.len()
    ));
}

/// What was done to the files, and what the provider was told meanwhile.
struct Told {
    /// The database before all of it.
    before: Vec<u8>,
    key: [u8; 32],
    entries: Vec<Entry>,
    /// Text, and the length of the record when its 2xx had come.
    acknowledged: Vec<(String, usize)>,
}

impl Told {
    async fn record(changes: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut house = Binary::set_up_on(TestDb::file_in(folder.path()), "error");
        // Whoever closes it last leaves one file.
        house.db().raw().execute("pragma wal_checkpoint(truncate)");
        let before = fs::read(house.folder().join("henji.db")).unwrap();
        assert!(!house.folder().join("henji.db-wal").exists(), "a log from before");
        let key = henji::key_file::open(&house.folder().join("henji.key")).unwrap();
        house.use_program(changed(folder.path(), changes));
        let recorder = Recorder::around(&mut house, folder.path());
        let mut acknowledged = Vec::new();
        for life in 0..LIVES {
            house.start();
            house.answers().await;
            let posts = (0..TEXTS_OF_A_LIFE).map(|n| post(&house, &recorder, life, n));
            let mut posts = futures_util::stream::iter(posts).buffer_unordered(AT_ONCE);
            while let Some(told) = posts.next().await {
                acknowledged.push(told);
            }
            drop(posts);
            if life + 1 < LIVES {
                house.signal("TERM");
                assert_eq!(house.ends().await, Some(0), "{}", house.log());
            }
        }
        // What it does to the end has no witness.
        house.kill();
        let told = Self { before, key, entries: recorder.entries(), acknowledged };
        told.is_complete(house.folder());
        told
    }

    /// The record, played to its end, makes the very files that are there.
    fn is_complete(&self, folder: &Path) {
        let mut disk = Disk::with(self.before.clone());
        self.entries.iter().for_each(|entry| disk.happens(entry));
        for (suffix, content) in SUFFIXES.into_iter().zip(disk.now()) {
            let real = fs::read(folder.join(format!("henji.db{suffix}"))).ok();
            assert!(content == real, "henji.db{suffix} is not as it was written down");
        }
    }

    /// Runs of writes to the database itself.
    fn checkpoints(&self) -> usize {
        let is_page = |entry: &&Entry| matches!(entry.deed, record::Deed::Write { .. });
        let files: Vec<_> = self.entries.iter().filter(is_page).map(|entry| entry.file).collect();
        let into =
            |two: &&[record::File]| two[0] == record::File::Log && two[1] == record::File::Database;
        files.windows(2).filter(into).count()
    }
}

async fn post(house: &Binary, recorder: &Recorder, life: usize, n: usize) -> (String, usize) {
    let text = format!("text {life}-{n} 長めの本文で頁を埋める");
    let from = format!("+8190000003{:02}", n % HANDSETS);
    let body = inbound(&format!("REF-{life}-{n}"), &from, &text).to_string();
    let now = Clock::default().now();
    let answer = house.signer.request(&house.http, now, "inbound", body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    (text, recorder.length())
}

/// A copy of the program with some of its words changed.
fn changed(folder: &Path, changes: &[(&str, &str)]) -> PathBuf {
    let (original, copy) = (env!("CARGO_BIN_EXE_henji"), folder.join("henji"));
    let script: Vec<String> = changes.iter().map(|(from, to)| format!("s/{from}/{to}/g")).collect();
    let sed = Command::new("sed").env("LC_ALL", "C").arg(script.join(";")).arg(original).output();
    fs::write(&copy, sed.unwrap().stdout).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
    let has = |file: &Path, words: &str| {
        Command::new("grep").args(["-qaF", words]).arg(file).status().unwrap().success()
    };
    for (from, to) in changes {
        assert!(has(Path::new(original), from), "the program has no {from:?}");
        assert!(has(&copy, to) && !has(&copy, from), "{from:?} is still in the copy");
    }
    copy
}

#[derive(Default)]
struct Found {
    lost: Vec<String>,
    damaged: Vec<String>,
    /// Acknowledged texts over all images.
    looked_for: usize,
}

/// Draws images over the whole record, on all processors.
fn look_at(told: &Arc<Told>, images: usize) -> Found {
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    let workers: Vec<_> = (0..hands)
        .map(|hand| {
            let told = told.clone();
            std::thread::spawn(move || look_at_some(&told, images, hand, hands))
        })
        .collect();
    let mut found = Found::default();
    for worker in workers {
        let some = worker.join().unwrap();
        found.lost.extend(some.lost);
        found.damaged.extend(some.damaged);
        found.looked_for += some.looked_for;
    }
    found
}

/// Every `hands`-th of the images, in the order of the record.
fn look_at_some(told: &Told, images: usize, hand: usize, hands: usize) -> Found {
    let place = tempfile::tempdir_in(memory()).unwrap();
    let (mut disk, mut found, mut done) = (Disk::with(told.before.clone()), Found::default(), 0);
    for n in (hand..images).step_by(hands) {
        let cut = n * told.entries.len() / images + 1;
        while done < cut {
            disk.happens(&told.entries[done]);
            done += 1;
        }
        let at = told.entries[done - 1].end;
        let image = disk.image(&mut Random::new(n as u64));
        let wanted: Vec<&String> = told
            .acknowledged
            .iter()
            .filter(|(_, when)| *when <= at)
            .map(|(text, _)| text)
            .collect();
        found.looked_for += wanted.len();
        match read(place.path(), &image, told.key) {
            Err(damage) => found.damaged.push(format!("image {n}: {damage}")),
            Ok(shown) => {
                let lost = wanted.iter().filter(|text| !shown.contains_key(**text)).count();
                if lost > 0 {
                    found.lost.push(format!("image {n}: {lost} of {}", wanted.len()));
                }
                let doubled = shown.iter().filter(|(_, times)| **times > 1);
                found.damaged.extend(doubled.map(|(text, _)| format!("image {n}: {text} twice")));
            }
        }
    }
    found
}

/// Opens an image as a start does; its texts, each as often as it is there.
fn read(place: &Path, image: &Image, key: [u8; 32]) -> Result<BTreeMap<String, usize>, String> {
    let database = place.join("henji.db");
    for (suffix, content) in SUFFIXES.into_iter().zip(image) {
        let file = place.join(format!("henji.db{suffix}"));
        match content {
            Some(bytes) => fs::write(&file, bytes).unwrap(),
            None => drop(fs::remove_file(&file)),
        }
    }
    let url = format!("sqlite:{}", database.display());
    let mut db = health::open(&url, key).map_err(|error| error.to_string())?;
    match health::damage(&mut db, Look::Thorough) {
        Ok(None) => shown(&mut db).map_err(|error| error.to_string()),
        Ok(Some(damage)) => Err(damage),
        Err(error) => Err(error.to_string()),
    }
}

fn shown(db: &mut Db) -> Result<BTreeMap<String, usize>, StoreError> {
    let query = Query {
        sight: Sight::All,
        view: View::All,
        inbox: None,
        among: None,
        tag: None,
        after: None,
        limit: 1_000,
    };
    let mut shown = BTreeMap::new();
    for conversation in conversations::list(db, &query)?.rows {
        for message in messages::page_before(db, conversation.id, None, 1_000)? {
            *shown.entry(message.body).or_default() += 1;
        }
    }
    Ok(shown)
}

/// Images live for a moment: in memory where there is a place for it.
fn memory() -> PathBuf {
    let shared = PathBuf::from("/dev/shm");
    if shared.is_dir() { shared } else { std::env::temp_dir() }
}
