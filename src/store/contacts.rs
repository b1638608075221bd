//! People, known by phone number.
//!
//! Names and numbers are sealed with the contact's own key; a number is found
//! by its blind index. A number is current for at most one contact at a time.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::{contact_addresses, contacts};
use super::seal::{Key, Place, Vault, if_whole, place, show};
use crate::clock::fresh_id;
use crate::domain::id::ContactId;
use crate::domain::opt_out::OptOutScope;

mod known;
mod person;
pub use known::{Known, all_numbers, imported, is_seen, known_in, page, show_to};
pub(super) use person::settle;
pub use person::{Merge, members, members_of_all, merge, merges, of_person, person_of, separate};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub name: Option<String>,
    /// The number last used, E.164 where it is one.
    pub address: String,
    pub address_id: RowId,
    /// The widest stop request in force against the person.
    pub opted_out: Option<OptOutScope>,
    /// The contact that stands for the person: itself, unless it was merged.
    pub person: ContactId,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contacts)]
pub(super) struct ContactRow {
    pub id: ContactId,
    pub name_sealed: Option<Vec<u8>>,
    pub key_wrapped: Vec<u8>,
    pub opted_out: Option<String>,
    pub person_id: Option<ContactId>,
    pub person_name_sealed: Option<Vec<u8>>,
}

impl ContactRow {
    /// What the person is called, sealed, and where.
    fn name(&self) -> Option<(Place, &[u8])> {
        let own = self.name_sealed.as_deref();
        let own = own.map(|sealed| (place("contacts", "name_sealed", self.id), sealed));
        let shown = self.person_name_sealed.as_deref();
        shown.map(|sealed| (place("contacts", "person_name_sealed", self.id), sealed)).or(own)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contact_addresses)]
pub(super) struct AddressRow {
    pub id: RowId,
    pub address_sealed: Vec<u8>,
}

/// The contact whose current number is `address`.
pub fn find_by_address(db: &mut Db, address: &str) -> Result<Option<Contact>, StoreError> {
    let index = db.vault.address_index(address);
    let rows = contact_addresses::table
        .inner_join(contacts::table)
        .filter(contact_addresses::address_index.eq(index))
        .filter(contact_addresses::is_current)
        .select((ContactRow::as_select(), AddressRow::as_select()))
        .first(&mut db.conn)
        .optional()?;
    rows.map(|rows| read(db, rows)).transpose()
}

/// The contact behind `address`, made now if there is none.
pub fn find_or_insert(
    db: &mut Db,
    address: &str,
    now: DateTime<Utc>,
) -> Result<Contact, StoreError> {
    if let Some(contact) = find_by_address(db, address)? {
        return Ok(contact);
    }
    if let Some(contact) = insert(db, address, now)? {
        return Ok(contact);
    }
    // Another node was first between our look and our insert.
    find_by_address(db, address)?.ok_or(StoreError::NotFound)
}

pub fn find(db: &mut Db, id: ContactId, address: RowId) -> Result<Contact, StoreError> {
    let rows = contact_addresses::table
        .inner_join(contacts::table)
        .filter(contact_addresses::id.eq(address))
        .filter(contacts::id.eq(id))
        .select((ContactRow::as_select(), AddressRow::as_select()))
        .first(&mut db.conn)?;
    read(db, rows)
}

/// The key everything of this contact is sealed with.
pub fn key(db: &mut Db, id: ContactId) -> Result<Arc<Key>, StoreError> {
    if let Some(key) = db.vault.kept(id) {
        return Ok(key);
    }
    let wrapped: Vec<u8> =
        contacts::table.find(id).select(contacts::key_wrapped).first(&mut db.conn)?;
    db.vault.contact_key(id, &wrapped)
}

/// What somebody is called, and every number there ever was.
pub type NamesAndNumbers = (Vec<String>, Vec<String>);

