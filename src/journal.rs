//! What must not be lost while the database is away (design.md 2.14).
//!
//! One file, appended to and nothing else: who was answered finds their record
//! in it after a power cut. Records are sealed with a key of the key file, so
//! that the file shows nobody. It is read from the front while newcomers are
//! still appended, and emptied when nothing is left; a crash in between shows
//! what was read once more, so readers must know what they have taken already.
//!
//! All that wait are written together and brought to disk by one fsync, by a
//! thread that alone touches the file.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use crate::clock::fresh_id;
use crate::store::Store;
use crate::store::ids::RowId;
use crate::store::seal::{Place, place};

mod file;
mod record;
mod scribe;

use file::JournalFile;
pub use record::{Damage, Scanned};
use scribe::{Ask, Scribe};

/// About half a million webhook requests with their headers (2 KiB each): days
/// of an ordinary house, 45 minutes at 200 a second. More would make the disk
/// the next thing to fail.
pub const LIMIT: u64 = 1024 * 1024 * 1024;
/// Records that may wait for the thread; more are told to come back.
const QUEUE: usize = 4_096;

/// Why something could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("the journal is full")]
    Full,
    #[error("the journal cannot be written: {0}")]
    Unwritable(#[from] io::Error),
}

/// A record as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The same at every reading: whatever is made of it can be known again.
    pub id: Uuid,
    pub what: Vec<u8>,
    /// Where the next one begins, for [`Journal::done`].
    pub end: u64,
}

/// The way to the thread that keeps the file.
#[derive(Clone)]
pub struct Journal {
    asks: mpsc::Sender<Ask>,
    state: Arc<State>,
    store: Store,
}

/// What can be seen from outside.
#[derive(Default)]
struct State {
    waiting: watch::Sender<u64>,
    bytes: AtomicU64,
    failing: AtomicBool,
}

impl Journal {
    /// Opens or makes the file; what a crash left half-written is cut off.
    ///
    /// # Errors
    /// When the file is in another process's hands, or is none of ours.
    pub fn open(path: &Path, store: Store) -> io::Result<Self> {
        Self::open_with(path, store, LIMIT)
    }

    /// [`Journal::open`] with another limit (tests fill it).
    pub fn open_with(path: &Path, store: Store, limit: u64) -> io::Result<Self> {
        let file = JournalFile::open(path, limit)?;
        let state = Arc::new(State::default());
        let (asks, inbox) = mpsc::channel(QUEUE);
        let scribe = Scribe::new(file, inbox, state.clone());
        std::thread::Builder::new().name("henji-journal".into()).spawn(move || scribe.run())?;
        Ok(Self { asks, state, store })
    }

    /// Returns once `what` would survive a power cut.
    pub async fn append(&self, what: &[u8]) -> Result<(), JournalError> {
        let id: Uuid = fresh_id();
        let sealed = self.store.vault().journal().seal(sealed_at(id), what);
        let (reply, answer) = oneshot::channel();
        let ask = Ask::Append { record: record::frame(id, &sealed), reply };
        self.asks.try_send(ask).map_err(|_full| JournalError::Full)?;
        answer.await.unwrap_or_else(|_gone| Err(stopped().into()))
    }

    /// The oldest records that are not done, at most `most`.
    pub async fn oldest(&self, most: usize) -> Result<Vec<Kept>, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Ask::Read { most, reply }).await?;
        let found = answer.await.unwrap_or_else(|_gone| Err(stopped()))?;
        let key = self.store.vault().journal();
        let opened = found.into_iter().map(|(id, sealed, end)| {
            let what = key.open(sealed_at(id), &sealed).map_err(io::Error::other)?;
            Ok(Kept { id, what, end })
        });
        opened.collect()
    }

    /// Everything before `end` is in the database. The last one empties the file.
    pub async fn done(&self, end: u64) -> Result<(), JournalError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Ask::Done { end, reply }).await?;
        Ok(answer.await.unwrap_or_else(|_gone| Err(stopped()))?)
    }

    /// Records that are not in the database yet.
    pub fn waiting(&self) -> u64 {
        *self.state.waiting.borrow()
    }

    /// Resolves once nothing waits any more.
    pub async fn emptied(&self) {
        // The other end is ours: it cannot go.
        let _ = self.state.waiting.subscribe().wait_for(|waiting| *waiting == 0).await;
    }

    /// The length of the file.
    pub fn bytes(&self) -> u64 {
        self.state.bytes.load(Ordering::Relaxed)
    }

    /// Whether the last record could not be written.
    pub fn is_failing(&self) -> bool {
        self.state.failing.load(Ordering::Relaxed)
    }

    /// Finds out whether writing works again, after it did not.
    pub async fn probe(&self) -> Result<(), JournalError> {
        self.ask(Ask::Probe).await
    }

    async fn ask(&self, ask: Ask) -> Result<(), JournalError> {
        self.asks.send(ask).await.map_err(|_gone| stopped().into())
    }
}

/// What a file holds, without opening it for work: for `henji doctor`.
///
/// `None` where there is none.
pub fn examine(path: &Path) -> io::Result<Option<Scanned>> {
    match std::fs::File::open(path) {
        Ok(file) => record::scan(file).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn sealed_at(id: Uuid) -> Place {
    place("journal", "request", RowId(id))
}

fn stopped() -> io::Error {
    io::Error::other("the journal's thread stopped")
}

#[cfg(test)]
mod tests;
