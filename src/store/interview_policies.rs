//! When inboxes write to candidates by themselves, and which reminders that moves.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::{appointment_openings, appointment_tasks, appointments, interview_policies};
use crate::domain::appointment::plan::Planned;
use crate::domain::appointment::policy::Policy;
use crate::domain::appointment::{AppointmentState, TaskKind};
use crate::domain::id::{AppointmentId, InboxId, OfferId};

/// Of [`Policy`], in the order of its table.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = interview_policies)]
struct Row {
    inbox_id: InboxId,
    eve_hour: Option<i32>,
    morning_hour: Option<i32>,
    from_hour: i32,
    until_hour: i32,
    follow_up_hours: Option<i32>,
    call_hours: i32,
}

/// A task that reminds of one, and how far it has come.
pub type Reminder = (RowId, TaskKind, Planned);

/// A booked appointment to come, and its reminders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    pub id: AppointmentId,
    pub offer: OfferId,
    pub booked_at: DateTime<Utc>,
    pub starts: DateTime<Utc>,
    pub reminders: Vec<Reminder>,
}

/// What an inbox goes by; without a policy of its own, the usual one.
pub fn of(db: &mut Db, inbox: InboxId) -> Result<Policy, StoreError> {
    let row: Option<Row> = interview_policies::table
        .find(inbox)
        .select(Row::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map_or_else(|| Ok(Policy::default()), |row| read(&row))
}

/// Makes `policy` what the inbox goes by.
pub fn set(db: &mut Db, inbox: InboxId, policy: &Policy) -> Result<(), StoreError> {
    let hours = |span: TimeDelta| i32::try_from(span.num_hours()).unwrap_or(i32::MAX);
    let row = Row {
        inbox_id: inbox,
        eve_hour: policy.eve.map(u32::cast_signed),
        morning_hour: policy.morning.map(u32::cast_signed),
        from_hour: policy.from.cast_signed(),
        until_hour: policy.until.cast_signed(),
        follow_up_hours: policy.follow_up.map(hours),
        call_hours: hours(policy.call),
    };
    diesel::delete(interview_policies::table.find(inbox)).execute(&mut db.conn)?;
    diesel::insert_into(interview_policies::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

/// What is booked in an inbox and has not begun.
pub fn coming(db: &mut Db, inbox: InboxId, now: DateTime<Utc>) -> Result<Vec<Coming>, StoreError> {
    type Booked = (AppointmentId, OfferId, NaiveDateTime, NaiveDateTime);
    let booked: Vec<Booked> = appointments::table
        .inner_join(appointment_openings::table)
        .filter(appointments::inbox_id.eq(inbox))
        .filter(appointments::state.eq(AppointmentState::Booked.word()))
        .filter(appointment_openings::starts_at.gt(now.naive_utc()))
        .order(appointments::id)
        .select((
            appointments::id,
            appointments::offer_id,
            appointments::created_at,
            appointment_openings::starts_at,
        ))
        .load(&mut db.conn)?;
    let mut reminders = reminders(db, inbox, now)?;
    let one = |(id, offer, booked_at, starts): Booked| Coming {
        id,
        offer,
        booked_at: booked_at.and_utc(),
        starts: starts.and_utc(),
        reminders: reminders.remove(&id).unwrap_or_default(),
    };
    Ok(booked.into_iter().map(one).collect())
}

/// The reminders of [`coming`].
fn reminders(
    db: &mut Db,
    inbox: InboxId,
    now: DateTime<Utc>,
) -> Result<HashMap<AppointmentId, Vec<Reminder>>, StoreError> {
    type Row = (AppointmentId, RowId, String, Option<NaiveDateTime>);
    let kinds = [TaskKind::RemindEve.word(), TaskKind::RemindDay.word()];
    // Tasks are found by their offer, which has the index.
    let is_of = appointment_tasks::offer_id
        .eq(appointments::offer_id)
        .and(appointment_tasks::appointment_id.eq(appointments::id.nullable()));
    let rows: Vec<Row> = appointments::table
        .inner_join(appointment_openings::table)
        .inner_join(appointment_tasks::table.on(is_of))
        .filter(appointments::inbox_id.eq(inbox))
        .filter(appointments::state.eq(AppointmentState::Booked.word()))
        .filter(appointment_openings::starts_at.gt(now.naive_utc()))
        .filter(appointment_tasks::kind.eq_any(kinds))
        .select((
            appointments::id,
            appointment_tasks::id,
            appointment_tasks::kind,
            appointment_tasks::due_at,
        ))
        .load(&mut db.conn)?;
    let mut found: HashMap<AppointmentId, Vec<Reminder>> = HashMap::new();
    for (appointment, id, kind, due) in rows {
        let kind = known(TaskKind::from_word(&kind), "appointment_tasks.kind", &kind)?;
        let planned = due.map_or(Planned::Over, |due| Planned::Due(due.and_utc()));
        found.entry(appointment).or_default().push((id, kind, planned));
    }
    Ok(found)
}

/// A reminder that is not wanted any more leaves nothing: it may be wanted again.
pub fn forget(db: &mut Db, id: RowId) -> Result<(), StoreError> {
    diesel::delete(appointment_tasks::table.find(id))
        .filter(appointment_tasks::due_at.is_not_null())
        .execute(&mut db.conn)?;
    Ok(())
}

fn read(row: &Row) -> Result<Policy, StoreError> {
    let hour = |hour: i32, column| known(u32::try_from(hour).ok(), column, &hour.to_string());
    let hours = |hours: i32| TimeDelta::hours(i64::from(hours));
    let or_none = |at: Option<i32>, column| at.map(|at| hour(at, column)).transpose();
    Ok(Policy {
        eve: or_none(row.eve_hour, "interview_policies.eve_hour")?,
        morning: or_none(row.morning_hour, "interview_policies.morning_hour")?,
        from: hour(row.from_hour, "interview_policies.from_hour")?,
        until: hour(row.until_hour, "interview_policies.until_hour")?,
        follow_up: row.follow_up_hours.map(hours),
        call: hours(row.call_hours),
    })
}
