//! What each person is to be told of a wait, until a mail tells them.
//!
//! A nudge is a turn of a step and one of its people: once it names the mail that told
//! them, or is put by, nothing tells of it again.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::escalations::Wait;
use super::schema::{conversations, mails, nudges};
use super::seal::place;
use crate::domain::escalation::{Source, Trigger};
use crate::domain::id::{ConversationId, MailId, NudgeId, UserId};
use crate::domain::mail::MailState;
use crate::domain::nudge::Delay;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nudge {
    pub id: NudgeId,
    pub wait: Wait,
    /// The turn of the step that it is about.
    pub position: i32,
    pub turn: i32,
    pub trigger: Trigger,
    pub urgent: bool,
    /// `None` for an address that is no user's.
    pub user: Option<UserId>,
    pub to: String,
    pub created_at: DateTime<Utc>,
    pub looking_since: Option<DateTime<Utc>>,
    /// What it waited for, if for anything.
    pub why: Option<Delay>,
}

/// Where a nudge stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub nudge: Nudge,
    /// Until when it waits; `None` for one that has gone or need not go.
    pub due_at: Option<DateTime<Utc>>,
    /// What became of the mail that tells of it.
    pub mail: Option<MailState>,
}

/// What a person's nudges are found by.
pub type Address = Vec<u8>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = nudges)]
struct Row {
    id: NudgeId,
    conversation_id: ConversationId,
    source: String,
    since: NaiveDateTime,
    position: i32,
    turn: i32,
    kind: String,
    urgent: bool,
    user_id: Option<UserId>,
    to_sealed: Vec<u8>,
    created_at: NaiveDateTime,
    due_at: Option<NaiveDateTime>,
    why: Option<String>,
    looking_since: Option<NaiveDateTime>,
}

