//! How fast all nodes together send by one sender.
//!
//! Kept as the time at which the sender's budget was empty; it fills up with one
//! second's worth of parts a second, and holds no more than that. Nodes agree by
//! the database's clock, never their own.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::connection::{Db, DbConnection};
use super::error::StoreError;
use super::schema::{sender_rates, senders};
use crate::domain::id::SenderId;

/// Takes `segments` parts out of the sender's budget; false if it is too low, or
/// if another node took from it at this moment.
///
/// A SQLite database has one node, which keeps count in memory.
pub fn take(db: &mut Db, sender: SenderId, segments: i32) -> Result<bool, StoreError> {
    let DbConnection::Postgres(conn) = &mut db.conn else { return Ok(true) };
    let now: NaiveDateTime =
        diesel::select(diesel::dsl::now.into_sql::<diesel::sql_types::Timestamp>())
            .get_result(conn)?;
    let per_second: i32 =
        senders::table.find(sender).select(senders::segments_per_second).first(conn)?;
    let known: Option<NaiveDateTime> =
        sender_rates::table.find(sender).select(sender_rates::empty_at).first(conn).optional()?;
    let Some(empty_at) = after_taking(known, now, segments, per_second) else { return Ok(false) };
    let changed = match known {
        Some(known) => diesel::update(sender_rates::table.find(sender))
            .filter(sender_rates::empty_at.eq(known))
            .set(sender_rates::empty_at.eq(empty_at))
            .execute(conn)?,
        None => diesel::insert_into(sender_rates::table)
            .values((sender_rates::sender_id.eq(sender), sender_rates::empty_at.eq(empty_at)))
            .on_conflict_do_nothing()
            .execute(conn)?,
    };
    Ok(changed == 1)
}

/// When the budget was empty, once the parts are taken; `None` if it is too low.
/// A text of more parts than a second's worth waits for a full budget.
fn after_taking(
    empty_at: Option<NaiveDateTime>,
    now: NaiveDateTime,
    segments: i32,
    per_second: i32,
) -> Option<NaiveDateTime> {
    let full = TimeDelta::seconds(1);
    let cost = full * segments.max(1) / per_second.max(1);
    let empty_at = empty_at.map_or(now - full, |at| at.max(now - full));
    (now - empty_at >= cost.min(full)).then(|| empty_at + cost)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    #[test]
    fn a_budget_is_a_second_s_worth_and_fills_in_a_second() {
        let start = DateTime::<Utc>::from_timestamp(1_795_301_400, 0).unwrap().naive_utc();
        let (mut empty_at, mut sent) = (None, 0);
        for tenth in 0..100 {
            let now = start + TimeDelta::milliseconds(tenth * 100);
            while let Some(after) = after_taking(empty_at, now, 2, 10) {
                (empty_at, sent) = (Some(after), sent + 2);
            }
        }
        // Ten seconds at 10 a second, and the first second's worth.
        assert!((100..=110).contains(&sent), "{sent} parts in ten seconds");
    }

    #[test]
    fn a_long_text_leaves_a_debt() {
        let start = DateTime::<Utc>::from_timestamp(1_795_301_400, 0).unwrap().naive_utc();
        let after = after_taking(None, start, 10, 2).unwrap();
        for (seconds, goes) in [(0, false), (4, false), (5, true)] {
            let now = start + TimeDelta::seconds(seconds);
            assert_eq!(after_taking(Some(after), now, 2, 2).is_some(), goes, "after {seconds} s");
        }
    }
}
