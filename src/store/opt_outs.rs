//! Stop requests: who asked, when, how, and what they cover.
//!
//! A request is never deleted; a new consent ends it. The number's blind index
//! stays even when the contact is erased, so that the stop still holds. Whoever
//! stops us takes back what they had agreed to (`consents`), in the same breath.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Db;
use super::consents::{self, NewConsent};
use super::contacts::{self, Contact};
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::opt_outs;
use crate::clock::fresh_id;
use crate::domain::consent::Decision;
use crate::domain::id::{ContactId, UserId};
use crate::domain::message::Purpose;
use crate::domain::opt_out::{OptOutScope, OptOutSource};

/// Notes a stop request. False if the same one is in force already.
pub fn begin(
    db: &mut Db,
    contact: &Contact,
    scope: OptOutScope,
    source: OptOutSource,
    actor: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let index = db.vault.address_index(&contact.address);
    let in_force: i64 = opt_outs::table
        .filter(opt_outs::address_index.eq(&index))
        .filter(opt_outs::scope.eq(scope.word()))
        .filter(opt_outs::ended_at.is_null())
        .count()
        .get_result(&mut db.conn)?;
    if in_force > 0 {
        return Ok(false);
    }
    let id: RowId = fresh_id();
    diesel::insert_into(opt_outs::table)
        .values((
            opt_outs::id.eq(id),
            opt_outs::contact_id.eq(contact.id),
            opt_outs::address_index.eq(index),
            opt_outs::scope.eq(scope.word()),
            opt_outs::source.eq(source.word()),
            opt_outs::actor_id.eq(actor.map(RowId)),
            opt_outs::since.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    let withdrawn = NewConsent {
        purpose: Purpose::Advertising,
        decision: Decision::Withdrawn,
        source: source.into(),
        wording: None,
        actor: actor.map(UserId),
        said_at: now,
    };
    consents::insert(db, contact.id, &withdrawn, now)?;
    contacts::settle(db, contact.person)?;
    Ok(true)
}

/// Ends every stop request of the contact's number. False if there was none.
pub fn end(db: &mut Db, contact: &Contact, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let index = db.vault.address_index(&contact.address);
    let ended = diesel::update(opt_outs::table)
        .filter(opt_outs::address_index.eq(index))
        .filter(opt_outs::ended_at.is_null())
        .set(opt_outs::ended_at.eq(now.naive_utc()))
        .execute(&mut db.conn)?;
    contacts::settle(db, contact.person)?;
    Ok(ended > 0)
}

/// A stop request, ended or in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOut {
    pub scope: OptOutScope,
    pub source: OptOutSource,
    /// The colleague who recorded it.
    pub actor: Option<UserId>,
    pub since: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// Every stop request of a person, newest first.
pub fn of_person(db: &mut Db, person: ContactId) -> Result<Vec<OptOut>, StoreError> {
    type Row = (String, String, Option<RowId>, NaiveDateTime, Option<NaiveDateTime>);
    let rows: Vec<Row> = opt_outs::table
        .filter(opt_outs::contact_id.eq_any(contacts::members(db, person)?))
        .order(opt_outs::since.desc())
        .select((
            opt_outs::scope,
            opt_outs::source,
            opt_outs::actor_id,
            opt_outs::since,
            opt_outs::ended_at,
        ))
        .load(&mut db.conn)?;
    let read = |(scope, source, actor, since, ended_at): Row| {
        Ok(OptOut {
            scope: known(OptOutScope::from_word(&scope), "opt_outs.scope", &scope)?,
            source: known(OptOutSource::from_word(&source), "opt_outs.source", &source)?,
            actor: actor.map(|RowId(id)| UserId(id)),
            since: since.and_utc(),
            ended_at: ended_at.map(|at| at.and_utc()),
        })
    };
    rows.into_iter().map(read).collect()
}

/// Since when the person has been stopped.
pub fn since(db: &mut Db, contact: &Contact) -> Result<Option<DateTime<Utc>>, StoreError> {
    if contact.opted_out.is_none() {
        return Ok(None);
    }
    let since: Option<chrono::NaiveDateTime> = opt_outs::table
        .filter(opt_outs::contact_id.eq_any(contacts::members(db, contact.person)?))
        .filter(opt_outs::ended_at.is_null())
        .select(diesel::dsl::min(opt_outs::since))
        .first(&mut db.conn)?;
    Ok(since.map(|at| at.and_utc()))
}
