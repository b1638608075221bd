//! A start that is killed while it migrates is finished by the next one (R20), and
//! of those that start together each migration is run by one.
//!
//! `TEST_MIGRATION_KILLS` says how often a start is killed that begins with each of
//! the migrations; without it, it begins with some of them.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use henji::store::seal::random;
use serde_json::json;

use crate::schema::shape;
use crate::support::raw::Raw;
use crate::support::template::furnished;
use crate::support::test_db::{TestDb, is_postgres};

const KILLS: usize = 3;
/// How many migrations lie between two beginnings; a start runs all from its own on.
const APART: usize = 4;
const TOGETHER: usize = 4;

#[test]
fn a_migration_killed_at_any_point_is_finished_by_the_next_start() {
    let reference = furnished().copy();
    let expected = shape(&mut reference.raw());
    let folders = folders();
    let asked = asked();
    let (kills, apart) = asked.map_or((KILLS, APART), |kills| (kills, 1));
    let (mut starts, mut alive, mut between) = (0, 0, 0);
    for first in (0..folders.len()).step_by(apart) {
        let usual = time_of(&undone(&folders[first..]));
        for _ in 0..kills {
            starts += 1;
            let db = undone(&folders[first..]);
            let mut child = migrating(&db);
            let chance = f64::from(u16::from_be_bytes(random())) / f64::from(u16::MAX);
            std::thread::sleep(usual.mul_f64(chance));
            alive += usize::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
            let done = applied(&mut db.raw());
            between += usize::from(done > first && done < folders.len());
            finishes(&db);
            assert_eq!(shape(&mut db.raw()), expected, "from {}", folders[first].display());
            if first > 0 {
                assert_eq!(db.raw().count("users", ""), reference.raw().count("users", ""));
            }
        }
    }
    assert!(alive * 2 > starts, "only {alive} of {starts} were killed before they were done");
    tell(&json!({
        "migrations": folders.len(),
        "kills": starts,
        "alive_when_killed": alive,
        "left_between_two_migrations": between,
        "left_unfinished": 0,
    }));
}

#[test]
fn who_starts_together_migrates_once() {
    let expected = shape(&mut furnished().copy().raw());
    for _ in 0..3 {
        let db = undone(&folders());
        let together: Vec<_> = (0..TOGETHER).map(|_| migrating(&db)).collect();
        together.into_iter().for_each(is_done);
        assert_eq!(shape(&mut db.raw()), expected);
    }
}

/// The control: a migration that was left half done would be noticed.
#[test]
fn a_half_done_migration_stops_the_start() {
    let folders = folders();
    let newest = &folders[folders.len() - 1..];
    let db = undone(newest);
    let up = std::fs::read_to_string(newest[0].join("up.sql")).unwrap();
    let first_statement = up.split_inclusive(';').next().unwrap();
    db.raw().execute(first_statement);
    let output = migrating(&db).wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    // SQLite has another word for a column than for a table.
    assert!(said.contains("already exists") || said.contains("duplicate column"), "{said}");
}

/// A house as it was before `newest` were made, oldest first.
fn undone(newest: &[PathBuf]) -> TestDb {
    let db = furnished().copy();
    let mut raw = db.raw();
    for folder in newest.iter().rev() {
        raw.execute(&std::fs::read_to_string(folder.join("down.sql")).unwrap());
        let version = version(folder);
        raw.execute(&format!("delete from __diesel_schema_migrations where version = '{version}'"));
    }
    drop(raw);
    db
}

/// Any command migrates before it looks for whom it is about.
fn migrating(db: &TestDb) -> Child {
    Command::new(env!("CARGO_BIN_EXE_henji"))
        .args(["user", "disable", "nobody@example.jp"])
        .env_clear()
        .current_dir(db.folder())
        .env("HENJI_DATA_DIR", db.folder())
        .env("HENJI_DATABASE_URL", db.url())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn finishes(db: &TestDb) {
    is_done(migrating(db));
}

fn is_done(start: Child) {
    let output = start.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("nobody signs in as nobody@example.jp"), "{said}");
}

fn time_of(db: &TestDb) -> Duration {
    let started = Instant::now();
    finishes(db);
    started.elapsed()
}

/// How many migrations are done; none where their table is not there.
fn applied(raw: &mut Raw) -> usize {
    raw.texts("select version as t from __diesel_schema_migrations").len()
}

fn folders() -> Vec<PathBuf> {
    let tree = if is_postgres() { "migrations/postgres" } else { "migrations/sqlite" };
    let entries = std::fs::read_dir(tree).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// `2026-11-22-010000_create_people` is kept as `20261122010000`.
fn version(folder: &Path) -> String {
    let name = folder.file_name().unwrap().to_str().unwrap();
    name.split('_').next().unwrap().replace('-', "")
}

fn asked() -> Option<usize> {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_MIGRATION_KILLS").ok()?;
    Some(asked.parse().expect("TEST_MIGRATION_KILLS is a number"))
}

#[expect(clippy::print_stdout, reason = "the numbers are part of what the test tells")]
fn tell(figures: &serde_json::Value) {
    println!("{figures}");
}
