//! A conversation is done with, or taken up again.

use chrono::TimeDelta;

use crate::app::App;
use crate::domain::conversation::ConversationState;
use crate::domain::id::ConversationId;
use crate::domain::system_line::SystemLine;
use crate::domain::user::Caller;
use crate::store::conversations::{self, Conversation};
use crate::store::{Tx, help_calls};

use super::assign::change;
use super::{ActionError, access};

/// How long closing can be taken back as if it had not been. The page offers it
/// for some seconds; whoever is slower, or has no scripts, has a minute.
pub(super) const UNDO: TimeDelta = TimeDelta::minutes(1);

pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
) -> Result<Conversation, ActionError> {
    app.store.write(move |tx| write(tx, &caller, conversation)).await
}

/// [`run`] as a part of something larger.
pub(super) fn write(
    tx: &mut Tx,
    caller: &Caller,
    conversation: ConversationId,
) -> Result<Conversation, ActionError> {
    let found = access::to_answer(tx, caller, conversation)?;
    let now = tx.now;
    if found.status.state != ConversationState::Closed {
        let by = caller.user_id();
        conversations::close_case(tx, found.case_id, &found.status, by, now)?;
    }
    help_calls::delete(tx, found.id)?;
    let status = found.status.close();
    change(tx, caller, &found, status, "conversation.close", SystemLine::Closed)
}

/// Takes a conversation up again. Whoever closed it a moment ago takes that
/// back: the case goes on, and so does the wait.
pub async fn reopen(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
) -> Result<Conversation, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let now = tx.now;
            let mut status = found.status.reopen();
            if found.status.state == ConversationState::Closed {
                match taken_back(tx, &caller, &found)? {
                    Some(cleared) => {
                        let until = cleared.snoozed_until.filter(|until| *until > now);
                        status = found.status.unclose(cleared.waiting_since, until);
                    }
                    None => conversations::open_case(tx, found.id, now)?,
                }
            }
            change(tx, &caller, &found, status, "conversation.reopen", SystemLine::Reopened)
        })
        .await
}

fn taken_back(
    tx: &mut Tx,
    caller: &Caller,
    found: &Conversation,
) -> Result<Option<conversations::Cleared>, ActionError> {
    let Some(user) = caller.user_id() else { return Ok(None) };
    let since = tx.now - UNDO;
    Ok(conversations::reopen_case(tx, found.case_id, user, since)?)
}
