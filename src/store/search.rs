//! Search over all history, in an index that shows nobody anything.
//!
//! The index follows the event log, outside the transactions that write it: a
//! second behind at most, and no text waits for it. It holds keyed hashes of
//! pairs of letters (`tokens.rs`), with no way back to a text. It can be thrown
//! away at any time: it is made anew from the tables (`follow.rs`).
//!
//! What a conversation is known by besides its texts, name and numbers today, stands
//! in `tokens::of_person` and `is_called`. Tags are not found yet.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use uuid::Uuid;

use super::connection::{Db, DbConnection, Manager};
use super::conversations::Conversation;
use super::error::StoreError;
use super::ids::{DbUuid, RowId};
use super::messages::Message;
use super::{cannot_open, events};
use crate::domain::id::{InboxId, TagId};
use crate::domain::masking::Numbers;
use crate::domain::search::Word;
use crate::domain::user::Sight;
use state::{DONE, State};
use tables::{search_conversations, search_messages};
use tokens::Tokens;

mod documents;
mod find;
mod follow;
mod postgres;
mod sqlite;
mod state;
mod tables;
mod tokens;

pub use find::imported;
pub use follow::Step;

/// The index, and the way to it.
pub struct Search {
    manager: Manager,
    /// On SQLite.
    file: Option<PathBuf>,
    /// The one connection that writes it.
    writer: Mutex<Option<DbConnection>>,
    /// Connections to the file that nobody reads with just now.
    readers: Mutex<Vec<DbConnection>>,
    tokens: Tokens,
}

/// What is looked for, and by whom.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub sight: Sight,
    /// How the asker sees numbers: a masked one is not found by what it hides.
    pub numbers: Numbers,
    pub inbox: Option<InboxId>,
    /// Only in conversations that carry it.
    pub tag: Option<TagId>,
    /// All of them.
    pub words: Vec<Word>,
    pub from: Option<DateTime<Utc>>,
    /// Not at that moment any more.
    pub until: Option<DateTime<Utc>>,
    /// The last hit of the page before.
    pub after: Option<Place>,
    pub limit: usize,
}

/// A message that was looked for, and where it stands.
#[derive(Clone, Debug)]
pub struct Hit {
    pub message: Message,
    pub conversation: Conversation,
}

/// A page of what was found.
#[derive(Clone, Debug)]
pub struct Found<T> {
    pub items: Vec<T>,
    /// Where there may be more.
    pub next: Option<Place>,
    /// Not while the index is being made.
    pub is_complete: bool,
}

/// A place among hits; means something only as long as the index is not made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    generation: i64,
    number: i64,
}

/// How far the index has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Events that are in the log and not in the index.
    pub behind: i64,
    /// Messages that are in it; counted only while it is being made.
    pub messages: i64,
    pub is_complete: bool,
}

/// What is found: messages, or conversations by their contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shelf {
    Messages,
    Conversations,
}

/// Numbers between which candidates are looked for.
#[derive(Clone, Copy, Debug)]
struct Within {
    below: i64,
    from: i64,
}

/// What the index says may be it.
#[derive(Clone, Copy, Debug, QueryableByName)]
struct Candidate {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = DbUuid)]
    id: RowId,
    #[diesel(sql_type = Integer)]
    inbox: i32,
}

/// Some of them, newest first.
struct Candidates {
    rows: Vec<Candidate>,
    /// Whether there are no more.
    is_last: bool,
}

impl Search {
    pub(super) fn of(manager: Manager) -> Self {
        let file = manager.url.strip_prefix("sqlite:").map(|path| {
            let path = PathBuf::from(path);
            path.with_extension("search")
        });
        Self {
            manager,
            file,
            writer: Mutex::default(),
            readers: Mutex::default(),
            tokens: Tokens::default(),
        }
    }

    /// Takes one step: follows the log or, where nothing is new, goes on making
    /// the index.
    ///
    /// # Errors
    /// As the databases have them. Nothing else is lost by it: the next step goes
    /// on from where the last good one ended.
    pub fn step(&self, db: &mut Db) -> Result<Step, StoreError> {
        let mut writer = self.writer();
        let mut index = match writer.take() {
            Some(index) => index,
            None => self.open()?,
        };
        match follow::step(db, &mut index, &self.tokens) {
            Ok(step) => {
                *writer = Some(index);
                Ok(step)
            }
            Err(error) => {
                drop(index);
                self.mend(&error);
                Err(error)
            }
        }
    }

    /// Empties the index; the next steps make it anew.
    pub fn forget(&self) -> Result<(), StoreError> {
        let mut writer = self.writer();
        let index = match &mut *writer {
            Some(index) => index,
            slot => slot.insert(self.open()?),
        };
        index.transaction(follow::forget)
    }

    /// Brings a new index into its best shape.
    pub fn tidy_up(&self) -> Result<(), StoreError> {
        let mut writer = self.writer();
        let index = match &mut *writer {
            Some(index) => index,
            slot => slot.insert(self.open()?),
        };
        match index {
            DbConnection::Postgres(conn) => postgres::tidy_up(conn),
            DbConnection::Sqlite(conn) => sqlite::tidy_up(conn),
        }
    }

    /// The messages `wanted`, newest first.
    ///
    /// # Errors
    /// `NotFound` where [`Wanted::after`] is of an index that is no more.
    pub fn messages(&self, db: &mut Db, wanted: &Wanted) -> Result<Found<Hit>, StoreError> {
        find::messages(self, db, wanted).inspect_err(|error| self.mend(error))
    }

