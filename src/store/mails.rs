//! Mails on their way out of the house: an outbox, as texts have one.
//!
//! A mail is kept as it will be sent, sealed. What a try came to is settled under
//! the number of that try, so that who was away for too long settles nothing.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::{conversations, mails, messages};
use super::seal::place;
use crate::domain::delivery::OutboundState;
use crate::domain::id::{ConversationId, InboxId, MailId, MessageId};
use crate::domain::mail::{MailFailure, MailState};

/// A mail that nobody has tried to send yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMail {
    pub id: MailId,
    pub conversation: Option<ConversationId>,
    pub to: String,
    /// As RFC 5322 has it.
    pub message: Vec<u8>,
}

/// A mail in somebody's hands, for its `tries`th try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    pub id: MailId,
    pub tries: i32,
    pub to: String,
    pub message: Vec<u8>,
}

/// What an administrator sees of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub id: MailId,
    pub conversation: Option<ConversationId>,
    pub to: String,
    pub state: MailState,
    pub tries: i32,
    pub due_at: Option<DateTime<Utc>>,
    pub failure: Option<MailFailure>,
    pub created_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = mails)]
struct MailRow {
    id: MailId,
    conversation_id: Option<ConversationId>,
    to_sealed: Vec<u8>,
    state: String,
    tries: i32,
    due_at: Option<NaiveDateTime>,
    failure: Option<String>,
    created_at: NaiveDateTime,
    settled_at: Option<NaiveDateTime>,
}

