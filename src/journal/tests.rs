use std::fs::OpenOptions;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::clock::Clock;
use crate::store::Opening;

struct Rig {
    folder: TempDir,
    store: Store,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("henji.db").display());
        let store = Store::open(Opening::new(&url, [7; 32], Clock::default())).unwrap();
        Self { folder, store }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("a.journal")
    }

    /// Its thread has let go of the file by the time this returns.
    fn open(&self) -> Journal {
        for _ in 0..500 {
            match Journal::open(&self.path(), self.store.clone()) {
                Ok(journal) => return journal,
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(2)),
            }
        }
        Journal::open(&self.path(), self.store.clone()).unwrap()
    }
}

async fn all(journal: &Journal) -> Vec<String> {
    let kept = journal.oldest(usize::MAX).await.unwrap();
    kept.into_iter().map(|kept| String::from_utf8(kept.what).unwrap()).collect()
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart_until_it_is_done() {
    let rig = Rig::new();
    let journal = rig.open();
    for text in ["一", "二", "三"] {
        journal.append(text.as_bytes()).await.unwrap();
    }
    drop(journal);
    let journal = rig.open();
    assert_eq!(
        (journal.waiting(), all(&journal).await),
        (3, vec!["一".into(), "二".into(), "三".into()])
    );
    let first = journal.oldest(1).await.unwrap().remove(0);
    journal.done(first.end).await.unwrap();
    assert_eq!((journal.waiting(), all(&journal).await.len()), (2, 2));
    // Not emptied yet: a crash shows the first one again, under the same id.
    drop(journal);
    let journal = rig.open();
    assert_eq!(journal.oldest(1).await.unwrap().remove(0).id, first.id);
    let last = journal.oldest(9).await.unwrap().pop().unwrap();
    journal.done(last.end).await.unwrap();
    assert_eq!((journal.waiting(), journal.bytes()), (0, 8));
    journal.append(b"later").await.unwrap();
    drop(journal);
    assert_eq!(all(&rig.open()).await, ["later"]);
}

#[tokio::test]
async fn a_file_cut_off_anywhere_keeps_every_whole_record() {
    let rig = Rig::new();
    let journal = rig.open();
    let mut ends = vec![8];
    for n in 0..4 {
        journal.append(format!("text {n}").as_bytes()).await.unwrap();
        ends.push(journal.bytes());
    }
    drop(journal);
    let whole = std::fs::read(rig.path()).unwrap();
    for length in 0..=whole.len() {
        let cut = rig.folder.path().join(format!("cut-{length}"));
        std::fs::write(&cut, &whole[..length]).unwrap();
        let journal = Journal::open(&cut, rig.store.clone()).unwrap();
        let expected = ends.iter().filter(|end| **end <= length as u64).count().saturating_sub(1);
        assert_eq!(journal.waiting(), expected as u64, "cut at {length}");
        assert!(!cut.with_extension("damaged").exists());
        std::fs::remove_file(cut).unwrap();
    }
}

#[tokio::test]
async fn a_flipped_bit_is_never_shown_and_the_file_is_put_aside() {
    let rig = Rig::new();
    let journal = rig.open();
    for n in 0..3 {
        journal.append(format!("text {n}").as_bytes()).await.unwrap();
    }
    drop(journal);
    let whole = std::fs::read(rig.path()).unwrap();
    for at in [12, 30, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 4;
        let path = rig.folder.path().join(format!("flipped-{at}.journal"));
        std::fs::write(&path, &flipped).unwrap();
        let journal = Journal::open(&path, rig.store.clone()).unwrap();
        let found = all(&journal).await;
        assert!(found.len() < 3, "byte {at}");
        assert!((0..).zip(&found).all(|(n, text)| *text == format!("text {n}")), "byte {at}");
        let inside = at < whole.len() - 40;
        assert_eq!(path.with_extension("damaged").exists(), inside, "byte {at}");
    }
}

#[tokio::test]
async fn it_has_an_end_and_goes_on_after_it() {
    let rig = Rig::new();
    let journal = Journal::open_with(&rig.path(), rig.store.clone(), 300).unwrap();
    journal.append(&[7; 100]).await.unwrap();
    assert!(matches!(journal.append(&[7; 200]).await, Err(JournalError::Full)));
    journal.append(&[8; 30]).await.unwrap();
    let kept = journal.oldest(9).await.unwrap();
    assert_eq!(kept.len(), 2);
    journal.done(kept[1].end).await.unwrap();
    journal.append(&[7; 200]).await.unwrap();
}

#[tokio::test]
async fn nothing_can_be_read_without_the_key_and_nothing_foreign_is_taken() {
    let rig = Rig::new();
    let journal = rig.open();
    journal.append("山田 080-1234-5678".as_bytes()).await.unwrap();
    let file = std::fs::read(rig.path()).unwrap();
    assert!(!file.windows(6).any(|part| part == "山田".as_bytes()));
    assert!(Journal::open(&rig.path(), rig.store.clone()).is_err(), "it has an owner");
    let foreign = rig.folder.path().join("foreign");
    OpenOptions::new().create(true).truncate(true).write(true).open(&foreign).unwrap();
    std::fs::write(&foreign, "somebody's accounts").unwrap();
    assert!(Journal::open(&foreign, rig.store.clone()).is_err());
    assert_eq!(std::fs::read(&foreign).unwrap(), b"somebody's accounts");
}
