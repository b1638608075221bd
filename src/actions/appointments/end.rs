//! What was offered or booked is off.

use super::words::{self, Lead};
use super::{House, announce, book};
use crate::actions::{ActionError, access, applications, timeline};
use crate::app::App;
use crate::domain::application::Cause;
use crate::domain::appointment::{AppointmentState, OfferState, TaskKind, Wish};
use crate::domain::event::EventKind;
use crate::domain::id::{AppointmentId, ConversationId, OfferId};
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller};
use crate::providers::registry::Registry;
use crate::store::appointment_offers::{self, Offer};
use crate::store::appointments::{self, Appointment};
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::{StoreError, Tx, appointment_openings};

/// What stood on the page when a button of it was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Offer(OfferId),
    Appointment(AppointmentId),
}

/// A recruiter takes back what was offered last, or, where that is settled, calls off what
/// was booked; the candidate is told of the second. It is what they looked at, if they say
/// what that was.
///
/// # Errors
/// `TooLate` where there is neither, or another by now.
pub async fn withdraw(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    seen: Option<Seen>,
) -> Result<(), ActionError> {
    let providers = app.providers.clone();
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            let now = tx.now;
            let coming = appointments::coming(tx, found.id, now)?;
            let offer = appointment_offers::newest(tx, found.id)?;
            // What was asked last is what the page shows, whatever is booked.
            let is_there = |offer: &Offer| {
                offer.state.takes_answers()
                    || coming.is_none() && offer.state == OfferState::Expired
            };
            let Some(offer) = offer.filter(is_there) else {
                let coming = coming.ok_or(ActionError::TooLate)?;
                // What was booked meanwhile was to be taken back, not called off.
                if seen.is_some_and(|seen| seen != Seen::Appointment(coming.id)) {
                    return Err(ActionError::TooLate);
                }
                return call_off(tx, &providers, &caller, &found, &coming);
            };
            if seen.is_some_and(|seen| seen != Seen::Offer(offer.id)) {
                return Err(ActionError::TooLate);
            }
            close(tx, &offer, OfferState::Withdrawn)?;
            announce(tx, EventKind::AppointmentChanged, &found);
            let object = Object::new("appointment_offer", offer.id.0);
            tx.audit(&caller.actor, "appointment.withdraw", object);
            Ok(())
        })
        .await
}

/// What an answer seemed to say is not what it said.
pub async fn dismiss(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let found = access::to_answer(tx, &caller, conversation)?;
            appointments::withdraw_suggestion(tx, found.id)?;
            announce(tx, EventKind::ConversationUpdated, &found);
            let object = Object::new("conversation", found.id.0);
            tx.audit(&caller.actor, "appointment.dismiss", object);
            Ok(())
        })
        .await
}

fn call_off(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    found: &Conversation,
    coming: &Appointment,
) -> Result<(), ActionError> {
    let offer = appointment_offers::find(tx, coming.offer)?;
    let house = House::of_offer(tx, &offer)?;
    let opening = appointment_openings::find(tx, coming.opening)?;
    end(tx, &offer, coming, AppointmentState::Canceled)?;
    let starts = opening.span.starts;
    let body = house.locale.candidate_canceled(&house.name, house.told(starts), &offer.title);
    words::try_send(tx, providers, caller, found, body)?;
    let line = SystemLine::InterviewCanceled(starts);
    timeline::say(tx, found.inbox_id, found.id, caller.user_id(), line)?;
    announce(tx, EventKind::AppointmentChanged, found);
    applications::heed(tx, found, Cause::Change, caller.user_id())?;
    tx.audit(&caller.actor, "appointment.cancel", Object::new("appointment", coming.id.0));
    Ok(())
}

/// The candidate wants no interview.
pub(super) fn decline(
    tx: &mut Tx,
    providers: &Registry,
    found: &Conversation,
    offer: &Offer,
    coming: Option<&Appointment>,
) -> Result<(), ActionError> {
    let house = House::of_offer(tx, offer)?;
    match coming {
        Some(coming) => end(tx, offer, coming, AppointmentState::Declined)?,
        None => close(tx, offer, OfferState::Declined)?,
    }
    let caller = Caller::house(Actor::system());
    let body = house.locale.candidate_declined(&house.name);
    words::try_send(tx, providers, &caller, found, body)?;
    book::settle(tx, &caller, found)?;
    timeline::say(tx, found.inbox_id, found.id, None, SystemLine::DeclinedInterview)?;
    announce(tx, EventKind::AppointmentDeclined, found);
    applications::heed(tx, found, Cause::Decline, None)?;
    let object = Object::new("appointment_offer", offer.id.0);
    tx.audit(&caller.actor, "appointment.decline", object);
    Ok(())
}

