//! What candidates answer: clear words act, all others wait for a person.

use chrono::TimeDelta;

use super::book::{self, settle};
use super::{House, announce, end};
use crate::actions::{ActionError, timeline};
use crate::domain::appointment::reading::{Answer, Asked, Choice, Reading, read};
use crate::domain::appointment::{OfferState, TaskKind, Wish};
use crate::domain::event::EventKind;
use crate::domain::id::MessageId;
use crate::domain::inbound::InboundMessage;
use crate::domain::opt_out::recognise;
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller};
use crate::providers::registry::Registry;
use crate::store::appointment_offers::{self, Offer};
use crate::store::appointments::{self, Appointment, Suggestion};
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::messages::Message;
use crate::store::{StoreError, Tx, appointment_openings, conversations, messages};

/// What was written longer ago is about what has changed since: a person looks.
const LATE: TimeDelta = TimeDelta::hours(1);
/// Nobody has read a new list sooner, and written what they chose from it.
const TO_READ: TimeDelta = TimeDelta::seconds(15);
const REMINDERS: [TaskKind; 2] = [TaskKind::RemindEve, TaskKind::RemindDay];

/// Reads those of `texts`, stored just now under their ids, whose writers were offered
/// times. What was understood is answered here; the ids of those.
pub(in crate::actions) fn heed(
    tx: &mut Tx,
    providers: &Registry,
    texts: &[(&InboundMessage, MessageId)],
) -> Result<Vec<MessageId>, ActionError> {
    let ids: Vec<MessageId> = texts.iter().map(|(_, id)| *id).collect();
    let ids = appointment_offers::answers_among(tx, &ids)?;
    let mut understood = Vec::new();
    for (text, id) in texts {
        if !ids.contains(id) || text.opt_out.is_some() || recognise(&text.body).is_some() {
            continue;
        }
        let message = messages::find(tx, *id)?;
        let found = conversations::find(tx, message.conversation_id)?;
        let now = tx.now;
        let is_late = text.sent_at.is_some_and(|sent| now - sent > LATE);
        // Two texts at once may take back what one of them says.
        let is_one_of_many = texts.iter().filter(|(other, _)| other.from == text.from).count() > 1;
        let is_doubtful = is_late || is_one_of_many;
        let heeded = tx.attempt(|tx| heed_one(tx, providers, &found, &message, is_doubtful))?;
        match heeded {
            Ok(true) => understood.push(*id),
            // What keeps a time from being booked keeps no text from arriving.
            Err(ActionError::Invalid { field, problem }) => {
                tracing::warn!(field, %problem, "a candidate's answer waits for a person");
                leave_to_a_person(tx, &found, &message)?;
            }
            done => {
                done?;
            }
        }
    }
    Ok(understood)
}

/// It was understood, and could not be done.
pub(super) fn leave_to_a_person(
    tx: &mut Tx,
    found: &Conversation,
    message: &Message,
) -> Result<(), StoreError> {
    let now = tx.now;
    let coming = appointments::coming(tx, found.id, now)?;
    let offer = match coming {
        Some(coming) => Some(appointment_offers::find(tx, coming.offer)?),
        None => appointment_offers::newest(tx, found.id)?,
    };
    match offer {
        Some(offer) => suggest(tx, found, message, &offer, &Reading::Unclear),
        None => Ok(()),
    }
}

fn heed_one(
    tx: &mut Tx,
    providers: &Registry,
    found: &Conversation,
    message: &Message,
    is_doubtful: bool,
) -> Result<bool, ActionError> {
    let now = tx.now;
    let Some(offer) = appointment_offers::newest(tx, found.id)? else { return Ok(false) };
    let coming = appointments::coming(tx, found.id, now)?;
    let is_open = offer.state.takes_answers();
    if is_open || (offer.state == OfferState::Expired && coming.is_none()) {
        let answer = read_choice(tx, &offer, message)?;
        let may_act = is_open && !is_doubtful && is_about(tx, &offer, coming.as_ref(), message)?;
        return of_offer(tx, providers, found, message, &offer, &answer, may_act);
    }
    let Some(coming) = coming else { return Ok(false) };
    let offer = appointment_offers::find(tx, coming.offer)?;
    let reminded = appointments::last_done(tx, offer.id, &REMINDERS)?;
    // What follows a person's own words is an answer to these.
    let told = reminded.unwrap_or(coming.created_at);
    let is_about_it = !messages::wrote_since(tx, found.id, told)?;
    let asked = match reminded {
        Some(_) if coming.attends_at.is_none() && is_about_it => Asked::Attendance,
        _ => Asked::Nothing,
    };
    let house = House::of_offer(tx, &offer)?;
    let answer = read(&message.body, &asked, house.local(now).date());
    let may_act = !is_doubtful && is_about_it;
    of_booking(tx, providers, found, message, (&offer, &coming), &answer, may_act)
}

/// Whether a number can be about this list and nothing else: it is on the handset, still
/// holds, and nobody has asked anything since.
fn is_about(
    tx: &mut Tx,
    offer: &Offer,
    coming: Option<&Appointment>,
    message: &Message,
) -> Result<bool, StoreError> {
    let now = tx.now;
    let asked = appointments::last_done(tx, offer.id, &[TaskKind::FollowUp])?;
    let asked = asked.unwrap_or(offer.created_at);
    if now >= offer.reply_by || messages::wrote_since(tx, offer.conversation, asked)? {
        return Ok(false);
    }
    // A reminder of another booking asks for a number, too.
    if let Some(coming) = coming {
        let reminded = appointments::last_done(tx, coming.offer, &REMINDERS)?;
        if reminded.is_some_and(|at| at >= offer.created_at) {
            return Ok(false);
        }
    }
    let list = messages::find(tx, offer.message)?;
    let Some(left) = list.sent_at else { return Ok(false) };
    // Whoever had a list before may be answering that one.
    let is_first = !appointment_offers::had_before(tx, offer.conversation, offer.id)?;
    Ok(is_first || message.created_at - left >= TO_READ)
}

