//! The writer: group commit.
//!
//! `Store::write` queues a closure. The writer thread takes all that wait, up
//! to [`BATCH`], runs each in its own savepoint inside one transaction, commits
//! once, then answers all of them: durability costs one fsync per batch instead
//! of one per message (5 times faster on a fast disk, 19 times on a slow one,
//! performance.md 2). A closure that fails or panics rolls back alone.
//!
//! Events and audit entries that closures record are appended at the end of
//! the transaction, so that their numbers are given out in commit order.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::connection::{AnsiTransactionManager, Connection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::sync::{mpsc, watch};

use super::connection::{Db, DbConnection, Manager};
use super::error::StoreError;
use super::{audit, events};
use crate::clock::Clock;
use crate::domain::event::NewEvent;
use crate::domain::user::Actor;

/// Closures per transaction: beyond 256 more gains little (performance.md 2).
pub const BATCH: usize = 256;
/// Closures that may wait; more are told to come back.
pub const QUEUE: usize = 8_192;
/// How long a caller who found the queue full should stay away.
pub const COME_BACK: Duration = Duration::from_secs(1);

mod job;

use job::Ran;
pub use job::{AsStoreError, ManyWork};
pub(super) use job::{Job, Many, Work};

type Transactions = <DbConnection as Connection>::TransactionManager;

/// One write transaction: the database, the time, and what will be logged.
pub struct Tx {
    db: Db,
    pub now: DateTime<Utc>,
    events: Vec<NewEvent>,
    audit: Vec<audit::NewEntry>,
}

impl Tx {
    /// Tells everybody who watches, once the transaction is on disk.
    pub fn event(&mut self, event: NewEvent) {
        self.events.push(event);
    }

    /// Records who did what, in the same transaction as the deed.
    pub fn audit(&mut self, actor: &Actor, action: &'static str, object: audit::Object) {
        self.audit_with(actor, action, object, String::new());
    }

    /// Like [`Tx::audit`] with a detail, which never holds personal data.
    pub fn audit_with(
        &mut self,
        actor: &Actor,
        action: &'static str,
        object: audit::Object,
        detail: String,
    ) {
        self.audit.push(audit::NewEntry { actor: actor.clone(), action, object, detail });
    }

    fn mark(&self) -> (usize, usize) {
        (self.events.len(), self.audit.len())
    }

    fn forget_after(&mut self, (events, audit): (usize, usize)) {
        self.events.truncate(events);
        self.audit.truncate(audit);
    }
}

impl Deref for Tx {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.db
    }
}

pub(super) struct Writer {
    pub manager: Manager,
    pub queue: mpsc::Receiver<Box<dyn Job>>,
    pub committed: Arc<watch::Sender<i64>>,
    pub clock: Clock,
    pub batch: usize,
}

impl Writer {
    /// Runs until every `Store` is gone.
    pub(super) fn run(mut self, db: Db) {
        let mut tx = Tx { db, now: self.clock.now(), events: Vec::new(), audit: Vec::new() };
        while let Some(first) = self.queue.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < self.batch
                && let Ok(next) = self.queue.try_recv()
            {
                batch.push(next);
            }
            self.commit(&mut tx, merged(batch));
            if diesel::r2d2::R2D2Connection::is_broken(&mut tx.db.conn) {
                self.reconnect(&mut tx);
            }
        }
    }

    fn commit(&self, tx: &mut Tx, mut batch: Vec<Box<dyn Job>>) {
        match self.attempt(tx, &mut batch) {
            Ok(()) => batch.into_iter().for_each(|job| job.answer(None)),
            Err(StoreError::Database(error)) if is_transient(&error) && batch.len() > 1 => {
                // Another node's transaction was in the way: one by one they pass.
                for job in batch {
                    self.commit(tx, vec![job]);
                }
            }
            Err(StoreError::Database(error)) if is_transient(&error) => {
                let again = (0..3).any(|_| self.attempt(tx, &mut batch).is_ok());
                let lost = (!again).then_some(StoreError::Database(error));
                batch.into_iter().for_each(|job| job.answer(lost.as_ref().map(|_| busy())));
            }
            Err(error) => {
                tracing::error!(error = %error, jobs = batch.len(), "a write transaction was lost");
                batch.into_iter().for_each(|job| job.answer(Some(busy())));
            }
        }
    }

    /// One transaction over the whole batch: committed, or nothing of it stays.
    fn attempt(&self, tx: &mut Tx, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        tx.now = self.clock.now();
        tx.forget_after((0, 0));
        let outcome = begin(&mut tx.db.conn).and_then(|()| run_jobs(tx, batch)).and_then(|kept| {
            if kept == 0 {
                Transactions::rollback_transaction(&mut tx.db.conn)?;
                return Ok(None);
            }
            let last = append_log(tx)?;
            Transactions::commit_transaction(&mut tx.db.conn)?;
            Ok(last)
        });
        match outcome {
            Ok(last) => {
                if let Some(seq) = last {
                    self.committed.send_if_modified(|known| {
                        let newer = seq > *known;
                        *known = seq.max(*known);
                        newer
                    });
                }
                Ok(())
            }
            Err(error) => {
                roll_back_everything(&mut tx.db.conn);
                Err(error)
            }
        }
    }

    fn reconnect(&self, tx: &mut Tx) {
        match self.manager.open() {
            Ok(db) => tx.db = db,
            Err(error) => tracing::warn!(error = %error, "the database cannot be reached"),
        }
    }
}

