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
use super::reach::Watch;
use super::{audit, events};
use crate::clock::Clock;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::user::Actor;

/// Closures per transaction: beyond 256 more gains little (performance.md 2).
pub const BATCH: usize = 256;
/// Closures that may wait; more are told to come back.
pub const QUEUE: usize = 8_192;
/// How long a caller who found the queue full should stay away.
pub const COME_BACK: Duration = Duration::from_secs(1);

/// How often colliding work is tried as one, and then each piece of it alone.
const TOGETHER: u32 = 6;
const ALONE: u32 = 12;

mod commits;
mod job;
mod pause;

pub use commits::{CLASSES, Commits};
use job::Ran;
pub use job::{AsStoreError, ManyWork};
pub(super) use job::{Job, Many, Work};
use pause::Pause;

type Transactions = <DbConnection as Connection>::TransactionManager;

/// One write transaction: the database, the time, and what will be logged.
pub struct Tx {
    db: Db,
    pub now: DateTime<Utc>,
    events: Vec<NewEvent>,
    audit: Vec<audit::NewEntry>,
    /// From here on a line that breaks leaves open whether the commit was done.
    is_committing: bool,
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

    /// Messages that this transaction has written and not told of yet: the work
    /// of others that is committed with it.
    pub fn created_in(&self, conversation: ConversationId) -> Vec<MessageId> {
        let created = self.events.iter().filter(|event| {
            event.kind == EventKind::MessageCreated && event.conversation_id == Some(conversation)
        });
        created.filter_map(|event| event.message_id).collect()
    }

    /// Does `part` whole or not at all, and goes on either way.
    ///
    /// # Errors
    /// Of the database itself; what `part` says comes back as its own.
    pub fn attempt<T, E>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Result<T, E>, StoreError> {
        let mark = self.mark();
        Transactions::begin_transaction(&mut self.db.conn)?;
        let done = part(self);
        if done.is_ok() {
            Transactions::commit_transaction(&mut self.db.conn)?;
        } else {
            self.forget_after(mark);
            Transactions::rollback_transaction(&mut self.db.conn)?;
        }
        Ok(done)
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
    pub watch: Arc<Watch>,
    pub queue: mpsc::Receiver<Box<dyn Job>>,
    pub committed: Arc<watch::Sender<i64>>,
    pub clock: Clock,
    pub batch: usize,
    pub commits: Arc<Commits>,
}

impl Writer {
    /// Runs until every `Store` is gone.
    pub(super) fn run(mut self, db: Db) {
        let mut tx = Tx {
            db,
            now: self.clock.now(),
            events: Vec::new(),
            audit: Vec::new(),
            is_committing: false,
        };
        while let Some(first) = self.queue.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < self.batch
                && let Ok(next) = self.queue.try_recv()
            {
                batch.push(next);
            }
            if self.is_connected(&mut tx) {
                self.commits.count(batch.len());
                self.commit(&mut tx, merged(batch));
            } else {
                self.watch.suffered();
                batch.into_iter().for_each(|job| job.answer(Some(StoreError::away())));
            }
        }
    }

    fn is_connected(&self, tx: &mut Tx) -> bool {
        !is_broken(tx) || self.reconnect(tx)
    }

    /// Brings the batch to disk and answers everybody in it.
    ///
    /// Where another node's transaction was in the way, the same work is tried
    /// again after a random pause, together at first: two nodes that collide pass
    /// each other as soon as one of them is a moment late.
    fn commit(&self, tx: &mut Tx, mut batch: Vec<Box<dyn Job>>) {
        let tries = if batch.len() > 1 { TOGETHER } else { ALONE };
        let mut pause = Pause::default();
        for left in (0..tries).rev() {
            match self.attempt(tx, &mut batch) {
                Ok(()) => return answer(batch, None),
                Err(StoreError::Database(error)) if is_transient(&error) => {
                    if left > 0 {
                        std::thread::sleep(pause.next());
                    }
                }
                Err(StoreError::Away(_)) => return self.commit_after_fault(tx, batch),
                Err(error) => {
                    tracing::error!(error = %error, jobs = batch.len(), "a write was lost");
                    return answer(batch, Some(busy));
                }
            }
        }
        if batch.len() > 1 {
            return batch.into_iter().for_each(|job| self.commit(tx, vec![job]));
        }
        tracing::error!("another transaction was in the way to the end");
        answer(batch, Some(busy));
    }

    /// The connection broke or the disk took nothing.
    ///
    /// What was certainly not committed is tried once more, on a new connection
    /// or with the reserve's space. PostgreSQL may have committed without being
    /// able to say so: then only the caller knows whether to try again.
    fn commit_after_fault(&self, tx: &mut Tx, mut batch: Vec<Box<dyn Job>>) {
        let is_file = matches!(tx.db.conn, DbConnection::Sqlite(_));
        if is_file {
            self.watch.suffered();
        }
        let is_undone = is_file || !tx.is_committing;
        // A server that has become a standby would keep the old line for ever.
        let is_connected = if is_file { self.is_connected(tx) } else { self.reconnect(tx) };
        let again = is_undone && is_connected && self.attempt(tx, &mut batch).is_ok();
        if !again {
            self.watch.suffered();
        }
        answer(batch, (!again).then_some(StoreError::away));
    }

    /// One transaction over the whole batch: committed, or nothing of it stays.
    fn attempt(&self, tx: &mut Tx, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        tx.forget_after((0, 0));
        tx.is_committing = false;
        let outcome = self.begin(tx).and_then(|()| run_jobs(tx, batch)).and_then(|kept| {
            if kept == 0 {
                Transactions::rollback_transaction(&mut tx.db.conn)?;
                return Ok(None);
            }
            let last = append_log(tx)?;
            tx.is_committing = true;
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

    /// One transaction writes at a time, whichever node it is on: what a closure
    /// has read is still true when it writes, and events become visible in the
    /// order of their numbers. Group commit makes up for what this costs
    /// (performance.md 2: one writer with batches is five times sixteen connections
    /// without). What the time is then, PostgreSQL says to all nodes.
    ///
    /// On SQLite the write lock is taken up front, because a deferred transaction
    /// that reads first fails at once when another process wrote in between, and
    /// the busy timeout does not apply to it.
    fn begin(&self, tx: &mut Tx) -> Result<(), StoreError> {
        match &mut tx.db.conn {
            DbConnection::Postgres(conn) => {
                AnsiTransactionManager::begin_transaction(conn)?;
                tx.now = self.clock.agree(events::lock_log(conn)?);
            }
            DbConnection::Sqlite(conn) => {
                AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")?;
                tx.now = self.clock.now();
            }
        }
        Ok(())
    }

    fn reconnect(&self, tx: &mut Tx) -> bool {
        match self.manager.open() {
            Ok(db) => {
                tx.db = db;
                true
            }
            Err(error) => {
                tracing::warn!(error = %error, "the database cannot be reached");
                false
            }
        }
    }
}

fn is_broken(tx: &mut Tx) -> bool {
    diesel::r2d2::R2D2Connection::is_broken(&mut tx.db.conn)
}

fn answer(batch: Vec<Box<dyn Job>>, lost: Option<fn() -> StoreError>) {
    batch.into_iter().for_each(|job| job.answer(lost.map(|error| error())));
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
            Ran::Again => return Err(StoreError::collision()),
            Ran::Lost => return Err(StoreError::away()),
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
