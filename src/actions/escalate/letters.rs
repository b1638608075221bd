//! To whom a step goes, and what they read.

use chrono::{DateTime, TimeDelta, Utc};

use super::judge::Clock;
use crate::actions::mail_replies;
use crate::clock::fresh_id;
use crate::domain::escalation::{Recipient, Step};
use crate::domain::id::{MailId, UserId};
use crate::domain::masking::Numbers;
use crate::domain::user::Role;
use crate::locale::Locale;
use crate::mail::{Letter, Letterhead, Person};
use crate::store::conversations::Conversation;
use crate::store::escalations::Wait;
use crate::store::inboxes::Inbox;
use crate::store::mails::NewMail;
use crate::store::users::{self, User};
use crate::store::{Db, StoreError, teams};

/// Somebody who waits, and for how long.
pub(super) struct Told<'a> {
    pub wait: Wait,
    pub inbox: &'a Inbox,
    pub found: &'a Conversation,
    pub waited: TimeDelta,
}

/// The letters of a step: nobody gets two. A step that reaches nobody, because it
/// names nobody or only those no letter can be written to, reaches the supervisors,
/// and where there are none the administrators.
pub(super) fn letters(
    db: &mut Db,
    head: &Letterhead,
    clock: &Clock,
    step: &Step,
    told: &Told<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<NewMail>, StoreError> {
    let answering = users::answering_in(db, told.inbox.id)?;
    let with = |role: Role| answering.iter().filter(move |user| user.role == role).map(person);
    let chosen = chosen(db, told, step, &answering)?;
    for people in [chosen, with(Role::Supervisor).collect(), with(Role::Admin).collect()] {
        let mut letters = Vec::new();
        for person in once_each(people) {
            letters.extend(letter(db, head, clock, step, told, &person, now)?);
        }
        if !letters.is_empty() {
            return Ok(letters);
        }
    }
    Ok(Vec::new())
}

fn letter(
    db: &mut Db,
    head: &Letterhead,
    clock: &Clock,
    step: &Step,
    told: &Told<'_>,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<Option<NewMail>, StoreError> {
    let id: MailId = fresh_id();
    let contact = &told.found.contact;
    let about = (told.inbox.id, told.found.id);
    let reply_to = mail_replies::offer(db, head.replies.as_deref(), about, person.user, now)?;
    // A mail is read on screens of others, and kept.
    let number = Numbers::Masked.shown(&contact.address);
    let letter = Letter {
        id,
        to: person,
        wait: told.wait,
        contact: contact.name.as_deref().unwrap_or(&number),
        inbox: &told.inbox.name,
        zone: clock.zone,
        now,
        waited: told.waited.num_minutes(),
        trigger: step.trigger,
        reply_to: reply_to.as_deref(),
    };
    Ok(match letter.write(head) {
        Ok(message) => {
            let (conversation, to) = (Some(told.found.id), person.address.clone());
            Some(NewMail { id, conversation, to, message })
        }
        Err(error) => {
            let conversation = told.found.id;
            tracing::error!(%error, conversation.id = %conversation, "a mail cannot be written");
            None
        }
    })
}

fn chosen(
    db: &mut Db,
    told: &Told<'_>,
    step: &Step,
    answering: &[User],
) -> Result<Vec<Person>, StoreError> {
    let mut chosen: Vec<Person> = Vec::new();
    for recipient in &step.to {
        match recipient {
            Recipient::Assignee => chosen.extend(assignee(db, told.found.status.assignee)?),
            Recipient::Team => {
                let team = match told.found.team {
                    Some(team) => Some(teams::find(db, team)?.members),
                    None => None,
                };
                let is_in = |user: &&User| match &team {
                    Some(members) => members.contains(&user.id),
                    None => matches!(user.role, Role::Agent | Role::Supervisor),
                };
                chosen.extend(answering.iter().filter(is_in).map(person));
            }
            Recipient::Supervisors => {
                let is_one = |user: &&User| user.role == Role::Supervisor;
                chosen.extend(answering.iter().filter(is_one).map(person));
            }
            Recipient::Address(address) => chosen.push(Person {
                name: None,
                user: None,
                address: address.clone(),
                locale: Locale::from_tag(&told.inbox.locale).unwrap_or_default(),
            }),
        }
    }
    Ok(chosen)
}

fn once_each(mut people: Vec<Person>) -> Vec<Person> {
    let mut known: Vec<String> = Vec::new();
    people.retain(|person| {
        let address = person.address.to_lowercase();
        let is_new = !known.contains(&address);
        known.push(address);
        is_new
    });
    people
}

fn assignee(db: &mut Db, assignee: Option<UserId>) -> Result<Option<Person>, StoreError> {
    let Some(id) = assignee else { return Ok(None) };
    let user = users::find(db, id)?;
    Ok(user.disabled_at.is_none().then(|| person(&user)))
}

fn person(user: &User) -> Person {
    Person {
        name: Some(user.name.clone()),
        user: Some(user.id),
        address: user.email.clone(),
        locale: Locale::from_tag(&user.locale).unwrap_or_default(),
    }
}
