//! Answers by mail: the addresses they go to, and those that were not taken.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::{refused_replies, reply_addresses, reply_inboxes};
use crate::clock::fresh_id;
use crate::domain::id::{ConversationId, InboxId, MailId, MessageId, ReplyAddressId, UserId};
use crate::domain::mail_reply::{Refusal, ReplyAddress, address};

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub id: ReplyAddressId,
    pub conversation: ConversationId,
    pub user: UserId,
    pub seen_seq: i64,
    pub expires_at: DateTime<Utc>,
    /// The mail that was taken.
    pub used_by: Option<Vec<u8>>,
}

/// A mail that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub id: RowId,
    pub reason: Refusal,
    pub conversation: Option<ConversationId>,
    pub user: Option<UserId>,
    /// The mail that explains it.
    pub mail: Option<MailId>,
    pub at: DateTime<Utc>,
}

/// Whether mails of an inbox may be answered by mail.
pub fn is_on(db: &mut Db, inbox: InboxId) -> Result<bool, StoreError> {
    let found = diesel::dsl::exists(reply_inboxes::table.find(inbox));
    Ok(diesel::select(found).get_result(&mut db.conn)?)
}

/// Whether those of any inbox may.
pub fn is_on_anywhere(db: &mut Db) -> Result<bool, StoreError> {
    let found = diesel::dsl::exists(reply_inboxes::table.select(reply_inboxes::inbox_id));
    Ok(diesel::select(found).get_result(&mut db.conn)?)
}

/// False where it was so already.
pub fn set(db: &mut Db, inbox: InboxId, on: bool, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = if on {
        let row = (reply_inboxes::inbox_id.eq(inbox), reply_inboxes::since.eq(now.naive_utc()));
        on_each_backend!(&mut db.conn, |conn| diesel::insert_into(reply_inboxes::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn))?
    } else {
        diesel::delete(reply_inboxes::table.find(inbox)).execute(&mut db.conn)?
    };
    Ok(changed == 1)
}

/// Makes an address that `user` may answer `conversation` at, once, for `length`.
pub fn offer(
    db: &mut Db,
    conversation: ConversationId,
    user: UserId,
    seen_seq: i64,
    now: DateTime<Utc>,
    length: TimeDelta,
) -> Result<ReplyAddress, StoreError> {
    // Not one of ours that sort by their time: nobody learns when it was made.
    let id = ReplyAddressId(Uuid::new_v4());
    let until = address::minute(now + length);
    let row = (
        reply_addresses::id.eq(id),
        reply_addresses::conversation_id.eq(conversation),
        reply_addresses::user_id.eq(user),
        reply_addresses::seen_seq.eq(seen_seq),
        reply_addresses::created_at.eq(now.naive_utc()),
        reply_addresses::expires_at.eq((now + length).naive_utc()),
    );
    diesel::insert_into(reply_addresses::table).values(row).execute(&mut db.conn)?;
    let mark = db.vault.reply_mark(id.0, conversation, user, until);
    Ok(ReplyAddress { id: id.0, until, mark })
}

/// What `address` stands for; `None` where it is none of ours or was changed.
pub fn find(db: &mut Db, address: &ReplyAddress) -> Result<Option<Offer>, StoreError> {
    type Row = (ConversationId, UserId, i64, NaiveDateTime, Option<Vec<u8>>);
    let row: Option<Row> = reply_addresses::table
        .find(ReplyAddressId(address.id))
        .select((
            reply_addresses::conversation_id,
            reply_addresses::user_id,
            reply_addresses::seen_seq,
            reply_addresses::expires_at,
            reply_addresses::mail_hash,
        ))
        .first(&mut db.conn)
        .optional()?;
    let Some((conversation, user, seen_seq, expires_at, used_by)) = row else { return Ok(None) };
    let mark = db.vault.reply_mark(address.id, conversation, user, address.until);
    let is_ours: bool = mark.ct_eq(&address.mark).into();
    Ok(is_ours.then_some(Offer {
        id: ReplyAddressId(address.id),
        conversation,
        user,
        seen_seq,
        expires_at: expires_at.and_utc(),
        used_by,
    }))
}

/// Uses an address up. False where somebody else has.
pub fn take(
    db: &mut Db,
    id: ReplyAddressId,
    mail_hash: &[u8],
    message: MessageId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let taken = diesel::update(reply_addresses::table.find(id))
        .filter(reply_addresses::used_at.is_null())
        .set((
            reply_addresses::mail_hash.eq(mail_hash),
            reply_addresses::message_id.eq(message),
            reply_addresses::used_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(taken == 1)
}

/// Whose mail was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefused<'a> {
    pub mail_hash: &'a [u8],
    pub reason: Refusal,
    pub conversation: Option<ConversationId>,
    pub user: Option<UserId>,
    pub mail: Option<MailId>,
}

/// False where the same mail was refused before.
pub fn refuse(db: &mut Db, new: &NewRefused<'_>, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = (
        refused_replies::id.eq(fresh_id::<RowId>()),
        refused_replies::mail_hash.eq(new.mail_hash),
        refused_replies::reason.eq(new.reason.word()),
        refused_replies::conversation_id.eq(new.conversation),
        refused_replies::user_id.eq(new.user),
        refused_replies::mail_id.eq(new.mail),
        refused_replies::created_at.eq(now.naive_utc()),
    );
    let inserted = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(refused_replies::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn)
    })?;
    Ok(inserted == 1)
}

/// How many mails were refused since `since`: all, and of those told to `user`.
pub fn refused_since(
    db: &mut Db,
    user: Option<UserId>,
    since: DateTime<Utc>,
) -> Result<(i64, i64), StoreError> {
    let recent = refused_replies::created_at.ge(since.naive_utc());
    let all = refused_replies::table.filter(recent).count().get_result(&mut db.conn)?;
    let told = refused_replies::table
        .filter(recent)
        .filter(refused_replies::mail_id.is_not_null())
        .filter(refused_replies::user_id.eq(user))
        .count()
        .get_result(&mut db.conn)?;
    Ok((all, told))
}

/// The newest first.
pub fn refused(db: &mut Db, limit: i64) -> Result<Vec<Refused>, StoreError> {
    type Row =
        (RowId, String, Option<ConversationId>, Option<UserId>, Option<MailId>, NaiveDateTime);
    let rows: Vec<Row> = refused_replies::table
        .order((refused_replies::created_at.desc(), refused_replies::id.desc()))
        .limit(limit)
        .select((
            refused_replies::id,
            refused_replies::reason,
            refused_replies::conversation_id,
            refused_replies::user_id,
            refused_replies::mail_id,
            refused_replies::created_at,
        ))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|(id, word, conversation, user, mail, at)| {
            let reason = known(Refusal::from_word(&word), "refused_replies.reason", &word)?;
            Ok(Refused { id, reason, conversation, user, mail, at: at.and_utc() })
        })
        .collect()
}

/// Forgets addresses that ended, and mails that were refused, before `before`.
pub fn delete_before(db: &mut Db, before: DateTime<Utc>) -> Result<(), StoreError> {
    let before = before.naive_utc();
    let ended = reply_addresses::table.filter(reply_addresses::expires_at.lt(before));
    diesel::delete(ended).execute(&mut db.conn)?;
    let refused = refused_replies::table.filter(refused_replies::created_at.lt(before));
    diesel::delete(refused).execute(&mut db.conn)?;
    Ok(())
}
