//! The file that outlives a kill.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use henji::providers::simulator::{FileJournal, Journal, Sealer};

/// Hides text from a reader of the file and knows what it sealed.
struct Mirror;

impl Sealer for Mirror {
    fn seal(&self, plain: &[u8]) -> io::Result<Vec<u8>> {
        Ok([b"sealed:", plain].concat().into_iter().rev().collect())
    }

    fn open(&self, sealed: &[u8]) -> io::Result<Vec<u8>> {
        let plain: Vec<u8> = sealed.iter().rev().copied().collect();
        let plain = plain.strip_prefix(b"sealed:");
        plain.map(<[u8]>::to_vec).ok_or_else(|| io::Error::other("not sealed by us"))
    }
}

pub fn open(path: &Path) -> io::Result<FileJournal> {
    FileJournal::open(path, Arc::new(Mirror))
}

#[test]
fn lines_are_there_after_a_restart_in_order_and_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    open(&path).unwrap().append(b"first").unwrap();
    let journal = open(&path).unwrap();
    journal.append("二行目\nwith a line break".as_bytes()).unwrap();
    assert_eq!(
        journal.read_all().unwrap(),
        [b"first".to_vec(), "二行目\nwith a line break".into()]
    );
    journal.append(b"third").unwrap();
    assert_eq!(journal.read_all().unwrap().len(), 3);
    let written = fs::read_to_string(&path).unwrap();
    assert!(!written.contains("first"), "{written}");
}

#[test]
fn a_last_line_cut_off_by_a_kill_is_dropped_at_every_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let journal = open(&path).unwrap();
    journal.append(b"whole").unwrap();
    let whole = fs::metadata(&path).unwrap().len();
    journal.append(b"cut").unwrap();
    drop(journal);
    let written = fs::read(&path).unwrap();
    for length in whole..written.len() as u64 {
        fs::write(&path, &written[..length as usize]).unwrap();
        let journal = open(&path).unwrap();
        assert_eq!(journal.read_all().unwrap(), [b"whole".to_vec()], "cut at {length}");
        journal.append(b"next").unwrap();
        assert_eq!(journal.read_all().unwrap(), [b"whole".to_vec(), b"next".to_vec()]);
    }
}

#[test]
fn a_line_that_cannot_be_opened_is_named_not_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    open(&path).unwrap().append(b"first").unwrap();
    let mut written = fs::read_to_string(&path).unwrap();
    written.push_str("c29tZWJvZHkgZWxzZQ\n");
    fs::write(&path, written).unwrap();
    let error = open(&path).unwrap().read_all().unwrap_err();
    assert_eq!(error.to_string(), "line 2 of the simulator's journal: not sealed by us");
}

#[test]
fn two_processes_do_not_write_one_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let _first = open(&path).unwrap();
    let error = open(&path).err().expect("the file is locked");
    assert!(error.to_string().contains("in use by another process"), "{error}");
}
