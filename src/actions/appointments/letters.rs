//! STUB
use crate::actions::ActionError;
use crate::mail::Letterhead;
use crate::store::Tx;
use crate::store::appointment_offers::Offer;
use crate::store::appointments::Task;
use crate::store::conversations::Conversation;
pub(super) fn write(
    _tx: &mut Tx,
    _letters: &Letterhead,
    _found: &Conversation,
    _offer: &Offer,
    _task: Task,
) -> Result<bool, ActionError> {
    Ok(true)
}
