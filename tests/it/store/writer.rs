//! Group commit: many closures, one transaction, each on its own feet.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use henji::actions::ActionError;
use henji::clock::Clock;
use henji::domain::event::{EventKind, NewEvent};
use henji::domain::id::{InboxId, UserId};
use henji::domain::user::Actor;
use henji::store::audit::{self, Object};
use henji::store::inboxes::{self, Inbox};
use henji::store::{Opening, Store, StoreError, Tx, events};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::support::raw::Raw;
use crate::support::test_db::{self, TestDb};

/// What one closure of a batch does.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Fate {
    Stays,
    Fails,
    Panics,
    BreaksAStatement,
}

#[tokio::test]
async fn one_bad_closure_of_a_batch_rolls_back_alone() {
    let db = TestDb::migrated();
    let store = open(&db);
    let fates: Vec<Fate> = (0..64)
        .map(|n| match n % 8 {
            3 => Fate::Fails,
            5 => Fate::Panics,
            6 => Fate::BreaksAStatement,
            _ => Fate::Stays,
        })
        .collect();
    let outcomes = in_one_batch(&store, &fates).await;
    for (fate, outcome) in fates.iter().zip(&outcomes) {
        match (fate, outcome) {
            (Fate::Stays, Ok(())) => {}
            (Fate::Fails, Err(ActionError::Forbidden)) => {}
            (Fate::Panics, Err(ActionError::Store(StoreError::Panicked))) => {}
            (Fate::BreaksAStatement, Err(ActionError::Store(StoreError::Database(_)))) => {}
            other => panic!("{other:?}"),
        }
    }
    let stayed = fates.iter().filter(|fate| **fate == Fate::Stays).count() as i64;
    let mut raw = db.raw();
    assert_eq!(raw.count("inboxes", ""), stayed);
    // What the others meant to tell went with them.
    assert_eq!(raw.count("events", ""), stayed);
    assert_eq!(raw.count("audit_entries", ""), stayed);
    assert_eq!(raw.number("select max(seq) as n from events"), stayed);
    let verdict = store.read(audit::verify).await.unwrap();
    assert_eq!(verdict, audit::Verdict::Intact { entries: stayed });
    // They really were one transaction.
    let times = "(select distinct at from audit_entries) as times";
    assert_eq!(raw.count(times, ""), 1);
}

#[tokio::test]
async fn a_batch_in_which_nothing_stays_leaves_nothing() {
    let db = TestDb::migrated();
    let store = open(&db);
    let outcomes = in_one_batch(&store, &[Fate::Fails, Fate::Panics, Fate::Fails]).await;
    assert!(outcomes.iter().all(Result::is_err));
    assert_eq!(db.raw().count("events", ""), 0);
    // And the writer goes on.
    store.write(|tx| deed(tx, Fate::Stays)).await.unwrap();
    assert_eq!(db.raw().count("inboxes", ""), 1);
}

#[tokio::test]
async fn an_answer_comes_only_after_the_commit() {
    let db = TestDb::migrated();
    let store = open(&db);
    for n in 1..=20 {
        store.write(|tx| deed(tx, Fate::Stays)).await.unwrap();
        // Another connection sees it already.
        assert_eq!(db.raw().count("inboxes", ""), n);
    }
}

#[tokio::test]
async fn the_newest_committed_event_is_told() {
    let db = TestDb::migrated();
    let store = open(&db);
    let mut committed = store.committed();
    assert_eq!(*committed.borrow_and_update(), 0);
    store.write(|tx| deed(tx, Fate::Stays)).await.unwrap();
    committed.changed().await.unwrap();
    let last = store.read(events::last_seq).await.unwrap();
    assert_eq!(*committed.borrow_and_update(), last);
}

