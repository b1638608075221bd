//! Who may see which contacts: those who see an inbox that a number of the person
//! has a conversation in, or was imported for.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::super::connection::{Db, on_each_backend};
use super::super::error::StoreError;
use super::super::schema::{contact_addresses, contact_inboxes, contacts, conversations};
use super::{AddressRow, Contact, ContactRow, members, person_of, read};
use crate::domain::id::{ContactId, InboxId};
use crate::domain::user::Sight;

/// Contacts that a name is looked for among, beside the index: the newest.
const IMPORTED: i64 = 10_000;
/// Rows of one statement.
const CHUNK: usize = 500;

/// An inbox somebody is known in, and when the last message was there.
pub type Known = (InboxId, DateTime<Utc>);

/// Whether somebody may see the person `id` is.
///
/// # Errors
/// `NotFound` where there is no such contact.
pub fn is_seen(db: &mut Db, sight: &Sight, id: ContactId) -> Result<bool, StoreError> {
    let person = person_of(db, id)?;
    let Sight::Inboxes(inboxes) = sight else { return Ok(true) };
    let members = members(db, person)?;
    let spoken: i64 = conversations::table
        .filter(conversations::contact_id.eq_any(&members))
        .filter(conversations::inbox_id.eq_any(inboxes))
        .count()
        .get_result(&mut db.conn)?;
    let imported: i64 = contact_inboxes::table
        .filter(contact_inboxes::contact_id.eq_any(&members))
        .filter(contact_inboxes::inbox_id.eq_any(inboxes))
        .count()
        .get_result(&mut db.conn)?;
    Ok(spoken + imported > 0)
}

/// Up to `limit` persons after `after`, the newest first, with their current
/// number; of those that were merged the contact that stands for them.
pub fn page(
    db: &mut Db,
    sight: &Sight,
    after: Option<ContactId>,
    limit: i64,
) -> Result<Vec<Contact>, StoreError> {
    let mut query = contact_addresses::table
        .inner_join(contacts::table)
        // Bound, so that the page walks along the contacts and not along all numbers.
        .filter(contact_addresses::is_current.eq(true))
        .filter(contacts::person_id.is_null())
        .order((contacts::id.desc(), contact_addresses::id.desc()))
        .limit(limit)
        .select((ContactRow::as_select(), AddressRow::as_select()))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(contacts::id.lt(after));
    }
    if let Sight::Inboxes(inboxes) = sight {
        let spoken = conversations::table
            .filter(conversations::inbox_id.eq_any(inboxes))
            .select(conversations::contact_id);
        let imported = contact_inboxes::table
            .filter(contact_inboxes::inbox_id.eq_any(inboxes))
            .select(contact_inboxes::contact_id);
        let through = seen_through_merged(db, inboxes, after, limit)?;
        query = query.filter(
            contacts::id
                .eq_any(spoken)
                .or(contacts::id.eq_any(imported))
                .or(contacts::id.eq_any(through)),
        );
    }
    let rows: Vec<(ContactRow, AddressRow)> = query.load(&mut db.conn)?;
    rows.into_iter().map(|rows| read(db, rows)).collect()
}

/// Up to `limit` persons after `after` who are known here by a number that was merged
/// into theirs: no page shows more of them.
fn seen_through_merged(
    db: &mut Db,
    inboxes: &[InboxId],
    after: Option<ContactId>,
    limit: i64,
) -> Result<Vec<ContactId>, StoreError> {
    let mut spoken = conversations::table
        .inner_join(contacts::table)
        .filter(conversations::inbox_id.eq_any(inboxes))
        .filter(contacts::person_id.is_not_null())
        .order(contacts::person_id.desc())
        .limit(limit)
        .select(contacts::person_id)
        .distinct()
        .into_boxed();
    let mut imported = contact_inboxes::table
        .inner_join(contacts::table)
        .filter(contact_inboxes::inbox_id.eq_any(inboxes))
        .filter(contacts::person_id.is_not_null())
        .order(contacts::person_id.desc())
        .limit(limit)
        .select(contacts::person_id)
        .distinct()
        .into_boxed();
    if let Some(after) = after {
        spoken = spoken.filter(contacts::person_id.lt(after));
        imported = imported.filter(contacts::person_id.lt(after));
    }
    let spoken: Vec<Option<ContactId>> = spoken.load(&mut db.conn)?;
    let imported: Vec<Option<ContactId>> = imported.load(&mut db.conn)?;
    Ok(spoken.into_iter().chain(imported).flatten().collect())
}

