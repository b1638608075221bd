//! A conversation is put aside until a time, and comes back when it has come.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::domain::id::ConversationId;
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller};
use crate::store::conversations::{self, Conversation};

use super::assign::change;
use super::{ActionError, access};

pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    until: DateTime<Utc>,
) -> Result<Conversation, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let status = found.status.snooze(until, tx.now)?;
            let line = SystemLine::Snoozed(until);
            change(tx, &caller, &found, status, "conversation.snooze", line)
        })
        .await
}

/// Takes a conversation back before its time.
pub async fn end(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
) -> Result<Conversation, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let status = found.status.wake();
            change(tx, &caller, &found, status, "conversation.wake", SystemLine::Woken)
        })
        .await
}

/// Wakes what is due; how many there were.
pub async fn wake_due(app: &App) -> Result<usize, ActionError> {
    /// A transaction of many is short enough; the next one takes the rest.
    const AT_ONCE: i64 = 100;
    app.store
        .write(|tx| {
            let house = Caller::house(Actor::system());
            let now = tx.now;
            let due = conversations::due_to_wake(tx, now, AT_ONCE)?;
            for id in &due {
                let found = conversations::find(tx, *id)?;
                let status = found.status.wake();
                change(tx, &house, &found, status, "conversation.wake", SystemLine::Woken)?;
            }
            Ok(due.len())
        })
        .await
}
