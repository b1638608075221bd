//! Pages of a timeline, by keyset, and what is counted along it.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{max, min};
use diesel::prelude::*;
use uuid::Uuid;

use super::row::{MessageRow, open_to_show};
use super::{Message, Position, find_all, key_of};
use crate::domain::delivery::OutboundState;
use crate::domain::id::{ContactId, ConversationId, MessageId};
use crate::domain::message::{Direction, MessageKind};
use crate::store::connection::Db;
use crate::store::schema::{cases, contacts, conversations, messages};
use crate::store::seal::if_whole;
use crate::store::{StoreError, events};

/// Up to `limit` messages before `before` (the newest if `None`), oldest first.
pub fn page_before(
    db: &mut Db,
    conversation: ConversationId,
    before: Option<Position>,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let mut query = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .order((messages::created_at.desc(), messages::id.desc()))
        .limit(limit)
        .select(MessageRow::as_select())
        .into_boxed();
    if let Some(Position { at, id }) = before {
        let at = at.naive_utc();
        query = query.filter(
            messages::created_at
                .lt(at)
                .or(messages::created_at.eq(at).and(messages::id.lt(MessageId(id)))),
        );
        // The plain bound lets both planners walk the index from there.
        query = query.filter(messages::created_at.le(at));
    }
    let rows: Vec<MessageRow> = query.load(&mut db.conn)?;
    let mut page = open_all(db, conversation, rows)?;
    page.reverse();
    Ok(page)
}

/// Up to `limit` messages after `after`, oldest first.
pub fn page_after(
    db: &mut Db,
    conversation: ConversationId,
    after: Position,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let at = after.at.naive_utc();
    let rows: Vec<MessageRow> = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::created_at.ge(at))
        .filter(
            messages::created_at
                .gt(at)
                .or(messages::created_at.eq(at).and(messages::id.gt(MessageId(after.id)))),
        )
        .order((messages::created_at, messages::id))
        .limit(limit)
        .select(MessageRow::as_select())
        .load(&mut db.conn)?;
    open_all(db, conversation, rows)
}

/// The lines of several conversations, of each those since its time; oldest first, up
/// to `limit` in all.
pub fn since_each(
    db: &mut Db,
    each: &[(ConversationId, DateTime<Utc>)],
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let Some(first) = each.iter().map(|(_, since)| *since).min() else { return Ok(Vec::new()) };
    let ids: Vec<ConversationId> = each.iter().map(|(id, _)| *id).collect();
    let mut rows: Vec<(MessageRow, ContactId, Vec<u8>)> = messages::table
        .inner_join(conversations::table.inner_join(contacts::table))
        .filter(messages::conversation_id.eq_any(ids))
        .filter(messages::created_at.ge(first.naive_utc()))
        .order((messages::created_at, messages::id))
        .limit(limit)
        .select((MessageRow::as_select(), contacts::id, contacts::key_wrapped))
        .load(&mut db.conn)?;
    rows.retain(|(row, ..)| {
        let is_since = |(id, since): &(ConversationId, DateTime<Utc>)| {
            *id == row.conversation_id && row.created_at >= since.naive_utc()
        };
        each.iter().any(is_since)
    });
    open_each(db, rows)
}

/// Those of `ids` that are there, for a screen, in no particular order.
pub fn find_all_to_show(db: &mut Db, ids: &[MessageId]) -> Result<Vec<Message>, StoreError> {
    let rows: Vec<(MessageRow, ContactId, Vec<u8>)> = messages::table
        .inner_join(conversations::table.inner_join(contacts::table))
        .filter(messages::id.eq_any(ids))
        .select((MessageRow::as_select(), contacts::id, contacts::key_wrapped))
        .load(&mut db.conn)?;
    open_each(db, rows)
}

fn open_each(
    db: &mut Db,
    rows: Vec<(MessageRow, ContactId, Vec<u8>)>,
) -> Result<Vec<Message>, StoreError> {
    rows.into_iter()
        .map(|(row, contact, wrapped)| {
            let key = if_whole(db.vault.contact_key(contact, &wrapped))?;
            open_to_show(row, key.as_deref())
        })
        .collect()
}

