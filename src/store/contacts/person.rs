//! Somebody with several numbers.
//!
//! A contact is one number with one key, and everything under it is sealed with
//! that key. Merging two contacts moves nothing and seals nothing anew: a row of
//! `contact_merges` says whom a contact was merged into, and one contact stands
//! for the person. Separating them takes the row away, so that each has exactly
//! what it had, and what was written since stays where it was written.
//!
//! What holds for the person as a whole, name and stop, is derived from what the
//! contacts have of their own, and kept with each of them ([`settle`]).

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::super::connection::Db;
use super::super::error::{StoreError, known};
use super::super::schema::{contact_addresses, contact_merges, contacts, opt_outs};
use super::super::seal::{if_whole, place};
use super::{AddressRow, Contact, ContactRow, key, read};
use crate::domain::id::{ContactId, UserId};
use crate::domain::opt_out::OptOutScope;

/// A contact that was merged into another one, and is still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    pub contact: Contact,
    /// What it is called again once it is separated.
    pub own_name: Option<String>,
    pub by: Option<UserId>,
    pub at: DateTime<Utc>,
}

/// The contact that stands for the person `id` is.
///
/// # Errors
/// `NotFound` where there is no such contact.
pub fn person_of(db: &mut Db, id: ContactId) -> Result<ContactId, StoreError> {
    let person: Option<ContactId> =
        contacts::table.find(id).select(contacts::person_id).first(&mut db.conn)?;
    Ok(person.unwrap_or(id))
}

/// All contacts that are this person, the one that stands for them first.
pub fn members(db: &mut Db, person: ContactId) -> Result<Vec<ContactId>, StoreError> {
    let merged: Vec<ContactId> = contacts::table
        .filter(contacts::person_id.eq(person))
        .order(contacts::id)
        .select(contacts::id)
        .load(&mut db.conn)?;
    Ok([vec![person], merged].concat())
}

/// Of all of `persons`: each contact with the person it is, the one that stands for
/// the person before the others.
pub fn members_of_all(
    db: &mut Db,
    persons: &[ContactId],
) -> Result<Vec<(ContactId, ContactId)>, StoreError> {
    let merged: Vec<(ContactId, Option<ContactId>)> = contacts::table
        .filter(contacts::person_id.eq_any(persons))
        .order(contacts::id)
        .select((contacts::id, contacts::person_id))
        .load(&mut db.conn)?;
    let own = persons.iter().map(|person| (*person, *person));
    let merged = merged.into_iter().filter_map(|(id, person)| Some((id, person?)));
    Ok(own.chain(merged).collect())
}

/// The same, with their numbers in use.
pub fn of_person(db: &mut Db, person: ContactId) -> Result<Vec<Contact>, StoreError> {
    let members = members(db, person)?;
    let rows: Vec<(ContactRow, AddressRow)> = contact_addresses::table
        .inner_join(contacts::table)
        .filter(contact_addresses::is_current.eq(true))
        .filter(contacts::id.eq_any(&members))
        .select((ContactRow::as_select(), AddressRow::as_select()))
        .load(&mut db.conn)?;
    let mut found = rows.into_iter().map(|row| read(db, row)).collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|contact| members.iter().position(|id| *id == contact.id));
    Ok(found)
}

