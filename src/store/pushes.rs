//! Messages to browsers, on their way: an outbox, as mails have one, of which each
//! browser and text is in once. What a try came to is settled under the number of
//! that try.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::schema::{conversations, messages, push_cursors, pushes};
use crate::domain::id::{ConversationId, InboxId, MessageId, SessionId, UserId};
use crate::domain::message::{Direction, MessageKind};

pub mod subscriptions;

/// The one cursor.
const CURSOR: i32 = 1;

/// A text of a contact, as far as it decides who is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    pub message: MessageId,
    pub conversation: ConversationId,
    pub inbox: InboxId,
    pub assignee: Option<UserId>,
    pub at: DateTime<Utc>,
}

/// A push by what makes it one.
pub type PushId = (SessionId, MessageId);

/// A push in somebody's hands, for its `tries`th try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    pub id: PushId,
    pub conversation: ConversationId,
    pub tries: i32,
    pub expires_at: DateTime<Utc>,
    /// A newer text of the conversation is told there, too: that one is enough.
    pub is_overtaken: bool,
}

/// How far the log was looked through; `None` before the first look.
pub fn cursor(db: &mut Db) -> Result<Option<i64>, StoreError> {
    Ok(push_cursors::table.find(CURSOR).select(push_cursors::seq).first(&mut db.conn).optional()?)
}

/// Moves the cursor from `before`. False where another node has moved it.
pub fn move_cursor(db: &mut Db, before: Option<i64>, seq: i64) -> Result<bool, StoreError> {
    let moved = match before {
        Some(before) => diesel::update(push_cursors::table.find(CURSOR))
            .filter(push_cursors::seq.eq(before))
            .set(push_cursors::seq.eq(seq))
            .execute(&mut db.conn)?,
        None => {
            let row = (push_cursors::id.eq(CURSOR), push_cursors::seq.eq(seq));
            on_each_backend!(&mut db.conn, |conn| diesel::insert_into(push_cursors::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(conn))?
        }
    };
    Ok(moved == 1)
}

/// Those of `ids` that contacts sent, oldest first.
pub fn news(db: &mut Db, ids: &[MessageId]) -> Result<Vec<News>, StoreError> {
    type Row = (MessageId, ConversationId, InboxId, Option<UserId>, NaiveDateTime);
    let rows: Vec<Row> = messages::table
        .inner_join(conversations::table)
        .filter(messages::id.eq_any(ids))
        .filter(messages::direction.eq(Direction::Inbound.word()))
        .filter(messages::kind.eq(MessageKind::Sms.word()))
        .order((messages::created_at, messages::id))
        .select((
            messages::id,
            conversations::id,
            conversations::inbox_id,
            conversations::assignee_id,
            messages::created_at,
        ))
        .load(&mut db.conn)?;
    let news = rows.into_iter().map(|(message, conversation, inbox, assignee, at)| News {
        message,
        conversation,
        inbox,
        assignee,
        at: at.and_utc(),
    });
    Ok(news.collect())
}

/// Puts a push into the outbox, unless it was there before.
pub fn insert(
    db: &mut Db,
    session: SessionId,
    news: &News,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = (
        pushes::session_id.eq(session),
        pushes::message_id.eq(news.message),
        pushes::conversation_id.eq(news.conversation),
        pushes::tries.eq(0),
        pushes::due_at.eq(now.naive_utc()),
        pushes::expires_at.eq(expires_at.naive_utc()),
    );
    let inserted = on_each_backend!(&mut db.conn, |conn| diesel::insert_into(pushes::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(inserted == 1)
}

/// Pushes whose time has come, the longest due first.
pub fn due(db: &mut Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<PushId>, StoreError> {
    Ok(pushes::table
        .filter(pushes::due_at.le(now.naive_utc()))
        .order((pushes::due_at, pushes::message_id, pushes::session_id))
        .limit(limit)
        .select((pushes::session_id, pushes::message_id))
        .load(&mut db.conn)?)
}

/// Takes a due push in hand for `lease`; `None` where somebody else has it.
pub fn begin(
    db: &mut Db,
    id: PushId,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Option<Begun>, StoreError> {
    let taken = diesel::update(pushes::table.find(id))
        .filter(pushes::due_at.le(now.naive_utc()))
        .set((
            pushes::tries.eq(pushes::tries + 1),
            pushes::due_at.eq(Some((now + lease).naive_utc())),
        ))
        .execute(&mut db.conn)?;
    if taken == 0 {
        return Ok(None);
    }
    let (conversation, tries, expires_at): (ConversationId, i32, NaiveDateTime) = pushes::table
        .find(id)
        .select((pushes::conversation_id, pushes::tries, pushes::expires_at))
        .first(&mut db.conn)?;
    let (session, message) = id;
    // Ids sort by the time they were made.
    let newer = pushes::table
        .filter(pushes::session_id.eq(session))
        .filter(pushes::conversation_id.eq(conversation))
        .filter(pushes::message_id.gt(message))
        .filter(pushes::due_at.is_not_null());
    let is_overtaken = diesel::select(diesel::dsl::exists(newer)).get_result(&mut db.conn)?;
    let expires_at = expires_at.and_utc();
    Ok(Some(Begun { id, conversation, tries, expires_at, is_overtaken }))
}

/// What the `tries`th try came to: nothing more to do, or to be tried again at `next`.
pub fn settle(
    db: &mut Db,
    (session, message): PushId,
    tries: i32,
    next: Option<DateTime<Utc>>,
) -> Result<bool, StoreError> {
    let settled = diesel::update(pushes::table.find((session, message)))
        .filter(pushes::tries.eq(tries))
        .filter(pushes::due_at.is_not_null())
        .set(pushes::due_at.eq(next.map(|next| next.naive_utc())))
        .execute(&mut db.conn)?;
    Ok(settled == 1)
}

/// Forgets what is no news any more, whatever became of it. Until then its row keeps
/// the same text from being told twice.
pub fn delete_expired(db: &mut Db, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let over = pushes::table.filter(pushes::expires_at.lt(now.naive_utc()));
    Ok(diesel::delete(over).execute(&mut db.conn)?)
}
