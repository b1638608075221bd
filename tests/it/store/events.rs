//! The log's numbers can be trusted: when event N is visible, every event below
//! N is visible, whoever writes at the same time.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use henji::domain::event::{EventKind, NewEvent};
use henji::domain::id::{ConversationId, InboxId};
use henji::store::{Store, StoreError, events};
use uuid::Uuid;

use super::writer::open;
use crate::support::test_db::{self, TestDb};

const WRITERS: usize = 8;
/// One to three events each: 20,000 in all.
const WRITES: usize = 1_250;
/// How far back the reader looks for what came late: far more than eight
/// transactions hold.
const BACK: i64 = 2_000;

/// Follows a log and notes what no reader may ever meet.
#[derive(Default)]
struct Watcher {
    last: i64,
    seen: HashSet<i64>,
}

impl Watcher {
    /// A page read with "everything after the last I saw".
    fn reads(&mut self, page: &[i64]) -> Result<(), String> {
        for seq in page {
            if *seq != self.last + 1 {
                return Err(format!("after {} came {seq}", self.last));
            }
            self.last = *seq;
            self.seen.insert(*seq);
        }
        Ok(())
    }

    /// Everything there is, from somewhat earlier on.
    fn looks_back(&self, all: &[i64]) -> Result<(), String> {
        let below = |seq: &&i64| **seq <= self.last && !self.seen.contains(*seq);
        match all.iter().find(below) {
            Some(seq) => Err(format!("{seq} appeared when {} had been seen", self.last)),
            None => Ok(()),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_writers_never_show_a_reader_a_gap() {
    let db = TestDb::migrated();
    // On PostgreSQL eight stores are eight nodes; a file has one.
    let nodes = if test_db::is_postgres() { WRITERS } else { 1 };
    let stores: Vec<Store> = (0..nodes).map(|_| open(&db)).collect();
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(watch(stores[0].clone(), done.clone()));
    let writers = (0..WRITERS).map(|n| tokio::spawn(write(stores[n % nodes].clone(), n)));
    for writer in futures_util::future::join_all(writers).await {
        writer.unwrap();
    }
    done.store(true, Ordering::Release);
    let watcher = reader.await.unwrap().unwrap();
    // Each write tells of one to three things.
    let written: usize = (0..WRITERS * WRITES).map(|n| 1 + n % 3).sum();
    assert!(written >= 19_999, "{written}");
    assert_eq!(watcher.last, written as i64);
    assert_eq!(watcher.seen.len(), written);
}

#[test]
fn the_watcher_notices_what_it_is_there_for() {
    let mut watcher = Watcher::default();
    watcher.reads(&[1, 2, 3]).unwrap();
    assert!(watcher.reads(&[5]).is_err(), "a gap");
    let watcher = Watcher { last: 3, seen: HashSet::from([1, 3]) };
    assert!(watcher.looks_back(&[1, 3]).is_ok());
    assert!(watcher.looks_back(&[1, 2, 3]).is_err(), "a late one");
}

/// Without the lock this is what happens: numbers come from a sequence in the
/// order of asking and become visible in the order of committing.
#[test]
fn a_plain_sequence_would_show_a_gap() {
    if !test_db::is_postgres() {
        // A file has one writer at a time: there is nothing to go wrong.
        return;
    }
    let db = TestDb::empty();
    let (mut slow, mut fast, mut reader) = (db.raw(), db.raw(), db.raw());
    slow.execute("create table numbered (seq bigserial primary key)");
    slow.execute("begin; insert into numbered default values");
    fast.execute("insert into numbered default values");
    let all = |raw: &mut crate::support::raw::Raw| -> Vec<i64> {
        let found = raw.texts("select seq::text as t from numbered order by seq");
        found.iter().map(|seq| seq.parse().unwrap()).collect()
    };
    let mut watcher = Watcher::default();
    assert_eq!(watcher.reads(&all(&mut reader)), Err("after 0 came 2".to_owned()));
    let watcher = Watcher { last: 2, seen: HashSet::from([2]) };
    slow.execute("commit");
    assert!(watcher.looks_back(&all(&mut reader)).is_err());
}

/// The same at full speed: eight connections that number by a sequence, and a
/// reader that polls as fast as it can. It must meet a gap.
#[test]
fn eight_writers_with_a_plain_sequence_show_one() {
    if !test_db::is_postgres() {
        return;
    }
    let db = TestDb::empty();
    db.raw().execute("create table numbered (seq bigserial primary key)");
    let done = AtomicBool::new(false);
    let found = std::thread::scope(|scope| {
        let done = &done;
        for _ in 0..WRITERS {
            let mut raw = db.raw();
            scope.spawn(move || {
                while !done.load(Ordering::Acquire) {
                    raw.execute("insert into numbered default values");
                }
            });
        }
        let (mut raw, mut watcher) = (db.raw(), Watcher::default());
        let mut found = Ok(());
        while found.is_ok() && watcher.last < (WRITERS * WRITES * 2) as i64 {
            let after = watcher.last;
            let sql =
                format!("select seq::text as t from numbered where seq > {after} order by seq");
            let page: Vec<i64> = raw.texts(&sql).iter().map(|seq| seq.parse().unwrap()).collect();
            found = watcher.reads(&page);
        }
        done.store(true, Ordering::Release);
        found
    });
    assert!(found.is_err(), "no gap in {} events", WRITERS * WRITES * 2);
}

async fn watch(store: Store, done: Arc<AtomicBool>) -> Result<Watcher, String> {
    let mut watcher = Watcher::default();
    loop {
        let is_over = done.load(Ordering::Acquire);
        let last = watcher.last;
        watcher.reads(&numbers(&store, last).await)?;
        watcher.looks_back(&numbers(&store, (last - BACK).max(0)).await)?;
        if is_over {
            return Ok(watcher);
        }
    }
}

async fn numbers(store: &Store, after: i64) -> Vec<i64> {
    let page = store.read(move |db| events::after(db, after, 10_000)).await.unwrap();
    page.iter().map(|event| event.seq).collect()
}

async fn write(store: Store, writer: usize) {
    for n in 0..WRITES {
        let told = 1 + (writer * WRITES + n) % 3;
        store
            .write(move |tx| {
                for _ in 0..told {
                    let (inbox, id) = (InboxId(Uuid::now_v7()), ConversationId(Uuid::now_v7()));
                    tx.event(NewEvent::conversation(EventKind::ConversationUpdated, inbox, id));
                }
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    }
}
