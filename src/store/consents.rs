//! What contacts have agreed to, and taken back: written once, never changed.
//!
//! A consent belongs to the contact it was written for. While contacts are merged
//! into one person it holds for all of their numbers; separated, each has what it
//! had. The wording is sealed with the contact's key and goes with it.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::contacts;
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::consents;
use super::seal::{if_whole, place, show};
use crate::clock::fresh_id;
use crate::domain::consent::{ConsentSource, Decision, Said, is_needed, standing};
use crate::domain::id::{ContactId, UserId};
use crate::domain::message::Purpose;

/// What is to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConsent {
    pub purpose: Purpose,
    pub decision: Decision,
    pub source: ConsentSource,
    /// What they agreed to, word for word, or where the proof lies.
    pub wording: Option<String>,
    /// The colleague who recorded it.
    pub actor: Option<UserId>,
    pub said_at: DateTime<Utc>,
}

/// Something a contact has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub id: RowId,
    /// Whom it was written for: one of those who are the person.
    pub contact: ContactId,
    pub purpose: Purpose,
    pub decision: Decision,
    pub source: ConsentSource,
    pub wording: Option<String>,
    pub actor: Option<UserId>,
    pub said_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
}

impl Consent {
    fn said(&self) -> Said {
        let Self { decision, said_at, recorded_at, .. } = *self;
        Said { decision, said_at, recorded_at }
    }
}

pub fn insert(
    db: &mut Db,
    contact: ContactId,
    new: &NewConsent,
    now: DateTime<Utc>,
) -> Result<RowId, StoreError> {
    let id: RowId = fresh_id();
    let wording = match &new.wording {
        Some(wording) => {
            let here = place("consents", "wording_sealed", id);
            Some(contacts::key(db, contact)?.seal_text(here, wording))
        }
        None => None,
    };
    diesel::insert_into(consents::table)
        .values((
            consents::id.eq(id),
            consents::contact_id.eq(contact),
            consents::purpose.eq(new.purpose.word()),
            consents::decision.eq(new.decision.word()),
            consents::source.eq(new.source.word()),
            consents::wording_sealed.eq(wording),
            consents::actor_id.eq(new.actor.map(|user| RowId(user.0))),
            consents::said_at.eq(new.said_at.naive_utc()),
            consents::recorded_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(id)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = consents)]
struct Row {
    id: RowId,
    contact_id: ContactId,
    purpose: String,
    decision: String,
    source: String,
    wording_sealed: Option<Vec<u8>>,
    actor_id: Option<RowId>,
    said_at: NaiveDateTime,
    recorded_at: NaiveDateTime,
}

/// Everything a person has said, the last first.
pub fn of_person(db: &mut Db, person: ContactId) -> Result<Vec<Consent>, StoreError> {
    let members = contacts::members(db, person)?;
    let mut found = of_contacts(db, &members)?;
    found.sort_by_key(|one| std::cmp::Reverse((one.said_at, one.recorded_at, one.id.0)));
    Ok(found)
}

/// What each of `persons` has said last of `purpose`, of those who have said anything.
pub fn standing_of_persons(
    db: &mut Db,
    persons: &[ContactId],
    purpose: Purpose,
) -> Result<HashMap<ContactId, Consent>, StoreError> {
    let members = contacts::members_of_all(db, persons)?;
    let ids: Vec<ContactId> = members.iter().map(|(contact, _)| *contact).collect();
    let person: HashMap<ContactId, ContactId> = members.into_iter().collect();
    let mut all: HashMap<ContactId, Vec<Consent>> = HashMap::new();
    for one in of_contacts(db, &ids)?.into_iter().filter(|one| one.purpose == purpose) {
        all.entry(person[&one.contact]).or_default().push(one);
    }
    let last = |said: Vec<Consent>| standing(&said, Consent::said).cloned();
    Ok(all.into_iter().filter_map(|(person, said)| Some((person, last(said)?))).collect())
}

/// What a person has said last of `purpose`.
pub fn standing_of(
    db: &mut Db,
    person: ContactId,
    purpose: Purpose,
) -> Result<Option<Consent>, StoreError> {
    Ok(standing_of_persons(db, &[person], purpose)?.remove(&person))
}

/// Whether the person has agreed to texts of `purpose`, and not taken it back.
pub fn is_given(db: &mut Db, person: ContactId, purpose: Purpose) -> Result<bool, StoreError> {
    let standing = standing_of(db, person, purpose)?;
    Ok(standing.is_some_and(|said| said.decision == Decision::Given))
}

/// Whether texts of `purpose` need a consent that is not on record.
pub fn is_lacking(db: &mut Db, person: ContactId, purpose: Purpose) -> Result<bool, StoreError> {
    Ok(is_needed(purpose) && !is_given(db, person, purpose)?)
}

fn of_contacts(db: &mut Db, ids: &[ContactId]) -> Result<Vec<Consent>, StoreError> {
    let rows: Vec<Row> = consents::table
        .filter(consents::contact_id.eq_any(ids))
        .order(consents::id)
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

fn read(db: &mut Db, row: Row) -> Result<Consent, StoreError> {
    let wording = match &row.wording_sealed {
        Some(sealed) => {
            let key = if_whole(contacts::key(db, row.contact_id))?;
            Some(show(key.as_deref(), place("consents", "wording_sealed", row.id), sealed)?)
        }
        None => None,
    };
    Ok(Consent {
        id: row.id,
        contact: row.contact_id,
        purpose: known(Purpose::from_word(&row.purpose), "consents.purpose", &row.purpose)?,
        decision: known(Decision::from_word(&row.decision), "consents.decision", &row.decision)?,
        source: known(ConsentSource::from_word(&row.source), "consents.source", &row.source)?,
        wording,
        actor: row.actor_id.map(|RowId(id)| UserId(id)),
        said_at: row.said_at.and_utc(),
        recorded_at: row.recorded_at.and_utc(),
    })
}