/// The candidate cannot come then: other times are offered.
pub(super) fn change(
    tx: &mut Tx,
    providers: &Registry,
    found: &Conversation,
    offer: &Offer,
    coming: &Appointment,
) -> Result<(), ActionError> {
    end(tx, offer, coming, AppointmentState::Changed)?;
    timeline::say(tx, found.inbox_id, found.id, None, SystemLine::OtherTime)?;
    let caller = Caller::house(Actor::system());
    announce(tx, EventKind::AppointmentChanged, found);
    applications::heed(tx, found, Cause::Change, None)?;
    tx.audit(&caller.actor, "appointment.change", Object::new("appointment", coming.id.0));
    book::offer_next(tx, providers, &caller, found, offer, Lead::Change)?;
    Ok(())
}

/// None of the times suits: a person is wanted, and the times are free for others.
pub(super) fn want_other(
    tx: &mut Tx,
    found: &Conversation,
    offer: &Offer,
) -> Result<(), ActionError> {
    let now = tx.now;
    let (state, wish) = (OfferState::NeedsPerson, Some(Wish::OtherTime));
    appointment_offers::set_state(tx, offer.id, state, wish, now)?;
    appointment_offers::release(tx, offer.id)?;
    let kinds = [TaskKind::FollowUp, TaskKind::Call];
    appointments::drop_tasks(tx, offer.id, &kinds, now)?;
    timeline::say(tx, found.inbox_id, found.id, None, SystemLine::OtherTime)?;
    announce(tx, EventKind::AppointmentChanged, found);
    applications::heed(tx, found, Cause::Change, None)?;
    let object = Object::new("appointment_offer", offer.id.0);
    tx.audit(&Actor::system(), "appointment.change", object);
    Ok(())
}

/// An offer takes no answer any more.
pub(super) fn close(tx: &mut Tx, offer: &Offer, state: OfferState) -> Result<(), StoreError> {
    let now = tx.now;
    appointment_offers::set_state(tx, offer.id, state, None, now)?;
    appointment_offers::release(tx, offer.id)?;
    appointments::withdraw_suggestion(tx, offer.conversation)?;
    appointments::drop_tasks(tx, offer.id, TaskKind::ALL, now)
}

/// A booking is over: its place is free, its reminders do not come, its interviewers
/// are told.
///
/// They are told at once, also where the candidate only asked for another time: the time
/// is anybody's from this moment on, which may be minutes before it would begin, and a
/// new one may never be chosen. What is booked instead revives the same event: UID as
/// before, SEQUENCE higher than that of its end (RFC 5546 2.1.4).
fn end(
    tx: &mut Tx,
    offer: &Offer,
    coming: &Appointment,
    state: AppointmentState,
) -> Result<(), ActionError> {
    appointment_openings::give_place_back(tx, coming.opening)?;
    finish(tx, offer, coming, state)
}

/// A booking makes way for another of the same candidate, who has its place no more.
/// Answers it as it ended.
pub(super) fn replace(
    tx: &mut Tx,
    caller: &Caller,
    found: &Conversation,
    coming: &Appointment,
) -> Result<Appointment, ActionError> {
    let offer = appointment_offers::find(tx, coming.offer)?;
    finish(tx, &offer, coming, AppointmentState::Changed)?;
    announce(tx, EventKind::AppointmentChanged, found);
    tx.audit(&caller.actor, "appointment.change", Object::new("appointment", coming.id.0));
    Ok(appointments::find(tx, coming.id)?)
}

/// Its place is free by now.
fn finish(
    tx: &mut Tx,
    offer: &Offer,
    coming: &Appointment,
    state: AppointmentState,
) -> Result<(), ActionError> {
    let now = tx.now;
    if !appointments::end(tx, coming.id, state, now)? {
        return Err(ActionError::TooLate);
    }
    let offer_state = match state {
        AppointmentState::Declined => OfferState::Declined,
        AppointmentState::Changed => OfferState::Replaced,
        _ => OfferState::Withdrawn,
    };
    let was_told = was_told(tx, coming)?;
    close(tx, offer, offer_state)?;
    if was_told {
        appointments::plan(tx, offer.id, Some(coming.id), &[(TaskKind::Cancel, now)])?;
    }
    Ok(())
}

/// Whether any calendar was told of it, or of what it was moved from.
fn was_told(tx: &mut Tx, coming: &Appointment) -> Result<bool, StoreError> {
    for one in appointments::of_event(tx, coming)? {
        if appointments::last_done(tx, one.offer, &[TaskKind::Invite])?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
