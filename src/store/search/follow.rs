//! Keeps the index up with the log, and makes it where there is none.
//!
//! One step is one transaction: what was read, and how far that is. What is new
//! comes first; then, while the index is being made, what is old, the newest of
//! it first, so that yesterday is found before last year is read.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use diesel::connection::{Connection, TransactionManager};
use diesel::prelude::*;

use super::documents::{self, Document};
use super::state::{CONVERSATIONS, DONE, MESSAGES, State, number_of};
use super::tables::search_conversations;
use super::tokens::Tokens;
use super::{postgres, sqlite};
use crate::domain::event::EventKind;
use crate::domain::id::{ConversationId, InboxId, MessageId};
use crate::store::StoreError;
use crate::store::connection::{Db, DbConnection};
use crate::store::events::{self, Event};
use crate::store::ids::RowId;
use crate::store::schema::events as event_rows;

/// Events of a step: what group commit takes at once, twice.
const EVENTS: i64 = 512;
/// Conversations, or messages, of a step into the past.
const PAST: i64 = 1_000;
/// Nodes' clocks are not further apart: an id made so long before the index was
/// begun is of a message that was there.
const SKEW: TimeDelta = TimeDelta::minutes(10);

type Transactions = <DbConnection as Connection>::TransactionManager;

/// Something with its place in the index.
pub struct Numbered<'a> {
    pub number: i64,
    pub inbox: i32,
    pub(super) document: &'a Document,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There may be more to do.
    Moved,
    /// The last of the past was read.
    Built,
    /// Everything is in it.
    Idle,
}

/// What numbers things get: rising from the newest there is, or falling.
#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

pub(super) fn step(
    db: &mut Db,
    index: &mut DbConnection,
    tokens: &Tokens,
) -> Result<Step, StoreError> {
    let is_ours = match index {
        DbConnection::Postgres(conn) => postgres::begin(conn)?,
        DbConnection::Sqlite(conn) => sqlite::begin(conn).map(|()| true)?,
    };
    let outcome = if is_ours { advance(db, index, tokens) } else { Ok(Step::Idle) };
    match outcome {
        Ok(step) => {
            Transactions::commit_transaction(index)?;
            Ok(step)
        }
        Err(error) => {
            // A broken connection cannot roll back; it is opened anew.
            let _ = Transactions::rollback_transaction(index);
            Err(error)
        }
    }
}

/// Empties the index: the next step begins to make it anew.
pub(super) fn forget(index: &mut DbConnection) -> Result<(), StoreError> {
    match index {
        DbConnection::Postgres(conn) => postgres::clear(conn),
        DbConnection::Sqlite(conn) => sqlite::clear(conn),
    }
}

fn advance(db: &mut Db, index: &mut DbConnection, tokens: &Tokens) -> Result<Step, StoreError> {
    let known = State::find(index)?;
    let mut state = match known {
        Some(state) if state.fits(db)? => state,
        _ => {
            forget(index)?;
            State::fresh(db)?
        }
    };
    let news = events::after(db, state.cursor, EVENTS)?;
    let step = if let Some(last) = news.last() {
        follow(db, index, tokens, &mut state, &news)?;
        (state.cursor, state.cursor_at) = (last.seq, Some(last.at.naive_utc()));
        Step::Moved
    } else {
        match state.stage {
            CONVERSATIONS => read_conversations(db, index, &mut state)?,
            MESSAGES => read_messages(db, index, tokens, &mut state)?,
            _ => return Ok(Step::Idle),
        }
    };
    state.save(index)?;
    Ok(step)
}

fn follow(
    db: &mut Db,
    index: &mut DbConnection,
    tokens: &Tokens,
    state: &mut State,
    news: &[Event],
) -> Result<(), StoreError> {
    let created = EventKind::MessageCreated;
    let is_created = |event: &&Event| event.event.kind == created;
    let messages: Vec<MessageId> =
        news.iter().filter(is_created).filter_map(|event| event.event.message_id).collect();
    put_messages(db, index, tokens, state, &messages, Way::Up)?;
    let of = |kind: EventKind| {
        let news = news.iter().filter(move |event| event.event.kind == kind);
        news.filter_map(|event| event.event.conversation_id).collect::<HashSet<_>>()
    };
    // A text changes nothing about whom it is from: only a new one has to be read.
    let mut changed = of(created);
    for known in known_conversations(index, &changed)? {
        changed.remove(&known);
    }
    changed.extend(of(EventKind::ConversationUpdated));
    let changed: Vec<ConversationId> = changed.into_iter().collect();
    put_conversations(db, index, state, &changed, Way::Up)
}

fn known_conversations(
    index: &mut DbConnection,
    ids: &HashSet<ConversationId>,
) -> Result<Vec<ConversationId>, StoreError> {
    let known: Vec<RowId> = search_conversations::table
        .filter(search_conversations::conversation_id.eq_any(ids.iter().map(|id| RowId(id.0))))
        .select(search_conversations::conversation_id)
        .load(index)?;
    Ok(known.into_iter().map(|id| ConversationId(id.0)).collect())
}

fn read_conversations(
    db: &mut Db,
    index: &mut DbConnection,
    state: &mut State,
) -> Result<Step, StoreError> {
    let ids = documents::conversations_before(db, ConversationId(state.walk_at.0), PAST)?;
    match ids.last() {
        Some(last) => {
            state.walk_at = RowId(last.0);
            put_conversations(db, index, state, &ids, Way::Down)?;
        }
        None => {
            state.stage = MESSAGES;
            state.walk_at = RowId(uuid::Uuid::max());
        }
    }
    Ok(Step::Moved)
}

