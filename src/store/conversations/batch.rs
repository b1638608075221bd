//! Many conversations at once, for texts that arrive together.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::{
    AddressRow, ContactRow, Conversation, ConversationRow, NewConversation, postgres, read,
    touch_one,
};
use crate::clock::fresh_id;
use crate::domain::conversation::Conversation as Status;
use crate::domain::id::{CaseId, ContactId, ConversationId, InboxId, MessageId, UserId};
use crate::store::StoreError;
use crate::store::connection::{Db, DbConnection, on_each_backend};
use crate::store::ids::RowId;
use crate::store::messages::Message;
use crate::store::schema::{cases, contact_addresses, contacts, conversations};
use crate::store::seal::Key;

/// A conversation with the message it now ends with.
pub struct Touched<'a> {
    pub conversation: ConversationId,
    pub status: Status,
    /// Whether that is another one: most texts come to somebody who waits already,
    /// and the indexes of a state that stays need not be written.
    pub is_news: bool,
    pub message: &'a Message,
    pub key: &'a Key,
    /// How many texts of the contact came with it.
    pub inbound_texts: i32,
}

#[derive(Insertable)]
#[diesel(table_name = conversations)]
struct NewRow {
    id: ConversationId,
    inbox_id: InboxId,
    contact_id: ContactId,
    address_id: RowId,
    state: &'static str,
    assignee_id: Option<UserId>,
    last_answered_by: Option<UserId>,
    waiting_since: Option<NaiveDateTime>,
    case_id: CaseId,
    last_message_at: NaiveDateTime,
    last_message_id: MessageId,
    last_direction: &'static str,
    preview_sealed: Vec<u8>,
    created_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = cases)]
struct NewCase {
    id: CaseId,
    conversation_id: ConversationId,
    opened_at: NaiveDateTime,
}

/// The conversations these contacts have in `inbox`.
pub fn of_contacts(
    db: &mut Db,
    inbox: InboxId,
    wanted: &[ContactId],
) -> Result<HashMap<ContactId, Conversation>, StoreError> {
    let rows: Vec<(ConversationRow, ContactRow, AddressRow)> = conversations::table
        .inner_join(contacts::table)
        .inner_join(contact_addresses::table)
        .filter(conversations::inbox_id.eq(inbox))
        .filter(conversations::contact_id.eq_any(wanted))
        .select((ConversationRow::as_select(), ContactRow::as_select(), AddressRow::as_select()))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|rows| read(db, rows).map(|conversation| (conversation.contact.id, conversation)))
        .collect()
}

/// Starts conversations and their first cases.
///
/// # Errors
/// `Database` if one of them exists already: try one by one.
pub fn insert_all(
    db: &mut Db,
    new: &[NewConversation<'_>],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    let now = now.naive_utc();
    let (mut rows, mut first_cases) = (Vec::new(), Vec::new());
    for conversation in new {
        let case: CaseId = fresh_id();
        first_cases.push(NewCase { id: case, conversation_id: conversation.id, opened_at: now });
        rows.push(NewRow {
            id: conversation.id,
            inbox_id: conversation.inbox_id,
            contact_id: conversation.contact.id,
            address_id: conversation.contact.address_id,
            state: conversation.status.state.word(),
            assignee_id: conversation.status.assignee,
            last_answered_by: conversation.status.last_answered_by,
            waiting_since: conversation.status.waiting_since.map(|at| at.naive_utc()),
            case_id: case,
            last_message_at: now,
            last_message_id: conversation.first_message,
            last_direction: conversation.direction.word(),
            preview_sealed: Vec::new(),
            created_at: now,
        });
    }
    on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(conversations::table).values(&rows).execute(conn)?;
        diesel::insert_into(cases::table).values(&first_cases).execute(conn)
    })?;
    Ok(())
}

/// [`touch`] for many: one statement on PostgreSQL, where each costs a round trip.
pub fn touch_all(db: &mut Db, touched: &[Touched<'_>]) -> Result<(), StoreError> {
    if let DbConnection::Postgres(conn) = &mut db.conn {
        return postgres::touch_all(conn, touched);
    }
    touched.iter().try_for_each(|one| touch_one(db, one))
}
