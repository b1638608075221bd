//! A key that somebody of the house presses, to see what comes of it.
//!
//! Everything happens as with a caller, down to the text; so it is for menus whose
//! texts no handset but the simulator's can get.

use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::handoff::Trunk;
use crate::domain::id::{HandoffFlowId, HandoffId, InboxId, ProviderAccountId};
use crate::domain::user::{Actor, Caller};
use crate::store::audit::Object;
use crate::store::{Db, StoreError, handoff_flows, provider_accounts, senders};

use super::{Answered, Menu, Pressed};

#[derive(Clone, Debug)]
pub struct Trial {
    pub flow: HandoffFlowId,
    /// The caller's number; empty where it is withheld.
    pub caller: String,
    pub typed: bool,
    pub digit: String,
}

/// # Errors
/// `Invalid` names `sender` where a real handset could get the text, and `digit`.
pub async fn run(app: &App, caller: Caller, trial: Trial) -> Result<Answered, ActionError> {
    if !caller.role.may_answer() {
        return Err(ActionError::Forbidden);
    }
    let (id, sight, actor) = (trial.flow, caller.sight, caller.actor);
    let begun = app.store.write(move |tx| {
        let flow = handoff_flows::visible_to(tx, &sight, id)?;
        let found = simulator_of(tx, flow.inbox)?;
        let account = found.ok_or(ActionError::invalid("sender", Problem::NotHere))?;
        tx.audit(&actor, "handoff_flow.try", Object::new("handoff_flow", id.0));
        Ok::<_, ActionError>(account)
    });
    let account = begun.await?;
    let call: HandoffId = fresh_id();
    let pressed = Pressed {
        trunk: Trunk::Account(account),
        call: call.to_string(),
        caller: trial.caller,
        typed: trial.typed,
        flow: Menu::This(id),
        digit: trial.digit,
        called_at: None,
    };
    // Nobody wrote the text: it is the menu's.
    super::run(app, Caller::house(Actor::system()), pressed).await
}

/// The simulator, where all that an inbox sends goes to it.
pub fn simulator_of(db: &mut Db, inbox: InboxId) -> Result<Option<ProviderAccountId>, StoreError> {
    let ours = senders::of_inbox(db, inbox)?;
    for sender in &ours {
        if provider_accounts::kind_of(db, sender.provider_account_id)? != "simulator" {
            return Ok(None);
        }
    }
    Ok(ours.first().map(|sender| sender.provider_account_id))
}
