//! A key that somebody of the house presses, to see what comes of it.
//!
//! Everything happens as with a caller, down to the text; so it is for menus whose
//! texts no handset but the simulator's can get.

use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::id::{HandoffFlowId, InboxId, MessageId};
use crate::domain::user::{Actor, Caller};
use crate::store::audit::Object;
use crate::store::{Db, StoreError, api_tokens, handoff_flows, provider_accounts, senders};

use super::{Answered, Pressed};

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
        if !is_simulated(tx, flow.inbox)? {
            return Err(ActionError::invalid("sender", Problem::NotHere));
        }
        let now = tx.now;
        api_tokens::keep_trial(tx, now)?;
        tx.audit(&actor, "handoff_flow.try", Object::new("handoff_flow", id.0));
        Ok(flow)
    });
    let flow = begun.await?;
    let call: MessageId = fresh_id();
    let pressed = Pressed {
        trunk: api_tokens::TRIAL,
        call: call.to_string(),
        caller: trial.caller,
        typed: trial.typed,
        flow: flow.name,
        digit: trial.digit,
        called_at: None,
    };
    // Nobody wrote the text: it is the menu's.
    super::run(app, Caller::house(Actor::system()), pressed).await
}

/// Whether all that an inbox sends goes to the simulator.
pub fn is_simulated(db: &mut Db, inbox: InboxId) -> Result<bool, StoreError> {
    let ours = senders::of_inbox(db, inbox)?;
    for sender in &ours {
        if provider_accounts::kind_of(db, sender.provider_account_id)? != "simulator" {
            return Ok(false);
        }
    }
    Ok(!ours.is_empty())
}
