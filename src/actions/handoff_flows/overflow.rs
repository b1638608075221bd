//! あふれ呼モード: everybody is busy, and whoever calls is told so by text.

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::handoff::{Flow, Overflow};
use crate::domain::id::HandoffFlowId;
use crate::domain::user::{ActorKind, Caller};
use crate::store::audit::Object;
use crate::store::{StoreError, Tx, handoff_flows, handoff_switches};

use super::refused;

/// Turns the overflow mode on or off, or leaves it to its calendar: from the next
/// call on.
///
/// # Errors
/// `Invalid` names the text or the calendar that the flow lacks for it.
pub async fn set_overflow(
    app: &App,
    caller: Caller,
    name: String,
    overflow: Overflow,
) -> Result<Flow, ActionError> {
    app.store
        .write(move |tx| {
            let found = handoff_flows::find_by_name(tx, &name)?.ok_or(StoreError::NotFound)?;
            put(tx, &caller, found, overflow)
        })
        .await
}

/// The same for a flow on a page.
///
/// # Errors
/// As [`set_overflow`]; `NotFound` where the flow's inbox is not theirs to see.
pub async fn switch(
    app: &App,
    caller: Caller,
    id: HandoffFlowId,
    overflow: Overflow,
) -> Result<Flow, ActionError> {
    app.store
        .write(move |tx| {
            let found = handoff_flows::visible_to(tx, &caller.sight, id)?;
            put(tx, &caller, found, overflow)
        })
        .await
}

fn put(tx: &mut Tx, caller: &Caller, found: Flow, overflow: Overflow) -> Result<Flow, ActionError> {
    let is_program = caller.actor.kind == ActorKind::ApiToken;
    if !is_program && !caller.role.may_switch_overflow() {
        return Err(ActionError::Forbidden);
    }
    let flow = Flow { overflow, ..found.clone() };
    flow.check().map_err(|wrong| refused(wrong).error)?;
    if flow != found {
        let now = tx.now;
        handoff_flows::set_overflow(tx, flow.id, overflow)?;
        handoff_switches::note(tx, flow.id, &caller.actor, now)?;
        tx.event(NewEvent::new(EventKind::SettingsChanged));
        let object = Object::new("handoff_flow", flow.id.0);
        let detail = overflow.word().to_owned();
        tx.audit_with(&caller.actor, "handoff_flow.overflow", object, detail);
    }
    Ok(flow)
}
