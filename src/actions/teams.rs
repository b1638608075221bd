//! Teams: users who see and answer the same inboxes.

use std::collections::BTreeSet;

use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{InboxId, TeamId, UserId};
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::teams::{self, Team};
use crate::store::{Tx, inboxes, optional, users};

use super::set_up::check_name;
use super::{ActionError, Problem, access};

/// Characters of a name: what fits a row of the list.
const LONGEST: usize = 20;
/// More and nobody finds the right one.
const MOST: usize = 100;

/// A team as it is to be; without an id a new one.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: Option<TeamId>,
    pub name: String,
    pub members: BTreeSet<UserId>,
    pub inboxes: BTreeSet<InboxId>,
}

/// Makes a team, or changes one. Rights that are gone with it are gone at once:
/// open sockets look again by the event.
///
/// # Errors
/// `Invalid` names `name`, `member` or `inbox`, also one in which the team still has work.
pub async fn save(app: &App, caller: Caller, wanted: Wanted) -> Result<TeamId, ActionError> {
    access::must_administer(&caller)?;
    check_name("name", &wanted.name)?;
    if wanted.name.trim().chars().count() > LONGEST {
        return Err(ActionError::invalid("name", Problem::TooLong));
    }
    app.store
        .write(move |tx| {
            let now = tx.now;
            let all = teams::all(tx)?;
            let name = wanted.name.trim().to_owned();
            if all.iter().any(|team| team.name == name && Some(team.id) != wanted.id) {
                return Err(ActionError::invalid("name", Problem::Taken));
            }
            everything_must_exist(tx, &wanted)?;
            let team = Team {
                id: wanted.id.unwrap_or_else(fresh_id),
                name,
                members: wanted.members.iter().copied().collect(),
                inboxes: wanted.inboxes.iter().copied().collect(),
            };
            let mut touched = wanted.members.clone();
            let action = match wanted.id {
                Some(id) => {
                    touched.extend(teams::find(tx, id)?.members);
                    if teams::has_work_beyond(tx, id, &team.inboxes)? {
                        return Err(ActionError::invalid("inbox", Problem::InUse));
                    }
                    teams::update(tx, &team)?;
                    "team.change"
                }
                None if all.len() >= MOST => {
                    return Err(ActionError::invalid("name", Problem::TooMany));
                }
                None => {
                    teams::insert(tx, &team, now)?;
                    "team.add"
                }
            };
            tell(tx, &caller, action, team.id, touched);
            Ok(team.id)
        })
        .await
}

/// A team is no more; its members keep what is theirs otherwise.
///
/// # Errors
/// `Invalid { field: "team" }` while it has work.
pub async fn remove(app: &App, caller: Caller, id: TeamId) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    app.store
        .write(move |tx| {
            let team = teams::find(tx, id)?;
            if teams::has_work_beyond(tx, id, &[])? {
                return Err(ActionError::invalid("team", Problem::InUse));
            }
            teams::remove(tx, id)?;
            tell(tx, &caller, "team.remove", id, team.members.into_iter().collect());
            Ok(())
        })
        .await
}

fn everything_must_exist(tx: &mut Tx, wanted: &Wanted) -> Result<(), ActionError> {
    for user in &wanted.members {
        if optional(users::find(tx, *user))?.is_none() {
            return Err(ActionError::invalid("member", Problem::Unknown));
        }
    }
    for inbox in &wanted.inboxes {
        if optional(inboxes::find(tx, *inbox))?.is_none() {
            return Err(ActionError::invalid("inbox", Problem::Unknown));
        }
    }
    Ok(())
}

fn tell(tx: &mut Tx, caller: &Caller, action: &'static str, id: TeamId, touched: BTreeSet<UserId>) {
    for user in touched {
        tx.event(NewEvent::new(EventKind::AccessChanged).of_user(user));
    }
    tx.event(NewEvent::new(EventKind::SettingsChanged));
    tx.audit(&caller.actor, action, Object::new("team", id.0));
}
