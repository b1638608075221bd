//! A phone menu is no more.

use crate::actions::{ActionError, access};
use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::HandoffFlowId;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::handoff_flows;

/// Takes a flow away, from the next call on. What was pressed in it stays readable in
/// its conversations, and answers still go where they would have gone.
pub async fn remove(app: &App, caller: Caller, id: HandoffFlowId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            let flow = handoff_flows::find(tx, id)?;
            let now = tx.now;
            handoff_flows::remove(tx, id, now)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            let object = Object::new("handoff_flow", id.0);
            tx.audit_with(&caller.actor, "handoff_flow.remove", object, flow.name);
            Ok(())
        })
        .await
}
