//! A slot becomes an appointment: for one candidate, whoever else wants it too.

use chrono::{DateTime, Utc};

use super::words::{self, Lead};
use super::{House, announce, end, next, offer};
use crate::actions::{ActionError, Problem, access, applications, timeline};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::application::Cause;
use crate::domain::appointment::{
    AppointmentState, Clash, OfferState, SlotState, TaskKind, Wish, clash, plan,
};
use crate::domain::event::EventKind;
use crate::domain::id::{ConversationId, OfferId};
use crate::domain::system_line::SystemLine;
use crate::domain::user::Caller;
use crate::providers::registry::Registry;
use crate::store::appointment_offers::{self, Offer, Slot};
use crate::store::appointment_openings::{self, Opening};
use crate::store::appointments::{self, Appointment};
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::{Db, StoreError, Tx, conversations, interview_policies};

/// What became of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Booked(Appointment),
    /// Others were first; the next times were sent, if there are any.
    Filled(Option<OfferId>),
}

/// A recruiter confirms a slot of the candidate's newest offer: of `seen`, if they say
/// which they looked at.
///
/// # Errors
/// `Invalid` names `slot`: `Unknown`, or `Closed` where the offer takes no answer or is
/// not the newest any more.
pub async fn confirm(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    seen: Option<OfferId>,
    number: u8,
) -> Result<Outcome, ActionError> {
    let providers = app.providers.clone();
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let refuse = |problem| ActionError::invalid("slot", problem);
            let offer = appointment_offers::newest(tx, found.id)?;
            let offer = offer.ok_or_else(|| refuse(Problem::Unknown))?;
            let is_another = seen.is_some_and(|seen| seen != offer.id);
            let is_there = offer.state.takes_answers() || offer.state == OfferState::Expired;
            if is_another || !is_there {
                return Err(refuse(Problem::Closed));
            }
            choose(tx, &providers, &caller, &found, &offer, number)
        })
        .await
}

/// A program confirms a slot of an offer: for a candidate who chose elsewhere. Once more
/// is answered as it was.
///
/// # Errors
/// `Invalid` names `number`; `TooLate` where the offer takes no answer any more.
pub async fn confirm_offer(
    app: &App,
    caller: Caller,
    offer: OfferId,
    number: u8,
) -> Result<Outcome, ActionError> {
    let providers = app.providers.clone();
    app.store
        .write(move |tx| {
            let offer = appointment_offers::find(tx, offer)?;
            let found = access::to_answer(tx, &caller, offer.conversation)?;
            let slots = appointment_offers::slots(tx, offer.id)?;
            let slot = slots.iter().find(|slot| slot.number == number);
            let slot = slot.ok_or_else(|| ActionError::invalid("number", Problem::Unknown))?;
            if let Some(booked) = appointments::of_offer(tx, offer.id)?
                && (booked.state, booked.slot) == (AppointmentState::Booked, slot.id)
            {
                return Ok(Outcome::Booked(booked));
            }
            if !offer.state.takes_answers() {
                return Err(ActionError::TooLate);
            }
            choose(tx, &providers, &caller, &found, &offer, number)
        })
        .await
}

/// Books slot `number`, or sends other times where it cannot be had any more.
pub(super) fn choose(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    found: &Conversation,
    offer: &Offer,
    number: u8,
) -> Result<Outcome, ActionError> {
    let slots = appointment_offers::slots(tx, offer.id)?;
    let slot = slots.iter().find(|slot| slot.number == number);
    let slot = *slot.ok_or_else(|| ActionError::invalid("slot", Problem::Unknown))?;
    // What a recruiter offers to somebody who is booked is to take its place: a time of
    // their own keeps nobody from moving it.
    let now = tx.now;
    let coming = appointments::coming(tx, found.id, now)?.filter(|one| one.offer != offer.id);
    if let Some(coming) = &coming {
        appointment_openings::give_place_back(tx, coming.opening)?;
    }
    let opening = appointment_openings::find(tx, slot.opening)?;
    match take(tx, &opening)? {
        None => {
            let moved = match &coming {
                Some(coming) => Some(end::replace(tx, caller, found, coming)?),
                None => moved_from(tx, offer)?,
            };
            let chosen = Chosen { slot: &slot, opening: &opening, moved };
            Ok(Outcome::Booked(book(tx, providers, caller, found, offer, chosen)?))
        }
        Some(_) => {
            // Until something else is booked it stands, and nobody had its place meanwhile.
            if let Some(coming) = &coming {
                appointment_openings::take_place(tx, coming.opening)?;
            }
            fill(tx, providers, caller, found, offer, (&slot, &opening))
        }
    }
}

/// What is to be booked, and what it takes the place of.
struct Chosen<'a> {
    slot: &'a Slot,
    opening: &'a Opening,
    moved: Option<Appointment>,
}

/// Takes a place; why not, where there is none.
fn take(tx: &mut Tx, opening: &Opening) -> Result<Option<Clash>, StoreError> {
    let now = tx.now;
    if let Some(clash) = clash_of(tx, opening, now)? {
        return Ok(Some(clash));
    }
    Ok((!appointment_openings::take_place(tx, opening.id)?).then_some(Clash::Full))
}

/// What keeps one more candidate from an opening.
pub(super) fn clash_of(
    db: &mut Db,
    opening: &Opening,
    now: DateTime<Utc>,
) -> Result<Option<Clash>, StoreError> {
    let who = &opening.interviewers;
    let taken = appointment_openings::taken(db, opening.inbox, who, opening.span)?;
    let places = (opening.booked, opening.capacity);
    Ok(clash(&opening.as_taken(), places, &taken, now))
}

