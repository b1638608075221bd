//! Figures of calls, counted by the database where the rows are.
//!
//! What became of a text is looked up for each call of the span, along an index each
//! time; the span has bounds (`domain/handoff/report.rs`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text, Timestamp};

use super::connection::{Db, DbConnection, on_each_backend};
use super::error::StoreError;
use super::ids::DbUuid;
use super::schema::handoffs;
use crate::domain::handoff::report::{AGAIN, Figures, Stretch};
use crate::domain::id::{HandoffFlowId, HandoffId};

/// What happened to a key of a menu in an hour of the day, over all days asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub flow: HandoffFlowId,
    pub digit: String,
    /// From 0 to 23, as clocks of the house show it.
    pub hour: u8,
    pub figures: Figures,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = DbUuid)]
    flow: HandoffFlowId,
    #[diesel(sql_type = Text)]
    digit: String,
    #[diesel(sql_type = Integer)]
    hour: i32,
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(sql_type = BigInt)]
    sent: i64,
    #[diesel(sql_type = BigInt)]
    delivered: i64,
    #[diesel(sql_type = BigInt)]
    opened: i64,
    #[diesel(sql_type = BigInt)]
    replied: i64,
    #[diesel(sql_type = BigInt)]
    helped: i64,
    #[diesel(sql_type = BigInt)]
    again: i64,
    #[diesel(sql_type = BigInt)]
    settled: i64,
    #[diesel(sql_type = BigInt)]
    settled_again: i64,
}

/// The calls of `flows` within `stretch`, by menu, key and hour.
pub fn count(
    db: &mut Db,
    flows: &[HandoffFlowId],
    stretch: &Stretch,
    now: DateTime<Utc>,
) -> Result<Vec<Cell>, StoreError> {
    if flows.is_empty() {
        return Ok(Vec::new());
    }
    let asked = match &db.conn {
        DbConnection::Sqlite(_) => sqlite(stretch.offset_seconds, flows.len()),
        DbConnection::Postgres(_) => postgres(stretch.offset_seconds, flows.len()),
    };
    let settled = (now - AGAIN).naive_utc();
    let (from, to) = (stretch.from.naive_utc(), stretch.to.naive_utc());
    let rows: Vec<Row> = on_each_backend!(&mut db.conn, |conn| {
        let mut query = diesel::sql_query(asked).into_boxed();
        query = query.bind::<Timestamp, _>(settled);
        query = query.bind::<Timestamp, _>(from).bind::<Timestamp, _>(to);
        for flow in flows {
            query = query.bind::<DbUuid, _>(*flow);
        }
        query.load(conn)
    })?;
    Ok(rows.into_iter().map(Cell::from).collect())
}

/// Clocks `offset` seconds ahead of UTC, and the same time of the next day to the
/// last digit: what arithmetic gives is cut to milliseconds.
fn sqlite(offset: i32, flows: usize) -> String {
    let hour = format!("cast(strftime('%H', h.created_at, '{offset} seconds') as integer)");
    question(flows, &hour, "date(h.created_at, '+1 day') || substr(h.created_at, 11)")
}

fn postgres(offset: i32, flows: usize) -> String {
    let hour =
        format!("cast(extract(hour from h.created_at + interval '{offset} seconds') as integer)");
    question(flows, &hour, "h.created_at + interval '24 hours'")
}

/// Parameters stand in the order of their numbers: SQLite counts them as they come.
fn question(flows: usize, hour: &str, day_after: &str) -> String {
    let flows: Vec<String> = (0..flows).map(|n| format!("${}", n + 4)).collect();
    format!(
        "select flow, digit, hour,
           sum(is_call) as calls,
           sum(case when sent_at is not null then 1 else 0 end) as sent,
           sum(case when state = 'delivered' then 1 else 0 end) as delivered,
           sum(was_opened) as opened,
           sum(was_answered) as replied,
           sum(was_helped) as helped,
           sum(rang_again) as again,
           sum(is_settled) as settled,
           sum(is_settled * rang_again) as settled_again
         from (
           select h.flow_id as flow, h.digit as digit, {hour} as hour, m.sent_at as sent_at, m.state as state,
             case when h.turn = 0 then 1 else 0 end as is_call,
             case when m.id is not null and h.created_at <= $1 then 1 else 0 end as is_settled,
             case when m.id is not null and exists (
               select 1 from links l where l.message_id = m.id and l.opened_at is not null
             ) then 1 else 0 end as was_opened,
             case when m.id is not null and exists (
               select 1 from messages r where r.conversation_id = h.conversation_id
                 and r.created_at > h.created_at and r.created_at < {until}
                 and r.created_at < h.returns_until
                 and r.direction = 'inbound'
             ) then 1 else 0 end as was_answered,
             case when m.id is not null and exists (
               select 1 from messages r where r.conversation_id = h.conversation_id
                 and r.created_at > h.created_at and r.created_at < {until}
                 and r.created_at < h.returns_until
                 and r.direction = 'outbound' and r.author_id is not null
                 and r.sent_at is not null
             ) then 1 else 0 end as was_helped,
             case when m.id is not null and exists (
               select 1 from handoffs n where n.caller_index = h.caller_index
                 and n.created_at > h.created_at and n.created_at < {day_after}
                 and n.flow_id = h.flow_id and n.call_index <> h.call_index
             ) then 1 else 0 end as rang_again
           from handoffs h
           left join messages m on m.id = h.message_id and h.result = 'accepted'
           where h.created_at >= $2 and h.created_at < $3 and h.flow_id in ({flows})
         ) pressed
         group by flow, digit, hour",
        flows = flows.join(", "),
        // What is written after the next call belongs to that one.
        until = "coalesce((select min(n.created_at) from handoffs n
                   where n.conversation_id = h.conversation_id and n.result = 'accepted'
                     and n.created_at > h.created_at), h.returns_until)",
    )
}

impl From<Row> for Cell {
    fn from(row: Row) -> Self {
        Self {
            flow: row.flow,
            digit: row.digit,
            hour: u8::try_from(row.hour).unwrap_or_default(),
            figures: Figures {
                calls: row.calls,
                sent: row.sent,
                delivered: row.delivered,
                opened: row.opened,
                replied: row.replied,
                helped: row.helped,
                again: row.again,
                settled: row.settled,
                settled_again: row.settled_again,
            },
        }
    }
}

/// Forgets calls from before `before` that led to no text of their own: what did is
/// part of its conversation and goes with that. `most` at a time; whether there may
/// be more.
pub fn forget_before(db: &mut Db, before: DateTime<Utc>, most: i64) -> Result<bool, StoreError> {
    let old: Vec<HandoffId> = handoffs::table
        // A literal, so that the partial index fits.
        .filter(diesel::dsl::sql::<Bool>("handoffs.result <> 'accepted'"))
        .filter(handoffs::created_at.lt(before.naive_utc()))
        .order(handoffs::created_at)
        .limit(most)
        .select(handoffs::id)
        .load(&mut db.conn)?;
    let may_be_more = i64::try_from(old.len()).is_ok_and(|found| found == most);
    diesel::delete(handoffs::table.filter(handoffs::id.eq_any(old))).execute(&mut db.conn)?;
    Ok(may_be_more)
}
