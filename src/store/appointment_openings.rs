//! Times that candidates are offered, and what else whoever is met there has to do.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::interviewer_busy;
use super::schema::{appointment_openings, appointment_slots, opening_interviewers};
use crate::clock::fresh_id;
use crate::domain::appointment::{Interviewers, LONGEST_BUFFER, SlotState, Span, Taken};
use crate::domain::id::{InboxId, InterviewerId, OpeningId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    pub id: OpeningId,
    pub inbox: InboxId,
    pub span: Span,
    pub buffer: TimeDelta,
    pub interviewers: Interviewers,
    pub capacity: i32,
    pub booked: i32,
}

/// A time that is to be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub inbox: InboxId,
    pub span: Span,
    pub buffer: TimeDelta,
    pub interviewers: Interviewers,
    pub capacity: i32,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = appointment_openings)]
struct Row {
    id: OpeningId,
    inbox_id: InboxId,
    starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
    buffer_minutes: i32,
    capacity: i32,
    booked: i32,
}

impl Opening {
    pub fn as_taken(&self) -> Taken {
        Taken {
            opening: Some(self.id),
            span: self.span,
            buffer: self.buffer,
            interviewers: self.interviewers.clone(),
        }
    }
}

pub fn find(db: &mut Db, id: OpeningId) -> Result<Opening, StoreError> {
    let row = appointment_openings::table.find(id).select(Row::as_select());
    let row = vec![row.first(&mut db.conn)?];
    read(db, row)?.pop().ok_or(StoreError::NotFound)
}

pub fn find_all(db: &mut Db, ids: &[OpeningId]) -> Result<Vec<Opening>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = appointment_openings::table
        .filter(appointment_openings::id.eq_any(ids))
        .order((appointment_openings::starts_at, appointment_openings::id))
        .select(Row::as_select())
        .load(&mut db.conn)?;
    read(db, rows)
}