fn book(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    found: &Conversation,
    offer: &Offer,
    Chosen { slot, opening, moved }: Chosen<'_>,
) -> Result<Appointment, ActionError> {
    let now = tx.now;
    let house = House::of_offer(tx, offer)?;
    let id = fresh_id();
    let appointment = Appointment {
        id,
        offer: offer.id,
        slot: slot.id,
        opening: opening.id,
        inbox: offer.inbox,
        conversation: found.id,
        state: AppointmentState::Booked,
        sequence: moved.as_ref().map_or(0, |moved| moved.sequence + 1),
        event: moved.map_or(id, |moved| moved.event),
        attends_at: None,
        user: caller.user_id(),
        created_at: now,
        ended_at: None,
    };
    appointments::insert(tx, &appointment)?;
    appointment_offers::set_slot(tx, slot.id, SlotState::Booked)?;
    appointment_offers::release(tx, offer.id)?;
    appointment_offers::set_state(tx, offer.id, OfferState::Booked, None, now)?;
    let kinds = [TaskKind::Expire, TaskKind::FollowUp, TaskKind::Call];
    appointments::drop_tasks(tx, offer.id, &kinds, now)?;
    appointments::withdraw_suggestion(tx, found.id)?;
    let policy = interview_policies::of(tx, offer.inbox)?;
    let mut tasks = plan::reminders(opening.span.starts, now, house.zone, &policy);
    tasks.push((TaskKind::Over, opening.span.ends));
    // Whom mail reaches is asked when it is written.
    tasks.push((TaskKind::Invite, now));
    appointments::plan(tx, offer.id, Some(appointment.id), &tasks)?;
    let (t, time) = (house.locale, house.told(opening.span.starts));
    let body = match &offer.location {
        Some(place) => t.candidate_booked_at(&house.name, place, time),
        None => t.candidate_booked(&house.name, time),
    };
    words::try_send(tx, providers, caller, found, body)?;
    settle(tx, caller, found)?;
    let line = SystemLine::Booked(opening.span.starts);
    timeline::say(tx, found.inbox_id, found.id, caller.user_id(), line)?;
    announce(tx, EventKind::AppointmentBooked, found);
    applications::heed(tx, found, Cause::Booking, caller.user_id())?;
    tx.audit(&caller.actor, "appointment.book", Object::new("appointment", appointment.id.0));
    Ok(appointment)
}

/// What a booking takes the place of: the last one of the same thing, where the candidate
/// asked for another time of it. Calendars are told of a change then, and not of something
/// new.
fn moved_from(tx: &mut Tx, offer: &Offer) -> Result<Option<Appointment>, StoreError> {
    let last = appointments::newest(tx, offer.conversation)?;
    let Some(last) = last.filter(|last| last.state == AppointmentState::Changed) else {
        return Ok(None);
    };
    let before = appointment_offers::find(tx, last.offer)?;
    Ok((before.title == offer.title).then_some(last))
}

/// Somebody else was first: says so, with the next times.
fn fill(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    found: &Conversation,
    before: &Offer,
    (slot, opening): (&Slot, &Opening),
) -> Result<Outcome, ActionError> {
    appointment_offers::set_slot(tx, slot.id, SlotState::Full)?;
    let line = SystemLine::Filled(opening.span.starts);
    timeline::say(tx, found.inbox_id, found.id, None, line)?;
    let next = offer_next(tx, providers, caller, found, before, Lead::Filled)?;
    Ok(Outcome::Filled(next))
}

/// Offers other times after `before`; where there are none a person is wanted.
pub(super) fn offer_next(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    found: &Conversation,
    before: &Offer,
    lead: Lead,
) -> Result<Option<OfferId>, ActionError> {
    let now = tx.now;
    let house = House::of_offer(tx, before)?;
    let openings = next::openings(tx, &house, before, lead == Lead::Filled)?;
    if openings.is_empty() {
        appointment_offers::set_state(
            tx,
            before.id,
            OfferState::NeedsPerson,
            Some(Wish::NothingFree),
            now,
        )?;
        appointment_offers::release(tx, before.id)?;
        let t = house.locale;
        let body = match lead {
            Lead::Change => t.candidate_change_none(&house.name),
            _ => t.candidate_filled_none(&house.name),
        };
        words::try_send(tx, providers, caller, found, body)?;
        return Ok(None);
    }
    let put = offer::Put {
        title: before.title.clone(),
        location: before.location.clone(),
        length: before.length,
        reply_by: None,
        auto_confirm: before.auto_confirm,
        after: Some(before.id),
        lead,
        page: before.page.as_ref().map(|page| page.following(&appointment_offers::fresh_token())),
        client_message_id: None,
    };
    let offered = offer::put_to(tx, providers, caller, found, put, openings)?;
    settle(tx, caller, found)?;
    Ok(Some(offered.offer.id))
}

/// What the candidate wrote was seen to: nobody need answer it. A question they asked
/// before is none of it, unless a person saw to both.
pub(super) fn settle(tx: &mut Tx, caller: &Caller, found: &Conversation) -> Result<(), StoreError> {
    let found = offer::anew(tx, found.id)?;
    let asked_before = found.status.waiting_since.is_some_and(|since| since < tx.now);
    let status = found.status.settled();
    if status == found.status || asked_before && caller.user_id().is_none() {
        return Ok(());
    }
    conversations::set_status(tx, found.id, &status)?;
    announce(tx, EventKind::ConversationUpdated, &found);
    Ok(())
}
