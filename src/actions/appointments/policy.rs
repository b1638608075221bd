//! When an inbox writes to candidates by itself.
//!
//! Reminders of what is booked already go by the new hours: whoever sets them means the
//! interviews to come. What an offer was sent with stays with it, because its text was
//! written under the old ones; that texts rest at night holds for both at once.

use crate::actions::{ActionError, Problem, access};
use crate::app::App;
use crate::domain::appointment::TaskKind;
use crate::domain::appointment::plan::{self, Change};
use crate::domain::appointment::policy::Policy;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::InboxId;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::interview_policies::{self, Coming};
use crate::store::{StoreError, Tx, appointments, inboxes};

use super::House;

/// Changes when an inbox writes to candidates by itself.
///
/// # Errors
/// `Invalid` names `policy`, where [`Policy::check`] says more.
pub async fn set_policy(
    app: &App,
    caller: Caller,
    inbox: InboxId,
    policy: Policy,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    if !policy.check().is_empty() {
        return Err(ActionError::invalid("policy", Problem::Malformed));
    }
    app.store
        .write(move |tx| {
            let found = inboxes::find(tx, inbox)?;
            if interview_policies::of(tx, inbox)? == policy {
                return Ok(());
            }
            interview_policies::set(tx, inbox, &policy)?;
            let house = House::of(tx, &found)?;
            let now = tx.now;
            for one in interview_policies::coming(tx, inbox, now)? {
                plan_anew(tx, &house, &policy, &one)?;
            }
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, "inbox.interviews", Object::new("inbox", inbox.0));
            Ok::<_, ActionError>(())
        })
        .await
}

fn plan_anew(tx: &mut Tx, house: &House, policy: &Policy, one: &Coming) -> Result<(), StoreError> {
    let now = tx.now;
    let wanted = plan::reminders(one.starts, one.booked_at, house.zone, policy);
    for kind in [TaskKind::RemindEve, TaskKind::RemindDay] {
        let at = wanted.iter().find(|(wanted, _)| *wanted == kind).map(|(_, at)| *at);
        let planned = one.reminders.iter().find(|(_, planned, _)| *planned == kind);
        match (plan::change(planned.map(|(_, _, planned)| *planned), at, now), planned) {
            (Change::Move(at), Some((id, ..))) => appointments::put_off(tx, *id, at)?,
            (Change::Drop, Some((id, ..))) => interview_policies::forget(tx, *id)?,
            (Change::Add(at), None) => {
                appointments::plan(tx, one.offer, Some(one.id), &[(kind, at)])?;
            }
            _ => {}
        }
    }
    Ok(())
}
