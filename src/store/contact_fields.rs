//! What a house keeps of its customers in its own words: fields, and their values.
//!
//! Names of fields stand in clear, as those of tags; values are sealed with the key
//! of the contact they were written for. A person with several contacts has of each
//! field the value of the contact that stands for them, or else the first there is:
//! separating contacts gives each back what it had.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::contacts;
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::{contact_fields, contact_values};
use super::seal::{if_whole, place};
use crate::clock::fresh_id;
use crate::domain::contact_field::{ContactField, FieldKind};
use crate::domain::id::{ContactId, FieldId};

/// The values of a person, by field; none is empty.
pub type Values = HashMap<FieldId, String>;

#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = contact_fields)]
#[diesel(treat_none_as_null = true)]
struct FieldRow {
    id: FieldId,
    name: String,
    kind: String,
    choices: String,
    position: i32,
    archived_at: Option<NaiveDateTime>,
}

pub fn find(db: &mut Db, id: FieldId) -> Result<ContactField, StoreError> {
    read(contact_fields::table.find(id).select(FieldRow::as_select()).first(&mut db.conn)?)
}

/// All fields in their order, archived ones too.
pub fn all(db: &mut Db) -> Result<Vec<ContactField>, StoreError> {
    let rows: Vec<FieldRow> = contact_fields::table
        .order((contact_fields::position, contact_fields::id))
        .select(FieldRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(read).collect()
}

/// Those in use, in their order.
pub fn in_use(db: &mut Db) -> Result<Vec<ContactField>, StoreError> {
    let mut fields = all(db)?;
    fields.retain(|field| field.archived_at.is_none());
    Ok(fields)
}

pub fn insert(db: &mut Db, field: &ContactField, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(contact_fields::table)
        .values((row(field), contact_fields::created_at.eq(now.naive_utc())))
        .execute(&mut db.conn)?;
    Ok(())
}

pub fn update(db: &mut Db, field: &ContactField) -> Result<(), StoreError> {
    let changed = diesel::update(contact_fields::table.find(field.id))
        .set(row(field))
        .execute(&mut db.conn)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// The values of each of `persons` that has any.
pub fn of_persons(
    db: &mut Db,
    persons: &[ContactId],
) -> Result<HashMap<ContactId, Values>, StoreError> {
    // Most houses have none: they are not asked who is whom.
    let is_used: i64 = contact_fields::table.count().get_result(&mut db.conn)?;
    if is_used == 0 || persons.is_empty() {
        return Ok(HashMap::new());
    }
    let members = contacts::members_of_all(db, persons)?;
    let contacts: Vec<ContactId> = members.iter().map(|(contact, _)| *contact).collect();
    let mut kept = values(db, &contacts)?;
    let mut found: HashMap<ContactId, Values> = HashMap::new();
    for (contact, person) in members {
        let shown = found.entry(person).or_default();
        for (field, value) in kept.remove(&contact).unwrap_or_default() {
            shown.entry(field).or_insert(value);
        }
    }
    for values in found.values_mut() {
        values.retain(|_, value| !value.is_empty());
    }
    found.retain(|_, values| !values.is_empty());
    Ok(found)
}

/// Where mail reaches those of `persons` of whom that is known: by the first field there
/// is for it.
pub fn mail_addresses(
    db: &mut Db,
    persons: &[ContactId],
) -> Result<HashMap<ContactId, String>, StoreError> {
    let mut fields = in_use(db)?;
    fields.retain(|field| field.kind == FieldKind::Email);
    if fields.is_empty() {
        return Ok(HashMap::new());
    }
    let mut addresses = HashMap::new();
    for (person, mut values) in of_persons(db, persons)? {
        let address = fields.iter().find_map(|field| values.remove(&field.id));
        addresses.extend(address.map(|address| (person, address)));
    }
    Ok(addresses)
}

pub fn of_person(db: &mut Db, person: ContactId) -> Result<Values, StoreError> {
    Ok(of_persons(db, &[person])?.remove(&person).unwrap_or_default())
}

/// Keeps a value for a person, or takes it away where it is empty.
pub fn set(
    db: &mut Db,
    person: ContactId,
    field: FieldId,
    value: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let key = contacts::key(db, person)?;
    let known: Option<RowId> = contact_values::table
        .filter(contact_values::contact_id.eq(person))
        .filter(contact_values::field_id.eq(field))
        .select(contact_values::id)
        .first(&mut db.conn)
        .optional()?;
    let id = known.unwrap_or_else(fresh_id);
    let here = place("contact_values", "value_sealed", id);
    let written = (
        contact_values::value_sealed.eq(key.seal_text(here, value)),
        contact_values::changed_at.eq(now.naive_utc()),
    );
    if known.is_some() {
        diesel::update(contact_values::table.find(id)).set(written).execute(&mut db.conn)?;
    } else {
        let whose = (contact_values::id.eq(id), contact_values::contact_id.eq(person));
        let row = (whose, contact_values::field_id.eq(field), written);
        diesel::insert_into(contact_values::table).values(row).execute(&mut db.conn)?;
    }
    Ok(())
}

/// What each contact has of its own; what no longer opens is left out.
fn values(
    db: &mut Db,
    of: &[ContactId],
) -> Result<HashMap<ContactId, Vec<(FieldId, String)>>, StoreError> {
    let rows: Vec<(RowId, ContactId, FieldId, Vec<u8>)> = contact_values::table
        .filter(contact_values::contact_id.eq_any(of))
        .select((
            contact_values::id,
            contact_values::contact_id,
            contact_values::field_id,
            contact_values::value_sealed,
        ))
        .load(&mut db.conn)?;
    let mut found: HashMap<ContactId, Vec<(FieldId, String)>> = HashMap::new();
    for (id, contact, field, sealed) in rows {
        let Some(key) = if_whole(contacts::key(db, contact))? else { continue };
        let here = place("contact_values", "value_sealed", id);
        if let Ok(value) = key.open_text(here, &sealed) {
            found.entry(contact).or_default().push((field, value));
        }
    }
    Ok(found)
}

fn row(field: &ContactField) -> FieldRow {
    FieldRow {
        id: field.id,
        name: field.name.clone(),
        kind: field.kind.word().to_owned(),
        choices: field.choices.join("\n"),
        position: field.position,
        archived_at: field.archived_at.map(|at| at.naive_utc()),
    }
}

fn read(row: FieldRow) -> Result<ContactField, StoreError> {
    Ok(ContactField {
        kind: known(FieldKind::from_word(&row.kind), "contact_fields.kind", &row.kind)?,
        id: row.id,
        name: row.name,
        choices: row.choices.lines().map(str::to_owned).collect(),
        position: row.position,
        archived_at: row.archived_at.map(|at| at.and_utc()),
    })
}
