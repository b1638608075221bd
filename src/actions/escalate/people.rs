//! To whom a step goes.

use crate::domain::escalation::{Recipient, Step};
use crate::domain::id::UserId;
use crate::domain::user::{Role, Sight};
use crate::locale::Locale;
use crate::mail::Person;
use crate::store::conversations::Conversation;
use crate::store::inboxes::Inbox;
use crate::store::users::{self, User};
use crate::store::{Db, StoreError, teams};

/// Somebody a step goes to; without `user`, an address that is nobody's.
pub(super) struct Chosen {
    pub user: Option<UserId>,
    pub address: String,
}

/// Whom a step tells: nobody twice. A step that reaches nobody, because it names nobody
/// or only those no letter can be written to, reaches the supervisors, and where there
/// are none the administrators.
pub(super) fn chosen(
    db: &mut Db,
    step: &Step,
    found: &Conversation,
    inbox: &Inbox,
) -> Result<Vec<Chosen>, StoreError> {
    let answering = users::answering_in(db, inbox.id)?;
    let with = |role: Role| answering.iter().filter(move |user| user.role == role).map(of_user);
    let named = named(db, step, found, inbox, &answering)?;
    for people in [named, with(Role::Supervisor).collect(), with(Role::Admin).collect()] {
        let people = once_each(people);
        if !people.is_empty() {
            return Ok(people);
        }
    }
    Ok(Vec::new())
}

/// Who they are by now; `None` for whoever may not read of `inbox` any more.
pub(super) fn person(
    db: &mut Db,
    chosen: &Chosen,
    inbox: &Inbox,
) -> Result<Option<Person>, StoreError> {
    let Some(user) = chosen.user else {
        let locale = Locale::from_tag(&inbox.locale).unwrap_or_default();
        return Ok(Some(Person {
            name: None,
            user: None,
            address: chosen.address.clone(),
            locale,
        }));
    };
    let user = users::find(db, user)?;
    let sight = Sight::of(user.role, users::inboxes_of(db, user.id)?);
    if user.disabled_at.is_some() || !sight.sees(inbox.id) {
        return Ok(None);
    }
    let locale = Locale::from_tag(&user.locale).unwrap_or_default();
    let (name, id) = (Some(user.name), Some(user.id));
    Ok(Some(Person { name, user: id, address: user.email, locale }))
}

fn named(
    db: &mut Db,
    step: &Step,
    found: &Conversation,
    inbox: &Inbox,
    answering: &[User],
) -> Result<Vec<Chosen>, StoreError> {
    let mut named: Vec<Chosen> = Vec::new();
    for recipient in &step.to {
        match recipient {
            Recipient::Assignee => named.extend(assignee(db, found.status.assignee, inbox)?),
            Recipient::Team => {
                let team = match found.team {
                    Some(team) => Some(teams::find(db, team)?.members),
                    None => None,
                };
                let is_in = |user: &&User| match &team {
                    Some(members) => members.contains(&user.id),
                    None => matches!(user.role, Role::Agent | Role::Supervisor),
                };
                named.extend(answering.iter().filter(is_in).map(of_user));
            }
            Recipient::Supervisors => {
                let is_one = |user: &&User| user.role == Role::Supervisor;
                named.extend(answering.iter().filter(is_one).map(of_user));
            }
            Recipient::Address(address) => {
                named.push(Chosen { user: None, address: address.clone() });
            }
        }
    }
    Ok(named)
}

/// Those a letter can be written to, each address once.
fn once_each(mut people: Vec<Chosen>) -> Vec<Chosen> {
    let mut known: Vec<String> = Vec::new();
    people.retain(|chosen| {
        let address = chosen.address.to_lowercase();
        let is_new = Person::is_writable(&chosen.address) && !known.contains(&address);
        known.push(address);
        is_new
    });
    people
}

fn assignee(
    db: &mut Db,
    assignee: Option<UserId>,
    inbox: &Inbox,
) -> Result<Option<Chosen>, StoreError> {
    let Some(id) = assignee else { return Ok(None) };
    let chosen = of_user(&users::find(db, id)?);
    Ok(person(db, &chosen, inbox)?.map(|_may_read| chosen))
}

fn of_user(user: &User) -> Chosen {
    Chosen { user: Some(user.id), address: user.email.clone() }
}
