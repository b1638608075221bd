//! What a restored house must not take for granted: time has passed since its
//! backup, and the world went on without it.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::connection::TransactionManager;
use diesel::prelude::*;

use super::{BackupError, Transactions};
use crate::domain::delivery::OutboundState;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, InboxId, MessageId};
use crate::domain::user::Actor;
use crate::store::audit::{self, NewEntry, Object};
use crate::store::connection::Db;
use crate::store::error::{StoreError, known};
use crate::store::ids::RowId;
use crate::store::messages::{self, Progress};
use crate::store::schema::{
    conversations, messages as rows, outbox, reply_addresses, reply_forms, sessions,
};
use crate::store::{events, health};

/// How far event numbers leap. Whoever follows the log may have seen numbers
/// that were given out after the backup; none of them may come again with
/// another meaning. A million million is years of any house's events, and
/// thousands of leaps fit into the 53 bits that a script can count to.
const LEAP: i64 = 1_000_000_000_000;

/// What was done about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Texts that may have left after the backup: their fate is not known.
    pub unknown: usize,
    /// Texts whose time is still to come; they leave when it does.
    pub scheduled: usize,
    /// Browsers that have to sign in again.
    pub sessions: usize,
}

impl fmt::Display for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} texts that waited then may have left since: their fate is unknown, people decide; \
             {} are still to come; {} browsers must sign in again",
            self.unknown, self.scheduled, self.sessions
        )
    }
}

/// A text in the outbox of the backup.
type Waiting = (MessageId, ConversationId, InboxId, Option<String>, NaiveDateTime);

/// Texts that may have gone out since become `unknown`: they are never sent
/// again by themselves, and a person sees and decides. Nobody holds anything any
/// more, and nobody is signed in: a session may have been ended since.
pub fn settle(db: &mut Db, made_at: &str, now: DateTime<Utc>) -> Result<Settled, BackupError> {
    let sessions = diesel::delete(sessions::table).execute(&mut db.conn)?;
    // An address that was answered to since would be good a second time, and a form.
    diesel::delete(reply_addresses::table).execute(&mut db.conn)?;
    diesel::delete(reply_forms::table.filter(reply_forms::used_at.is_null()))
        .execute(&mut db.conn)?;
    diesel::update(outbox::table)
        .set((
            outbox::claimed_by.eq(None::<RowId>),
            outbox::claimed_until.eq(None::<NaiveDateTime>),
        ))
        .execute(&mut db.conn)?;
    let waiting: Vec<Waiting> = outbox::table
        .inner_join(rows::table.inner_join(conversations::table))
        .select((
            outbox::message_id,
            rows::conversation_id,
            conversations::inbox_id,
            rows::state,
            outbox::due_at,
        ))
        .load(&mut db.conn)?;
    let mut settled = Settled { sessions, ..Settled::default() };
    // The whole house changed: and the first number after the leap is taken.
    let mut told = vec![NewEvent::new(EventKind::SettingsChanged)];
    for (message, conversation, inbox, state, due_at) in waiting {
        let word = state.unwrap_or_default();
        let state = known(OutboundState::from_word(&word), "messages.state", &word)?;
        let was_due = due_at <= now.naive_utc() || state == OutboundState::Submitting;
        if !was_due {
            settled.scheduled += 1;
            continue;
        }
        let fate = OutboundState::Unknown;
        if messages::advance(db, message, state, fate, Progress::default())? {
            settled.unknown += 1;
        }
        diesel::delete(outbox::table.find(message)).execute(&mut db.conn)?;
        let kind = EventKind::MessageUpdated;
        told.push(NewEvent::conversation(kind, inbox, conversation).about(message));
    }
    let first = events::last_seq(db)? + LEAP;
    events::append_from(db, now, first, &told)?;
    record(db, made_at, now)?;
    Ok(settled)
}

/// [`settle`] for a database that was brought back to an earlier moment by other
/// means, before anybody works on it.
pub fn settle_recovered(
    url: &str,
    key: [u8; 32],
    now: DateTime<Utc>,
) -> Result<Settled, BackupError> {
    let mut db = health::open(url, key)?;
    if super::is_bare(&mut db)? || !health::is_migrated(&mut db)? {
        return Err(BackupError::OtherVersion);
    }
    if !health::key_fits(&mut db)? {
        return Err(BackupError::NotItsKey);
    }
    Transactions::begin_transaction(&mut db.conn)?;
    let settled = settle(&mut db, "recovered", now);
    match &settled {
        Ok(_) => Transactions::commit_transaction(&mut db.conn)?,
        Err(_) => Transactions::rollback_transaction(&mut db.conn)?,
    }
    settled
}

fn record(db: &mut Db, made_at: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let entry = NewEntry {
        actor: Actor::operator(),
        action: "house.restore",
        object: Object { kind: "house", id: None },
        detail: made_at.to_owned(),
    };
    audit::append(db, now, &[entry])
}
