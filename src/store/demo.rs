//! Whole conversations at once, for the sample of `henji demo`.
//!
//! Sealed like everything else. Each conversation comes with one event, so that
//! whoever follows the log looks at it once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, DbConnection, on_each_backend};
use super::error::StoreError;
use super::ids::RowId;
use super::messages::{self, Message, MessageRow};
use super::schema::{
    attempts, cases, contact_addresses, contacts, conversation_tags, conversations, mentions,
    opt_outs, reads, receipts,
};
use super::seal::place;
use super::writer::Tx;
use crate::clock::fresh_id;
use crate::domain::conversation::Conversation as Status;
use crate::domain::delivery::OutboundState;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{CaseId, ContactId, ConversationId, InboxId, MessageId, TagId, UserId};
use crate::domain::message::{Direction, MessageKind};
use crate::domain::opt_out::{OptOutScope, OptOutSource};

mod postgres;
mod rows;
mod sqlite;

use rows::{
    AddressRow, AttemptRow, CarriedRow, CaseRow, ContactRow, ConversationRow, MentionRow,
    OptOutRow, ReadRow, ReceiptRow,
};

/// Rows of one statement: below SQLite's 32,766 values even for the widest table.
const CHUNK: usize = 1_000;
/// Characters of a message kept for the list, as `conversations` keeps them.
const PREVIEW: usize = 80;

/// A conversation with its contact and everything said in it.
pub struct Thread {
    pub id: ConversationId,
    pub inbox: InboxId,
    pub contact: ContactId,
    pub name: Option<String>,
    /// E.164.
    pub address: String,
    pub address_id: RowId,
    pub opted_out: Option<OptOutScope>,
    pub status: Status,
    /// Oldest first, never empty.
    pub cases: Vec<Case>,
    /// Oldest first; holds a text.
    pub messages: Vec<Message>,
    pub tags: Vec<TagId>,
    pub mentions: Vec<Mention>,
    /// Who has read it, and up to when.
    pub readers: Vec<(UserId, DateTime<Utc>)>,
}

/// Somebody called in a note.
pub struct Mention {
    pub note: MessageId,
    pub user: UserId,
    pub at: DateTime<Utc>,
    pub is_seen: bool,
}

pub struct Case {
    pub id: CaseId,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_by: Option<UserId>,
}

/// Writes the threads; the number of rows.
pub fn insert(tx: &mut Tx, threads: &[Thread]) -> Result<usize, StoreError> {
    let mut rows = Rows::default();
    for thread in threads {
        rows.add(tx, thread);
        if let Some(last) = last_text(thread) {
            let created = EventKind::MessageCreated;
            tx.event(NewEvent::conversation(created, thread.inbox, thread.id).about(last.id));
        }
    }
    rows.insert(tx)
}

/// What a database wants after so many rows at once. Outside any transaction.
pub fn tidy_up(db: &mut Db) -> Result<(), StoreError> {
    match &mut db.conn {
        DbConnection::Postgres(conn) => postgres::tidy_up(conn),
        DbConnection::Sqlite(conn) => sqlite::tidy_up(conn),
    }
}

#[derive(Default)]
struct Rows {
    contacts: Vec<ContactRow>,
    addresses: Vec<AddressRow>,
    conversations: Vec<ConversationRow>,
    cases: Vec<CaseRow>,
    messages: Vec<MessageRow>,
    attempts: Vec<AttemptRow>,
    receipts: Vec<ReceiptRow>,
    opt_outs: Vec<OptOutRow>,
    reads: Vec<ReadRow>,
    tags: Vec<CarriedRow>,
    mentions: Vec<MentionRow>,
}