/// Merges one person into another: two contacts that stand for themselves.
pub fn merge(
    db: &mut Db,
    merged: ContactId,
    kept: ContactId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(contact_merges::table)
        .values((
            contact_merges::contact_id.eq(merged),
            contact_merges::into_id.eq(kept),
            contact_merges::merged_by.eq(by),
            contact_merges::merged_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    let members = members(db, merged)?;
    stand_for(db, kept, &members)?;
    settle(db, kept)
}

/// Takes a contact out again, with those that had been merged into it before.
/// False if it is merged into none.
pub fn separate(db: &mut Db, contact: ContactId) -> Result<bool, StoreError> {
    let was = person_of(db, contact)?;
    let gone = diesel::delete(contact_merges::table.find(contact)).execute(&mut db.conn)?;
    if gone == 0 {
        return Ok(false);
    }
    let mut out = vec![contact];
    let mut next = out.clone();
    while !next.is_empty() {
        next = contact_merges::table
            .filter(contact_merges::into_id.eq_any(&next))
            .select(contact_merges::contact_id)
            .load(&mut db.conn)?;
        out.extend(&next);
    }
    stand_for(db, contact, &out)?;
    settle(db, contact)?;
    settle(db, was)?;
    Ok(true)
}

/// Every merge that made this person, the newest first.
pub fn merges(db: &mut Db, person: ContactId) -> Result<Vec<Merge>, StoreError> {
    let members = of_person(db, person)?;
    let rows: Vec<(ContactId, Option<UserId>, NaiveDateTime)> = contact_merges::table
        .filter(contact_merges::contact_id.eq_any(members.iter().map(|one| one.id)))
        .order((contact_merges::merged_at.desc(), contact_merges::contact_id.desc()))
        .select((contact_merges::contact_id, contact_merges::merged_by, contact_merges::merged_at))
        .load(&mut db.conn)?;
    let mut names: HashMap<ContactId, Option<String>> =
        own_names(db, person)?.into_iter().collect();
    let mut members: HashMap<ContactId, Contact> =
        members.into_iter().map(|one| (one.id, one)).collect();
    let merge = |(id, by, at): (ContactId, Option<UserId>, NaiveDateTime)| {
        let own_name = names.remove(&id).flatten();
        members.remove(&id).map(|contact| Merge { contact, own_name, by, at: at.and_utc() })
    };
    Ok(rows.into_iter().filter_map(merge).collect())
}

/// Brings what each contact of a person shows in line with what they have between
/// them: the name of the one that stands for them, or else the first there is, and
/// the widest stop that is in force against any of their numbers.
pub fn settle(db: &mut Db, person: ContactId) -> Result<(), StoreError> {
    let names = own_names(db, person)?;
    let members: Vec<ContactId> = names.iter().map(|(id, _)| *id).collect();
    let words: Vec<String> = opt_outs::table
        .filter(opt_outs::contact_id.eq_any(&members))
        .filter(opt_outs::ended_at.is_null())
        .select(opt_outs::scope)
        .load(&mut db.conn)?;
    let scopes = words
        .iter()
        .map(|word| known(OptOutScope::from_word(word), "opt_outs.scope", word))
        .collect::<Result<Vec<_>, _>>()?;
    let stopped = match scopes.contains(&OptOutScope::All) {
        true => Some(OptOutScope::All),
        false => scopes.first().copied(),
    };
    let shown = names.iter().find_map(|(_, name)| name.clone());
    for (id, own) in names {
        let other = shown.as_ref().filter(|shown| own.as_ref() != Some(*shown));
        let sealed = match other {
            Some(name) => {
                let here = place("contacts", "person_name_sealed", id);
                Some(key(db, id)?.seal_text(here, name))
            }
            None => None,
        };
        diesel::update(contacts::table.find(id))
            .set((
                contacts::person_name_sealed.eq(sealed),
                contacts::opted_out.eq(stopped.map(OptOutScope::word)),
            ))
            .execute(&mut db.conn)?;
    }
    Ok(())
}

fn stand_for(db: &mut Db, person: ContactId, members: &[ContactId]) -> Result<(), StoreError> {
    diesel::update(contacts::table.filter(contacts::id.eq_any(members)))
        .set(contacts::person_id.eq(person))
        .execute(&mut db.conn)?;
    diesel::update(contacts::table.find(person))
        .set(contacts::person_id.eq(None::<ContactId>))
        .execute(&mut db.conn)?;
    Ok(())
}

/// What each contact of a person is called by itself; a name that no longer opens
/// is none.
fn own_names(
    db: &mut Db,
    person: ContactId,
) -> Result<Vec<(ContactId, Option<String>)>, StoreError> {
    let mut rows: Vec<ContactRow> = contacts::table
        .filter(contacts::id.eq(person).or(contacts::person_id.eq(person)))
        .order(contacts::id)
        .select(ContactRow::as_select())
        .load(&mut db.conn)?;
    rows.sort_by_key(|row| row.id != person);
    let mut names = Vec::with_capacity(rows.len());
    for row in rows {
        let key = if_whole(db.vault.contact_key(row.id, &row.key_wrapped))?;
        let here = place("contacts", "name_sealed", row.id);
        let opened =
            key.zip(row.name_sealed).and_then(|(key, name)| key.open_text(here, &name).ok());
        names.push((row.id, opened));
    }
    Ok(names)
}
