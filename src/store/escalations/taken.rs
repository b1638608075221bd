//! Which turns of steps were taken.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;

use super::super::connection::Db;
use super::super::error::StoreError;
use super::super::inboxes;
use super::super::schema::{conversations, escalations};
use super::Wait;
use crate::domain::escalation::MOST_TURNS;
use crate::domain::id::ConversationId;
use crate::domain::user::Sight;

/// A turn of a step that was taken or, without mails, passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub position: i32,
    pub turn: i32,
    pub fired_at: DateTime<Utc>,
    pub mails: i32,
}

/// What was taken in a wait, in its order.
pub fn taken(db: &mut Db, wait: Wait) -> Result<Vec<Taken>, StoreError> {
    let rows: Vec<(i32, i32, NaiveDateTime, i32)> = escalations::table
        .filter(escalations::conversation_id.eq(wait.conversation))
        .filter(escalations::since.eq(wait.since.naive_utc()))
        .order((escalations::fired_at, escalations::position, escalations::turn))
        .select((
            escalations::position,
            escalations::turn,
            escalations::fired_at,
            escalations::mails,
        ))
        .load(&mut db.conn)?;
    let taken = |(position, turn, fired_at, mails): (i32, i32, NaiveDateTime, i32)| Taken {
        position,
        turn,
        fired_at: fired_at.and_utc(),
        mails,
    };
    Ok(rows.into_iter().map(taken).collect())
}

/// What was taken in each of these waits, in its order.
pub fn taken_of(db: &mut Db, waits: &[Wait]) -> Result<HashMap<Wait, Vec<Taken>>, StoreError> {
    type Row = (ConversationId, NaiveDateTime, i32, i32, NaiveDateTime, i32);
    let Some(first) = waits.iter().map(|wait| wait.since.naive_utc()).min() else {
        return Ok(HashMap::new());
    };
    let ids: Vec<ConversationId> = waits.iter().map(|wait| wait.conversation).collect();
    let rows: Vec<Row> = escalations::table
        .filter(escalations::conversation_id.eq_any(ids))
        .filter(escalations::since.ge(first))
        .order((escalations::fired_at, escalations::position, escalations::turn))
        .select((
            escalations::conversation_id,
            escalations::since,
            escalations::position,
            escalations::turn,
            escalations::fired_at,
            escalations::mails,
        ))
        .load(&mut db.conn)?;
    let mut by_time: HashMap<(ConversationId, NaiveDateTime), Vec<Taken>> = HashMap::new();
    for (conversation, since, position, turn, fired_at, mails) in rows {
        let taken = Taken { position, turn, fired_at: fired_at.and_utc(), mails };
        by_time.entry((conversation, since)).or_default().push(taken);
    }
    let of = |wait: &Wait| by_time.get(&(wait.conversation, wait.since.naive_utc())).cloned();
    Ok(waits.iter().map(|wait| (*wait, of(wait).unwrap_or_default())).collect())
}

/// How many turns of a step were taken in a wait.
pub fn turns(db: &mut Db, wait: Wait, position: i32) -> Result<i32, StoreError> {
    let taken: i64 = escalations::table
        .filter(escalations::conversation_id.eq(wait.conversation))
        .filter(escalations::since.eq(wait.since.naive_utc()))
        .filter(escalations::position.eq(position))
        .count()
        .get_result(&mut db.conn)?;
    Ok(i32::try_from(taken).unwrap_or(MOST_TURNS))
}

/// What anybody was told of since `from` in the inboxes that `sight` sees, whatever
/// became of it; the newest first.
pub fn told_since(
    db: &mut Db,
    sight: &Sight,
    from: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(ConversationId, DateTime<Utc>)>, StoreError> {
    let seen = conversations::table
        .filter(conversations::inbox_id.eq_any(inboxes::in_sight(db, sight)?))
        .select(conversations::id);
    let rows: Vec<(ConversationId, NaiveDateTime)> = escalations::table
        .filter(escalations::conversation_id.eq_any(seen))
        .filter(escalations::fired_at.ge(from.naive_utc()))
        .filter(escalations::mails.gt(0))
        .group_by((escalations::conversation_id, escalations::since))
        .order(max(escalations::fired_at).desc())
        .limit(limit)
        .select((escalations::conversation_id, escalations::since))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().map(|(conversation, since)| (conversation, since.and_utc())).collect())
}