/// Up to `limit` contacts after `after`, the newest first, merged ones among them:
/// every number in use, for those who see every inbox.
pub fn all_numbers(
    db: &mut Db,
    after: Option<ContactId>,
    limit: i64,
) -> Result<Vec<Contact>, StoreError> {
    let mut query = contact_addresses::table
        .inner_join(contacts::table)
        .filter(contact_addresses::is_current.eq(true))
        .order((contacts::id.desc(), contact_addresses::id.desc()))
        .limit(limit)
        .select((ContactRow::as_select(), AddressRow::as_select()))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(contacts::id.lt(after));
    }
    let rows: Vec<(ContactRow, AddressRow)> = query.load(&mut db.conn)?;
    rows.into_iter().map(|rows| read(db, rows)).collect()
}

/// The newest contacts that were imported for an inbox seen. The index knows
/// conversations only, so that whoever has none is looked for among these.
pub fn imported(db: &mut Db, sight: &Sight) -> Result<Vec<Contact>, StoreError> {
    let mut ids = contact_inboxes::table
        .order(contact_inboxes::contact_id.desc())
        .limit(IMPORTED)
        .select(contact_inboxes::contact_id)
        .distinct()
        .into_boxed();
    if let Sight::Inboxes(inboxes) = sight {
        ids = ids.filter(contact_inboxes::inbox_id.eq_any(inboxes));
    }
    let ids: Vec<ContactId> = ids.load(&mut db.conn)?;
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(ContactRow, AddressRow)> = contact_addresses::table
            .inner_join(contacts::table)
            .filter(contact_addresses::is_current.eq(true))
            .filter(contacts::id.eq_any(ids))
            .order(contacts::id.desc())
            .select((ContactRow::as_select(), AddressRow::as_select()))
            .load(&mut db.conn)?;
        for rows in rows {
            found.push(read(db, rows)?);
        }
    }
    Ok(found)
}

#[derive(Insertable)]
#[diesel(table_name = contact_inboxes)]
struct ShownRow {
    contact_id: ContactId,
    inbox_id: InboxId,
    added_at: NaiveDateTime,
}

/// Lets the people of an inbox see contacts that have not spoken with it.
pub fn show_to(
    db: &mut Db,
    inbox_id: InboxId,
    ids: &[ContactId],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for ids in ids.chunks(CHUNK) {
        let shown: Vec<ContactId> = contact_inboxes::table
            .filter(contact_inboxes::inbox_id.eq(inbox_id))
            .filter(contact_inboxes::contact_id.eq_any(ids))
            .select(contact_inboxes::contact_id)
            .load(&mut db.conn)?;
        let shown: HashSet<ContactId> = shown.into_iter().collect();
        let new = ids.iter().filter(|id| !shown.contains(id));
        let row =
            |id: &ContactId| ShownRow { contact_id: *id, inbox_id, added_at: now.naive_utc() };
        let rows: Vec<ShownRow> = new.map(row).collect();
        if !rows.is_empty() {
            on_each_backend!(&mut db.conn, |conn| {
                diesel::insert_into(contact_inboxes::table).values(&rows).execute(conn)
            })?;
        }
    }
    Ok(())
}

/// The inboxes each of these persons is known in, as far as `sight` goes; the last
/// active first.
pub fn known_in(
    db: &mut Db,
    sight: &Sight,
    persons: &[ContactId],
) -> Result<HashMap<ContactId, Vec<Known>>, StoreError> {
    let rows: Vec<(ContactId, Option<ContactId>, InboxId, NaiveDateTime)> = conversations::table
        .inner_join(contacts::table)
        .filter(contacts::id.eq_any(persons).or(contacts::person_id.eq_any(persons)))
        .order(conversations::last_message_at.desc())
        .select((
            contacts::id,
            contacts::person_id,
            conversations::inbox_id,
            conversations::last_message_at,
        ))
        .load(&mut db.conn)?;
    let mut known: HashMap<ContactId, Vec<Known>> = HashMap::new();
    for (contact, person, inbox, at) in rows {
        if !sight.sees(inbox) {
            continue;
        }
        let known = known.entry(person.unwrap_or(contact)).or_default();
        if known.iter().all(|(other, _)| *other != inbox) {
            known.push((inbox, at.and_utc()));
        }
    }
    Ok(known)
}
