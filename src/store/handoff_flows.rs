//! Phone menus as they are kept.
//!
//! What is sent and said is the organisation's words, sealed with the house's key;
//! names, keys and topics stand in clear, as those of templates and tags.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::schema::{handoff_flows, handoff_options, handoff_sayings};
use super::seal::{Place, place};
use crate::domain::handoff::{Flow, MenuOption, Overflow, Saying, Speech, is_same_number};
use crate::domain::id::{CalendarId, HandoffFlowId, InboxId, TeamId};
use crate::domain::message::Purpose;
use crate::domain::user::Sight;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = handoff_flows)]
#[diesel(treat_none_as_null = true)]
struct FlowRow {
    id: HandoffFlowId,
    name: String,
    inbox_id: InboxId,
    called: Option<String>,
    operator: Option<String>,
    calendar_id: Option<CalendarId>,
    duplicate_seconds: i64,
    return_seconds: i64,
    foreign_numbers: bool,
    overflow: String,
    busy_calendar_id: Option<CalendarId>,
    general_sealed: Option<Vec<u8>>,
    closed_sealed: Option<Vec<u8>>,
    overflow_sealed: Option<Vec<u8>>,
    overflow_url_sealed: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = handoff_options)]
struct OptionRow {
    flow_id: HandoffFlowId,
    digit: String,
    position: i32,
    topic: String,
    body_sealed: Vec<u8>,
    url_sealed: Option<Vec<u8>>,
    team_id: Option<TeamId>,
    purpose: String,
    language: Option<String>,
}

