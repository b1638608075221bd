//! A backup holds everything that was acknowledged before it, restores to that
//! and nothing else, and says so when it cannot (R13, T-BK-1).

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use henji::store::backup::{self, Table};
use henji::store::health;

use crate::support::test_db::TestDb;

pub mod aftercare;
mod migrations;
mod portable;
mod refusals;
mod under_load;

/// A data directory and a database, with or without a house in it.
struct Spot {
    db: TestDb,
}

impl Spot {
    /// Nothing but a key.
    fn with_key_of(folder: &Path) -> Self {
        let db = TestDb::empty();
        std::fs::copy(folder.join("henji.key"), db.folder().join("henji.key")).unwrap();
        Self { db }
    }

    fn set_up() -> Self {
        let spot = Self { db: TestDb::empty() };
        let init = "init --organization さくら電力 --admin-email admin@example.jp --admin-name 渡辺 \
            --admin-password-stdin --inbox 受付 --provider simulator";
        spot.run_with(init, "correct horse battery", &[]).unwrap();
        spot
    }

    fn run(&self, arguments: &str) -> Result<String, String> {
        self.run_with(arguments, "", &[])
    }

    /// What it printed, or what it complained of.
    fn run_with(
        &self,
        arguments: &str,
        input: &str,
        set: &[(&str, &str)],
    ) -> Result<String, String> {
        use std::io::Write;
        use std::process::Stdio;

        let mut command = self.command(arguments);
        command.envs(set.iter().copied());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        ended(child.wait_with_output().unwrap())
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_henji"));
        command
            .args(arguments.split_whitespace())
            .env_clear()
            .current_dir(self.db.folder())
            .env("HENJI_DATA_DIR", self.db.folder())
            .env("HENJI_DATABASE_URL", self.db.url());
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.db.folder().join(name)
    }

    /// The names of what lies there.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.db.folder()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn contents(&self) -> Vec<Table> {
        contents(self.db.url(), self.db.folder())
    }
}

fn ended(output: Output) -> Result<String, String> {
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout).unwrap()),
        false => Err(String::from_utf8(output.stderr).unwrap()),
    }
}

fn key_in(folder: &Path) -> [u8; 32] {
    henji::key_file::open(&folder.join("henji.key")).unwrap()
}

fn contents(url: &str, folder: &Path) -> Vec<Table> {
    backup::contents(&mut health::open(url, key_in(folder)).unwrap()).unwrap()
}
