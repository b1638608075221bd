//! What is told by mail: to interviewers an appointment for their calendar, that it is
//! off, that somebody will be late; to candidates the first two.

use super::House;
use crate::actions::ActionError;
use crate::clock::fresh_id;
use crate::domain::appointment::invitation::{Invitation, Method, uid};
use crate::domain::appointment::{AppointmentState, Interviewers, TaskKind};
use crate::domain::id::InterviewerId;
use crate::mail::{InvitationLetter, LateLetter, Letterhead};
use crate::store::appointment_offers::Offer;
use crate::store::appointment_openings::Opening;
use crate::store::appointments::{self, Appointment, Task};
use crate::store::conversations::Conversation;
use crate::store::interviewers::{self, Interviewer};
use crate::store::mails::{self, NewMail};
use crate::store::{StoreError, Tx, appointment_openings};

mod candidate;

/// Puts a letter for each interviewer into the outbox of mails, and one for the candidate
/// where mail reaches them. False where there is nobody, or nothing, to tell any more.
pub(super) fn write(
    tx: &mut Tx,
    letterhead: &Letterhead,
    found: &Conversation,
    offer: &Offer,
    task: Task,
) -> Result<bool, ActionError> {
    let Some(id) = task.appointment else { return Ok(false) };
    let one = appointments::find(tx, id)?;
    let stands = one.state == AppointmentState::Booked;
    if stands == (task.kind == TaskKind::Cancel) {
        return Ok(false);
    }
    let opening = appointment_openings::find(tx, one.opening)?;
    let people = interviewers::find_all(tx, opening.interviewers.ids())?;
    let house = House::of_offer(tx, offer)?;
    if task.kind == TaskKind::Late {
        return tell_late(tx, letterhead, &house, (found, offer), (&one, &opening), &people);
    }
    let told = invitation(&house, letterhead, found, offer, (&one, &opening), &people);
    let history = History::of(tx, &one)?;
    let method = if stands { Method::Request } else { Method::Cancel };
    let told = Invitation { method, stamped: tx.now, ..told };
    let mut is_told = false;
    for person in people.iter().filter(|person| stands || !history.goes_on_for(person.id)) {
        let is_new = !history.was_told(person.id);
        invite(tx, letterhead, &house, found, &told, (person, is_new))?;
        is_told = true;
    }
    if stands || history.now.is_none() {
        let is_new = history.told.is_empty();
        is_told |= candidate::tell(tx, letterhead, &house, (found, offer), &told, is_new)?;
    }
    Ok(is_told)
}

/// What calendars know of the same event from before, and what it has become since.
struct History {
    /// Who was asked to what it was moved from; all of them were told.
    told: Vec<Interviewers>,
    /// Who is asked to what it was moved to, while that stands.
    now: Option<Interviewers>,
}

impl History {
    fn of(tx: &mut Tx, one: &Appointment) -> Result<Self, StoreError> {
        let (mut told, mut now) = (Vec::new(), None);
        for other in appointments::of_event(tx, one)?.iter().filter(|other| other.id != one.id) {
            let who = appointment_openings::find(tx, other.opening)?.interviewers;
            if other.sequence > one.sequence {
                now = (other.state == AppointmentState::Booked).then_some(who);
            } else if appointments::last_done(tx, other.offer, &[TaskKind::Invite])?.is_some() {
                told.push(who);
            }
        }
        Ok(Self { told, now })
    }

    fn was_told(&self, person: InterviewerId) -> bool {
        self.told.iter().any(|who| who.ids().contains(&person))
    }

    /// Whether they hear of the change instead of the end.
    fn goes_on_for(&self, person: InterviewerId) -> bool {
        self.now.as_ref().is_some_and(|who| who.ids().contains(&person))
    }
}

fn tell_late(
    tx: &mut Tx,
    letterhead: &Letterhead,
    house: &House,
    (found, offer): (&Conversation, &Offer),
    (one, opening): (&Appointment, &Opening),
    people: &[Interviewer],
) -> Result<bool, ActionError> {
    let now = tx.now;
    for person in people {
        let letter = LateLetter {
            appointment: one.id,
            to: &person.email,
            locale: house.locale,
            title: &offer.title,
            time: house.told(opening.span.starts),
            candidate: found.contact.name.as_deref(),
            conversation: found.id,
            now,
        };
        post(tx, found, person, letter.write(letterhead))?;
    }
    Ok(!people.is_empty())
}

fn invite(
    tx: &mut Tx,
    letterhead: &Letterhead,
    house: &House,
    found: &Conversation,
    told: &Invitation,
    (person, is_new): (&Interviewer, bool),
) -> Result<(), StoreError> {
    let letter = InvitationLetter {
        name: person.name.as_deref(),
        address: &person.email,
        locale: house.locale,
        invitation: told,
        is_new,
        now: tx.now,
    };
    post(tx, found, person, letter.write(letterhead))
}

/// An appointment as calendars are told of it, by letter and by feed.
pub(super) fn invitation(
    house: &House,
    letterhead: &Letterhead,
    found: &Conversation,
    offer: &Offer,
    (one, opening): (&Appointment, &Opening),
    people: &[Interviewer],
) -> Invitation {
    let summary = match &found.contact.name {
        Some(name) => house.locale.mail_invitation_with(name, &offer.title),
        None => offer.title.clone(),
    };
    let named = |person: &Interviewer| {
        let name = person.name.clone().unwrap_or_else(|| person.email.clone());
        (name, person.email.clone())
    };
    Invitation {
        uid: uid(one.event),
        sequence: u32::try_from(one.sequence).unwrap_or(0),
        starts: opening.span.starts,
        ends: opening.span.ends,
        zone: house.zone,
        summary,
        location: offer.location.clone(),
        description: letterhead.house.join(&format!("/conversations/{}", found.id)),
        organizer: (house.name.clone(), letterhead.from.email.to_string()),
        attendees: people.iter().map(named).collect(),
        stamped: one.created_at,
        method: Method::Request,
    }
}

fn post<E: std::fmt::Display>(
    tx: &mut Tx,
    found: &Conversation,
    person: &Interviewer,
    written: Result<Vec<u8>, E>,
) -> Result<(), StoreError> {
    let message = match written {
        Ok(message) => message,
        // The others are told all the same.
        Err(error) => {
            tracing::error!(%error, "an interviewer cannot be written to");
            return Ok(());
        }
    };
    let now = tx.now;
    let mail =
        NewMail { id: fresh_id(), conversation: Some(found.id), to: person.email.clone(), message };
    mails::insert(tx, &mail, now)
}