/// When a person first sent a text that was not taken back, or closed the conversation,
/// after each of some times in it.
pub fn settled_after(
    db: &mut Db,
    each: &[(ConversationId, DateTime<Utc>)],
) -> Result<Vec<Option<DateTime<Utc>>>, StoreError> {
    let Some(first) = each.iter().map(|(_, since)| since.naive_utc()).min() else {
        return Ok(Vec::new());
    };
    let ids: Vec<ConversationId> = each.iter().map(|(id, _)| *id).collect();
    let mut acts: Vec<(ConversationId, NaiveDateTime)> = messages::table
        .filter(messages::conversation_id.eq_any(&ids))
        .filter(messages::created_at.gt(first))
        .filter(messages::kind.eq(MessageKind::Sms.word()))
        .filter(messages::author_id.is_not_null())
        .filter(messages::state.ne(OutboundState::Canceled.word()))
        .select((messages::conversation_id, messages::created_at))
        .load(&mut db.conn)?;
    let closings: Vec<(ConversationId, NaiveDateTime)> = cases::table
        .filter(cases::conversation_id.eq_any(&ids))
        .filter(cases::closed_at.gt(first))
        .select((cases::conversation_id, cases::closed_at.assume_not_null()))
        .load(&mut db.conn)?;
    acts.extend(closings);
    let first_after = |(id, since): &(ConversationId, DateTime<Utc>)| {
        let since = since.naive_utc();
        let own = acts.iter().filter(|(of, at)| of == id && *at > since);
        own.map(|(_, at)| at.and_utc()).min()
    };
    Ok(each.iter().map(first_after).collect())
}

/// Where a message stands in this conversation; `None` if it is none of it.
pub fn position_in(
    db: &mut Db,
    conversation: ConversationId,
    id: MessageId,
) -> Result<Option<Position>, StoreError> {
    let at: Option<NaiveDateTime> = messages::table
        .find(id)
        .filter(messages::conversation_id.eq(conversation))
        .select(messages::created_at)
        .first(&mut db.conn)
        .optional()?;
    Ok(at.map(|at| Position { at: at.and_utc(), id: id.0 }))
}

/// When a message came to be; `None` if it is not there.
pub fn time_of(db: &mut Db, id: MessageId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at: Option<NaiveDateTime> =
        messages::table.find(id).select(messages::created_at).first(&mut db.conn).optional()?;
    Ok(at.map(|at| at.and_utc()))
}

/// How many inbound texts of a conversation came after `since`.
pub fn count_inbound_after(
    db: &mut Db,
    conversation: ConversationId,
    since: DateTime<Utc>,
) -> Result<i32, StoreError> {
    let later: i64 = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::created_at.gt(since.naive_utc()))
        .filter(messages::direction.eq(Direction::Inbound.word()))
        .count()
        .get_result(&mut db.conn)?;
    Ok(i32::try_from(later).unwrap_or(i32::MAX))
}

/// When the contact first wrote, `since` then, without a person's answer after it.
pub fn oldest_unanswered(
    db: &mut Db,
    conversation: ConversationId,
    since: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let since = since.naive_utc();
    let here = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::created_at.ge(since))
        .filter(messages::kind.eq(MessageKind::Sms.word()));
    let answered: Option<NaiveDateTime> = here
        .filter(messages::author_id.is_not_null())
        .filter(messages::state.ne(OutboundState::Canceled.word()))
        .select(max(messages::created_at))
        .first(&mut db.conn)?;
    let unanswered: Option<NaiveDateTime> = here
        .filter(messages::direction.eq(Direction::Inbound.word()))
        .filter(messages::created_at.ge(answered.unwrap_or(since)))
        .select(min(messages::created_at))
        .first(&mut db.conn)?;
    Ok(unanswered.map(|at| at.and_utc()))
}

/// Texts of a conversation whose creation is told by an event after `seq`,
/// oldest first, 50 at most.
///
/// The log decides, whatever clock a node has. A page so old that the log would
/// have to be searched for it is compared by time, which is indexed.
pub fn texts_after_event(
    db: &mut Db,
    conversation: ConversationId,
    seq: i64,
) -> Result<Vec<Message>, StoreError> {
    const ENOUGH: i64 = 50;
    let mut news = match events::created_after(db, conversation, seq)? {
        Some(mut ids) => {
            ids.truncate(ENOUGH as usize);
            let mut found = find_all(db, &ids)?;
            found.sort_by_key(|message| ids.iter().position(|id| *id == message.id));
            found
        }
        None => {
            let seen_at = events::time_of(db, seq)?.unwrap_or_default();
            page_after(db, conversation, Position { at: seen_at, id: Uuid::max() }, ENOUGH)?
        }
    };
    news.retain(|message| message.kind == MessageKind::Sms);
    Ok(news)
}

fn open_all(
    db: &mut Db,
    conversation: ConversationId,
    rows: Vec<MessageRow>,
) -> Result<Vec<Message>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = if_whole(key_of(db, conversation))?;
    rows.into_iter().map(|row| open_to_show(row, key.as_deref())).collect()
}
