//! A conversation is done with, or taken up again.

use crate::app::App;
use crate::domain::conversation::ConversationState;
use crate::domain::id::ConversationId;
use crate::domain::system_line::SystemLine;
use crate::domain::user::Caller;
use crate::store::conversations::{self, Conversation};

use super::assign::change;
use super::{ActionError, access};

pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
) -> Result<Conversation, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let now = tx.now;
            if found.status.state != ConversationState::Closed {
                conversations::close_case(tx, found.case_id, caller.user_id(), now)?;
            }
            let status = found.status.close();
            change(tx, &caller, &found, status, "conversation.close", SystemLine::Closed)
        })
        .await
}

pub async fn reopen(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
) -> Result<Conversation, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let now = tx.now;
            if found.status.state == ConversationState::Closed {
                conversations::open_case(tx, found.id, now)?;
            }
            let status = found.status.reopen();
            change(tx, &caller, &found, status, "conversation.reopen", SystemLine::Reopened)
        })
        .await
}
