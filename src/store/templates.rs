//! Texts that are written often.
//!
//! The organisation's words, sealed with the house's key: nobody's personal
//! data, but names and numbers of colleagues stand in them. What they are called
//! is in clear, as what inboxes are called.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::templates;
use super::seal::{place, show};
use crate::domain::id::{InboxId, TemplateId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: TemplateId,
    /// The inbox it is for; all of them without one.
    pub inbox_id: Option<InboxId>,
    pub name: String,
    /// What is typed to find it, or nothing.
    pub shortcut: String,
    /// `ja`, `en`, or nothing where it does not matter.
    pub locale: String,
    pub body: String,
}

type Row = (TemplateId, Option<InboxId>, String, String, String, Vec<u8>);

/// All templates, by name.
pub fn all(db: &mut Db) -> Result<Vec<Template>, StoreError> {
    let rows: Vec<Row> = templates::table.select(columns()).load(&mut db.conn)?;
    let mut found: Vec<Template> =
        rows.into_iter().map(|row| read(db, row)).collect::<Result<_, _>>()?;
    found.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    Ok(found)
}

/// Those that may be used in `inbox`.
pub fn for_inbox(db: &mut Db, inbox: InboxId) -> Result<Vec<Template>, StoreError> {
    let mut found = all(db)?;
    found.retain(|template| template.inbox_id.is_none_or(|id| id == inbox));
    Ok(found)
}

pub fn find(db: &mut Db, id: TemplateId) -> Result<Template, StoreError> {
    let row: Row = templates::table.find(id).select(columns()).first(&mut db.conn)?;
    read(db, row)
}

pub fn count(db: &mut Db) -> Result<i64, StoreError> {
    Ok(templates::table.count().get_result(&mut db.conn)?)
}

/// Writes a template, or its new words; whether it is a new one.
pub fn save(db: &mut Db, template: &Template, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let body = place("templates", "body_sealed", template.id);
    let values = (
        templates::inbox_id.eq(template.inbox_id),
        templates::name.eq(&template.name),
        templates::shortcut.eq(&template.shortcut),
        templates::locale.eq(&template.locale),
        templates::body_sealed.eq(db.vault.house().seal_text(body, &template.body)),
    );
    let known = templates::table.find(template.id);
    if diesel::update(known).set(values.clone()).execute(&mut db.conn)? == 1 {
        return Ok(false);
    }
    let row = (templates::id.eq(template.id), values, templates::created_at.eq(now.naive_utc()));
    diesel::insert_into(templates::table).values(row).execute(&mut db.conn)?;
    Ok(true)
}

pub fn delete(db: &mut Db, id: TemplateId) -> Result<(), StoreError> {
    match diesel::delete(templates::table.find(id)).execute(&mut db.conn)? {
        1 => Ok(()),
        _ => Err(StoreError::NotFound),
    }
}

type Columns = (
    templates::id,
    templates::inbox_id,
    templates::name,
    templates::shortcut,
    templates::locale,
    templates::body_sealed,
);

fn columns() -> Columns {
    (
        templates::id,
        templates::inbox_id,
        templates::name,
        templates::shortcut,
        templates::locale,
        templates::body_sealed,
    )
}

fn read(
    db: &Db,
    (id, inbox_id, name, shortcut, locale, body): Row,
) -> Result<Template, StoreError> {
    let here = place("templates", "body_sealed", id);
    let body = show(Some(db.vault.house()), here, &body)?;
    Ok(Template { id, inbox_id, name, shortcut, locale, body })
}
