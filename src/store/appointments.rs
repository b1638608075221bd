//! Booked times, what answers seem to say, and what time brings.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::{
    appointment_openings, appointment_suggestions, appointment_tasks, appointments,
    opening_interviewers,
};
use crate::clock::fresh_id;
use crate::domain::appointment::{AppointmentState, Hint, TaskKind};
use crate::domain::id::{
    AppointmentId, ConversationId, InboxId, InterviewerId, MessageId, OfferId, OpeningId, SlotId,
    UserId,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    pub id: AppointmentId,
    pub offer: OfferId,
    pub slot: SlotId,
    pub opening: OpeningId,
    pub inbox: InboxId,
    pub conversation: ConversationId,
    pub state: AppointmentState,
    /// Of the invitation that was sent last.
    pub sequence: i32,
    /// What calendars know it by: its own id, or that of the first of those it was moved from.
    pub event: AppointmentId,
    pub attends_at: Option<DateTime<Utc>>,
    /// Who booked it; nobody where the answer did.
    pub user: Option<UserId>,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// What an answer seems to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub conversation: ConversationId,
    pub offer: OfferId,
    pub message: MessageId,
    pub hint: Hint,
    pub number: Option<u8>,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    pub id: RowId,
    pub offer: OfferId,
    pub appointment: Option<AppointmentId>,
    pub kind: TaskKind,
    pub due_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = appointments)]
struct Row {
    id: AppointmentId,
    offer_id: OfferId,
    slot_id: SlotId,
    opening_id: OpeningId,
    inbox_id: InboxId,
    conversation_id: ConversationId,
    state: String,
    sequence: i32,
    attends_at: Option<NaiveDateTime>,
    user_id: Option<UserId>,
    created_at: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
    event_id: Option<AppointmentId>,
}