/// Keeps a nudge that may go now; by what its person's are found.
pub fn insert(db: &mut Db, nudge: &Nudge, now: DateTime<Utc>) -> Result<Address, StoreError> {
    let index = db.vault.email_index(&nudge.to);
    let to = db.vault.house().seal_text(place("nudges", "to_sealed", nudge.id), &nudge.to);
    diesel::insert_into(nudges::table)
        .values((
            nudges::id.eq(nudge.id),
            nudges::conversation_id.eq(nudge.wait.conversation),
            nudges::source.eq(nudge.wait.source.word()),
            nudges::since.eq(nudge.wait.since.naive_utc()),
            nudges::position.eq(nudge.position),
            nudges::turn.eq(nudge.turn),
            nudges::kind.eq(nudge.trigger.word()),
            nudges::urgent.eq(nudge.urgent),
            nudges::user_id.eq(nudge.user),
            nudges::to_sealed.eq(to),
            nudges::to_index.eq(&index),
            nudges::created_at.eq(nudge.created_at.naive_utc()),
            nudges::due_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(index)
}

/// Nudges of which people are taken in one look.
const MOST_DUE: i64 = 50_000;

/// People to whom something may go now; who has waited longest comes first.
///
/// They are told apart here: asked for different ones, SQLite would walk through all
/// that was ever told.
pub fn due(db: &mut Db, now: DateTime<Utc>, limit: usize) -> Result<Vec<Address>, StoreError> {
    let mut people: Vec<Address> = nudges::table
        .filter(nudges::due_at.le(now.naive_utc()))
        .order(nudges::due_at)
        .limit(MOST_DUE)
        .select(nudges::to_index)
        .load(&mut db.conn)?;
    let mut seen = HashSet::new();
    people.retain(|person| seen.insert(person.clone()));
    people.truncate(limit);
    Ok(people)
}

/// What may go to somebody now, the oldest first.
pub fn due_of(
    db: &mut Db,
    to: &[u8],
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Nudge>, StoreError> {
    let rows: Vec<Row> = nudges::table
        .filter(nudges::to_index.eq(to))
        .filter(nudges::due_at.le(now.naive_utc()))
        .order((nudges::created_at, nudges::id))
        .limit(limit)
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

pub fn put_off(
    db: &mut Db,
    nudge: &Nudge,
    until: DateTime<Utc>,
    why: Delay,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let looking_since = match why {
        Delay::Looking => nudge.looking_since.or(Some(now)),
        _ => nudge.looking_since,
    };
    diesel::update(nudges::table.find(nudge.id))
        .set((
            nudges::due_at.eq(Some(until.naive_utc())),
            nudges::why.eq(Some(why.word())),
            nudges::looking_since.eq(looking_since.map(|at| at.naive_utc())),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Its person need not be told any more.
pub fn put_by(db: &mut Db, id: NudgeId) -> Result<(), StoreError> {
    diesel::update(nudges::table.find(id))
        .set(nudges::due_at.eq(None::<NaiveDateTime>))
        .execute(&mut db.conn)?;
    Ok(())
}

/// `mail` tells of `ids`.
pub fn post(
    db: &mut Db,
    ids: &[NudgeId],
    mail: MailId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(nudges::table.filter(nudges::id.eq_any(ids)))
        .set((
            nudges::due_at.eq(None::<NaiveDateTime>),
            nudges::mail_id.eq(Some(mail)),
            nudges::posted_at.eq(Some(now.naive_utc())),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// What a mail tells of, the oldest first; nothing for one that is no ladder's.
pub fn told_by(db: &mut Db, mail: MailId) -> Result<Vec<Nudge>, StoreError> {
    let rows: Vec<Row> = nudges::table
        .filter(nudges::mail_id.eq(mail))
        .order((nudges::created_at, nudges::id))
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// When the last mail was written to somebody.
pub fn last_posted(db: &mut Db, to: &[u8]) -> Result<Option<DateTime<Utc>>, StoreError> {
    let last: Option<NaiveDateTime> = nudges::table
        .filter(nudges::to_index.eq(to))
        .select(max(nudges::posted_at))
        .first(&mut db.conn)?;
    Ok(last.map(|at| at.and_utc()))
}

/// Lets what waits for the end of somebody's quiet times be looked at anew.
pub fn look_anew(db: &mut Db, user: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let quiet = nudges::table
        .filter(nudges::user_id.eq(user))
        .filter(nudges::why.eq(Delay::Quiet.word()))
        .filter(nudges::due_at.is_not_null());
    diesel::update(quiet).set(nudges::due_at.eq(Some(now.naive_utc()))).execute(&mut db.conn)?;
    Ok(())
}

/// What waits, the soonest first; of contacts who wait no more, nothing.
pub fn waiting(db: &mut Db, limit: i64) -> Result<Vec<Standing>, StoreError> {
    let is_on = nudges::source
        .ne(Source::Wait.word())
        .or(conversations::waiting_since.eq(nudges::since.nullable()).assume_not_null());
    let rows: Vec<Row> = nudges::table
        .inner_join(conversations::table)
        .filter(nudges::due_at.is_not_null())
        .filter(is_on)
        .order((nudges::due_at, nudges::id))
        .limit(limit)
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| standing(db, row, None)).collect()
}

/// All there is about `conversations`, in its order.
pub fn of_conversations(
    db: &mut Db,
    conversations: &[ConversationId],
) -> Result<Vec<Standing>, StoreError> {
    let rows: Vec<(Row, Option<String>)> = nudges::table
        .left_join(mails::table)
        .filter(nudges::conversation_id.eq_any(conversations))
        .order((nudges::created_at, nudges::id))
        .select((Row::as_select(), mails::state.nullable()))
        .load(&mut db.conn)?;
    rows.into_iter().map(|(row, mail)| standing(db, row, mail)).collect()
}

/// How many waits and steps each of `mails` tells of.
pub fn count_of(db: &mut Db, mails: &[MailId]) -> Result<HashMap<MailId, i64>, StoreError> {
    let counts: Vec<(Option<MailId>, i64)> = nudges::table
        .filter(nudges::mail_id.eq_any(mails))
        .group_by(nudges::mail_id)
        .select((nudges::mail_id, count_star()))
        .load(&mut db.conn)?;
    Ok(counts.into_iter().filter_map(|(mail, count)| Some((mail?, count))).collect())
}

/// Forgets what was made before `before` and no mail tells of; the others go with
/// their mail.
pub fn delete_before(db: &mut Db, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = nudges::table
        .filter(nudges::mail_id.is_null())
        .filter(nudges::created_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut db.conn)?)
}

fn standing(db: &Db, row: Row, mail: Option<String>) -> Result<Standing, StoreError> {
    let due_at = row.due_at.map(|at| at.and_utc());
    let mail = mail.as_deref();
    let mail = mail.map(|word| known(MailState::from_word(word), "mails.state", word));
    Ok(Standing { nudge: read(db, row)?, due_at, mail: mail.transpose()? })
}

fn read(db: &Db, row: Row) -> Result<Nudge, StoreError> {
    let source = known(Source::from_word(&row.source), "nudges.source", &row.source)?;
    let since = row.since.and_utc();
    let why = row.why.as_deref();
    let why = why.map(|word| known(Delay::from_word(word), "nudges.why", word));
    Ok(Nudge {
        id: row.id,
        wait: Wait { conversation: row.conversation_id, source, since },
        position: row.position,
        turn: row.turn,
        trigger: known(Trigger::from_word(&row.kind), "nudges.kind", &row.kind)?,
        urgent: row.urgent,
        user: row.user_id,
        to: db.vault.house().open_text(place("nudges", "to_sealed", row.id), &row.to_sealed)?,
        created_at: row.created_at.and_utc(),
        looking_since: row.looking_since.map(|at| at.and_utc()),
        why: why.transpose()?,
    })
}
