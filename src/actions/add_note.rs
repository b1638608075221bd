//! A note for colleagues: in the timeline, never sent.

use uuid::Uuid;

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::ConversationId;
use crate::domain::message::MessageKind;
use crate::domain::segment::normalise_body;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::contacts;
use crate::store::messages::{self, Message};

use super::{ActionError, Problem, access, save_draft, timeline};

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
            let body = normalise_body(&body);
            if body.trim().is_empty() {
                return Err(ActionError::invalid("body", Problem::Missing));
            }
            if body.chars().count() > LONGEST {
                return Err(ActionError::invalid("body", Problem::TooLong));
            }
            let kind = MessageKind::Note;
            let mut note = timeline::internal(tx, conversation, caller.user_id(), kind, body);
            note.client_message_id = client_message_id;
            let key = contacts::key(tx, found.contact.id)?;
            messages::insert_unless_seen(tx, &note, &key)?;
            let created = EventKind::MessageCreated;
            tx.event(NewEvent::conversation(created, found.inbox_id, found.id).about(note.id));
            if let Some(user) = caller.user_id() {
                save_draft::forget(tx, &found, user)?;
            }
            tx.audit(&caller.actor, "note.add", Object::new("message", note.id.0));
            Ok(note)
        })
        .await
}
