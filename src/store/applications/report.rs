//! What became of applications, as far as reports count it.
//!
//! A row for each application, not sums: the middle of many times is no sum. The span has
//! bounds, and what became of each is looked up along an index.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Timestamp};

use super::super::connection::{Db, on_each_backend};
use super::super::error::StoreError;
use super::super::ids::DbUuid;
use crate::domain::application::report::Story;
use crate::domain::id::{InboxId, MediumId, UserId};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<DbUuid>)]
    medium: Option<MediumId>,
    #[diesel(sql_type = Nullable<DbUuid>)]
    recruiter: Option<UserId>,
    #[diesel(sql_type = Timestamp)]
    applied_at: NaiveDateTime,
    #[diesel(sql_type = Integer)]
    was_confirmed: i32,
    #[diesel(sql_type = Nullable<Timestamp>)]
    first_sent: Option<NaiveDateTime>,
    #[diesel(sql_type = Nullable<Timestamp>)]
    first_delivered: Option<NaiveDateTime>,
    #[diesel(sql_type = Nullable<Timestamp>)]
    replied: Option<NaiveDateTime>,
}

/// The valid applications of `inboxes` from `from` to before `to`.
pub fn stories(
    db: &mut Db,
    inboxes: &[InboxId],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Story>, StoreError> {
    if inboxes.is_empty() {
        return Ok(Vec::new());
    }
    let asked = question(inboxes.len());
    let (from, to) = (from.naive_utc(), to.naive_utc());
    let rows: Vec<Row> = on_each_backend!(&mut db.conn, |conn| {
        let mut query = diesel::sql_query(asked).into_boxed();
        query = query.bind::<Timestamp, _>(from).bind::<Timestamp, _>(to);
        for inbox in inboxes {
            query = query.bind::<DbUuid, _>(*inbox);
        }
        query.load(conn)
    })?;
    Ok(rows.into_iter().map(Story::from).collect())
}

/// Parameters stand in the order of their numbers: SQLite counts them as they come.
fn question(inboxes: usize) -> String {
    let inboxes: Vec<String> = (0..inboxes).map(|n| format!("${}", n + 3)).collect();
    format!(
        "select told.medium, told.recruiter, told.applied_at, told.was_confirmed,
           told.first_sent, told.first_delivered,
           (select min(r.created_at) from messages r
             where r.conversation_id = told.conversation and r.direction = 'inbound'
               and r.created_at > told.first_delivered
               and (told.next_at is null or r.created_at < told.next_at)) as replied
         from (
           select a.medium_id as medium, a.recruiter_id as recruiter, a.applied_at as applied_at,
             c.id as conversation, a.next_at as next_at,
             case when exists (
               select 1 from application_moves v
               where v.application_id = a.id and v.step = 'confirmed'
             ) then 1 else 0 end as was_confirmed,
             (select min(m.sent_at) from messages m where {ours}) as first_sent,
             (select min(m.sent_at) from messages m where {ours} and m.state = 'delivered')
               as first_delivered
           from (
             select b.id, b.inbox_id, b.contact_id, b.medium_id, b.recruiter_id, b.applied_at,
               (select min(l.applied_at) from applications l
                 where l.contact_id = b.contact_id and l.inbox_id = b.inbox_id
                   and l.applied_at > b.applied_at and l.step <> 'void') as next_at
             from applications b
             where b.applied_at >= $1 and b.applied_at < $2 and b.step <> 'void'
               and b.inbox_id in ({inboxes})
           ) a
           left join conversations c
             on c.inbox_id = a.inbox_id and c.contact_id = a.contact_id
         ) told",
        inboxes = inboxes.join(", "),
        // What was written after the next application belongs to that one.
        ours = "m.conversation_id = c.id and m.direction = 'outbound' and m.kind = 'sms'
               and m.sent_at >= a.applied_at and (a.next_at is null or m.sent_at < a.next_at)",
    )
}

impl From<Row> for Story {
    fn from(row: Row) -> Self {
        let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
        Self {
            medium: row.medium,
            recruiter: row.recruiter,
            applied_at: row.applied_at.and_utc(),
            was_confirmed: row.was_confirmed != 0,
            first_sent_at: utc(row.first_sent),
            first_delivered_at: utc(row.first_delivered),
            replied_at: utc(row.replied),
        }
    }
}