/// The opening of that time with those interviewers, new if there is none. One that is
/// there keeps its places and its buffer.
pub fn find_or_insert(db: &mut Db, wanted: &Wanted) -> Result<Opening, StoreError> {
    let there = appointment_openings::table
        .filter(appointment_openings::inbox_id.eq(wanted.inbox))
        .filter(appointment_openings::starts_at.eq(wanted.span.starts.naive_utc()))
        .filter(appointment_openings::ends_at.eq(wanted.span.ends.naive_utc()))
        .order(appointment_openings::id)
        .select(Row::as_select())
        .load(&mut db.conn)?;
    let there = read(db, there)?;
    if let Some(known) = there.into_iter().find(|one| one.interviewers == wanted.interviewers) {
        return Ok(known);
    }
    let opening = Opening {
        id: fresh_id(),
        inbox: wanted.inbox,
        span: wanted.span,
        buffer: wanted.buffer,
        interviewers: wanted.interviewers.clone(),
        capacity: wanted.capacity,
        booked: 0,
    };
    let row = Row {
        id: opening.id,
        inbox_id: opening.inbox,
        starts_at: opening.span.starts.naive_utc(),
        ends_at: opening.span.ends.naive_utc(),
        buffer_minutes: i32::try_from(opening.buffer.num_minutes()).unwrap_or(i32::MAX),
        capacity: opening.capacity,
        booked: 0,
    };
    diesel::insert_into(appointment_openings::table).values(row).execute(&mut db.conn)?;
    for interviewer in opening.interviewers.ids() {
        let row = (
            opening_interviewers::opening_id.eq(opening.id),
            opening_interviewers::interviewer_id.eq(*interviewer),
        );
        on_each_backend!(&mut db.conn, |conn| {
            diesel::insert_into(opening_interviewers::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(conn)
        })?;
    }
    Ok(opening)
}

/// Changes how many places a time has, and how long nobody is met around it.
pub fn set_places(db: &mut Db, opening: &Opening) -> Result<(), StoreError> {
    let buffer = i32::try_from(opening.buffer.num_minutes()).unwrap_or(i32::MAX);
    diesel::update(appointment_openings::table.find(opening.id))
        .set((
            appointment_openings::capacity.eq(opening.capacity),
            appointment_openings::buffer_minutes.eq(buffer),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Gives one more place away. False where there is none left.
pub fn take_place(db: &mut Db, id: OpeningId) -> Result<bool, StoreError> {
    let taken = diesel::update(appointment_openings::table.find(id))
        .filter(appointment_openings::booked.lt(appointment_openings::capacity))
        .set(appointment_openings::booked.eq(appointment_openings::booked + 1))
        .execute(&mut db.conn)?;
    Ok(taken == 1)
}

pub fn give_place_back(db: &mut Db, id: OpeningId) -> Result<(), StoreError> {
    diesel::update(appointment_openings::table.find(id))
        .filter(appointment_openings::booked.gt(0))
        .set(appointment_openings::booked.eq(appointment_openings::booked - 1))
        .execute(&mut db.conn)?;
    Ok(())
}

/// What is booked around `span` with any of `interviewers`, and when their own calendars
/// have them elsewhere; where there are none, what is booked in the inbox.
pub fn taken(
    db: &mut Db,
    inbox: InboxId,
    interviewers: &Interviewers,
    span: Span,
) -> Result<Vec<Taken>, StoreError> {
    let span = span.with_buffer(TimeDelta::minutes(LONGEST_BUFFER));
    let booked = appointment_openings::table
        .filter(appointment_openings::booked.gt(0))
        .filter(appointment_openings::starts_at.lt(span.ends.naive_utc()))
        .filter(appointment_openings::ends_at.gt(span.starts.naive_utc()));
    let rows: Vec<Row> = match interviewers.ids() {
        [] => booked
            .filter(appointment_openings::inbox_id.eq(inbox))
            .select(Row::as_select())
            .load(&mut db.conn)?,
        ids => {
            let theirs = opening_interviewers::table
                .filter(opening_interviewers::interviewer_id.eq_any(ids))
                .select(opening_interviewers::opening_id);
            booked
                .filter(appointment_openings::id.eq_any(theirs))
                .select(Row::as_select())
                .load(&mut db.conn)?
        }
    };
    let mut taken: Vec<Taken> = read(db, rows)?.iter().map(Opening::as_taken).collect();
    for (who, span) in interviewer_busy::around(db, interviewers.ids(), span)? {
        taken.push(Taken {
            opening: None,
            span,
            buffer: TimeDelta::zero(),
            interviewers: Interviewers::new(vec![who]),
        });
    }
    Ok(taken)
}

/// How many open offers hold each opening.
pub fn holds(db: &mut Db, ids: &[OpeningId]) -> Result<HashMap<OpeningId, i64>, StoreError> {
    let held: Vec<(OpeningId, i64)> = appointment_slots::table
        .filter(appointment_slots::opening_id.eq_any(ids))
        .filter(appointment_slots::state.eq(SlotState::Held.word()))
        .group_by(appointment_slots::opening_id)
        .select((appointment_slots::opening_id, count_star()))
        .load(&mut db.conn)?;
    Ok(held.into_iter().collect())
}

/// The openings of those interviewers that begin in `span`, booked or not.
pub fn of_interviewers(
    db: &mut Db,
    inbox: InboxId,
    interviewers: &Interviewers,
    span: Span,
) -> Result<Vec<Opening>, StoreError> {
    let rows: Vec<Row> = appointment_openings::table
        .filter(appointment_openings::inbox_id.eq(inbox))
        .filter(appointment_openings::starts_at.ge(span.starts.naive_utc()))
        .filter(appointment_openings::starts_at.lt(span.ends.naive_utc()))
        .order((appointment_openings::starts_at, appointment_openings::id))
        .select(Row::as_select())
        .load(&mut db.conn)?;
    let openings = read(db, rows)?;
    Ok(openings.into_iter().filter(|one| one.interviewers == *interviewers).collect())
}

fn read(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Opening>, StoreError> {
    let ids: Vec<OpeningId> = rows.iter().map(|row| row.id).collect();
    let pairs: Vec<(OpeningId, InterviewerId)> = opening_interviewers::table
        .filter(opening_interviewers::opening_id.eq_any(&ids))
        .select((opening_interviewers::opening_id, opening_interviewers::interviewer_id))
        .load(&mut db.conn)?;
    let mut met: HashMap<OpeningId, Vec<InterviewerId>> = HashMap::new();
    for (opening, interviewer) in pairs {
        met.entry(opening).or_default().push(interviewer);
    }
    let utc = |at: NaiveDateTime| -> DateTime<Utc> { at.and_utc() };
    Ok(rows
        .into_iter()
        .map(|row| Opening {
            id: row.id,
            inbox: row.inbox_id,
            span: Span { starts: utc(row.starts_at), ends: utc(row.ends_at) },
            buffer: TimeDelta::minutes(row.buffer_minutes.into()),
            interviewers: Interviewers::new(met.remove(&row.id).unwrap_or_default()),
            capacity: row.capacity,
            booked: row.booked,
        })
        .collect())
}