fn read_messages(
    db: &mut Db,
    index: &mut DbConnection,
    tokens: &Tokens,
    state: &mut State,
) -> Result<Step, StoreError> {
    let ids = documents::messages_before(db, MessageId(state.walk_at.0), PAST)?;
    let Some(last) = ids.last() else {
        state.stage = DONE;
        return Ok(Step::Built);
    };
    state.walk_at = RowId(last.0);
    let told = told_since(db, state, &ids)?;
    let ids: Vec<MessageId> = ids.into_iter().filter(|id| !told.contains(id)).collect();
    put_messages(db, index, tokens, state, &ids, Way::Down)?;
    Ok(Step::Moved)
}

/// Those of `ids` that the log tells of after the index was begun: they are put
/// into it by following the log, and nothing shall be in it twice.
fn told_since(
    db: &mut Db,
    state: &State,
    ids: &[MessageId],
) -> Result<HashSet<MessageId>, StoreError> {
    let begun_at = events::time_of(db, state.begun)?;
    let is_recent = |id: &MessageId| match (begun_at, super::made_at(id.0)) {
        (Some(begun), Some(made)) => made + SKEW > begun,
        _ => true,
    };
    let recent: Vec<MessageId> = ids.iter().copied().filter(is_recent).collect();
    if recent.is_empty() {
        return Ok(HashSet::new());
    }
    let told: Vec<Option<MessageId>> = event_rows::table
        .filter(event_rows::seq.gt(state.begun))
        .filter(event_rows::kind.eq(EventKind::MessageCreated.word()))
        .filter(event_rows::message_id.eq_any(recent))
        .select(event_rows::message_id)
        .load(&mut db.conn)?;
    Ok(told.into_iter().flatten().collect())
}

fn put_messages(
    db: &mut Db,
    index: &mut DbConnection,
    tokens: &Tokens,
    state: &mut State,
    ids: &[MessageId],
    way: Way,
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let documents = documents::of_messages(db, tokens, ids)?;
    let numbered = number(index, state, &documents, way)?;
    if numbered.is_empty() {
        return Ok(());
    }
    match index {
        DbConnection::Postgres(conn) => postgres::insert_messages(conn, &numbered),
        DbConnection::Sqlite(conn) => sqlite::insert_messages(conn, &numbered),
    }
}

/// Only those whose contact, or inbox, is not what the index knows.
fn put_conversations(
    db: &mut Db,
    index: &mut DbConnection,
    state: &mut State,
    ids: &[ConversationId],
    way: Way,
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut documents = documents::of_conversations(db, ids)?;
    let there: Vec<RowId> = documents.iter().map(|document| document.id).collect();
    let asked = ids.iter().map(|id| RowId(id.0)).chain(there.iter().copied());
    let rows: Vec<(RowId, i64, i64)> = search_conversations::table
        .filter(search_conversations::conversation_id.eq_any(asked.collect::<HashSet<_>>()))
        .select((
            search_conversations::conversation_id,
            search_conversations::number,
            search_conversations::fingerprint,
        ))
        .load(index)?;
    let known: HashMap<RowId, (i64, i64)> =
        rows.into_iter().map(|(id, number, print)| (id, (number, print))).collect();
    documents.retain(|document| {
        known.get(&document.id).is_none_or(|(_, print)| *print != document.fingerprint())
    });
    // What changed, and what is no longer there.
    let gone = known.keys().filter(|id| !there.contains(id)).copied();
    let replaced: HashSet<RowId> =
        documents.iter().map(|document| document.id).chain(gone).collect();
    let old: Vec<i64> = known
        .iter()
        .filter(|(id, _)| replaced.contains(id))
        .map(|(_, (number, _))| *number)
        .collect();
    if !old.is_empty() {
        match index {
            DbConnection::Postgres(conn) => postgres::delete_conversations(conn, &old),
            DbConnection::Sqlite(conn) => sqlite::delete_conversations(conn, &old),
        }?;
    }
    let numbered = number(index, state, &documents, way)?;
    if numbered.is_empty() {
        return Ok(());
    }
    match index {
        DbConnection::Postgres(conn) => postgres::insert_conversations(conn, &numbered),
        DbConnection::Sqlite(conn) => sqlite::insert_conversations(conn, &numbered),
    }
}

/// Gives numbers out, and brings what got them into their order: FTS5 begins a
/// new piece wherever they fall.
fn number<'a>(
    index: &mut DbConnection,
    state: &mut State,
    documents: &'a [Document],
    way: Way,
) -> Result<Vec<Numbered<'a>>, StoreError> {
    let mut inboxes: HashMap<InboxId, i32> = HashMap::new();
    let mut numbered = Vec::with_capacity(documents.len());
    for document in documents {
        let inbox = match inboxes.get(&document.inbox) {
            Some(inbox) => *inbox,
            None => number_of(index, document.inbox)?,
        };
        inboxes.insert(document.inbox, inbox);
        let next = match way {
            Way::Up => &mut state.up,
            Way::Down => &mut state.down,
        };
        numbered.push(Numbered { number: *next, inbox, document });
        *next += match way {
            Way::Up => 1,
            Way::Down => -1,
        };
    }
    if matches!(way, Way::Down) {
        numbered.reverse();
    }
    Ok(numbered)
}
