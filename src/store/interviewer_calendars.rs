//! Calendars of interviewers that are kept elsewhere, and when these are busy by them.
//!
//! What went wrong with one takes nothing of what was read before: an old busy time is
//! better than a time that seems free.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::interviewer_busy;
use super::schema::interviewer_calendars;
use super::seal::{Place, place};
use crate::clock::fresh_id;
use crate::domain::appointment::Span;
use crate::domain::appointment::own_calendar::CalendarKind;
use crate::domain::id::{InterviewerCalendarId, InterviewerId};

/// Where a calendar is, and what lets us in.
#[derive(Clone, PartialEq, Eq)]
pub struct Whereabouts {
    pub kind: CalendarKind,
    pub url: String,
    pub user: Option<String>,
    pub password: Option<String>,
}

/// All of it is a secret.
impl std::fmt::Debug for Whereabouts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Whereabouts({})", self.kind.word())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterviewerCalendar {
    pub id: InterviewerCalendarId,
    pub interviewer: InterviewerId,
    pub whereabouts: Whereabouts,
    pub condition: Condition,
}

/// How reading it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    pub etag: Option<String>,
    pub modified: Option<String>,
    /// When all of it was read last.
    pub whole_at: Option<DateTime<Utc>>,
    /// When it was last known to be as it was read.
    pub fetched_at: Option<DateTime<Utc>>,
    pub tried_at: Option<DateTime<Utc>>,
    pub failures: i32,
    /// Why the last try came to nothing, in the word of it.
    pub error: Option<String>,
    /// Events that could not be read.
    pub unread: i32,
}

/// A calendar in somebody's hands, for its `tries`th try.
#[derive(Clone, Debug)]
pub struct Begun {
    pub calendar: InterviewerCalendar,
    pub tries: i32,
}

/// What came of a try.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is as it was.
    Unchanged,
    /// All of it, as far as the window goes.
    Read {
        etag: Option<String>,
        modified: Option<String>,
        spans: Vec<Span>,
        unread: i32,
    },
    Failed {
        error: &'static str,
    },
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = interviewer_calendars)]
struct Row {
    id: InterviewerCalendarId,
    interviewer_id: InterviewerId,
    kind: String,
    url_sealed: Vec<u8>,
    user_sealed: Option<Vec<u8>>,
    password_sealed: Option<Vec<u8>>,
    etag: Option<String>,
    modified: Option<String>,
    whole_at: Option<NaiveDateTime>,
    fetched_at: Option<NaiveDateTime>,
    tried_at: Option<NaiveDateTime>,
    failures: i32,
    error: Option<String>,
    unread: i32,
}

/// Keeps a calendar, to be read at once.
pub fn insert(
    db: &mut Db,
    interviewer: InterviewerId,
    new: &Whereabouts,
    now: DateTime<Utc>,
) -> Result<InterviewerCalendarId, StoreError> {
    let id: InterviewerCalendarId = fresh_id();
    let house = db.vault.house();
    let seal = |column, text: &Option<String>| {
        text.as_deref().map(|text| house.seal_text(seat(column, id), text))
    };
    let row = (
        interviewer_calendars::id.eq(id),
        interviewer_calendars::interviewer_id.eq(interviewer),
        interviewer_calendars::kind.eq(new.kind.word()),
        interviewer_calendars::url_sealed.eq(house.seal_text(seat("url_sealed", id), &new.url)),
        interviewer_calendars::user_sealed.eq(seal("user_sealed", &new.user)),
        interviewer_calendars::password_sealed.eq(seal("password_sealed", &new.password)),
        interviewer_calendars::due_at.eq(now.naive_utc()),
        interviewer_calendars::tries.eq(0),
        interviewer_calendars::failures.eq(0),
        interviewer_calendars::unread.eq(0),
        interviewer_calendars::created_at.eq(now.naive_utc()),
    );
    diesel::insert_into(interviewer_calendars::table).values(row).execute(&mut db.conn)?;
    Ok(id)
}

pub fn find(db: &mut Db, id: InterviewerCalendarId) -> Result<InterviewerCalendar, StoreError> {
    let row: Row =
        interviewer_calendars::table.find(id).select(Row::as_select()).first(&mut db.conn)?;
    read(db, row)
}

/// Those of `interviewers`, oldest first.
pub fn of(
    db: &mut Db,
    interviewers: &[InterviewerId],
) -> Result<Vec<InterviewerCalendar>, StoreError> {
    let rows: Vec<Row> = interviewer_calendars::table
        .filter(interviewer_calendars::interviewer_id.eq_any(interviewers))
        .order(interviewer_calendars::id)
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// Whether a calendar of any of `interviewers` cannot be read just now.
pub fn any_fails(db: &mut Db, interviewers: &[InterviewerId]) -> Result<bool, StoreError> {
    let failing = interviewer_calendars::table
        .filter(interviewer_calendars::interviewer_id.eq_any(interviewers))
        .filter(interviewer_calendars::error.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(failing)).get_result(&mut db.conn)?)
}

