//! Calls that henji answers itself, whether a key is pressed in them or not.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::handoffs::call_index;
use super::schema::{handoffs, menu_calls};
use crate::domain::handoff::Trunk;
use crate::domain::handoff::report::Stretch;
use crate::domain::id::HandoffFlowId;

/// Whoever has pressed nothing for so long does not any more: the menu is said three
/// times, and each time waits for seven seconds.
const STILL_ON_THE_LINE: TimeDelta = TimeDelta::minutes(10);

/// Notes a call, once.
pub fn note(
    db: &mut Db,
    flow: HandoffFlowId,
    trunk: Trunk,
    call: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = (
        menu_calls::flow_id.eq(flow),
        menu_calls::call_index.eq(call_index(db, trunk, call)),
        menu_calls::created_at.eq(now.naive_utc()),
    );
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(menu_calls::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

/// How many calls of each of `flows` within `stretch` ended without a key.
pub fn without_a_key(
    db: &mut Db,
    flows: &[HandoffFlowId],
    stretch: &Stretch,
    now: DateTime<Utc>,
) -> Result<HashMap<HandoffFlowId, i64>, StoreError> {
    let to = stretch.to.min(now - STILL_ON_THE_LINE);
    let pressed = handoffs::table.filter(handoffs::call_index.eq(menu_calls::call_index));
    let rows: Vec<(HandoffFlowId, i64)> = menu_calls::table
        .filter(menu_calls::flow_id.eq_any(flows))
        .filter(menu_calls::created_at.ge(stretch.from.naive_utc()))
        .filter(menu_calls::created_at.lt(to.naive_utc()))
        .filter(not(exists(pressed)))
        .group_by(menu_calls::flow_id)
        .select((menu_calls::flow_id, count_star()))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().collect())
}

/// Forgets calls from before `before`.
pub fn forget_before(db: &mut Db, before: DateTime<Utc>) -> Result<(), StoreError> {
    let old = menu_calls::table.filter(menu_calls::created_at.lt(before.naive_utc()));
    diesel::delete(old).execute(&mut db.conn)?;
    Ok(())
}