pub fn insert(db: &mut Db, one: &Appointment) -> Result<(), StoreError> {
    let row = Row {
        id: one.id,
        offer_id: one.offer,
        slot_id: one.slot,
        opening_id: one.opening,
        inbox_id: one.inbox,
        conversation_id: one.conversation,
        state: one.state.word().to_owned(),
        sequence: one.sequence,
        attends_at: one.attends_at.map(|at| at.naive_utc()),
        user_id: one.user,
        created_at: one.created_at.naive_utc(),
        ended_at: one.ended_at.map(|at| at.naive_utc()),
        event_id: (one.event != one.id).then_some(one.event),
    };
    diesel::insert_into(appointments::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

pub fn find(db: &mut Db, id: AppointmentId) -> Result<Appointment, StoreError> {
    read(appointments::table.find(id).select(Row::as_select()).first(&mut db.conn)?)
}

pub fn of_offer(db: &mut Db, offer: OfferId) -> Result<Option<Appointment>, StoreError> {
    let row = appointments::table
        .filter(appointments::offer_id.eq(offer))
        .order((appointments::created_at.desc(), appointments::id.desc()))
        .select(Row::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(read).transpose()
}

/// The one that was booked last in a conversation.
pub fn newest(
    db: &mut Db,
    conversation: ConversationId,
) -> Result<Option<Appointment>, StoreError> {
    let row = appointments::table
        .filter(appointments::conversation_id.eq(conversation))
        .order((appointments::created_at.desc(), appointments::id.desc()))
        .select(Row::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(read).transpose()
}

/// All that calendars know as the same event, itself too, in the order of their sequence.
pub fn of_event(db: &mut Db, one: &Appointment) -> Result<Vec<Appointment>, StoreError> {
    let is_it = appointments::id.eq(one.event).or(appointments::event_id.eq(one.event));
    let rows = appointments::table
        .filter(appointments::conversation_id.eq(one.conversation))
        .filter(is_it)
        .order((appointments::sequence, appointments::id))
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(read).collect()
}

/// The next one of a conversation that is booked and not over, with when it ends.
pub fn coming(
    db: &mut Db,
    conversation: ConversationId,
    now: DateTime<Utc>,
) -> Result<Option<Appointment>, StoreError> {
    let row = appointments::table
        .inner_join(appointment_openings::table)
        .filter(appointments::conversation_id.eq(conversation))
        .filter(appointments::state.eq(AppointmentState::Booked.word()))
        .filter(appointment_openings::ends_at.gt(now.naive_utc()))
        .order((appointment_openings::starts_at, appointments::id))
        .select(Row::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(read).transpose()
}

/// Those with an interviewer that end after `since`, whatever became of them.
pub fn of_interviewer(
    db: &mut Db,
    interviewer: InterviewerId,
    since: DateTime<Utc>,
) -> Result<Vec<Appointment>, StoreError> {
    let theirs = opening_interviewers::table
        .filter(opening_interviewers::interviewer_id.eq(interviewer))
        .select(opening_interviewers::opening_id);
    let rows: Vec<Row> = appointments::table
        .inner_join(appointment_openings::table)
        .filter(appointment_openings::id.eq_any(theirs))
        .filter(appointment_openings::ends_at.gt(since.naive_utc()))
        .order((appointment_openings::starts_at, appointments::id))
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(read).collect()
}

/// Ends a booking. False where it has ended.
pub fn end(
    db: &mut Db,
    id: AppointmentId,
    state: AppointmentState,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let ended = diesel::update(appointments::table.find(id))
        .filter(appointments::state.eq(AppointmentState::Booked.word()))
        .set((
            appointments::state.eq(state.word()),
            appointments::ended_at.eq(now.naive_utc()),
            appointments::sequence.eq(appointments::sequence + 1),
        ))
        .execute(&mut db.conn)?;
    Ok(ended == 1)
}

pub fn attend(db: &mut Db, id: AppointmentId, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(appointments::table.find(id))
        .set(appointments::attends_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Keeps what the newest answer of a conversation seems to say.
pub fn suggest(db: &mut Db, one: &Suggestion) -> Result<(), StoreError> {
    withdraw_suggestion(db, one.conversation)?;
    let row = (
        appointment_suggestions::conversation_id.eq(one.conversation),
        appointment_suggestions::offer_id.eq(one.offer),
        appointment_suggestions::message_id.eq(one.message),
        appointment_suggestions::reading.eq(one.hint.word()),
        appointment_suggestions::number.eq(one.number.map(i32::from)),
        appointment_suggestions::created_at.eq(one.created_at.naive_utc()),
    );
    diesel::insert_into(appointment_suggestions::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

pub fn suggestion(
    db: &mut Db,
    conversation: ConversationId,
) -> Result<Option<Suggestion>, StoreError> {
    type Row = (OfferId, MessageId, String, Option<i32>, NaiveDateTime);
    let row: Option<Row> = appointment_suggestions::table
        .find(conversation)
        .select((
            appointment_suggestions::offer_id,
            appointment_suggestions::message_id,
            appointment_suggestions::reading,
            appointment_suggestions::number,
            appointment_suggestions::created_at,
        ))
        .first(&mut db.conn)
        .optional()?;
    row.map(|(offer, message, hint, number, created_at)| {
        let known_hint = Hint::from_word(&hint);
        Ok(Suggestion {
            conversation,
            offer,
            message,
            hint: known(known_hint, "appointment_suggestions.reading", &hint)?,
            number: number.and_then(|number| u8::try_from(number).ok()),
            created_at: created_at.and_utc(),
        })
    })
    .transpose()
}

pub fn withdraw_suggestion(db: &mut Db, conversation: ConversationId) -> Result<(), StoreError> {
    diesel::delete(appointment_suggestions::table.find(conversation)).execute(&mut db.conn)?;
    Ok(())
}

pub fn plan(
    db: &mut Db,
    offer: OfferId,
    appointment: Option<AppointmentId>,
    tasks: &[(TaskKind, DateTime<Utc>)],
) -> Result<(), StoreError> {
    for (kind, due) in tasks {
        let row = (
            appointment_tasks::id.eq(fresh_id::<RowId>()),
            appointment_tasks::offer_id.eq(offer),
            appointment_tasks::appointment_id.eq(appointment),
            appointment_tasks::kind.eq(kind.word()),
            appointment_tasks::due_at.eq(due.naive_utc()),
        );
        diesel::insert_into(appointment_tasks::table).values(row).execute(&mut db.conn)?;
    }
    Ok(())
}

/// What is due, the longest due first.
pub fn due(db: &mut Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<Task>, StoreError> {
    type Due = (RowId, OfferId, Option<AppointmentId>, String, NaiveDateTime);
    let rows: Vec<Due> = appointment_tasks::table
        .filter(appointment_tasks::due_at.le(now.naive_utc()))
        .order((appointment_tasks::due_at, appointment_tasks::id))
        .limit(limit)
        .select((
            appointment_tasks::id,
            appointment_tasks::offer_id,
            appointment_tasks::appointment_id,
            appointment_tasks::kind,
            appointment_tasks::due_at.assume_not_null(),
        ))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|(id, offer, appointment, kind, due)| {
            let kind = known(TaskKind::from_word(&kind), "appointment_tasks.kind", &kind)?;
            Ok(Task { id, offer, appointment, kind, due_at: due.and_utc() })
        })
        .collect()
}

/// Takes a task off the list. False where another node has.
pub fn take(db: &mut Db, id: RowId, outcome: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let taken = diesel::update(appointment_tasks::table.find(id))
        .filter(appointment_tasks::due_at.is_not_null())
        .set((
            appointment_tasks::due_at.eq(None::<NaiveDateTime>),
            appointment_tasks::done_at.eq(now.naive_utc()),
            appointment_tasks::outcome.eq(outcome),
        ))
        .execute(&mut db.conn)?;
    Ok(taken == 1)
}

/// What failed is tried again at `until`, behind what is due by then; what is wanted at
/// another time comes then.
pub fn put_off(db: &mut Db, id: RowId, until: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(appointment_tasks::table.find(id))
        .filter(appointment_tasks::due_at.is_not_null())
        .set(appointment_tasks::due_at.eq(until.naive_utc()))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Nothing of that kind is to come for an offer.
pub fn drop_tasks(
    db: &mut Db,
    offer: OfferId,
    kinds: &[TaskKind],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    diesel::update(appointment_tasks::table)
        .filter(appointment_tasks::offer_id.eq(offer))
        .filter(appointment_tasks::due_at.is_not_null())
        .filter(appointment_tasks::kind.eq_any(words))
        .set((
            appointment_tasks::due_at.eq(None::<NaiveDateTime>),
            appointment_tasks::done_at.eq(now.naive_utc()),
            appointment_tasks::outcome.eq("overtaken"),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// When one of these was last done for an offer.
pub fn last_done(
    db: &mut Db,
    offer: OfferId,
    kinds: &[TaskKind],
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    let done: Option<NaiveDateTime> = appointment_tasks::table
        .filter(appointment_tasks::offer_id.eq(offer))
        .filter(appointment_tasks::kind.eq_any(words))
        .filter(appointment_tasks::outcome.eq("done"))
        .select(max(appointment_tasks::done_at))
        .first(&mut db.conn)?;
    Ok(done.map(|at| at.and_utc()))
}

fn read(row: Row) -> Result<Appointment, StoreError> {
    let state = AppointmentState::from_word(&row.state);
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    Ok(Appointment {
        id: row.id,
        offer: row.offer_id,
        slot: row.slot_id,
        opening: row.opening_id,
        inbox: row.inbox_id,
        conversation: row.conversation_id,
        state: known(state, "appointments.state", &row.state)?,
        sequence: row.sequence,
        attends_at: utc(row.attends_at),
        user: row.user_id,
        created_at: row.created_at.and_utc(),
        ended_at: utc(row.ended_at),
        event: row.event_id.unwrap_or(row.id),
    })
}
