//! When interviewers are busy by their own calendars. Nothing else of these is kept.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::StoreError;
use super::schema::{interviewer_busy, interviewer_calendars};
use crate::domain::appointment::Span;
use crate::domain::id::{InterviewerCalendarId, InterviewerId};

/// Rows written by one statement: three values each, of the 999 that every SQLite takes.
const AT_ONCE: usize = 300;

#[derive(Insertable)]
#[diesel(table_name = interviewer_busy)]
struct BusyRow {
    calendar_id: InterviewerCalendarId,
    starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
}

/// When `interviewers` are busy around `span`, by their own calendars.
pub fn around(
    db: &mut Db,
    interviewers: &[InterviewerId],
    span: Span,
) -> Result<Vec<(InterviewerId, Span)>, StoreError> {
    if interviewers.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(InterviewerId, NaiveDateTime, NaiveDateTime)> = interviewer_busy::table
        .inner_join(interviewer_calendars::table)
        .filter(interviewer_calendars::interviewer_id.eq_any(interviewers))
        .filter(interviewer_busy::starts_at.lt(span.ends.naive_utc()))
        .filter(interviewer_busy::ends_at.gt(span.starts.naive_utc()))
        .select((
            interviewer_calendars::interviewer_id,
            interviewer_busy::starts_at,
            interviewer_busy::ends_at,
        ))
        .load(&mut db.conn)?;
    let span = |starts: NaiveDateTime, ends: NaiveDateTime| Span {
        starts: starts.and_utc(),
        ends: ends.and_utc(),
    };
    Ok(rows.into_iter().map(|(who, starts, ends)| (who, span(starts, ends))).collect())
}

/// Writes what is new and takes away what is over: of a year little changes in ten minutes.
pub(super) fn replace(
    db: &mut Db,
    id: InterviewerCalendarId,
    spans: &[Span],
) -> Result<(), StoreError> {
    type Times = (NaiveDateTime, NaiveDateTime);
    let before: Vec<Times> = interviewer_busy::table
        .filter(interviewer_busy::calendar_id.eq(id))
        .select((interviewer_busy::starts_at, interviewer_busy::ends_at))
        .load(&mut db.conn)?;
    let before: BTreeSet<Times> = before.into_iter().collect();
    let after: BTreeSet<Times> =
        spans.iter().map(|span| (span.starts.naive_utc(), span.ends.naive_utc())).collect();
    let over: Vec<NaiveDateTime> = before.difference(&after).map(|(starts, _)| *starts).collect();
    for starts in over.chunks(AT_ONCE) {
        let over = interviewer_busy::table
            .filter(interviewer_busy::calendar_id.eq(id))
            .filter(interviewer_busy::starts_at.eq_any(starts));
        diesel::delete(over).execute(&mut db.conn)?;
    }
    let new: Vec<BusyRow> = after
        .difference(&before)
        .map(|(starts_at, ends_at)| BusyRow {
            calendar_id: id,
            starts_at: *starts_at,
            ends_at: *ends_at,
        })
        .collect();
    for rows in new.chunks(AT_ONCE) {
        on_each_backend!(&mut db.conn, |conn| diesel::insert_into(interviewer_busy::table)
            .values(rows)
            .execute(conn))?;
    }
    Ok(())
}
