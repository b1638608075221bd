//! A contact gets a name.

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::ConversationId;
use crate::domain::user::{Caller, Sight};
use crate::store::audit::Object;
use crate::store::{contacts, conversations};

use super::{ActionError, Problem, access};

const LONGEST: usize = 100;

/// Names the contact of a conversation; an empty name takes it away.
pub async fn run(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    name: String,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let name = name.trim();
            if name.chars().count() > LONGEST {
                return Err(ActionError::invalid("name", Problem::TooLong));
            }
            contacts::rename(tx, found.contact.id, (!name.is_empty()).then_some(name))?;
            let updated = EventKind::ConversationUpdated;
            // The name is the same wherever they are known.
            for thread in conversations::visible_of_person(tx, &Sight::All, found.contact.person)? {
                tx.event(NewEvent::conversation(updated, thread.inbox_id, thread.id));
            }
            let contact = Object::new("contact", found.contact.id.0);
            tx.audit(&caller.actor, "contact.rename", contact);
            Ok(())
        })
        .await
}
