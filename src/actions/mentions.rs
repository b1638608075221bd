//! Whom a note calls is told so.

use crate::domain::id::{InboxId, UserId};
use crate::domain::mention::{Person, calls};
use crate::store::messages::Message;
use crate::store::{Db, Tx, mentions, users};

use super::{ActionError, Problem};

/// Those whom `body` calls, who all may see the inbox.
///
/// # Errors
/// `Invalid { field: "body" }` with `NotHere` for a colleague of another inbox,
/// with `Ambiguous` where a family name fits more than one.
pub fn called(db: &mut Db, inbox: InboxId, body: &str) -> Result<Vec<UserId>, ActionError> {
    if !body.contains(['@', '＠']) {
        return Ok(Vec::new());
    }
    let person = |user: users::User| Person { id: user.id, name: user.name };
    let here: Vec<Person> = users::seeing(db, inbox)?.into_iter().map(person).collect();
    let mut called = Vec::new();
    let found = calls(body, &here);
    for who in &found {
        match who.as_slice() {
            [one] => called.push(*one),
            _ => return Err(ActionError::invalid("body", Problem::Ambiguous)),
        }
    }
    let everybody = users::all(db)?.into_iter().filter(|user| user.disabled_at.is_none());
    let everybody: Vec<Person> = everybody.map(person).collect();
    // Where nobody of the house is called who is not called here, all are here.
    let strangers = calls(body, &everybody)
        .into_iter()
        .any(|who| who.iter().all(|id| !here.iter().any(|person| person.id == *id)));
    if strangers {
        return Err(ActionError::invalid("body", Problem::NotHere));
    }
    called.sort_unstable();
    called.dedup();
    Ok(called)
}

/// Writes down whom `note` calls; whoever wrote it needs not be told.
pub fn note_down(tx: &mut Tx, note: &Message, called: &[UserId]) -> Result<(), ActionError> {
    for user in called {
        if Some(*user) != note.author_id {
            mentions::insert(tx, note, *user)?;
        }
    }
    Ok(())
}
