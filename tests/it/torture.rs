//! `henji torture` from the outside. Its runs are a section of `bin/test` of
//! their own: they want the machine for themselves.

use std::process::{Command, Output};

use crate::support::test_db::TestDb;

fn henji(folder: &std::path::Path, arguments: &str) -> Output {
    let mut henji = Command::new(env!("CARGO_BIN_EXE_henji"));
    henji.env_clear().current_dir(folder).env("HENJI_LISTEN", "127.0.0.1:0");
    henji.args(arguments.split_whitespace()).output().unwrap()
}

#[test]
fn a_seed_is_a_plan() {
    let folder = TestDb::empty();
    let plan = |seed| {
        let said = henji(folder.folder(), &format!("torture --plan --minutes 2 --seed {seed}"));
        assert!(said.status.success());
        String::from_utf8(said.stdout).unwrap()
    };
    assert_eq!(plan(7), plan(7));
    assert_ne!(plan(7), plan(8));
    assert!(plan(7).lines().count() > 100, "{}", plan(7));
}

/// Whoever gets at the command line of a real house cannot break its promises.
#[test]
fn a_house_that_is_not_torture_s_refuses_to_be_broken() {
    let folder = TestDb::empty();
    for fault in ["retry-unknown", "ack-before-commit"] {
        let said = henji(folder.folder(), &format!("serve --sabotage {fault}:secret"));
        assert_eq!(said.status.code(), Some(1));
        let words = String::from_utf8(said.stderr).unwrap();
        assert!(words.contains("in its own children, nowhere else"), "{words}");
    }
    assert!(!folder.folder().join("data").exists(), "nothing was begun");
    let help = String::from_utf8(henji(folder.folder(), "serve --help").stdout).unwrap();
    assert!(!help.contains("sabotage"), "{help}");
}
