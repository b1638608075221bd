//! Which menus are in their overflow mode, who switched them, and since when.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::{handoff_flows, handoff_switches};
use crate::domain::handoff::Overflow;
use crate::domain::id::{ApiTokenId, CalendarId, HandoffFlowId, InboxId, UserId};
use crate::domain::user::{Actor, ActorKind, Sight};

/// A menu, as far as everybody's being busy goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub flow: HandoffFlowId,
    pub name: String,
    pub inbox: InboxId,
    pub overflow: Overflow,
    pub busy_calendar: Option<CalendarId>,
    pub switched: Option<Switch>,
}

/// Neither a user nor a token: somebody at the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    pub user: Option<UserId>,
    pub token: Option<ApiTokenId>,
    pub at: DateTime<Utc>,
}

type SwitchRow = (Option<UserId>, Option<ApiTokenId>, NaiveDateTime);
type Row = (HandoffFlowId, String, InboxId, String, Option<CalendarId>, Option<SwitchRow>);

/// The menus of inboxes that are seen, by name.
pub fn in_sight(db: &mut Db, sight: &Sight) -> Result<Vec<Standing>, StoreError> {
    let rows: Vec<Row> = handoff_flows::table
        .left_join(handoff_switches::table)
        .filter(handoff_flows::removed_at.is_null())
        .order(handoff_flows::name)
        .select((
            handoff_flows::id,
            handoff_flows::name,
            handoff_flows::inbox_id,
            handoff_flows::overflow,
            handoff_flows::busy_calendar_id,
            (
                handoff_switches::user_id,
                handoff_switches::api_token_id,
                handoff_switches::switched_at,
            )
                .nullable(),
        ))
        .load(&mut db.conn)?;
    let seen = rows.into_iter().filter(|(_, _, inbox, ..)| sight.sees(*inbox));
    seen.map(read).collect()
}

/// When a menu was last switched; never, where nobody has.
pub fn of_flow(db: &mut Db, flow: HandoffFlowId) -> Result<Option<Switch>, StoreError> {
    let row: Option<SwitchRow> = handoff_switches::table
        .find(flow)
        .select((
            handoff_switches::user_id,
            handoff_switches::api_token_id,
            handoff_switches::switched_at,
        ))
        .first(&mut db.conn)
        .optional()?;
    Ok(row.map(switch))
}

/// Notes that the mode was switched just now.
pub fn note(
    db: &mut Db,
    flow: HandoffFlowId,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let token = actor.id.filter(|_| actor.kind == ActorKind::ApiToken).map(ApiTokenId);
    diesel::delete(handoff_switches::table.find(flow)).execute(&mut db.conn)?;
    diesel::insert_into(handoff_switches::table)
        .values((
            handoff_switches::flow_id.eq(flow),
            handoff_switches::user_id.eq(actor.user_id()),
            handoff_switches::api_token_id.eq(token),
            handoff_switches::switched_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

fn read(
    (flow, name, inbox, overflow, busy_calendar, switched): Row,
) -> Result<Standing, StoreError> {
    let mode = Overflow::from_word(&overflow);
    Ok(Standing {
        overflow: known(mode, "handoff_flows.overflow", &overflow)?,
        switched: switched.map(switch),
        flow,
        name,
        inbox,
        busy_calendar,
    })
}

fn switch((user, token, at): SwitchRow) -> Switch {
    Switch { user, token, at: at.and_utc() }
}
