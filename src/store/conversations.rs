//! Conversations, and the list agents live in.
//!
//! A list row holds all it shows: it is updated in the transaction of what it
//! shows, so that a page of the list is one indexed read per inbox.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::contacts::{self, AddressRow, Contact, ContactRow};
use super::error::{StoreError, known};
use super::ids::RowId;
use super::messages::{Message, Position};
use super::schema::{cases, contact_addresses, contacts as contact_rows, conversations};
use super::seal::{Key, if_whole, place, show};
use crate::clock::fresh_id;
use crate::domain::conversation::{Conversation as Status, ConversationState};
use crate::domain::id::{CaseId, ContactId, ConversationId, InboxId, MessageId, TeamId, UserId};
use crate::domain::message::Direction;
use crate::domain::user::Sight;

mod batch;
mod list;
mod numbers;
mod postgres;
mod spans;
pub use batch::{Touched, insert_all, of_contacts, touch_all};
pub use list::{Filter, Page, Query, View, list};
pub use numbers::{Counts, Tallies, Tally, TeamTally, counts, tallies};
pub use spans::{Case, cases_begun, cases_of};

/// Characters of a message kept for the list.
const PREVIEW: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub id: ConversationId,
    pub inbox_id: InboxId,
    pub contact: Contact,
    pub status: Status,
    /// Whose work it is, whoever of them answers.
    pub team: Option<TeamId>,
    /// The open case, or the last one.
    pub case_id: CaseId,
    pub last_message_at: DateTime<Utc>,
    pub last_message_id: MessageId,
    pub last_direction: Direction,
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// How many texts the contact has sent here.
    pub inbound_texts: i32,
    /// The beginning of the last message.
    pub preview: String,
}

impl Conversation {
    /// Where the conversation stands in the list.
    pub fn position(&self) -> Position {
        Position { at: self.last_message_at, id: self.id.0 }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
struct ConversationRow {
    id: ConversationId,
    inbox_id: InboxId,
    state: String,
    assignee_id: Option<UserId>,
    last_answered_by: Option<UserId>,
    waiting_since: Option<NaiveDateTime>,
    snoozed_until: Option<NaiveDateTime>,
    case_id: CaseId,
    last_message_at: NaiveDateTime,
    last_message_id: MessageId,
    last_direction: String,
    last_inbound_at: Option<NaiveDateTime>,
    inbound_texts: i32,
    preview_sealed: Vec<u8>,
    team_id: Option<TeamId>,
}

/// The only way to a conversation for what a person or a token asks:
/// one they may not see is not found.
pub fn visible_to(
    db: &mut Db,
    sight: &Sight,
    id: ConversationId,
) -> Result<Conversation, StoreError> {
    let found = find(db, id)?;
    if sight.sees(found.inbox_id) { Ok(found) } else { Err(StoreError::NotFound) }
}

/// A conversation by id, for the house's own work.
pub fn find(db: &mut Db, id: ConversationId) -> Result<Conversation, StoreError> {
    let rows = conversations::table
        .inner_join(contact_rows::table)
        .inner_join(contact_addresses::table)
        .filter(conversations::id.eq(id))
        .select((ConversationRow::as_select(), ContactRow::as_select(), AddressRow::as_select()))
        .first(&mut db.conn)?;
    read(db, rows)
}

/// Those of `ids` that are there, in no particular order.
pub fn find_all(db: &mut Db, ids: &[ConversationId]) -> Result<Vec<Conversation>, StoreError> {
    let rows: Vec<(ConversationRow, ContactRow, AddressRow)> = conversations::table
        .inner_join(contact_rows::table)
        .inner_join(contact_addresses::table)
        .filter(conversations::id.eq_any(ids))
        .select((ConversationRow::as_select(), ContactRow::as_select(), AddressRow::as_select()))
        .load(&mut db.conn)?;
    rows.into_iter().map(|rows| read(db, rows)).collect()
}

/// The conversation of `contact` in `inbox`.
pub fn find_of_contact(
    db: &mut Db,
    inbox: InboxId,
    contact: ContactId,
) -> Result<Option<Conversation>, StoreError> {
    let rows = conversations::table
        .inner_join(contact_rows::table)
        .inner_join(contact_addresses::table)
        .filter(conversations::inbox_id.eq(inbox))
        .filter(conversations::contact_id.eq(contact))
        .select((ConversationRow::as_select(), ContactRow::as_select(), AddressRow::as_select()))
        .first(&mut db.conn)
        .optional()?;
    rows.map(|rows| read(db, rows)).transpose()
}

/// The conversations of a person that `sight` sees, under whichever of their
/// contacts they stand; the last active first.
pub fn visible_of_person(
    db: &mut Db,
    sight: &Sight,
    person: ContactId,
) -> Result<Vec<Conversation>, StoreError> {
    let rows: Vec<(ConversationRow, ContactRow, AddressRow)> = conversations::table
        .inner_join(contact_rows::table)
        .inner_join(contact_addresses::table)
        .filter(conversations::contact_id.eq_any(contacts::members(db, person)?))
        .order((conversations::last_message_at.desc(), conversations::id.desc()))
        .select((ConversationRow::as_select(), ContactRow::as_select(), AddressRow::as_select()))
        .load(&mut db.conn)?;
    let seen = rows.into_iter().filter(|(row, ..)| sight.sees(row.inbox_id));
    seen.map(|rows| read(db, rows)).collect()
}

/// A conversation that begins with its first message.
pub struct NewConversation<'a> {
    pub id: ConversationId,
    pub inbox_id: InboxId,
    pub contact: &'a Contact,
    pub status: Status,
    pub first_message: MessageId,
    pub direction: Direction,
}

/// Starts a conversation and its first case, which is over at once where nobody has
/// anything to do yet. False if the contact already has
/// one in this inbox. [`touch`] fills in what the list shows.
pub fn insert(
    db: &mut Db,
    new: &NewConversation<'_>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let case: CaseId = fresh_id();
    let row = (
        conversations::id.eq(new.id),
        conversations::inbox_id.eq(new.inbox_id),
        conversations::contact_id.eq(new.contact.id),
        conversations::address_id.eq(new.contact.address_id),
        status_columns(&new.status),
        conversations::case_id.eq(case),
        conversations::last_message_at.eq(now.naive_utc()),
        conversations::last_message_id.eq(new.first_message),
        conversations::last_direction.eq(new.direction.word()),
        conversations::preview_sealed.eq(Vec::<u8>::new()),
        conversations::created_at.eq(now.naive_utc()),
    );
    let inserted = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(conversations::table).values(row).on_conflict_do_nothing().execute(conn)
    })?;
    if inserted == 1 {
        insert_case(db, case, new.id, now)?;
        if new.status.state == ConversationState::Closed {
            close_case(db, case, &new.status, None, now)?;
        }
    }
    Ok(inserted == 1)
}

