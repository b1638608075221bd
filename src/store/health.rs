//! What `henji doctor` asks of the database. Changes nothing in it, and does
//! not make one where there is none.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::connection::{Db, DbConnection, Manager};
use super::error::StoreError;
use super::migrations;
use super::schema::{contacts, users};
use super::seal::{Vault, place};
use crate::domain::id::{ContactId, UserId};

mod postgres;
mod sqlite;

/// A database as the doctor finds it.
pub struct Health {
    /// `SQLite 3.53.2`, `PostgreSQL 15.18`.
    pub version: String,
    /// What would cost acknowledged texts when the machine dies.
    pub risks: Vec<Risk>,
    /// What would keep damage from being noticed.
    pub warnings: Vec<Risk>,
    /// What the database's own check of its file found; `None` if it has none.
    pub damage: Option<String>,
    pub is_migrated: bool,
    /// The database's time, UTC.
    pub now: NaiveDateTime,
}

/// A setting of the database that weakens a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    pub finding: String,
    pub cure: &'static str,
}

/// Whether the database is there, as far as one can see without opening it: a
/// file that the first start will make is not.
pub fn exists(url: &str) -> bool {
    url.strip_prefix("sqlite:").is_none_or(|path| Path::new(path).exists())
}

/// Opens the database of `url` as the server would, without migrating it.
pub fn open(url: &str, key: [u8; 32]) -> Result<Db, StoreError> {
    let manager = Manager { url: url.to_owned(), vault: Arc::new(Vault::new(key)) };
    manager.open().map_err(|error| StoreError::Open(error.to_string()))
}

pub fn examine(db: &mut Db) -> Result<Health, StoreError> {
    let is_migrated = is_migrated(db)?;
    match &mut db.conn {
        DbConnection::Postgres(conn) => postgres::examine(conn, is_migrated),
        DbConnection::Sqlite(conn) => sqlite::examine(conn, is_migrated),
    }
}

/// Whether the key opens what is sealed: a user and a contact, if there are any.
pub fn key_fits(db: &mut Db) -> Result<bool, StoreError> {
    let user: Option<(UserId, Vec<u8>)> =
        users::table.select((users::id, users::name_sealed)).first(&mut db.conn).optional()?;
    let contact: Option<(ContactId, Vec<u8>)> = contacts::table
        .select((contacts::id, contacts::key_wrapped))
        .first(&mut db.conn)
        .optional()?;
    let opens_user = user.is_none_or(|(id, sealed)| {
        db.vault.house().open(place("users", "name_sealed", id), &sealed).is_ok()
    });
    let opens_contact =
        contact.is_none_or(|(id, wrapped)| db.vault.contact_key(id, &wrapped).is_ok());
    Ok(opens_user && opens_contact)
}

/// How closely to look at the database's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Every page: a second for a million messages.
    Quick,
    /// Every index against its table, and every reference, too.
    Thorough,
}

/// What is broken in the database's file; `None` if nothing, or if the database
/// looks after its pages itself (PostgreSQL with data checksums).
pub fn damage(db: &mut Db, look: Look) -> Result<Option<String>, StoreError> {
    match &mut db.conn {
        DbConnection::Postgres(_) => Ok(None),
        DbConnection::Sqlite(conn) => sqlite::damage(conn, look),
    }
}

/// Whether no migration of this version is missing.
pub fn is_migrated(db: &mut Db) -> Result<bool, StoreError> {
    Ok(migrations::pending(db)?.is_empty())
}
