//! All SQL, and the only module that names diesel.
//!
//! Query functions are plain synchronous functions on [`Db`]; a write composes
//! several of them in one transaction on [`Tx`], where nothing can be awaited,
//! so that no call to a provider can slip into a transaction.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::r2d2::Pool;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;

pub mod api_tokens;
pub mod applications;
pub mod appointment_offers;
pub mod appointment_openings;
pub mod appointments;
pub mod audit;
pub mod automatic_replies;
pub mod backup;
pub mod calendars;
pub mod checkpoint;
pub mod connection;
pub mod consents;
pub mod contact_fields;
pub mod contacts;
pub mod control;
pub mod conversations;
pub mod demo;
pub mod drafts;
mod error;
pub mod escalations;
pub mod events;
pub mod handoff_figures;
pub mod handoff_flows;
pub mod handoff_reports;
pub mod handoff_switches;
pub mod handoffs;
pub mod health;
pub mod help_calls;
pub mod ids;
pub mod inboxes;
pub mod interview_policies;
pub mod interviewer_busy;
pub mod interviewer_calendars;
pub mod interviewer_feeds;
pub mod interviewers;
pub mod link_destinations;
pub mod links;
pub mod mail_replies;
pub mod mails;
pub mod masking;
pub mod mentions;
pub mod menu_calls;
pub mod merge_values;
pub mod messages;
mod migrations;
pub mod nudges;
pub mod opt_outs;
pub mod organization;
pub mod outages;
pub mod outbox;
pub mod photos;
pub mod provider_accounts;
pub mod pushes;
pub mod quarantine;
pub mod quiet_times;
pub mod reach;
pub mod reads;
pub mod receipts;
pub mod reply_forms;
mod schema;
pub mod scratch;
pub mod seal;
pub mod search;
pub mod sender_notices;
pub mod sender_rates;
pub mod senders;
pub mod sessions;
pub mod set_up_links;
pub mod tags;
pub mod teams;
pub mod templates;
pub mod unresolved;
pub mod users;
pub mod webhooks;
mod writer;

pub use connection::Db;
use connection::{DbConnection, Manager, is_postgres};
pub use error::{StoreError, optional};
pub use reach::Reach;
use reach::Watch;
use seal::Vault;
use search::Search;
pub use writer::{AsStoreError, CLASSES as COMMIT_CLASSES, Commits, ManyWork, Tx};
use writer::{BATCH, COME_BACK, Job, Many, QUEUE, Work, Writer};

/// How long a read waits for a connection: long enough for a burst, short
/// enough that a browser is told rather than left hanging.
const CHECKOUT: Duration = Duration::from_secs(2);
/// WAL-reset corruption bug, fixed in 3.51.3 (reliability-and-security.md 0.6).
const SQLITE_FLOOR: i32 = 3_051_003;

/// The database and the keys to it.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
    queue: mpsc::Sender<Box<dyn Job>>,
    committed: Arc<watch::Sender<i64>>,
    vault: Arc<Vault>,
    watch: Arc<Watch>,
    commits: Arc<Commits>,
    search: Arc<Search>,
    postgres: bool,
    damaged: Arc<AtomicBool>,
}

/// How to open a store.
pub struct Opening<'a> {
    /// `sqlite:<path>` or `postgres://…`
    pub url: &'a str,
    pub connections: u32,
    pub key: [u8; 32],
    pub clock: Clock,
    /// Closures per commit; 1 turns group commit off (a benchmark's control).
    pub batch: usize,
}

impl<'a> Opening<'a> {
    pub fn new(url: &'a str, key: [u8; 32], clock: Clock) -> Self {
        Self { url, connections: 4, key, clock, batch: BATCH }
    }
}

impl Store {
    /// Opens the database, migrates it and starts its writer.
    pub fn open(opening: Opening<'_>) -> Result<Self, StoreError> {
        let vault = Arc::new(Vault::new(opening.key));
        let manager = Manager { url: opening.url.to_owned(), vault: vault.clone() };
        let mut writing = manager.open().map_err(|error| cannot_connect(opening.url, &error))?;
        refuse_old_sqlite(&writing)?;
        migrations::migrate(&mut writing)?;
        let last = events::last_seq(&mut writing)?;
        let pool = Pool::builder()
            .max_size(opening.connections)
            .min_idle(Some(1))
            .connection_timeout(CHECKOUT)
            .build(manager.clone())
            .map_err(cannot_open)?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let committed = Arc::new(watch::Sender::new(last));
        let postgres = is_postgres(opening.url);
        let watch =
            Watch::start(manager.clone(), postgres, opening.clock.clone()).map_err(cannot_open)?;
        let commits = Arc::<Commits>::default();
        let search = Arc::new(Search::of(manager.clone()));
        let writer = Writer {
            manager,
            watch: watch.clone(),
            queue: jobs,
            committed: committed.clone(),
            clock: opening.clock,
            batch: opening.batch,
            commits: commits.clone(),
        };
        std::thread::Builder::new()
            .name("henji-writer".into())
            .spawn(move || writer.run(writing))
            .map_err(cannot_open)?;
        let damaged = Arc::default();
        Ok(Self { pool, queue, committed, vault, watch, commits, search, postgres, damaged })
    }