/// Shows `message` as the conversation's last one, with the state it led to.
pub fn touch(
    db: &mut Db,
    conversation: ConversationId,
    status: &Status,
    message: &Message,
    key: &Key,
) -> Result<(), StoreError> {
    let inbound_texts = i32::from(message.direction == Direction::Inbound);
    touch_one(
        db,
        &Touched { conversation, status: *status, is_news: true, message, key, inbound_texts },
    )
}

fn touch_one(db: &mut Db, touched: &Touched<'_>) -> Result<(), StoreError> {
    #[derive(AsChangeset)]
    #[diesel(table_name = conversations)]
    struct Last {
        last_message_at: NaiveDateTime,
        last_message_id: MessageId,
        last_direction: &'static str,
        preview_sealed: Vec<u8>,
        // Of these, `None` leaves the column as it is.
        last_inbound_at: Option<NaiveDateTime>,
        address_id: Option<RowId>,
    }
    let Touched { conversation, status, is_news, message, key, inbound_texts } = *touched;
    let at = message.created_at.naive_utc();
    let is_inbound = message.direction == Direction::Inbound;
    let last = Last {
        last_message_at: at,
        last_message_id: message.id,
        last_direction: message.direction.word(),
        preview_sealed: preview(conversation, message, key),
        last_inbound_at: is_inbound.then_some(at),
        address_id: message.address_id.filter(|_| is_inbound),
    };
    diesel::update(conversations::table.find(conversation))
        .set((
            is_news.then(|| status_columns(&status)),
            last,
            conversations::inbound_texts.eq(conversations::inbound_texts + inbound_texts),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// The beginning of a message, sealed for the list.
fn preview(conversation: ConversationId, message: &Message, key: &Key) -> Vec<u8> {
    let beginning: String = message.body.chars().take(PREVIEW).collect();
    key.seal_text(place("conversations", "preview_sealed", conversation), &beginning)
}

/// Writes a new state, assignee or waiting time.
pub fn set_status(
    db: &mut Db,
    conversation: ConversationId,
    status: &Status,
) -> Result<(), StoreError> {
    diesel::update(conversations::table.find(conversation))
        .set(status_columns(status))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Gives a conversation to a team, or to none.
pub fn set_team(
    db: &mut Db,
    conversation: ConversationId,
    team: Option<TeamId>,
) -> Result<(), StoreError> {
    diesel::update(conversations::table.find(conversation))
        .set(conversations::team_id.eq(team))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Opens the next case of a conversation that was closed.
pub fn open_case(
    db: &mut Db,
    conversation: ConversationId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let case: CaseId = fresh_id();
    insert_case(db, case, conversation, now)?;
    diesel::update(conversations::table.find(conversation))
        .set(conversations::case_id.eq(case))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Ends a case; `before` is the state that closing clears.
pub fn close_case(
    db: &mut Db,
    case: CaseId,
    before: &Status,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(cases::table.find(case))
        .filter(cases::closed_at.is_null())
        .set((
            cases::closed_at.eq(now.naive_utc()),
            cases::closed_by.eq(by),
            cases::waited_since.eq(before.waiting_since.map(|at| at.naive_utc())),
            cases::was_snoozed_until.eq(before.snoozed_until.map(|at| at.naive_utc())),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// When a case was opened.
pub fn opened_at(db: &mut Db, case: CaseId) -> Result<DateTime<Utc>, StoreError> {
    let at: NaiveDateTime = cases::table.find(case).select(cases::opened_at).first(&mut db.conn)?;
    Ok(at.and_utc())
}

/// Takes back the closing of `case` that `by` did after `since`: what it had
/// cleared, or `None` if there was no such closing.
pub fn reopen_case(
    db: &mut Db,
    case: CaseId,
    by: UserId,
    since: DateTime<Utc>,
) -> Result<Option<Cleared>, StoreError> {
    let row: Option<(Option<NaiveDateTime>, Option<NaiveDateTime>)> = cases::table
        .find(case)
        .filter(cases::closed_by.eq(by))
        .filter(cases::closed_at.ge(since.naive_utc()))
        .select((cases::waited_since, cases::was_snoozed_until))
        .first(&mut db.conn)
        .optional()?;
    let Some((waiting_since, snoozed_until)) = row else { return Ok(None) };
    diesel::update(cases::table.find(case))
        .set((
            cases::closed_at.eq(None::<NaiveDateTime>),
            cases::closed_by.eq(None::<UserId>),
            cases::waited_since.eq(None::<NaiveDateTime>),
            cases::was_snoozed_until.eq(None::<NaiveDateTime>),
        ))
        .execute(&mut db.conn)?;
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    Ok(Some(Cleared { waiting_since: utc(waiting_since), snoozed_until: utc(snoozed_until) }))
}

/// What closing cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleared {
    pub waiting_since: Option<DateTime<Utc>>,
    pub snoozed_until: Option<DateTime<Utc>>,
}

/// Snoozed conversations whose time has come.
pub fn due_to_wake(
    db: &mut Db,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    Ok(conversations::table
        .filter(conversations::snoozed_until.le(now.naive_utc()))
        .order(conversations::snoozed_until)
        .limit(limit)
        .select(conversations::id)
        .load(&mut db.conn)?)
}

fn insert_case(
    db: &mut Db,
    case: CaseId,
    conversation: ConversationId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(cases::table)
        .values((
            cases::id.eq(case),
            cases::conversation_id.eq(conversation),
            cases::opened_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

type StatusColumns = (
    diesel::dsl::Eq<conversations::state, &'static str>,
    diesel::dsl::Eq<conversations::assignee_id, Option<UserId>>,
    diesel::dsl::Eq<conversations::last_answered_by, Option<UserId>>,
    diesel::dsl::Eq<conversations::waiting_since, Option<NaiveDateTime>>,
    diesel::dsl::Eq<conversations::snoozed_until, Option<NaiveDateTime>>,
);

fn status_columns(status: &Status) -> StatusColumns {
    (
        conversations::state.eq(status.state.word()),
        conversations::assignee_id.eq(status.assignee),
        conversations::last_answered_by.eq(status.last_answered_by),
        conversations::waiting_since.eq(status.waiting_since.map(|at| at.naive_utc())),
        conversations::snoozed_until.eq(status.snoozed_until.map(|at| at.naive_utc())),
    )
}

fn read(
    db: &Db,
    (row, contact, address): (ConversationRow, ContactRow, AddressRow),
) -> Result<Conversation, StoreError> {
    let key = if_whole(db.vault.contact_key(contact.id, &contact.key_wrapped))?;
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    let preview = if row.preview_sealed.is_empty() {
        String::new()
    } else {
        let here = place("conversations", "preview_sealed", row.id);
        show(key.as_deref(), here, &row.preview_sealed)?
    };
    Ok(Conversation {
        id: row.id,
        inbox_id: row.inbox_id,
        contact: contacts::read(db, (contact, address))?,
        status: Status {
            state: known(
                ConversationState::from_word(&row.state),
                "conversations.state",
                &row.state,
            )?,
            assignee: row.assignee_id,
            last_answered_by: row.last_answered_by,
            waiting_since: utc(row.waiting_since),
            snoozed_until: utc(row.snoozed_until),
        },
        team: row.team_id,
        case_id: row.case_id,
        last_message_at: row.last_message_at.and_utc(),
        last_message_id: row.last_message_id,
        last_direction: known(
            Direction::from_word(&row.last_direction),
            "conversations.last_direction",
            &row.last_direction,
        )?,
        last_inbound_at: utc(row.last_inbound_at),
        inbound_texts: row.inbound_texts,
        preview,
    })
}