pub fn insert(db: &mut Db, mail: &NewMail, now: DateTime<Utc>) -> Result<(), StoreError> {
    let house = db.vault.house();
    diesel::insert_into(mails::table)
        .values((
            mails::id.eq(mail.id),
            mails::conversation_id.eq(mail.conversation),
            mails::to_sealed.eq(house.seal_text(place("mails", "to_sealed", mail.id), &mail.to)),
            mails::message_sealed
                .eq(house.seal(place("mails", "message_sealed", mail.id), &mail.message)),
            mails::state.eq(MailState::Queued.word()),
            mails::tries.eq(0),
            mails::due_at.eq(now.naive_utc()),
            mails::created_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Mails whose time has come, the longest due first.
pub fn due(db: &mut Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<MailId>, StoreError> {
    Ok(mails::table
        .filter(mails::due_at.le(now.naive_utc()))
        .order((mails::due_at, mails::id))
        .limit(limit)
        .select(mails::id)
        .load(&mut db.conn)?)
}

/// Takes a due mail in hand for `lease`; `None` where somebody else has it.
pub fn begin(
    db: &mut Db,
    id: MailId,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Option<Begun>, StoreError> {
    let taken = diesel::update(mails::table.find(id))
        .filter(mails::due_at.le(now.naive_utc()))
        .set((
            mails::state.eq(MailState::InHand.word()),
            mails::tries.eq(mails::tries + 1),
            mails::due_at.eq(Some((now + lease).naive_utc())),
        ))
        .execute(&mut db.conn)?;
    if taken == 0 {
        return Ok(None);
    }
    let (tries, to, message): (i32, Vec<u8>, Vec<u8>) = mails::table
        .find(id)
        .select((mails::tries, mails::to_sealed, mails::message_sealed))
        .first(&mut db.conn)?;
    let house = db.vault.house();
    Ok(Some(Begun {
        id,
        tries,
        to: house.open_text(place("mails", "to_sealed", id), &to)?,
        message: house.open(place("mails", "message_sealed", id), &message)?,
    }))
}

/// What the `tries`th try came to. False if that is no longer the last one.
pub fn settle(
    db: &mut Db,
    (id, tries): (MailId, i32),
    state: MailState,
    failure: Option<MailFailure>,
    next: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let settled_at = (state != MailState::Queued).then(|| now.naive_utc());
    let settled = diesel::update(mails::table.find(id))
        .filter(mails::tries.eq(tries))
        .filter(mails::state.eq(MailState::InHand.word()))
        .set((
            mails::state.eq(state.word()),
            mails::failure.eq(failure.map(MailFailure::word)),
            mails::due_at.eq(next.map(|next| next.naive_utc())),
            mails::settled_at.eq(settled_at),
        ))
        .execute(&mut db.conn)?;
    Ok(settled == 1)
}

/// Puts a mail that waits or failed at the head of the queue. False for one that is
/// sent, dropped or in somebody's hands.
pub fn retry(db: &mut Db, id: MailId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let at_rest = is_at_rest(now);
    let changed = diesel::update(mails::table.find(id))
        .filter(at_rest)
        .set((
            mails::state.eq(MailState::Queued.word()),
            mails::due_at.eq(Some(now.naive_utc())),
            mails::settled_at.eq(None::<NaiveDateTime>),
        ))
        .execute(&mut db.conn)?;
    Ok(changed == 1)
}

/// Lets a mail wait until then, without a try. False as for [`drop`].
pub fn put_off(
    db: &mut Db,
    id: MailId,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let at_rest = is_at_rest(now);
    let changed = diesel::update(mails::table.find(id))
        .filter(at_rest)
        .set(mails::due_at.eq(Some(until.naive_utc())))
        .execute(&mut db.conn)?;
    Ok(changed == 1)
}

/// Sends a mail no more, because of what `state` says. False for one that is sent,
/// dropped or in somebody's hands.
pub fn drop(
    db: &mut Db,
    id: MailId,
    state: MailState,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let at_rest = is_at_rest(now);
    let changed = diesel::update(mails::table.find(id))
        .filter(at_rest)
        .set((
            mails::state.eq(state.word()),
            mails::due_at.eq(None::<NaiveDateTime>),
            mails::settled_at.eq(Some(now.naive_utc())),
        ))
        .execute(&mut db.conn)?;
    Ok(changed == 1)
}

/// Waits, failed, or was in the hands of somebody whose time is over.
#[diesel::dsl::auto_type(no_type_alias)]
fn is_at_rest(now: DateTime<Utc>) -> _ {
    let at_rest: [&'static str; 2] = [MailState::Queued.word(), MailState::Failed.word()];
    let in_hand: &'static str = MailState::InHand.word();
    let now: NaiveDateTime = now.naive_utc();
    mails::state.eq_any(at_rest).or(mails::state.eq(in_hand).and(mails::due_at.le(now)))
}

pub fn find(db: &mut Db, id: MailId) -> Result<Mail, StoreError> {
    let row = mails::table.find(id).select(MailRow::as_select()).first(&mut db.conn)?;
    read(db, row)
}

/// The newest mails before `before`.
pub fn page_before(
    db: &mut Db,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<Mail>, StoreError> {
    let mut query =
        mails::table.order(mails::id.desc()).limit(limit).select(MailRow::as_select()).into_boxed();
    if let Some(before) = before {
        query = query.filter(mails::id.lt(before));
    }
    let rows: Vec<MailRow> = query.load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// Mails about a conversation, in their order.
pub fn of_conversation(db: &mut Db, id: ConversationId) -> Result<Vec<Mail>, StoreError> {
    let rows: Vec<MailRow> = mails::table
        .filter(mails::conversation_id.eq(id))
        .order((mails::created_at, mails::id))
        .select(MailRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// Mails that wait or failed: what somebody may have to look at.
pub fn count_open(db: &mut Db) -> Result<i64, StoreError> {
    let open = MailState::ALL.iter().filter(|state| state.is_open()).map(|state| state.word());
    Ok(mails::table.filter(mails::state.eq_any(open)).count().get_result(&mut db.conn)?)
}

/// Forgets mails that were settled before `before`.
pub fn delete_before(db: &mut Db, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = mails::table.filter(mails::settled_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut db.conn)?)
}

/// The mail brings the text of `message`.
pub fn bind(db: &mut Db, id: MailId, message: MessageId) -> Result<(), StoreError> {
    diesel::update(mails::table.find(id))
        .set(mails::message_id.eq(message))
        .execute(&mut db.conn)?;
    Ok(())
}

/// The text a mail brings, if it does.
pub fn text_of(db: &mut Db, id: MailId) -> Result<Option<MessageId>, StoreError> {
    Ok(mails::table.find(id).select(mails::message_id).first(&mut db.conn)?)
}

/// Takes a text for a mail; false where somebody has.
pub fn claim_text(db: &mut Db, message: MessageId) -> Result<bool, StoreError> {
    let claimed = diesel::update(messages::table.find(message))
        .filter(messages::mailed.is_null())
        .set(messages::mailed.eq(MailState::Queued.word()))
        .execute(&mut db.conn)?;
    Ok(claimed == 1)
}

/// Writes beside a text what became of its mail; false where that is known.
pub fn tell_text(db: &mut Db, message: MessageId, state: MailState) -> Result<bool, StoreError> {
    let told = diesel::update(messages::table.find(message))
        .filter(messages::mailed.ne(state.word()))
        .set(messages::mailed.eq(state.word()))
        .execute(&mut db.conn)?;
    Ok(told == 1)
}

/// Texts of `inbox` that failed after `since` and that no mail brings.
pub fn unmailed(
    db: &mut Db,
    inbox: InboxId,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<MessageId>, StoreError> {
    let failed = OutboundState::ALL.iter().filter(|state| state.is_failure());
    let failed: Vec<&str> = failed.map(|state| state.word()).collect();
    Ok(messages::table
        .inner_join(conversations::table)
        .filter(messages::failed_at.gt(since.naive_utc()))
        .filter(messages::mailed.is_null())
        .filter(messages::state.eq_any(failed))
        .filter(conversations::inbox_id.eq(inbox))
        .order(messages::failed_at)
        .limit(limit)
        .select(messages::id)
        .load(&mut db.conn)?)
}

fn read(db: &Db, row: MailRow) -> Result<Mail, StoreError> {
    let to = db.vault.house().open_text(place("mails", "to_sealed", row.id), &row.to_sealed)?;
    let failure = row
        .failure
        .map(|word| known(MailFailure::from_word(&word), "mails.failure", &word))
        .transpose()?;
    Ok(Mail {
        id: row.id,
        conversation: row.conversation_id,
        to,
        state: known(MailState::from_word(&row.state), "mails.state", &row.state)?,
        tries: row.tries,
        due_at: row.due_at.map(|at| at.and_utc()),
        failure,
        created_at: row.created_at.and_utc(),
        settled_at: row.settled_at.map(|at| at.and_utc()),
    })
}