/// The same of what was tapped on a page: nobody has to guess at it, and it is about what
/// the page shows, whatever was said meanwhile.
pub(super) fn tapped(
    tx: &mut Tx,
    providers: &Registry,
    found: &Conversation,
    message: &Message,
    offer: &Offer,
    coming: Option<&Appointment>,
    reading: Reading,
) -> Result<bool, ActionError> {
    let answer = Answer { reading, span: 0..message.body.len(), is_sure: true };
    match coming {
        Some(coming) => of_booking(tx, providers, found, message, (offer, coming), &answer, true),
        None => of_offer(tx, providers, found, message, offer, &answer, true),
    }
}

fn read_choice(tx: &mut Tx, offer: &Offer, message: &Message) -> Result<Answer, StoreError> {
    let (house, now) = (House::of_offer(tx, offer)?, tx.now);
    let slots = appointment_offers::slots(tx, offer.id)?;
    let mut choices = Vec::with_capacity(slots.len());
    for slot in &slots {
        let span = appointment_openings::find(tx, slot.opening)?.span;
        let (starts, ends) = (house.local(span.starts), house.local(span.ends));
        choices.push(Choice { number: slot.number, starts, ends });
    }
    let other = u8::try_from(slots.len() + 1).ok();
    let asked = Asked::Slots { choices: &choices, other };
    Ok(read(&message.body, &asked, house.local(now).date()))
}

/// An answer to a list of times.
fn of_offer(
    tx: &mut Tx,
    providers: &Registry,
    found: &Conversation,
    message: &Message,
    offer: &Offer,
    answer: &Answer,
    may_act: bool,
) -> Result<bool, ActionError> {
    let house = Caller::house(Actor::system());
    let is_sure = answer.is_sure && may_act;
    let now = tx.now;
    match &answer.reading {
        Reading::Chosen(number) if is_sure && offer.auto_confirm => {
            book::choose(tx, providers, &house, found, offer, *number)?;
            Ok(true)
        }
        Reading::NoneFits | Reading::Reschedule if is_sure => {
            end::want_other(tx, found, offer)?;
            Ok(false)
        }
        // Of somebody who is booked, and was offered more, a person asks which they decline.
        Reading::Decline if is_sure && appointments::coming(tx, found.id, now)?.is_none() => {
            end::decline(tx, providers, found, offer, None)?;
            Ok(true)
        }
        reading => {
            suggest(tx, found, message, offer, reading)?;
            Ok(false)
        }
    }
}

/// Words from somebody who is booked.
fn of_booking(
    tx: &mut Tx,
    providers: &Registry,
    found: &Conversation,
    message: &Message,
    (offer, coming): (&Offer, &Appointment),
    answer: &Answer,
    may_act: bool,
) -> Result<bool, ActionError> {
    let is_sure = answer.is_sure && may_act;
    match &answer.reading {
        Reading::Attends if is_sure => {
            let now = tx.now;
            appointments::attend(tx, coming.id, now)?;
            settle(tx, &Caller::house(Actor::system()), found)?;
            timeline::say(tx, found.inbox_id, found.id, None, SystemLine::Attends)?;
            audit(tx, "appointment.attend", coming);
            Ok(true)
        }
        Reading::Reschedule if is_sure => {
            end::change(tx, providers, found, offer, coming)?;
            Ok(true)
        }
        Reading::Decline if is_sure => {
            end::decline(tx, providers, found, offer, Some(coming))?;
            Ok(true)
        }
        // Whoever waits for them is told at once; a person goes on waiting for an answer.
        Reading::Late(minutes) if is_sure => {
            let now = tx.now;
            appointments::plan(tx, offer.id, Some(coming.id), &[(TaskKind::Late, now)])?;
            let line = SystemLine::RunningLate(*minutes);
            timeline::say(tx, found.inbox_id, found.id, None, line)?;
            audit(tx, "appointment.late", coming);
            Ok(false)
        }
        reading
        @ (Reading::Attends | Reading::Reschedule | Reading::Decline | Reading::Late(_)) => {
            suggest(tx, found, message, offer, reading)?;
            Ok(false)
        }
        _ => Ok(false),
    }
}

/// Keeps what an answer seems to say for whoever looks at it.
fn suggest(
    tx: &mut Tx,
    found: &Conversation,
    message: &Message,
    offer: &Offer,
    reading: &Reading,
) -> Result<(), StoreError> {
    let now = tx.now;
    let number = match reading {
        Reading::Chosen(number) => Some(*number),
        Reading::AnyOf(numbers) => numbers.first().copied(),
        _ => None,
    };
    if offer.state == OfferState::Open {
        let (state, wish) = (OfferState::NeedsPerson, Some(Wish::Unclear));
        appointment_offers::set_state(tx, offer.id, state, wish, now)?;
        // Who answered is neither reminded nor called.
        let kinds = [TaskKind::FollowUp, TaskKind::Call];
        appointments::drop_tasks(tx, offer.id, &kinds, now)?;
    }
    let one = Suggestion {
        conversation: found.id,
        offer: offer.id,
        message: message.id,
        hint: reading.into(),
        number,
        created_at: now,
    };
    appointments::suggest(tx, &one)?;
    announce(tx, EventKind::ConversationUpdated, found);
    Ok(())
}

fn audit(tx: &mut Tx, action: &'static str, one: &Appointment) {
    tx.audit(&Actor::system(), action, Object::new("appointment", one.id.0));
}
