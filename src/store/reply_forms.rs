//! Reply forms: for whoever got a text from a number that takes no replies.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::ids::RowId;
use super::schema::reply_forms;
use super::seal::random_letters;
use crate::clock::fresh_id;
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::short_link::LinkToken;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyForm {
    pub id: RowId,
    pub conversation: ConversationId,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

/// Makes a form that one text may be typed into, for `length`.
pub fn offer(
    db: &mut Db,
    conversation: ConversationId,
    now: DateTime<Utc>,
    length: TimeDelta,
) -> Result<LinkToken, StoreError> {
    let token = random_letters(LinkToken::LENGTH);
    let row = (
        reply_forms::id.eq(fresh_id::<RowId>()),
        reply_forms::token_hash.eq(db.vault.form_hash(&token)),
        reply_forms::conversation_id.eq(conversation),
        reply_forms::created_at.eq(now.naive_utc()),
        reply_forms::expires_at.eq((now + length).naive_utc()),
    );
    diesel::insert_into(reply_forms::table).values(row).execute(&mut db.conn)?;
    Ok(LinkToken::parse(&token).expect("they are letters, and so many"))
}

pub fn find(db: &mut Db, token: &LinkToken) -> Result<Option<ReplyForm>, StoreError> {
    type Row = (RowId, ConversationId, NaiveDateTime, Option<NaiveDateTime>);
    let row: Option<Row> = reply_forms::table
        .filter(reply_forms::token_hash.eq(db.vault.form_hash(token.as_str())))
        .select((
            reply_forms::id,
            reply_forms::conversation_id,
            reply_forms::expires_at,
            reply_forms::used_at,
        ))
        .first(&mut db.conn)
        .optional()?;
    Ok(row.map(|(id, conversation, expires_at, used_at)| ReplyForm {
        id,
        conversation,
        expires_at: expires_at.and_utc(),
        used_at: used_at.map(|at| at.and_utc()),
    }))
}

/// Uses a form up. False where somebody else has.
pub fn take(
    db: &mut Db,
    form: RowId,
    message: MessageId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let taken = diesel::update(reply_forms::table.find(form))
        .filter(reply_forms::used_at.is_null())
        .set((reply_forms::message_id.eq(message), reply_forms::used_at.eq(now.naive_utc())))
        .execute(&mut db.conn)?;
    Ok(taken == 1)
}

/// Those of `texts` that were typed into a form.
pub fn typed(db: &mut Db, texts: &[MessageId]) -> Result<HashSet<MessageId>, StoreError> {
    let found: Vec<Option<MessageId>> = reply_forms::table
        .filter(reply_forms::message_id.eq_any(texts))
        .select(reply_forms::message_id)
        .load(&mut db.conn)?;
    Ok(found.into_iter().flatten().collect())
}

/// Forgets forms that ended before `before` and were never used.
pub fn delete_before(db: &mut Db, before: DateTime<Utc>) -> Result<(), StoreError> {
    let ended = reply_forms::table
        .filter(reply_forms::expires_at.lt(before.naive_utc()))
        .filter(reply_forms::used_at.is_null());
    diesel::delete(ended).execute(&mut db.conn)?;
    Ok(())
}