    /// The conversations whose contact's name or number is `wanted`; those last
    /// known first.
    pub fn conversations(
        &self,
        db: &mut Db,
        wanted: &Wanted,
    ) -> Result<Found<Conversation>, StoreError> {
        find::conversations(self, db, wanted).inspect_err(|error| self.mend(error))
    }

    pub fn progress(&self, db: &mut Db) -> Result<Progress, StoreError> {
        let last = events::last_seq(db)?;
        let mut reader = self.reader()?;
        let index = reader.as_mut().unwrap_or(&mut db.conn);
        let state = State::find(index)?;
        let is_complete = state.as_ref().is_some_and(|state| state.stage == DONE);
        let messages =
            if is_complete { 0 } else { search_messages::table.count().get_result(index)? };
        self.put_back(reader);
        let cursor = state.map_or(0, |state| state.cursor);
        Ok(Progress { behind: (last - cursor).max(0), messages, is_complete })
    }

    /// Messages and conversations in the index.
    pub fn count(&self, db: &mut Db) -> Result<(i64, i64), StoreError> {
        let mut reader = self.reader()?;
        let index = reader.as_mut().unwrap_or(&mut db.conn);
        let messages = search_messages::table.count().get_result(index)?;
        let conversations = search_conversations::table.count().get_result(index)?;
        self.put_back(reader);
        Ok((messages, conversations))
    }

    /// Bytes it takes on the disk.
    pub fn size(&self, db: &mut Db) -> Result<i64, StoreError> {
        match (&self.file, &mut db.conn) {
            (Some(file), _) => {
                let length = |ending| {
                    let found = std::fs::metadata(file.with_extension(ending));
                    found.map_or(0, |found| found.len())
                };
                Ok((length("search") + length("search-wal")).cast_signed())
            }
            (None, DbConnection::Postgres(conn)) => postgres::size(conn),
            (None, DbConnection::Sqlite(_)) => Ok(0),
        }
    }

    fn open(&self) -> Result<DbConnection, StoreError> {
        match &self.file {
            Some(file) => sqlite::open(&file.to_string_lossy())
                .map(DbConnection::Sqlite)
                .map_err(cannot_open)
                .inspect_err(|error| self.mend(error)),
            None => self.manager.open().map(|db| db.conn).map_err(cannot_open),
        }
    }

    /// A connection to read the index with; `None` where the database's own does.
    fn reader(&self) -> Result<Option<DbConnection>, StoreError> {
        if self.file.is_none() {
            return Ok(None);
        }
        let idle = self.readers().pop();
        idle.map_or_else(|| self.open(), Ok).map(Some)
    }

    fn put_back(&self, reader: Option<DbConnection>) {
        self.readers().extend(reader);
    }

    /// Throws a damaged file away: everything in it is in the database too.
    fn mend(&self, error: &StoreError) {
        let Some(file) = &self.file else { return };
        if !super::error::is_damaged(error) {
            return;
        }
        tracing::error!(%error, "the search index is damaged; it is made anew");
        self.readers().clear();
        for ending in ["search", "search-wal", "search-shm"] {
            // What is not there need not go.
            let _ = std::fs::remove_file(file.with_extension(ending));
        }
    }

    fn writer(&self) -> MutexGuard<'_, Option<DbConnection>> {
        self.writer.lock().unwrap_or_else(|panicked| {
            // In mid-transaction: opened anew, that is undone.
            let mut writer = panicked.into_inner();
            *writer = None;
            writer
        })
    }

    fn readers(&self) -> MutexGuard<'_, Vec<DbConnection>> {
        self.readers.lock().expect("no code panics with idle connections")
    }
}

/// How far the index of the database at `url` has come; `None` where there is none.
/// Makes none.
pub fn examine(url: &str, key: [u8; 32]) -> Result<Option<Progress>, StoreError> {
    let mut db = super::health::open(url, key)?;
    let search = Search::of(Manager { url: url.to_owned(), vault: db.vault.clone() });
    if search.file.as_ref().is_some_and(|file| !file.exists()) {
        return Ok(None);
    }
    let mut reader = search.reader()?;
    let state = State::find(reader.as_mut().unwrap_or(&mut db.conn))?;
    search.put_back(reader);
    match state {
        Some(state) if state.fits(&mut db)? => search.progress(&mut db).map(Some),
        _ => Ok(None),
    }
}

impl Wanted {
    /// The same, from the beginning and of any day.
    fn anywhere(&self) -> Self {
        Self { tag: None, from: None, until: None, after: None, ..self.clone() }
    }

    fn sees(&self, conversation: &Conversation) -> bool {
        self.sight.sees(conversation.inbox_id)
            && self.inbox.is_none_or(|inbox| inbox == conversation.inbox_id)
    }

    fn is_between(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at < until)
    }
}

impl<T> Found<T> {
    fn nothing() -> Self {
        Self { items: Vec::new(), next: None, is_complete: true }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.generation, self.number)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (generation, number) = text.split_once('-').unwrap_or((text, ""));
        Ok(Self {
            generation: i64::from_str_radix(generation, 16)?,
            number: i64::from_str_radix(number, 16)?,
        })
    }
}

/// When an id was made.
fn made_at(id: Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}
