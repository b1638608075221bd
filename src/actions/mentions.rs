//! Whom a note calls is told so.

use crate::domain::id::{InboxId, TeamId, UserId};
use crate::domain::mention::{Person, calls};
use crate::store::messages::Message;
use crate::store::{Db, Tx, mentions, teams, users};

use super::{ActionError, Problem};

/// Whoever a note may call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    One(UserId),
    Team(TeamId),
}

/// Those whom `body` calls, who all may see the inbox; a team of the inbox is all of
/// its members who do.
///
/// # Errors
/// `Invalid { field: "body" }` with `NotHere` for a colleague or a team of another
/// inbox, with `Ambiguous` where a family name fits more than one.
pub fn called(db: &mut Db, inbox: InboxId, body: &str) -> Result<Vec<UserId>, ActionError> {
    if !body.contains(['@', '＠']) {
        return Ok(Vec::new());
    }
    let person = |user: users::User| Person { id: Who::One(user.id), name: user.name };
    let team = |(id, name)| Person { id: Who::Team(id), name };
    let seeing = users::seeing(db, inbox)?;
    let sees: Vec<UserId> = seeing.iter().map(|user| user.id).collect();
    let teams_here = teams::of_inbox(db, inbox)?;
    let here = seeing.into_iter().map(person).chain(teams_here.into_iter().map(team));
    let here: Vec<Person<Who>> = here.collect();
    let mut called = Vec::new();
    for who in calls(body, &here) {
        match who.as_slice() {
            [Who::One(user)] => called.push(*user),
            [Who::Team(id)] => {
                let members = teams::find(db, *id)?.members;
                called.extend(members.into_iter().filter(|user| sees.contains(user)));
            }
            _ => return Err(ActionError::invalid("body", Problem::Ambiguous)),
        }
    }
    let everybody = users::all(db)?.into_iter().filter(|user| user.disabled_at.is_none());
    let everybody = everybody.map(person).chain(teams::names(db)?.into_iter().map(team));
    let everybody: Vec<Person<Who>> = everybody.collect();
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
