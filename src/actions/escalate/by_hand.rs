//! What a person does with a ladder: go on at once, or stop it.

use super::board::{Known, next};
use super::judge::{Clock, lines};
use super::{Desk, Turn, tell};
use crate::actions::{ActionError, access, add_note, timeline};
use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::ConversationId;
use crate::domain::system_line::SystemLine;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::escalations::{self, Wait};
use crate::store::tags;

/// Takes the next step now, without waiting for its time.
///
/// # Errors
/// `TooLate` where the wait is over, or there is no step left.
pub async fn next_now(app: &App, caller: Caller, wait: Wait) -> Result<(), ActionError> {
    let desk = Desk::of(app);
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, wait.conversation)?;
            let kept = escalations::policy(tx, found.inbox_id)?.ok_or(ActionError::TooLate)?;
            if !escalations::hold(tx, wait)? {
                return Err(ActionError::TooLate);
            }
            let (clock, now) = (Clock::of(tx, found.inbox_id)?, tx.now);
            let taken = escalations::taken(tx, wait)?;
            let lines = lines(tx, wait)?;
            let carried = tags::of(tx, wait.conversation)?;
            let known = Known { found: &found, lines: &lines, taken: &taken, tags: &carried };
            let next = next(&clock, &kept, wait, &known, now).ok_or(ActionError::TooLate)?;
            let turn = Turn { wait, step: next.step, turn: next.turn, by_hand: true };
            if !tell(tx, &desk, &kept, &turn, &caller.actor)? {
                return Err(ActionError::TooLate);
            }
            Ok(())
        })
        .await
}

/// Nobody else is told of what waits in a conversation now; colleagues read why.
///
/// # Errors
/// `Invalid { field: "reason" }` without one.
pub async fn stop(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    reason: String,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            add_note::write(tx, &caller, &found, &reason, None, &[]).map_err(of_reason)?;
            timeline::say(tx, found.inbox_id, found.id, caller.user_id(), SystemLine::Stopped)?;
            let updated = EventKind::ConversationUpdated;
            tx.event(NewEvent::conversation(updated, found.inbox_id, found.id));
            let object = Object::new("conversation", conversation.0);
            tx.audit(&caller.actor, "conversation.stop_escalation", object);
            Ok(())
        })
        .await
}

fn of_reason(error: ActionError) -> ActionError {
    match error {
        ActionError::Invalid { problem, .. } => ActionError::invalid("reason", problem),
        error => error,
    }
}
