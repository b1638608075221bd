//! A database of a test's own: a file on SQLite, a database of the cluster that
//! `TEST_DATABASE_URL` names on PostgreSQL. Gone with the test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::raw::Raw;

/// A folder and a database.
pub struct TestDb {
    folder: TempDir,
    url: String,
    /// The name to drop, and where.
    database: Option<(String, String)>,
}

impl TestDb {
    /// Nothing in it yet, no tables either.
    pub fn empty() -> Self {
        let folder = folder();
        match cluster() {
            None => Self { url: sqlite_in(folder.path()), folder, database: None },
            Some(cluster) => {
                let name = fresh_name();
                Raw::open(&cluster).execute(&format!("create database {name}"));
                let url = database_of(&cluster, &name);
                Self { folder, url, database: Some((cluster, name)) }
            }
        }
    }

    /// A file in a folder of `place`, whatever the other tests run on.
    pub fn file_in(place: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("henji-").tempdir_in(place).unwrap();
        Self { url: sqlite_in(folder.path()), folder, database: None }
    }

    /// A database of somebody else's making, whatever the other tests run on.
    pub fn at(url: String) -> Self {
        Self { folder: folder(), url, database: None }
    }

    /// The tables of this version, and no rows.
    pub fn migrated() -> Self {
        let db = Self::empty();
        henji::store::migrate_down_and_up(db.url()).unwrap();
        db
    }

    pub(super) fn copy_of_file(original: &Path) -> Self {
        let folder = folder();
        std::fs::copy(original, folder.path().join("henji.db")).unwrap();
        Self { url: sqlite_in(folder.path()), folder, database: None }
    }

    pub(super) fn copy_of_database(original: &str) -> Self {
        let cluster = cluster().unwrap();
        let name = fresh_name();
        let copy = format!("create database {name} template {original}");
        Raw::open(&cluster).execute(&copy);
        let url = database_of(&cluster, &name);
        Self { folder: folder(), url, database: Some((cluster, name)) }
    }

    /// A file of a test's own making, with the key that opens it.
    pub fn of_file(original: &Path, key_file: &Path) -> Self {
        let db = Self::copy_of_file(original);
        std::fs::copy(key_file, db.folder().join("henji.key")).unwrap();
        db
    }

    /// The same database in other hands; goes with the first.
    pub fn shared(&self) -> Self {
        let folder = folder();
        std::fs::copy(self.folder().join("henji.key"), folder.path().join("henji.key")).unwrap();
        Self { url: self.url.clone(), folder, database: None }
    }

    /// The same database by another address; goes with the first.
    pub fn behind(&self, gate: &super::gate::Gate) -> Self {
        let mut behind = self.shared();
        behind.url = gate.to(&self.url);
        behind
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn raw(&self) -> Raw {
        Raw::open(&self.url)
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Some((cluster, name)) = &self.database {
            let gone =
                Raw::open(cluster).try_execute(&format!("drop database {name} with (force)"));
            if !std::thread::panicking() {
                gone.unwrap();
            }
        }
    }
}

/// Where PostgreSQL is, if the tests run on it.
pub fn cluster() -> Option<String> {
    // No HENJI_ prefix: an unknown one would stop the binary.
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

pub fn is_postgres() -> bool {
    cluster().is_some()
}

pub(super) fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(super) fn database_of(cluster: &str, name: &str) -> String {
    let mut url = url::Url::parse(cluster).unwrap();
    url.set_path(name);
    url.into()
}

/// Cargo's folder for the tests of this package, on the same disk as the target.
pub(super) fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("henji-").tempdir_in(scratch()).unwrap()
}

fn sqlite_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("henji.db").display())
}
