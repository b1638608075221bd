//! A disk that fails at any one write.
//!
//! `TEST_DISK_FAULTS` says at how many; the library in `faults.c` makes them.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Truth, recovers, tell};
use crate::support::binary::Binary;
use crate::support::test_db::TestDb;

/// A campaign is `bin/test --disk-faults 5000`.
const FAULTS: usize = 60;
/// Writes of one text and what follows it: each of them is met.
const SPAN: usize = 20;

const EIO: i32 = 1;
const ENOSPC: i32 = 2;
const SHORT: i32 = 3;
const LIE: i32 = 4;

struct Faults {
    library: PathBuf,
    control: PathBuf,
}

impl Faults {
    fn compile(folder: &Path) -> Self {
        let (library, control) = (folder.join("faults.so"), folder.join("control"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/disk/faults.c");
        let made = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(&library)
            .args([source, "-ldl"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::write(&control, [0; 4096]).unwrap();
        Self { library, control }
    }

    fn surround(&self, house: &mut Binary) {
        house.surround("LD_PRELOAD", self.library.display().to_string());
        house.surround("FAULT_CONTROL", self.control.display().to_string());
        let folder = house.db().folder().display().to_string();
        house.surround("FAULT_FOLDER", folder);
    }

    /// The write after `after` others fails, and `more` behind it.
    fn arm(&self, after: usize, kind: i32, more: usize) {
        let control = std::fs::File::options().write(true).open(&self.control).unwrap();
        control.write_all_at(&(more as i32).to_ne_bytes(), 12).unwrap();
        control.write_all_at(&kind.to_ne_bytes(), 4).unwrap();
        control.write_all_at(&(after as i32 + 1).to_ne_bytes(), 0).unwrap();
    }

    fn number(&self, at: u64) -> i32 {
        let mut bytes = [0; 4];
        std::fs::File::open(&self.control).unwrap().read_exact_at(&mut bytes, at).unwrap();
        i32::from_ne_bytes(bytes)
    }

    fn is_armed(&self) -> bool {
        self.number(0) > 0
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_loses_nothing_that_was_acknowledged() {
    let (mut house, faults, _folder) = faulty_house();
    let mut truth = Truth::default();
    house.start();
    house.answers().await;
    let begun = Instant::now();
    let mut slowest = Duration::ZERO;
    for fault in 0..faults_wanted() {
        let kind = [EIO, ENOSPC, SHORT][fault % 3];
        // One that passes when it is tried again, and a disk that stays broken for a while.
        faults.arm((fault / 3) % SPAN, kind, [0, 12][fault % 2]);
        let mut n = 0;
        while faults.is_armed() {
            truth.offer(&house, format!("fault {fault} text {n}")).await;
            n += 1;
            assert!(n < 1_000, "fault {fault} is never met");
        }
        slowest = slowest.max(recovers(&house).await);
        // One more, to know that it works.
        assert!(truth.offer(&house, format!("fault {fault} over")).await, "{}", house.log());
    }
    let seconds = begun.elapsed().as_secs_f64();
    truth.check(&house).await;
    house.kill();
    house.start();
    house.answers().await;
    truth.check(&house).await;
    assert!(!house.log().contains("panicked"), "{}", house.log());
    house.kill();
    assert_eq!(
        house.db().raw().texts("select integrity_check as t from pragma_integrity_check"),
        ["ok"]
    );
    tell(format_args!(
        "disk faults: {} in {seconds:.0} s over {} writes, {} texts acknowledged, {} turned away, \
         0 lost, 0 doubled; slowest recovery {} ms",
        faults_wanted(),
        faults.number(8),
        truth.acknowledged.len(),
        truth.turned_away,
        slowest.as_millis(),
    ));
}

/// The control: a disk that says it wrote and did not is found out by the same look.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_lies_is_found_out() {
    let (mut house, faults, _folder) = faulty_house();
    house.start();
    house.answers().await;
    let mut acknowledged = Vec::new();
    for round in 0..20 {
        faults.arm(round % 5, LIE, 0);
        for n in 0..3 {
            let text = format!("lie {round} {n}");
            // Once the damage shows, anything may be answered, or nothing.
            let body = crate::support::webhook::inbound(&text, super::HANDSET, &text).to_string();
            let now = henji::clock::Clock::default().now();
            let answer = house.signer.request(&house.http, now, "inbound", body).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                acknowledged.push(text);
            }
        }
    }
    house.kill();
    let mut raw = house.db().raw();
    let whole = raw.try_execute("select count(*) from messages").is_ok()
        && raw.texts("select integrity_check as t from pragma_integrity_check") == ["ok"];
    let kept =
        if whole { raw.count("messages", "where direction = 'inbound'") as usize } else { 0 };
    assert!(kept < acknowledged.len(), "{kept} of {} kept", acknowledged.len());
}

fn faulty_house() -> (Binary, Faults, tempfile::TempDir) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let faults = Faults::compile(folder.path());
    let mut house = Binary::set_up_on(TestDb::file_in(folder.path()), "warn");
    faults.surround(&mut house);
    (house, faults, folder)
}

fn faults_wanted() -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_DISK_FAULTS").ok();
    asked.map_or(FAULTS, |faults| faults.parse().expect("TEST_DISK_FAULTS is a number"))
}