    /// Runs `work` on a blocking thread, outside any transaction.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if self.reach() == Reach::Away {
            return Err(StoreError::away().into());
        }
        let (pool, watch) = (self.pool.clone(), self.watch.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let mut db = pool.get().map_err(|_timeout| match watch.reach() {
                Reach::Away => StoreError::away(),
                _ => StoreError::Busy(CHECKOUT),
            })?;
            work(&mut db)
        });
        tokio::select! {
            done = reading => done.unwrap_or_else(|_join| Err(StoreError::Stopped.into())),
            () = self.watch.lost() => Err(StoreError::away().into()),
        }
    }

    /// Runs `work` in a transaction and returns once it is on disk.
    ///
    /// The work may be run again when another node's transaction was in its
    /// way, so it must not have effects outside the database.
    ///
    /// # Errors
    /// `Busy` at once when the writer's queue is full, `ReadOnly` when the disk
    /// has room only for what must not be lost; nothing was written then. After
    /// `Away` it may or may not have been: it is safe to try again only what
    /// carries its own id.
    pub async fn write<T, E>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + AsStoreError + Send + 'static,
    {
        if self.reach() == Reach::ReadOnly {
            return Err(StoreError::read_only().into());
        }
        self.write_vital(work).await
    }

    /// [`Store::write`] of what must not be lost (texts that arrive, outcomes of
    /// what was sent): it goes into the last space there is.
    pub async fn write_vital<T, E>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + AsStoreError + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Box::new(Work { work, outcome: None, reply }))?;
        self.answer(answer).await
    }

    /// Like [`Store::write_vital`] for work that takes many items at once: items
    /// that wait together are handed to `work` together. If it fails for all of
    /// them, it is run for each alone.
    pub async fn write_together<I, T, E>(&self, item: I, work: ManyWork<I, T, E>) -> Result<T, E>
    where
        I: Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + AsStoreError + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let (items, replies) = (vec![item], vec![reply]);
        self.enqueue(Box::new(Many { work, items, replies, outcomes: Vec::new() }))?;
        self.answer(answer).await
    }

    /// What the writer says, unless the database goes away under its hands.
    async fn answer<T, E: From<StoreError>>(
        &self,
        answer: oneshot::Receiver<Result<T, E>>,
    ) -> Result<T, E> {
        tokio::select! {
            biased;
            told = answer => told.unwrap_or_else(|_dropped| Err(StoreError::Stopped.into())),
            () = self.watch.lost() => Err(StoreError::away().into()),
        }
    }

    /// What the database is good for just now.
    pub fn reach(&self) -> Reach {
        self.watch.reach()
    }

    /// Tells when the database goes away and when it is back.
    pub fn reach_changes(&self) -> watch::Receiver<Reach> {
        self.watch.changes()
    }

    /// Puts space by in `file`, on the disk of a SQLite database, for the day
    /// that disk is full.
    ///
    /// # Errors
    /// When the disk is as good as full already.
    pub fn put_space_by(&self, file: PathBuf) -> std::io::Result<()> {
        self.watch.put_by(file)
    }

    /// Tells the number of the newest event this node has committed.
    pub fn committed(&self) -> watch::Receiver<i64> {
        self.committed.subscribe()
    }

    /// Closures that wait for the writer.
    pub fn queued(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// How many writes share a transaction.
    pub fn commits(&self) -> &Commits {
        &self.commits
    }

    /// Whether a write would find a place among them.
    pub fn has_room(&self) -> bool {
        self.queue.capacity() > 0
    }

    /// Whether other nodes may write to the same database.
    pub fn is_shared(&self) -> bool {
        self.postgres
    }

    /// Looks at the database's file; what is broken, once found, stays known.
    pub async fn look_for_damage(&self, look: health::Look) -> Result<Option<String>, StoreError> {
        let found = self.read(move |db| health::damage(db, look)).await?;
        if found.is_some() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        Ok(found)
    }

    /// Whether the database's file was found to be broken.
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// The search index.
    pub fn search(&self) -> Arc<Search> {
        self.search.clone()
    }

    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    fn enqueue(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        if self.reach() == Reach::Away {
            return Err(StoreError::away());
        }
        self.queue.try_send(job).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy(COME_BACK),
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopped,
        })
    }
}

/// Undoes every migration and runs them again: proves that `down.sql` is real.
pub fn migrate_down_and_up(url: &str) -> Result<(), StoreError> {
    let manager = Manager { url: url.to_owned(), vault: Arc::new(Vault::new([0; 32])) };
    let mut db = manager.open().map_err(cannot_open)?;
    migrations::migrate_down_and_up(&mut db)
}

fn refuse_old_sqlite(db: &Db) -> Result<(), StoreError> {
    let bundled = libsqlite3_sys::SQLITE_VERSION_NUMBER;
    if matches!(db.conn, DbConnection::Sqlite(_)) && bundled < SQLITE_FLOOR {
        return Err(StoreError::Open(format!("SQLite {bundled} is older than {SQLITE_FLOOR}")));
    }
    Ok(())
}

/// A server that is not there yet may come; one that refuses us stays so, and a
/// file that cannot be opened too.
fn cannot_connect(url: &str, error: &diesel::r2d2::Error) -> StoreError {
    let text = error.to_string();
    let refuses = text.contains("FATAL:") && !text.contains("the database system is");
    if is_postgres(url) && !refuses {
        StoreError::Unreachable(text)
    } else {
        StoreError::Open(text)
    }
}

fn cannot_open(error: impl std::fmt::Display) -> StoreError {
    StoreError::Open(error.to_string())
}
