//! Credentials at providers, sealed, and the secret paths of their webhooks.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::StoreError;
use super::schema::provider_accounts;
use super::seal::{Vault, place, secret_hash};
use crate::domain::id::ProviderAccountId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderAccount {
    pub id: ProviderAccountId,
    /// Which provider: the word of its adapter.
    pub kind: String,
    pub settings: BTreeMap<String, String>,
    /// The secret part of the account's webhook URLs.
    pub hook_token: String,
    /// How far the provider's own list of inbound texts has been read.
    pub listed_until: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = provider_accounts)]
struct AccountRow {
    id: ProviderAccountId,
    kind: String,
    settings_sealed: Vec<u8>,
    hook_token_sealed: Vec<u8>,
    listed_until: NaiveDateTime,
}

pub fn find(db: &mut Db, id: ProviderAccountId) -> Result<ProviderAccount, StoreError> {
    let row =
        provider_accounts::table.find(id).select(AccountRow::as_select()).first(&mut db.conn)?;
    read(&db.vault, row)
}

/// The account whose webhook URLs hold `token`.
pub fn find_by_hook_token(
    db: &mut Db,
    kind: &str,
    token: &str,
) -> Result<Option<ProviderAccount>, StoreError> {
    let row = provider_accounts::table
        .filter(provider_accounts::hook_token_hash.eq(secret_hash(token)))
        .filter(provider_accounts::kind.eq(kind))
        .select(AccountRow::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(&db.vault, row)).transpose()
}

pub fn kind_of(db: &mut Db, id: ProviderAccountId) -> Result<String, StoreError> {
    Ok(provider_accounts::table.find(id).select(provider_accounts::kind).first(&mut db.conn)?)
}

/// The kinds of provider in use, each once.
pub fn kinds(db: &mut Db) -> Result<Vec<String>, StoreError> {
    Ok(provider_accounts::table.select(provider_accounts::kind).distinct().load(&mut db.conn)?)
}

/// All accounts, oldest first.
pub fn all(db: &mut Db) -> Result<Vec<ProviderAccount>, StoreError> {
    let rows: Vec<AccountRow> = provider_accounts::table
        .order(provider_accounts::id)
        .select(AccountRow::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(&db.vault, row)).collect()
}

pub fn insert(
    db: &mut Db,
    account: &ProviderAccount,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let token_place = place("provider_accounts", "hook_token_sealed", account.id);
    diesel::insert_into(provider_accounts::table)
        .values((
            provider_accounts::id.eq(account.id),
            provider_accounts::kind.eq(&account.kind),
            provider_accounts::settings_sealed.eq(seal_settings(&db.vault, account)),
            provider_accounts::hook_token_hash.eq(secret_hash(&account.hook_token)),
            provider_accounts::hook_token_sealed
                .eq(db.vault.house().seal_text(token_place, &account.hook_token)),
            provider_accounts::listed_until.eq(account.listed_until.naive_utc()),
            provider_accounts::created_at.eq(now.naive_utc()),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Replaces the settings: new credentials, or a rotation's old and new ones.
pub fn update_settings(db: &mut Db, account: &ProviderAccount) -> Result<(), StoreError> {
    let sealed = seal_settings(&db.vault, account);
    let changed = diesel::update(provider_accounts::table.find(account.id))
        .set(provider_accounts::settings_sealed.eq(sealed))
        .execute(&mut db.conn)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

pub fn set_listed_until(
    db: &mut Db,
    id: ProviderAccountId,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(provider_accounts::table.find(id))
        .set(provider_accounts::listed_until.eq(until.naive_utc()))
        .execute(&mut db.conn)?;
    Ok(())
}

fn seal_settings(vault: &Vault, account: &ProviderAccount) -> Vec<u8> {
    let lines =
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&account.settings).finish();
    vault.house().seal_text(place("provider_accounts", "settings_sealed", account.id), &lines)
}

fn read(vault: &Vault, row: AccountRow) -> Result<ProviderAccount, StoreError> {
    let house = vault.house();
    let settings_place = place("provider_accounts", "settings_sealed", row.id);
    let token_place = place("provider_accounts", "hook_token_sealed", row.id);
    let lines = house.open(settings_place, &row.settings_sealed)?;
    Ok(ProviderAccount {
        settings: form_urlencoded::parse(&lines).into_owned().collect(),
        hook_token: house.open_text(token_place, &row.hook_token_sealed)?,
        id: row.id,
        kind: row.kind,
        listed_until: row.listed_until.and_utc(),
    })
}