/// The flow of that name.
pub fn find_by_name(db: &mut Db, name: &str) -> Result<Option<Flow>, StoreError> {
    // PostgreSQL takes none, and no flow has one.
    if name.contains('\0') {
        return Ok(None);
    }
    let row: Option<FlowRow> = handoff_flows::table
        .filter(handoff_flows::name.eq(name))
        .filter(handoff_flows::removed_at.is_null())
        .select(FlowRow::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

pub fn find(db: &mut Db, id: HandoffFlowId) -> Result<Flow, StoreError> {
    let found = handoff_flows::table.find(id).filter(handoff_flows::removed_at.is_null());
    let row = found.select(FlowRow::as_select()).first(&mut db.conn)?;
    read(db, row)
}

/// The flow, if its inbox is seen.
pub fn visible_to(db: &mut Db, sight: &Sight, id: HandoffFlowId) -> Result<Flow, StoreError> {
    let flow = find(db, id)?;
    if sight.sees(flow.inbox) { Ok(flow) } else { Err(StoreError::NotFound) }
}

/// All flows, by name.
pub fn all(db: &mut Db) -> Result<Vec<Flow>, StoreError> {
    let rows: Vec<FlowRow> = handoff_flows::table
        .filter(handoff_flows::removed_at.is_null())
        .order(handoff_flows::name)
        .select(FlowRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// The flows there are and those that were removed, whose calls stay counted: by name,
/// the newest of a name first.
pub fn ever(db: &mut Db) -> Result<Vec<Flow>, StoreError> {
    let rows: Vec<FlowRow> = handoff_flows::table
        .order((handoff_flows::name, handoff_flows::id.desc()))
        .select(FlowRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// The flow that calls to `number` are for; of several, the first by name.
pub fn find_by_called(db: &mut Db, number: &str) -> Result<Option<Flow>, StoreError> {
    let rows: Vec<FlowRow> = handoff_flows::table
        .filter(handoff_flows::called.is_not_null())
        .filter(handoff_flows::removed_at.is_null())
        .order(handoff_flows::name)
        .select(FlowRow::as_select())
        .load(&mut db.conn)?;
    let is_it = |row: &FlowRow| row.called.as_deref().is_some_and(|it| is_same_number(it, number));
    rows.into_iter().find(is_it).map(|row| read(db, row)).transpose()
}

/// What the flows are called, and those that are no more were.
pub fn names(db: &mut Db) -> Result<HashMap<HandoffFlowId, String>, StoreError> {
    let rows: Vec<(HandoffFlowId, String)> =
        handoff_flows::table.select((handoff_flows::id, handoff_flows::name)).load(&mut db.conn)?;
    Ok(rows.into_iter().collect())
}

/// Whether there is one whose calls are seen.
pub fn has_any(db: &mut Db, sight: &Sight) -> Result<bool, StoreError> {
    let found = match sight {
        Sight::All => diesel::select(exists(handoff_flows::table.select(handoff_flows::id)))
            .get_result(&mut db.conn)?,
        Sight::Inboxes(seen) => {
            let seen = handoff_flows::table.filter(handoff_flows::inbox_id.eq_any(seen));
            diesel::select(exists(seen)).get_result(&mut db.conn)?
        }
    };
    Ok(found)
}

pub fn count(db: &mut Db) -> Result<i64, StoreError> {
    let there = handoff_flows::table.filter(handoff_flows::removed_at.is_null());
    Ok(there.count().get_result(&mut db.conn)?)
}

/// Whether a flow goes by the calendar.
pub fn goes_by(db: &mut Db, calendar: CalendarId) -> Result<bool, StoreError> {
    let hours = handoff_flows::calendar_id.eq(calendar);
    let found = handoff_flows::table.filter(hours.or(handoff_flows::busy_calendar_id.eq(calendar)));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(&mut db.conn)?)
}

/// Writes a flow, or what it is now.
pub fn save(db: &mut Db, flow: &Flow, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = seal(db, flow);
    let known = diesel::update(handoff_flows::table.find(flow.id)).set(&row);
    if known.execute(&mut db.conn)? == 0 {
        let row = (&row, handoff_flows::created_at.eq(now.naive_utc()));
        diesel::insert_into(handoff_flows::table).values(row).execute(&mut db.conn)?;
    }
    delete_rows(db, flow.id)?;
    for (position, option) in (0..).zip(&flow.options) {
        let row = option_row(db, flow.id, position, option);
        on_each_backend!(&mut db.conn, |conn| diesel::insert_into(handoff_options::table)
            .values(&row)
            .execute(conn))?;
    }
    for saying in &flow.sayings {
        let sealed = db.vault.house().seal_text(saying_place(flow.id), &saying.text);
        diesel::insert_into(handoff_sayings::table)
            .values((
                handoff_sayings::flow_id.eq(flow.id),
                handoff_sayings::speech.eq(saying.speech.word()),
                handoff_sayings::language.eq(&saying.language),
                handoff_sayings::text_sealed.eq(sealed),
            ))
            .execute(&mut db.conn)?;
    }
    Ok(())
}

fn delete_rows(db: &mut Db, id: HandoffFlowId) -> Result<(), StoreError> {
    let options = handoff_options::table.filter(handoff_options::flow_id.eq(id));
    diesel::delete(options).execute(&mut db.conn)?;
    let sayings = handoff_sayings::table.filter(handoff_sayings::flow_id.eq(id));
    diesel::delete(sayings).execute(&mut db.conn)?;
    Ok(())
}

/// Takes a flow away. Its name stays, for what was pressed in it; teams and calendars
/// it went by are free.
pub fn remove(db: &mut Db, id: HandoffFlowId, now: DateTime<Utc>) -> Result<(), StoreError> {
    delete_rows(db, id)?;
    let nothing = None::<Vec<u8>>;
    diesel::update(handoff_flows::table.find(id))
        .set((
            handoff_flows::removed_at.eq(now.naive_utc()),
            handoff_flows::overflow.eq(Overflow::Off.word()),
            handoff_flows::called.eq(None::<String>),
            handoff_flows::operator.eq(None::<String>),
            handoff_flows::calendar_id.eq(None::<CalendarId>),
            handoff_flows::busy_calendar_id.eq(None::<CalendarId>),
            handoff_flows::general_sealed.eq(&nothing),
            handoff_flows::closed_sealed.eq(&nothing),
            handoff_flows::overflow_sealed.eq(&nothing),
            handoff_flows::overflow_url_sealed.eq(&nothing),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Turns the overflow mode on or off.
pub fn set_overflow(db: &mut Db, id: HandoffFlowId, overflow: Overflow) -> Result<(), StoreError> {
    diesel::update(handoff_flows::table.find(id))
        .set(handoff_flows::overflow.eq(overflow.word()))
        .execute(&mut db.conn)?;
    Ok(())
}

/// A team is no more: nobody's answers go to it.
pub(super) fn forget_team(db: &mut Db, team: TeamId) -> Result<(), StoreError> {
    diesel::update(handoff_options::table.filter(handoff_options::team_id.eq(team)))
        .set(handoff_options::team_id.eq(None::<TeamId>))
        .execute(&mut db.conn)?;
    Ok(())
}

fn body_place(id: HandoffFlowId, column: &'static str) -> Place {
    place("handoff_flows", column, id)
}

fn option_place(id: HandoffFlowId, column: &'static str) -> Place {
    place("handoff_options", column, id)
}

fn saying_place(id: HandoffFlowId) -> Place {
    place("handoff_sayings", "text_sealed", id)
}

fn seal(db: &Db, flow: &Flow) -> FlowRow {
    let house = db.vault.house();
    let seal = |column, text: &Option<String>| {
        text.as_ref().map(|text| house.seal_text(body_place(flow.id, column), text))
    };
    FlowRow {
        id: flow.id,
        name: flow.name.clone(),
        inbox_id: flow.inbox,
        called: flow.called.clone(),
        operator: flow.operator.clone(),
        calendar_id: flow.calendar,
        duplicate_seconds: flow.duplicate.num_seconds(),
        return_seconds: flow.returns.num_seconds(),
        foreign_numbers: flow.foreign_numbers,
        overflow: flow.overflow.word().to_owned(),
        busy_calendar_id: flow.busy_calendar,
        general_sealed: seal("general_sealed", &flow.general),
        closed_sealed: seal("closed_sealed", &flow.closed),
        overflow_sealed: seal("overflow_sealed", &flow.overflow_body),
        overflow_url_sealed: seal("overflow_url_sealed", &flow.overflow_url),
    }
}

fn option_row(db: &Db, flow: HandoffFlowId, position: i32, option: &MenuOption) -> OptionRow {
    let house = db.vault.house();
    let url = option.url.as_ref();
    OptionRow {
        flow_id: flow,
        digit: option.digit.clone(),
        position,
        topic: option.topic.clone(),
        body_sealed: house.seal_text(option_place(flow, "body_sealed"), &option.body),
        url_sealed: url.map(|url| house.seal_text(option_place(flow, "url_sealed"), url)),
        team_id: option.team,
        purpose: option.purpose.word().to_owned(),
        language: option.language.clone(),
    }
}

fn read(db: &mut Db, row: FlowRow) -> Result<Flow, StoreError> {
    let options: Vec<OptionRow> = handoff_options::table
        .filter(handoff_options::flow_id.eq(row.id))
        .order(handoff_options::position)
        .select(OptionRow::as_select())
        .load(&mut db.conn)?;
    let sayings: Vec<(String, String, Vec<u8>)> = handoff_sayings::table
        .filter(handoff_sayings::flow_id.eq(row.id))
        .order((handoff_sayings::speech, handoff_sayings::language))
        .select((handoff_sayings::speech, handoff_sayings::language, handoff_sayings::text_sealed))
        .load(&mut db.conn)?;
    let house = db.vault.house();
    let open = |column, sealed: &Option<Vec<u8>>| {
        let sealed = sealed.as_ref();
        sealed.map(|sealed| house.open_text(body_place(row.id, column), sealed)).transpose()
    };
    let option = |option: OptionRow| {
        let open = |column, sealed: &[u8]| house.open_text(option_place(row.id, column), sealed);
        let purpose = Purpose::from_word(&option.purpose);
        Ok::<_, StoreError>(MenuOption {
            body: open("body_sealed", &option.body_sealed)?,
            url: option.url_sealed.map(|sealed| open("url_sealed", &sealed)).transpose()?,
            digit: option.digit,
            topic: option.topic,
            team: option.team_id,
            purpose: known(purpose, "handoff_options.purpose", &option.purpose)?,
            language: option.language,
        })
    };
    let saying = |(speech, language, sealed): (String, String, Vec<u8>)| {
        Ok::<_, StoreError>(Saying {
            speech: known(Speech::from_word(&speech), "handoff_sayings.speech", &speech)?,
            language,
            text: house.open_text(saying_place(row.id), &sealed)?,
        })
    };
    let overflow = Overflow::from_word(&row.overflow);
    Ok(Flow {
        general: open("general_sealed", &row.general_sealed)?,
        closed: open("closed_sealed", &row.closed_sealed)?,
        overflow_body: open("overflow_sealed", &row.overflow_sealed)?,
        overflow_url: open("overflow_url_sealed", &row.overflow_url_sealed)?,
        options: options.into_iter().map(option).collect::<Result<_, _>>()?,
        sayings: sayings.into_iter().map(saying).collect::<Result<_, _>>()?,
        id: row.id,
        name: row.name,
        inbox: row.inbox_id,
        called: row.called,
        operator: row.operator,
        calendar: row.calendar_id,
        duplicate: TimeDelta::seconds(row.duplicate_seconds),
        returns: TimeDelta::seconds(row.return_seconds),
        foreign_numbers: row.foreign_numbers,
        overflow: known(overflow, "handoff_flows.overflow", &row.overflow)?,
        busy_calendar: row.busy_calendar_id,
    })
}
