//! A note for colleagues: in the timeline, never sent. Whom it calls by name
//! finds it among their mentions.

use uuid::Uuid;

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::message::MessageKind;
use crate::domain::segment::normalise_body;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::messages::{self, Message};
use crate::store::{Tx, contacts};

use super::{ActionError, Problem, access, mentions, save_draft, timeline};

/// Characters of a note: two pages of text.
const LONGEST: usize = 4_000;

pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    body: String,
    client_message_id: Option<Uuid>,
) -> Result<Message, ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            if let Some(id) = client_message_id
                && let Some(note) = messages::find_by_client_id(tx, conversation, id)?
            {
                return Ok(note);
            }
            let note = write(tx, &caller, &found, &body, client_message_id, &[])?;
            if let Some(user) = caller.user_id() {
                save_draft::forget(tx, &found, user)?;
            }
            Ok(note)
        })
        .await
}

/// Writes the note; `receivers` are called by it as if it named them.
pub(super) fn write(
    tx: &mut Tx,
    caller: &Caller,
    found: &Conversation,
    body: &str,
    client_message_id: Option<Uuid>,
    receivers: &[UserId],
) -> Result<Message, ActionError> {
    let body = normalise_body(body);
    if body.trim().is_empty() {
        return Err(ActionError::invalid("body", Problem::Missing));
    }
    if body.chars().count() > LONGEST {
        return Err(ActionError::invalid("body", Problem::TooLong));
    }
    let mut called = mentions::called(tx, found.inbox_id, &body)?;
    called.extend(receivers);
    called.sort_unstable();
    called.dedup();
    let kind = MessageKind::Note;
    let mut note = timeline::internal(tx, found.id, caller.user_id(), kind, body);
    note.client_message_id = client_message_id;
    let key = contacts::key(tx, found.contact.id)?;
    messages::insert_unless_seen(tx, &note, &key)?;
    mentions::note_down(tx, &note, &called)?;
    let created = EventKind::MessageCreated;
    tx.event(NewEvent::conversation(created, found.inbox_id, found.id).about(note.id));
    tx.audit(&caller.actor, "note.add", Object::new("message", note.id.0));
    Ok(note)
}
