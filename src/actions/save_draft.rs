//! What somebody is writing is kept, so that no closed tab, lost line or other
//! desk costs them a word.

use uuid::Uuid;

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::message::Purpose;
use crate::domain::user::Caller;
use crate::store::conversations::Conversation;
use crate::store::drafts::{self, Draft};
use crate::store::{StoreError, Tx, messages};

use super::{ActionError, Problem, access};

/// Characters of a draft: a page of pasted text is still kept, a book is not.
const LONGEST: usize = 20_000;

/// Keeps `draft`; an empty one is forgotten. `client_message_id` is the id the
/// text will be sent with: once a message has it, the draft comes too late and
/// is passed over, so that nothing that was sent stands in the box again.
///
/// Leaves no trace in the audit log: what is not sent concerns nobody else. An
/// event tells the writer's own screens when a draft begins or ends, not what
/// is typed in between.
pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    draft: Draft,
    client_message_id: Option<Uuid>,
) -> Result<(), ActionError> {
    let Some(user) = caller.user_id() else { return Err(ActionError::Forbidden) };
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let body = draft.body.replace("\r\n", "\n");
            if body.chars().count() > LONGEST {
                return Err(ActionError::invalid("body", Problem::TooLong));
            }
            if let Some(id) = client_message_id
                && messages::find_by_client_id(tx, conversation, id)?.is_some()
            {
                return Ok(());
            }
            if body.trim().is_empty() {
                forget(tx, &found, user)?;
            } else {
                keep(tx, &found, user, &Draft { body, ..draft })?;
            }
            Ok(())
        })
        .await
}

pub(super) fn keep(
    tx: &mut Tx,
    conversation: &Conversation,
    user: UserId,
    draft: &Draft,
) -> Result<(), StoreError> {
    let now = tx.now;
    if drafts::save(tx, conversation.id, user, draft, now)? {
        tell(tx, conversation, user);
    }
    Ok(())
}

/// The text was sent, or emptied.
pub(super) fn forget(
    tx: &mut Tx,
    conversation: &Conversation,
    user: UserId,
) -> Result<(), StoreError> {
    if drafts::delete(tx, conversation.id, user)? {
        tell(tx, conversation, user);
    }
    Ok(())
}

/// A text that was taken back stands in the box again, before what is in it, and is
/// for what it was for.
pub(super) fn take_back(
    tx: &mut Tx,
    conversation: &Conversation,
    user: UserId,
    text: &str,
    purpose: Purpose,
) -> Result<(), StoreError> {
    let body = match drafts::find(tx, conversation.id, user)? {
        Some(begun) if !begun.is_note => format!("{text}\n{}", begun.body),
        // A note that was begun is not mixed with a text for the customer.
        Some(_) => return Ok(()),
        None => text.to_owned(),
    };
    keep(tx, conversation, user, &Draft { body, is_note: false, purpose })
}

fn tell(tx: &mut Tx, conversation: &Conversation, user: UserId) {
    let kind = EventKind::DraftChanged;
    let event = NewEvent::conversation(kind, conversation.inbox_id, conversation.id);
    tx.event(event.of_user(user));
}
