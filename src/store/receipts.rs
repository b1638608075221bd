//! What providers said of our texts: append-only.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::ids::RowId;
use super::schema::receipts;
use crate::clock::fresh_id;
use crate::domain::delivery::{Reason, ReceiptStatus};
use crate::domain::id::{MessageId, ProviderAccountId};
use crate::domain::inbound::Receipt;

/// Keeps a receipt unless it is a repetition of one we have.
pub fn insert_unless_seen(
    db: &mut Db,
    account: ProviderAccountId,
    receipt: &Receipt,
    message: Option<MessageId>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let id: RowId = fresh_id();
    let row = (
        receipts::id.eq(id),
        receipts::provider_account_id.eq(account),
        receipts::provider_ref.eq(&receipt.provider_ref),
        receipts::message_id.eq(message),
        receipts::status.eq(receipt.status.word()),
        receipts::reason.eq(receipt.reason.map(Reason::word)),
        receipts::detail.eq(&receipt.detail),
        receipts::dedupe_key.eq(&receipt.dedupe_key),
        receipts::received_at.eq(now.naive_utc()),
    );
    let inserted = on_each_backend!(&mut db.conn, |conn| {
        diesel::insert_into(receipts::table).values(row).on_conflict_do_nothing().execute(conn)
    })?;
    Ok(inserted == 1)
}

/// What was said of `provider_ref` before we knew whose it is, oldest first.
pub fn waiting_for(
    db: &mut Db,
    account: ProviderAccountId,
    provider_ref: &str,
) -> Result<Vec<(ReceiptStatus, Option<Reason>)>, StoreError> {
    let rows: Vec<(String, Option<String>)> = receipts::table
        .filter(receipts::provider_account_id.eq(account))
        .filter(receipts::provider_ref.eq(provider_ref))
        .filter(receipts::message_id.is_null())
        .order(receipts::id)
        .select((receipts::status, receipts::reason))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|(status, reason)| {
            let reason = reason
                .map(|word| known(Reason::from_word(&word), "receipts.reason", &word))
                .transpose()?;
            let status = known(ReceiptStatus::from_word(&status), "receipts.status", &status)?;
            Ok((status, reason))
        })
        .collect()
}

/// Says whose the receipts of `provider_ref` are.
pub fn join(
    db: &mut Db,
    account: ProviderAccountId,
    provider_ref: &str,
    message: MessageId,
) -> Result<(), StoreError> {
    diesel::update(receipts::table)
        .filter(receipts::provider_account_id.eq(account))
        .filter(receipts::provider_ref.eq(provider_ref))
        .filter(receipts::message_id.is_null())
        .set(receipts::message_id.eq(message))
        .execute(&mut db.conn)?;
    Ok(())
}