/// Jobs that can run as one are made one. What waits together was acknowledged
/// to nobody yet, so its order is nobody's business.
fn merged(batch: Vec<Box<dyn Job>>) -> Vec<Box<dyn Job>> {
    let mut jobs: Vec<Box<dyn Job>> = Vec::with_capacity(batch.len());
    for job in batch {
        let kind = job.kind();
        match jobs.iter_mut().find(|known| kind.is_some() && known.kind() == kind) {
            Some(known) => known.merge(job.into_any()),
            None => jobs.push(job),
        }
    }
    jobs
}

/// Runs every job in a savepoint of its own; how many shall stay.
fn run_jobs(tx: &mut Tx, batch: &mut [Box<dyn Job>]) -> Result<usize, StoreError> {
    let alone = batch.len() == 1;
    let mut kept = 0;
    for job in batch {
        let mark = tx.mark();
        if !alone {
            Transactions::begin_transaction(&mut tx.db.conn)?;
        }
        match job.run(tx) {
            Ran::Keep => {
                kept += 1;
                if !alone {
                    Transactions::commit_transaction(&mut tx.db.conn)?;
                }
            }
            Ran::RollBack => {
                tx.forget_after(mark);
                if !alone {
                    Transactions::rollback_transaction(&mut tx.db.conn)?;
                }
            }
            Ran::Again => {
                return Err(StoreError::collision());
            }
        }
    }
    Ok(kept)
}

fn append_log(tx: &mut Tx) -> Result<Option<i64>, StoreError> {
    let (new_events, new_entries) = (std::mem::take(&mut tx.events), std::mem::take(&mut tx.audit));
    if new_events.is_empty() && new_entries.is_empty() {
        return Ok(None);
    }
    let now = tx.now;
    audit::append(&mut tx.db, now, &new_entries)?;
    events::append(&mut tx.db, now, &new_events)
}

/// One transaction writes at a time, whichever node it is on: what a closure has
/// read is still true when it writes, and events become visible in the order of
/// their numbers. Group commit makes up for what this costs (performance.md 2:
/// one writer with batches is five times sixteen connections without).
///
/// On SQLite the write lock is taken up front, because a deferred transaction
/// that reads first fails at once when another process wrote in between, and the
/// busy timeout does not apply to it.
fn begin(conn: &mut DbConnection) -> Result<(), StoreError> {
    match conn {
        DbConnection::Postgres(_) => {
            Transactions::begin_transaction(conn)?;
            events::lock_log(conn)?;
        }
        DbConnection::Sqlite(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")?
        }
    }
    Ok(())
}

fn roll_back_everything(conn: &mut DbConnection) {
    // A broken connection cannot roll back; it is replaced after the batch.
    while Transactions::rollback_transaction(conn).is_ok() {}
}

fn is_collision(error: &StoreError) -> bool {
    matches!(error, StoreError::Database(error) if is_transient(error))
}

fn is_transient(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        // diesel 2.3 has no kind of its own for SQLSTATE 40P01.
        DieselError::DatabaseError(_, information) => {
            information.message().starts_with("deadlock detected")
        }
        _ => false,
    }
}

fn busy() -> StoreError {
    StoreError::Busy(COME_BACK)
}
