//! Databases come and go on PostgreSQL.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::store::StoreError;

/// `name` is ours: letters, digits and underscores.
pub fn create(url: &str, name: &str) -> Result<(), StoreError> {
    run(url, &format!("create database {name} template template0 encoding 'UTF8'"))
}

pub fn drop(url: &str, name: &str) -> Result<(), StoreError> {
    run(url, &format!("drop database {name} with (force)"))
}

fn run(url: &str, statement: &str) -> Result<(), StoreError> {
    let mut conn =
        PgConnection::establish(url).map_err(|error| StoreError::Open(error.to_string()))?;
    Ok(conn.batch_execute(statement)?)
}
