//! A provider says what became of a text.
//!
//! Receipts come twice, late, early and out of order: each is kept once, and a
//! message only ever moves up.

use crate::app::App;
use crate::domain::delivery::{OutboundState, Reason, ReceiptStatus};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{MessageId, ProviderAccountId};
use crate::domain::inbound::Receipt;
use crate::store::messages::{self, Progress};
use crate::store::{StoreError, Tx, conversations, optional, outbox, receipts};

use super::ActionError;

/// Keeps the receipts of one webhook request, all or none.
pub async fn run(
    app: &App,
    account: ProviderAccountId,
    told: Vec<Receipt>,
) -> Result<(), ActionError> {
    app.store
        .write_vital(move |tx| told.iter().try_for_each(|receipt| record(tx, account, receipt)))
        .await
}

pub(super) fn record(
    tx: &mut Tx,
    account: ProviderAccountId,
    receipt: &Receipt,
) -> Result<(), ActionError> {
    let message = whose(tx, account, receipt)?;
    let now = tx.now;
    if !receipts::insert_unless_seen(tx, account, receipt, message, now)? {
        return Ok(());
    }
    match message {
        Some(message) => {
            learn_reference(tx, message, receipt)?;
            apply(tx, message, receipt.status, receipt.reason)
        }
        // The send call has not returned yet: `deliver` joins it then.
        None => Ok(()),
    }
}

/// Moves a message as far as a receipt proves.
pub(super) fn apply(
    tx: &mut Tx,
    id: MessageId,
    status: ReceiptStatus,
    reason: Option<Reason>,
) -> Result<(), ActionError> {
    let message = messages::find(tx, id)?;
    let Some(from) = message.state else { return Ok(()) };
    let to = from.after_receipt(status);
    if to == from {
        return Ok(());
    }
    let now = tx.now;
    let progress = Progress {
        reason: if to == OutboundState::Delivered { None } else { reason },
        sent_at: message.sent_at.is_none().then_some(now),
        delivered_at: (to == OutboundState::Delivered).then_some(now),
        failed_at: to.is_failure().then_some(now),
        ..Progress::default()
    };
    if !messages::advance(tx, id, from, to, progress)? {
        return Err(ActionError::Store(StoreError::NotFound));
    }
    // Proof that it arrived: whatever still wanted to send it must not.
    outbox::delete(tx, id)?;
    let conversation = conversations::find(tx, message.conversation_id)?;
    let kind = EventKind::MessageUpdated;
    tx.event(NewEvent::conversation(kind, conversation.inbox_id, conversation.id).about(id));
    Ok(())
}

/// By the provider's id, else by ours where the provider echoed it.
fn whose(
    tx: &mut Tx,
    account: ProviderAccountId,
    receipt: &Receipt,
) -> Result<Option<MessageId>, StoreError> {
    if let Some(id) = messages::find_by_provider_ref(tx, account, &receipt.provider_ref)? {
        return Ok(Some(id));
    }
    let Some(id) = receipt.message_id else { return Ok(None) };
    let message = optional(messages::find(tx, id))?;
    Ok(message.filter(|message| message.provider_account_id == Some(account)).map(|_| id))
}

/// A message whose call broke off learns its reference from its receipt.
fn learn_reference(tx: &mut Tx, id: MessageId, receipt: &Receipt) -> Result<(), StoreError> {
    let message = messages::find(tx, id)?;
    if message.provider_ref.is_none()
        && let Some(state) = message.state
    {
        let progress = Progress {
            reason: message.reason,
            provider_ref: Some(receipt.provider_ref.clone()),
            ..Progress::default()
        };
        messages::advance(tx, id, state, state, progress)?;
    }
    Ok(())
}
