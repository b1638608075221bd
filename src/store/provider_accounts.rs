//! Credentials at providers, sealed, and the secret paths of their webhooks.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::audit;
use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::{messages, provider_accounts};
use super::seal::{Vault, place, secret_hash};
use crate::domain::account_check::CheckOutcome;
use crate::domain::delivery::{OutboundState, Reason};
use crate::domain::id::{MessageId, ProviderAccountId};
use crate::domain::message::Direction;

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

/// The action by which the audit log holds what asking a provider came to.
pub const CHECKED: &str = "provider.check";

/// What an account did lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// What asking last came to, and when.
    pub check: Option<(CheckOutcome, DateTime<Utc>)>,
    pub last_inbound: Option<DateTime<Utc>>,
    pub last_sent: Option<DateTime<Utc>>,
    /// The newest text that did not get out, why and of when.
    pub last_failure: Option<(Reason, DateTime<Utc>)>,
}

/// An account's condition, by the audit log and its texts since `since`. Messages have no index for
/// it: the walk is along their ids, from the newest on, and ends there.
pub fn condition(
    db: &mut Db,
    id: ProviderAccountId,
    since: DateTime<Utc>,
) -> Result<Condition, StoreError> {
    let asked = audit::Filter {
        action: Some(CHECKED.to_owned()),
        object: Some(id.0),
        ..audit::Filter::default()
    };
    let check = audit::page_before(db, &asked, None, 1)?.pop().map(|entry| {
        let outcome = CheckOutcome::from_word(&entry.detail);
        Ok::<_, StoreError>((known(outcome, "audit_entries.detail", &entry.detail)?, entry.at))
    });
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    let newest = |direction: Direction| {
        messages::table
            .filter(messages::id.ge(first_of(since)))
            .filter(messages::created_at.ge(since.naive_utc()))
            .filter(messages::provider_account_id.eq(id))
            .filter(messages::direction.eq(direction.word()))
            .order(messages::id.desc())
    };
    let last_inbound =
        newest(Direction::Inbound).select(messages::created_at).first(&mut db.conn).optional()?;
    let last_sent: Option<Option<NaiveDateTime>> = newest(Direction::Outbound)
        .filter(messages::sent_at.is_not_null())
        .select(messages::sent_at)
        .first(&mut db.conn)
        .optional()?;
    let failed = [OutboundState::Failed.word(), OutboundState::Undelivered.word()];
    let failure: Option<(Option<String>, NaiveDateTime)> = newest(Direction::Outbound)
        .filter(messages::state.eq_any(failed))
        .select((messages::reason, messages::created_at))
        .first(&mut db.conn)
        .optional()?;
    let last_failure = failure.map(|(word, at)| {
        let reason = word.as_deref().and_then(Reason::from_word).unwrap_or(Reason::Unknown);
        (reason, at.and_utc())
    });
    Ok(Condition {
        check: check.transpose()?,
        last_inbound: utc(last_inbound),
        last_sent: utc(last_sent.flatten()),
        last_failure,
    })
}

/// The lowest id of a message made at that moment or later: ids are UUIDv7.
fn first_of(at: DateTime<Utc>) -> MessageId {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or(0);
    MessageId(Uuid::from_u128(millis << 80))
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