impl Rows {
    fn add(&mut self, db: &Db, thread: &Thread) {
        let (key, key_wrapped) = db.vault.new_contact_key(thread.contact);
        let begun = thread.messages[0].created_at.naive_utc();
        let address_index = db.vault.address_index(&thread.address);
        let address_place = place("contact_addresses", "address_sealed", thread.address_id);
        let name_place = place("contacts", "name_sealed", thread.contact);
        self.contacts.push(ContactRow {
            id: thread.contact,
            name_sealed: thread.name.as_deref().map(|name| key.seal_text(name_place, name)),
            key_wrapped,
            opted_out: thread.opted_out.map(OptOutScope::word),
            created_at: begun,
        });
        self.addresses.push(AddressRow {
            id: thread.address_id,
            contact_id: thread.contact,
            address_index: address_index.clone(),
            address_sealed: key.seal_text(address_place, &thread.address),
            is_current: true,
            since: begun,
        });
        let last = last_text(thread).expect("a thread holds a text");
        let preview: String = last.body.chars().take(PREVIEW).collect();
        let inbound = thread.messages.iter().rev();
        let utc = |at: Option<DateTime<Utc>>| at.map(|at| at.naive_utc());
        self.conversations.push(ConversationRow {
            id: thread.id,
            inbox_id: thread.inbox,
            contact_id: thread.contact,
            address_id: thread.address_id,
            state: thread.status.state.word(),
            assignee_id: thread.status.assignee,
            last_answered_by: thread.status.last_answered_by,
            waiting_since: utc(thread.status.waiting_since),
            snoozed_until: utc(thread.status.snoozed_until),
            case_id: thread.cases.last().expect("a thread has a case").id,
            last_message_at: last.created_at.naive_utc(),
            last_message_id: last.id,
            last_direction: last.direction.word(),
            last_inbound_at: inbound
                .filter(|message| message.direction == Direction::Inbound)
                .map(|message| message.created_at.naive_utc())
                .next(),
            inbound_texts: inbound_until(thread, None),
            preview_sealed: key
                .seal_text(place("conversations", "preview_sealed", thread.id), &preview),
            created_at: begun,
        });
        self.cases.extend(thread.cases.iter().map(|case| CaseRow {
            id: case.id,
            conversation_id: thread.id,
            opened_at: case.opened_at.naive_utc(),
            closed_at: utc(case.closed_at),
            closed_by: case.closed_by,
        }));
        for message in &thread.messages {
            self.messages.push(messages::seal(message, &key));
            self.attempts.extend(attempt(message));
            self.receipts.extend(receipt(message));
        }
        self.opt_outs.extend(thread.opted_out.map(|scope| OptOutRow {
            id: fresh_id(),
            contact_id: thread.contact,
            address_index,
            scope: scope.word(),
            source: OptOutSource::Keyword.word(),
            since: last.created_at.naive_utc(),
        }));
        self.reads.extend(thread.readers.iter().map(|(user, at)| ReadRow {
            conversation_id: thread.id,
            user_id: *user,
            read_at: at.naive_utc(),
            inbound_read: inbound_until(thread, Some(*at)),
        }));
        self.tags.extend(thread.tags.iter().map(|tag| CarriedRow {
            conversation_id: thread.id,
            tag_id: *tag,
            tagged_by: thread.status.last_answered_by,
            tagged_at: last.created_at.naive_utc(),
        }));
        self.mentions.extend(thread.mentions.iter().map(|mention| MentionRow {
            message_id: mention.note,
            user_id: mention.user,
            conversation_id: thread.id,
            mentioned_at: mention.at.naive_utc(),
            seen_at: mention.is_seen.then(|| mention.at.naive_utc()),
        }));
    }

    fn insert(self, db: &mut Db) -> Result<usize, StoreError> {
        let mut inserted = 0;
        // Parents before children: foreign keys are checked at once.
        macro_rules! insert {
            ($($field:ident into $table:ident),+ $(,)?) => {$(
                for chunk in self.$field.chunks(CHUNK) {
                    inserted += on_each_backend!(&mut db.conn, |conn| {
                        diesel::insert_into($table::table).values(chunk).execute(conn)
                    })?;
                }
            )+};
        }
        use super::schema::messages as message_rows;
        insert!(
            contacts into contacts,
            addresses into contact_addresses,
            conversations into conversations,
            cases into cases,
            messages into message_rows,
            attempts into attempts,
            receipts into receipts,
            opt_outs into opt_outs,
            reads into reads,
            tags into conversation_tags,
            mentions into mentions,
        );
        Ok(inserted)
    }
}

/// How many texts of the contact had come by `time`, or have in all.
fn inbound_until(thread: &Thread, time: Option<DateTime<Utc>>) -> i32 {
    let inbound = thread.messages.iter().filter(|text| text.direction == Direction::Inbound);
    let by_then = inbound.filter(|text| time.is_none_or(|time| text.created_at <= time));
    i32::try_from(by_then.count()).unwrap_or(i32::MAX)
}

fn last_text(thread: &Thread) -> Option<&Message> {
    thread.messages.iter().rev().find(|message| message.kind == MessageKind::Sms)
}

/// What was sent was attempted once.
fn attempt(message: &Message) -> Option<AttemptRow> {
    let outcome = match message.state? {
        OutboundState::Delivered | OutboundState::Undelivered => OutboundState::Sent,
        other => other,
    };
    let started_at = message.created_at.naive_utc();
    Some(AttemptRow {
        id: fresh_id(),
        message_id: message.id,
        number: 1,
        started_at,
        finished_at: Some(message.sent_at.map_or(started_at, |at| at.naive_utc())),
        outcome: Some(outcome.word()),
    })
}

/// The provider's word on a text that arrived or could not.
fn receipt(message: &Message) -> Option<ReceiptRow> {
    let state = message.state?;
    if !matches!(state, OutboundState::Delivered | OutboundState::Undelivered) {
        return None;
    }
    let provider_ref = message.provider_ref.clone()?;
    let reason = message.reason.map(|reason| reason.word());
    let detail = format!("{} {}", state.word(), reason.unwrap_or_default()).trim_end().to_owned();
    Some(ReceiptRow {
        id: fresh_id(),
        provider_account_id: message.provider_account_id?,
        dedupe_key: format!("{provider_ref}:{}:{}", state.word(), reason.unwrap_or_default()),
        provider_ref,
        message_id: Some(message.id),
        status: state.word(),
        reason,
        detail,
        received_at: message.delivered_at.unwrap_or(message.created_at).naive_utc(),
    })
}