/// The names and numbers of `ids`: of one that was merged also the name it had of its
/// own. What no longer opens is left out.
pub fn names_and_numbers(
    db: &mut Db,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, NamesAndNumbers>, StoreError> {
    let rows: Vec<ContactRow> = contacts::table
        .filter(contacts::id.eq_any(ids))
        .select(ContactRow::as_select())
        .load(&mut db.conn)?;
    let addresses: Vec<(ContactId, AddressRow)> = contact_addresses::table
        .filter(contact_addresses::contact_id.eq_any(ids))
        .select((contact_addresses::contact_id, AddressRow::as_select()))
        .load(&mut db.conn)?;
    let mut keys = HashMap::with_capacity(rows.len());
    let mut found: HashMap<ContactId, NamesAndNumbers> = HashMap::with_capacity(rows.len());
    for row in rows {
        let Some(key) = if_whole(db.vault.contact_key(row.id, &row.key_wrapped))? else { continue };
        let own = place("contacts", "name_sealed", row.id);
        let own = row.name_sealed.as_deref().map(|sealed| (own, sealed));
        let sealed = row.name().into_iter().chain(own.filter(|_| row.person_name_sealed.is_some()));
        let names = sealed.filter_map(|(here, sealed)| key.open_text(here, sealed).ok());
        let names: Vec<String> = names.collect();
        keys.insert(row.id, key);
        found.insert(row.id, (names, Vec::new()));
    }
    for (contact, address) in addresses {
        let here = place("contact_addresses", "address_sealed", address.id);
        let opened =
            keys.get(&contact).and_then(|key| key.open_text(here, &address.address_sealed).ok());
        if let Some((_, numbers)) = found.get_mut(&contact) {
            numbers.extend(opened);
        }
    }
    Ok(found)
}

/// Names a person: the contact that stands for them, and with it all others.
pub fn rename(db: &mut Db, id: ContactId, name: Option<&str>) -> Result<(), StoreError> {
    let id = person_of(db, id)?;
    let key = key(db, id)?;
    let sealed = name.map(|name| key.seal_text(place("contacts", "name_sealed", id), name));
    diesel::update(contacts::table.find(id))
        .set(contacts::name_sealed.eq(sealed))
        .execute(&mut db.conn)?;
    settle(db, id)
}

pub(super) fn read(
    db: &Db,
    (contact, address): (ContactRow, AddressRow),
) -> Result<Contact, StoreError> {
    let key = if_whole(db.vault.contact_key(contact.id, &contact.key_wrapped))?;
    let name = contact.name();
    let name = name.map(|(here, sealed)| show(key.as_deref(), here, sealed)).transpose()?;
    let address_place = place("contact_addresses", "address_sealed", address.id);
    let opted_out = contact
        .opted_out
        .map(|word| known(OptOutScope::from_word(&word), "contacts.opted_out", &word))
        .transpose()?;
    Ok(Contact {
        id: contact.id,
        name,
        address: show(key.as_deref(), address_place, &address.address_sealed)?,
        address_id: address.id,
        opted_out,
        person: contact.person_id.unwrap_or(contact.id),
    })
}

/// A number the person has or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub id: RowId,
    /// Whose it is, or was: one of those who are the person.
    pub contact: ContactId,
    pub address: String,
    pub since: DateTime<Utc>,
    pub is_current: bool,
}

/// All numbers of a person, those in use first, then the newest.
pub fn addresses(db: &mut Db, person: ContactId) -> Result<Vec<Address>, StoreError> {
    let mut all = Vec::new();
    for id in members(db, person)? {
        all.extend(addresses_of(db, id)?);
    }
    all.sort_by_key(|one| (!one.is_current, std::cmp::Reverse(one.since)));
    Ok(all)
}

fn addresses_of(db: &mut Db, id: ContactId) -> Result<Vec<Address>, StoreError> {
    let key = if_whole(key(db, id))?;
    let rows: Vec<(RowId, Vec<u8>, NaiveDateTime, bool)> = contact_addresses::table
        .filter(contact_addresses::contact_id.eq(id))
        .order((contact_addresses::is_current.desc(), contact_addresses::since.desc()))
        .select((
            contact_addresses::id,
            contact_addresses::address_sealed,
            contact_addresses::since,
            contact_addresses::is_current,
        ))
        .load(&mut db.conn)?;
    let address = |(row, sealed, since, is_current): (RowId, Vec<u8>, NaiveDateTime, bool)| {
        let here = place("contact_addresses", "address_sealed", row);
        let address = show(key.as_deref(), here, &sealed)?;
        Ok(Address { id: row, contact: id, address, since: since.and_utc(), is_current })
    };
    rows.into_iter().map(address).collect()
}