/// Forgets a calendar, and with it when its owner was busy by it.
pub fn remove(db: &mut Db, id: InterviewerCalendarId) -> Result<(), StoreError> {
    interviewer_busy::replace(db, id, &[])?;
    diesel::delete(interviewer_calendars::table.find(id)).execute(&mut db.conn)?;
    Ok(())
}

/// Somebody wants it read now.
pub fn hasten(
    db: &mut Db,
    id: InterviewerCalendarId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(interviewer_calendars::table.find(id))
        .set(interviewer_calendars::due_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Calendars whose time has come, the longest due first.
pub fn due(
    db: &mut Db,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<InterviewerCalendarId>, StoreError> {
    Ok(interviewer_calendars::table
        .filter(interviewer_calendars::due_at.le(now.naive_utc()))
        .order((interviewer_calendars::due_at, interviewer_calendars::id))
        .limit(limit)
        .select(interviewer_calendars::id)
        .load(&mut db.conn)?)
}

/// Takes a due calendar in hand for `lease`; `None` where somebody else has it.
pub fn begin(
    db: &mut Db,
    id: InterviewerCalendarId,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Option<Begun>, StoreError> {
    let taken = diesel::update(interviewer_calendars::table.find(id))
        .filter(interviewer_calendars::due_at.le(now.naive_utc()))
        .set((
            interviewer_calendars::tries.eq(interviewer_calendars::tries + 1),
            interviewer_calendars::tried_at.eq(now.naive_utc()),
            interviewer_calendars::due_at.eq((now + lease).naive_utc()),
        ))
        .execute(&mut db.conn)?;
    if taken == 0 {
        return Ok(None);
    }
    let tries = interviewer_calendars::table
        .find(id)
        .select(interviewer_calendars::tries)
        .first(&mut db.conn)?;
    Ok(Some(Begun { calendar: find(db, id)?, tries }))
}

/// What the `tries`th try came to. False where it is somebody else's by now, or gone.
pub fn settle(
    db: &mut Db,
    (id, tries): (InterviewerCalendarId, i32),
    outcome: &Outcome,
    now: DateTime<Utc>,
    next: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (at, next) = (now.naive_utc(), interviewer_calendars::due_at.eq(next.naive_utc()));
    let calendar = diesel::update(interviewer_calendars::table.find(id))
        .filter(interviewer_calendars::tries.eq(tries));
    let settled = match outcome {
        Outcome::Failed { error } => calendar
            .set((
                next,
                interviewer_calendars::error.eq(*error),
                interviewer_calendars::failures.eq(interviewer_calendars::failures + 1),
            ))
            .execute(&mut db.conn)?,
        Outcome::Unchanged => calendar
            .set((
                next,
                interviewer_calendars::error.eq(None::<String>),
                interviewer_calendars::failures.eq(0),
                interviewer_calendars::fetched_at.eq(at),
            ))
            .execute(&mut db.conn)?,
        Outcome::Read { etag, modified, unread, .. } => calendar
            .set((
                next,
                interviewer_calendars::error.eq(None::<String>),
                interviewer_calendars::failures.eq(0),
                interviewer_calendars::fetched_at.eq(at),
                interviewer_calendars::whole_at.eq(at),
                interviewer_calendars::etag.eq(etag),
                interviewer_calendars::modified.eq(modified),
                interviewer_calendars::unread.eq(unread),
            ))
            .execute(&mut db.conn)?,
    };
    if let (1, Outcome::Read { spans, .. }) = (settled, outcome) {
        interviewer_busy::replace(db, id, spans)?;
    }
    Ok(settled == 1)
}

fn read(db: &Db, row: Row) -> Result<InterviewerCalendar, StoreError> {
    let house = db.vault.house();
    let open = |column, sealed: Option<Vec<u8>>| {
        sealed.map(|sealed| house.open_text(seat(column, row.id), &sealed)).transpose()
    };
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    let kind = CalendarKind::from_word(&row.kind);
    Ok(InterviewerCalendar {
        id: row.id,
        interviewer: row.interviewer_id,
        whereabouts: Whereabouts {
            kind: known(kind, "interviewer_calendars.kind", &row.kind)?,
            url: house.open_text(seat("url_sealed", row.id), &row.url_sealed)?,
            user: open("user_sealed", row.user_sealed)?,
            password: open("password_sealed", row.password_sealed)?,
        },
        condition: Condition {
            etag: row.etag,
            modified: row.modified,
            whole_at: utc(row.whole_at),
            fetched_at: utc(row.fetched_at),
            tried_at: utc(row.tried_at),
            failures: row.failures,
            error: row.error,
            unread: row.unread,
        },
    })
}

fn seat(column: &'static str, id: InterviewerCalendarId) -> Place {
    place("interviewer_calendars", column, id)
}
