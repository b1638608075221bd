//! An agent does not know how to go on, and asks for somebody who does.
//!
//! A call stands until somebody else takes or answers the conversation, it is
//! closed, or whoever asked needs no help any more. Whom it reaches is the inbox's
//! ladder to say.

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::system_line::SystemLine;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::{StoreError, Tx, help_calls};

use super::{ActionError, access, timeline};

/// Asked twice is asked once.
pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let now = tx.now;
            if !help_calls::insert(tx, conversation, caller.user_id(), now)? {
                return Ok(());
            }
            tell(tx, &caller, &found, SystemLine::HelpAsked, "conversation.ask_help")
        })
        .await
}

pub async fn end(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            if !help_calls::delete(tx, conversation)? {
                return Ok(());
            }
            tell(tx, &caller, &found, SystemLine::HelpEnded, "conversation.end_help")
        })
        .await
}

/// `helper` sees to a conversation now: if somebody else had asked, they have come.
pub(super) fn arrive(
    tx: &mut Tx,
    conversation: ConversationId,
    helper: Option<UserId>,
) -> Result<(), StoreError> {
    if let Some(helper) = helper {
        help_calls::delete_of_others(tx, conversation, helper)?;
    }
    Ok(())
}

fn tell(
    tx: &mut Tx,
    caller: &Caller,
    found: &Conversation,
    line: SystemLine,
    action: &'static str,
) -> Result<(), ActionError> {
    timeline::say(tx, found.inbox_id, found.id, caller.user_id(), line)?;
    tx.event(NewEvent::conversation(EventKind::ConversationUpdated, found.inbox_id, found.id));
    tx.audit(&caller.actor, action, Object::new("conversation", found.id.0));
    Ok(())
}