/// `None` if the number became somebody's in the meantime.
fn insert(db: &mut Db, address: &str, now: DateTime<Utc>) -> Result<Option<Contact>, StoreError> {
    let (contact, contact_row, address_row) = sealed(&db.vault, address, None, now);
    diesel::insert_into(contacts::table).values(contact_row).execute(&mut db.conn)?;
    let inserted = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(contact_addresses::table)
            .values(&address_row)
            .on_conflict_do_nothing()
            .execute(conn)
    })?;
    if inserted == 0 {
        diesel::delete(contacts::table.find(contact.id)).execute(&mut db.conn)?;
        return Ok(None);
    }
    Ok(Some(contact))
}

/// The contacts whose current numbers are among `addresses`.
pub fn find_all_by_address(
    db: &mut Db,
    addresses: &[String],
) -> Result<HashMap<String, Contact>, StoreError> {
    let indexes: Vec<Vec<u8>> =
        addresses.iter().map(|address| db.vault.address_index(address)).collect();
    let rows: Vec<(ContactRow, AddressRow)> = contact_addresses::table
        .inner_join(contacts::table)
        .filter(contact_addresses::address_index.eq_any(indexes))
        .filter(contact_addresses::is_current)
        .select((ContactRow::as_select(), AddressRow::as_select()))
        .load(&mut db.conn)?;
    let mut found = HashMap::with_capacity(addresses.len());
    for rows in rows {
        let contact = read(db, rows)?;
        found.insert(contact.address.clone(), contact);
    }
    Ok(found)
}

/// The contacts behind `addresses`, those made that were missing.
///
/// # Errors
/// `Database` if another node made one of them in the meantime: try one by one.
pub fn find_or_insert_all(
    db: &mut Db,
    addresses: &[String],
    now: DateTime<Utc>,
) -> Result<HashMap<String, Contact>, StoreError> {
    let mut found = find_all_by_address(db, addresses)?;
    let mut missing: Vec<(&str, Option<&str>)> = Vec::new();
    for address in addresses {
        if !found.contains_key(address) && !missing.contains(&(address.as_str(), None)) {
            missing.push((address, None));
        }
    }
    for contact in insert_all(db, &missing, now)? {
        found.insert(contact.address.clone(), contact);
    }
    Ok(found)
}

/// Makes contacts of numbers that are nobody's yet, with their names.
pub fn insert_all(
    db: &mut Db,
    people: &[(&str, Option<&str>)],
    now: DateTime<Utc>,
) -> Result<Vec<Contact>, StoreError> {
    let (mut contacts, mut contact_rows, mut address_rows) = (Vec::new(), Vec::new(), Vec::new());
    for (address, name) in people {
        let (contact, contact_row, address_row) = sealed(&db.vault, address, *name, now);
        contact_rows.push(contact_row);
        address_rows.push(address_row);
        contacts.push(contact);
    }
    if !contact_rows.is_empty() {
        on_each_backend!(&mut db.conn, |conn| {
            diesel::insert_into(contacts::table).values(&contact_rows).execute(conn)?;
            diesel::insert_into(contact_addresses::table).values(&address_rows).execute(conn)
        })?;
    }
    Ok(contacts)
}

#[derive(Insertable)]
#[diesel(table_name = contacts)]
struct NewContactRow {
    id: ContactId,
    name_sealed: Option<Vec<u8>>,
    key_wrapped: Vec<u8>,
    created_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = contact_addresses)]
struct NewAddressRow {
    id: RowId,
    contact_id: ContactId,
    address_index: Vec<u8>,
    address_sealed: Vec<u8>,
    is_current: bool,
    since: NaiveDateTime,
}

/// A new contact with its rows.
fn sealed(
    vault: &Vault,
    address: &str,
    name: Option<&str>,
    now: DateTime<Utc>,
) -> (Contact, NewContactRow, NewAddressRow) {
    let id: ContactId = fresh_id();
    let address_id: RowId = fresh_id();
    let (key, key_wrapped) = vault.new_contact_key(id);
    let address_place = place("contact_addresses", "address_sealed", address_id);
    let contact = Contact {
        id,
        name: name.map(str::to_owned),
        address: address.to_owned(),
        address_id,
        opted_out: None,
        person: id,
    };
    let name_sealed = name.map(|name| key.seal_text(place("contacts", "name_sealed", id), name));
    let contact_row = NewContactRow { id, name_sealed, key_wrapped, created_at: now.naive_utc() };
    let address_row = NewAddressRow {
        id: address_id,
        contact_id: id,
        address_index: vault.address_index(address),
        address_sealed: key.seal_text(address_place, address),
        is_current: true,
        since: now.naive_utc(),
    };
    (contact, contact_row, address_row)
}
