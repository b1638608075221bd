//! What goes into the index, read from the tables.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use diesel::prelude::*;

use super::tokens::{self, Tokens};
use crate::domain::id::{ContactId, ConversationId, InboxId, MessageId};
use crate::domain::message::{MessageKind, Purpose};
use crate::store::StoreError;
use crate::store::connection::Db;
use crate::store::contacts as people;
use crate::store::ids::RowId;
use crate::store::schema::{contacts, conversations, messages};
use crate::store::seal::place;

/// One thing that can be found.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub id: RowId,
    pub inbox: InboxId,
    pub tokens: Vec<i32>,
}

impl Document {
    /// Tells whether it has changed since it was put into the index.
    pub(super) fn fingerprint(&self) -> i64 {
        let mut hasher = DefaultHasher::new();
        (self.inbox.0, &self.tokens).hash(&mut hasher);
        hasher.finish().cast_signed()
    }
}

/// A line of a timeline, as far as the index wants to know it.
type Line = (MessageId, ConversationId, String, String, Vec<u8>);

/// These messages, in the order of `ids`.
pub(super) fn of_messages(
    db: &mut Db,
    tokens: &Tokens,
    ids: &[MessageId],
) -> Result<Vec<Document>, StoreError> {
    let rows: Vec<Line> = messages::table
        .filter(messages::id.eq_any(ids))
        .select((
            messages::id,
            messages::conversation_id,
            messages::kind,
            messages::purpose,
            messages::body_sealed,
        ))
        .load(&mut db.conn)?;
    let mut by_id: HashMap<MessageId, Line> = rows.into_iter().map(|row| (row.0, row)).collect();
    let lines = ids.iter().filter_map(|id| by_id.remove(id)).collect();
    told(db, tokens, lines)
}

/// Up to `limit` messages before `at`, newest first, and the id of the last of
/// those looked at: not every message can be found.
pub(super) fn messages_before(
    db: &mut Db,
    at: MessageId,
    limit: i64,
) -> Result<Vec<MessageId>, StoreError> {
    Ok(messages::table
        .filter(messages::id.lt(at))
        .order(messages::id.desc())
        .limit(limit)
        .select(messages::id)
        .load(&mut db.conn)?)
}

pub(super) fn conversations_before(
    db: &mut Db,
    at: ConversationId,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    Ok(conversations::table
        .filter(conversations::id.lt(at))
        .order(conversations::id.desc())
        .limit(limit)
        .select(conversations::id)
        .load(&mut db.conn)?)
}

fn told(db: &mut Db, tokens: &Tokens, lines: Vec<Line>) -> Result<Vec<Document>, StoreError> {
    let mut wanted: Vec<ConversationId> = lines.iter().map(|line| line.1).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let rows: Vec<(ConversationId, InboxId, ContactId, Vec<u8>)> = conversations::table
        .inner_join(contacts::table)
        .filter(conversations::id.eq_any(wanted))
        .select((
            conversations::id,
            conversations::inbox_id,
            conversations::contact_id,
            contacts::key_wrapped,
        ))
        .load(&mut db.conn)?;
    let by_id: HashMap<ConversationId, _> = rows.into_iter().map(|row| (row.0, row)).collect();
    let mut documents = Vec::with_capacity(lines.len());
    for (id, conversation, kind, purpose, sealed) in lines {
        // System lines hold no words, and one-time codes are nobody's to find (F-58).
        let is_text = kind != MessageKind::System.word() && purpose != Purpose::Verification.word();
        let Some((_, inbox, contact, wrapped)) = by_id.get(&conversation).filter(|_| is_text)
        else {
            continue;
        };
        let opened = db
            .vault
            .contact_key(*contact, wrapped)
            .and_then(|key| key.open_text(place("messages", "body_sealed", id), &sealed));
        match opened {
            Ok(body) => documents.push(Document {
                id: RowId(id.0),
                inbox: *inbox,
                tokens: tokens.of_message(&db.vault, *contact, &body),
            }),
            // Damaged: the screens and the doctor say so.
            Err(StoreError::Sealed(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(documents)
}

/// These conversations, and all others of their contacts: a contact has one name.
pub(super) fn of_conversations(
    db: &mut Db,
    ids: &[ConversationId],
) -> Result<Vec<Document>, StoreError> {
    let of: Vec<ContactId> = conversations::table
        .filter(conversations::id.eq_any(ids))
        .select(conversations::contact_id)
        .load(&mut db.conn)?;
    let rows: Vec<(ConversationId, InboxId, ContactId)> = conversations::table
        .filter(conversations::contact_id.eq_any(&of))
        .order(conversations::id.desc())
        .select((conversations::id, conversations::inbox_id, conversations::contact_id))
        .load(&mut db.conn)?;
    let people = people::names_and_numbers(db, &of)?;
    let documents = rows.into_iter().filter_map(|(id, inbox, contact)| {
        let (names, numbers) = people.get(&contact)?;
        let tokens = tokens::of_person(&db.vault, names, numbers);
        Some(Document { id: RowId(id.0), inbox, tokens })
    });
    Ok(documents.collect())
}