/// On PostgreSQL two stores are two nodes, and a plain transaction would lose
/// updates here (style.md 4.4: 140 of 200).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_write_has_read_stays_true_until_it_commits() {
    const WRITES: usize = 40;
    let db = TestDb::migrated();
    let nodes = if test_db::is_postgres() { 2 } else { 1 };
    let stores: Vec<Store> = (0..nodes).map(|_| open(&db)).collect();
    let writes = (0..WRITES).map(|n| {
        spawn(&stores[n % nodes], |tx| {
            let counted = inboxes::all(tx)?.len();
            let inbox = named_inbox(counted.to_string());
            let now = tx.now;
            Ok(inboxes::insert(tx, &inbox, now)?)
        })
    });
    for write in futures_util::future::join_all(writes).await {
        write.unwrap().unwrap();
    }
    let mut counted: Vec<usize> = stores[0]
        .read(inboxes::all)
        .await
        .unwrap()
        .iter()
        .map(|inbox| inbox.name.parse().unwrap())
        .collect();
    counted.sort_unstable();
    assert_eq!(counted, (0..WRITES).collect::<Vec<_>>());
}

/// Queues all closures while the writer is held up, so that they share a transaction.
async fn in_one_batch(store: &Store, fates: &[Fate]) -> Vec<Result<(), ActionError>> {
    let (release, held) = mpsc::channel::<()>();
    let (begun, mut has_begun) = tokio::sync::mpsc::channel::<()>(1);
    let held = Arc::new(Mutex::new(held));
    let holder = spawn(store, move |_| {
        let _ = begun.try_send(());
        // The sender's end is dropped once all are queued.
        let _ = held.lock().unwrap().recv();
        Ok(())
    });
    // Now its batch is closed: what is queued from here on makes up the next.
    has_begun.recv().await.unwrap();
    let queued: Vec<_> =
        fates.iter().copied().map(|fate| spawn(store, move |tx| deed(tx, fate))).collect();
    while store.queued() < fates.len() {
        tokio::task::yield_now().await;
    }
    drop(release);
    holder.await.unwrap().unwrap();
    let mut outcomes = Vec::new();
    for work in queued {
        outcomes.push(work.await.unwrap());
    }
    outcomes
}

fn spawn(
    store: &Store,
    work: impl Fn(&mut Tx) -> Result<(), ActionError> + Send + 'static,
) -> JoinHandle<Result<(), ActionError>> {
    let store = store.clone();
    tokio::spawn(async move { store.write(work).await })
}

fn deed(tx: &mut Tx, fate: Fate) -> Result<(), ActionError> {
    let inbox = named_inbox(format!("{fate:?}"));
    let now = tx.now;
    inboxes::insert(tx, &inbox, now)?;
    tx.event(NewEvent::new(EventKind::SettingsChanged).of_user(UserId(Uuid::now_v7())));
    tx.audit(&Actor::system(), "inbox.add", Object::new("inbox", inbox.id.0));
    match fate {
        Fate::Stays => Ok(()),
        Fate::Fails => Err(ActionError::Forbidden),
        Fate::Panics => panic!("on purpose"),
        // The same id again: the statement fails, on PostgreSQL the transaction with it.
        Fate::BreaksAStatement => Ok(inboxes::insert(tx, &inbox, now)?),
    }
}

fn named_inbox(name: String) -> Inbox {
    Inbox {
        id: InboxId(Uuid::now_v7()),
        name,
        locale: "ja".into(),
        time_zone: "Asia/Tokyo".into(),
        undo_seconds: 0,
        calendar_id: None,
    }
}

pub fn open(db: &TestDb) -> Store {
    Store::open(Opening::new(db.url(), [7; 32], Clock::default())).unwrap()
}

/// A webhook that is told "busy" comes again; one that is told anything else is
/// put aside as if something were wrong with it.
#[tokio::test]
async fn work_cut_off_from_the_database_is_told_to_come_back() {
    if !test_db::is_postgres() {
        // A file does not hang up.
        return;
    }
    let db = TestDb::migrated();
    let store = open(&db);
    let url = db.url().to_owned();
    let cut_off = move |tx: &mut Tx| {
        Raw::open(&url).execute(
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid()",
        );
        events::last_seq(tx)
    };
    let told = store.write(cut_off).await;
    assert!(matches!(told, Err(StoreError::Busy(_) | StoreError::Away(_))), "{told:?}");
    // And the next one finds a connection.
    for _ in 0..50 {
        if store.write(|tx| events::last_seq(tx)).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it never came back");
}
