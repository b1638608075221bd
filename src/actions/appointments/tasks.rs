//! What time brings for offers and appointments: reminders, follow-ups, ends, and
//! letters to interviewers.
//!
//! A task is taken off the list in the transaction that does it, so that each is done
//! once, on however many nodes. Nothing is sent that later words have overtaken: what
//! those end takes its tasks with it.

use chrono::TimeDelta;

use super::words::{self, Lead};
use super::{House, announce, offer};
use crate::actions::{ActionError, applications, timeline};
use crate::app::App;
use crate::domain::application::Cause;
use crate::domain::appointment::{AppointmentState, Hint, OfferState, Span, TaskKind, Wish, plan};
use crate::domain::event::EventKind;
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller};
use crate::mail::Letterhead;
use crate::providers::registry::Registry;
use crate::store::appointment_offers::{self, Offer};
use crate::store::appointment_openings::Opening;
use crate::store::appointments::{self, Appointment, Task};
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::{StoreError, Tx, appointment_openings, conversations, interview_policies};

/// Tasks that are taken in one look.
const AT_ONCE: i64 = 100;
/// A reminder that comes later says "tomorrow" on the day itself, or two say the same.
const BELATED: TimeDelta = TimeDelta::hours(1);
/// When one that failed is tried again.
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// Does what is due; how many there were.
pub async fn run_due(app: &App) -> Result<usize, ActionError> {
    let now = app.clock.now();
    let due = app.store.read(move |db| appointments::due(db, now, AT_ONCE)).await?;
    let count = due.len();
    for task in due {
        let providers = app.providers.clone();
        let letters = app.letterhead.clone();
        let done = app.store.write(move |tx| run(tx, &providers, &letters, task)).await;
        match done {
            Ok(()) | Err(ActionError::TooLate) => {}
            Err(error) => put_off(app, task, error).await?,
        }
    }
    Ok(count)
}

/// A task that fails keeps no other from being done.
async fn put_off(app: &App, task: Task, error: ActionError) -> Result<(), ActionError> {
    tracing::error!(kind = task.kind.word(), %error, "a task of an appointment failed for now");
    app.store
        .write(move |tx| {
            let until = tx.now + AGAIN;
            Ok::<_, ActionError>(appointments::put_off(tx, task.id, until)?)
        })
        .await
}

fn run(
    tx: &mut Tx,
    providers: &Registry,
    letters: &Letterhead,
    task: Task,
) -> Result<(), ActionError> {
    let now = tx.now;
    let offer = appointment_offers::find(tx, task.offer)?;
    let found = conversations::find(tx, offer.conversation)?;
    if task.kind == TaskKind::FollowUp {
        let house = House::of_offer(tx, &offer)?;
        let awake = plan::awake(now, house.zone, &interview_policies::of(tx, offer.inbox)?);
        if awake > now {
            return Ok(appointments::put_off(tx, task.id, awake)?);
        }
    }
    let done = match task.kind {
        TaskKind::Expire => expire(tx, &found, &offer)?,
        TaskKind::Call => call(tx, &found, &offer)?,
        TaskKind::FollowUp => follow_up(tx, providers, &found, &offer)?,
        TaskKind::RemindEve | TaskKind::RemindDay => remind(tx, providers, &found, &offer, task)?,
        TaskKind::Invite | TaskKind::Cancel | TaskKind::Late => {
            super::letters::write(tx, letters, &found, &offer, task)?
        }
        TaskKind::Over => over(tx, &found, task)?,
    };
    let outcome = if done { "done" } else { "overtaken" };
    if !appointments::take(tx, task.id, outcome, now)? {
        // Another node did it: none of this happened.
        return Err(ActionError::TooLate);
    }
    Ok(())
}

/// The slots are free for others; a late answer is looked at by a person.
fn expire(tx: &mut Tx, found: &Conversation, offer: &Offer) -> Result<bool, ActionError> {
    if !offer.state.takes_answers() {
        return Ok(false);
    }
    let now = tx.now;
    appointment_offers::release(tx, offer.id)?;
    if offer.state == OfferState::Open {
        appointment_offers::set_state(tx, offer.id, OfferState::Expired, None, now)?;
    }
    timeline::say(tx, found.inbox_id, found.id, None, SystemLine::HoldOver)?;
    announce(tx, EventKind::AppointmentChanged, found);
    audit(tx, "appointment.expire", offer);
    Ok(true)
}

fn call(tx: &mut Tx, found: &Conversation, offer: &Offer) -> Result<bool, ActionError> {
    if !matches!(offer.state, OfferState::Open | OfferState::Expired) {
        return Ok(false);
    }
    let (now, wish) = (tx.now, Some(Wish::Call));
    appointment_offers::set_state(tx, offer.id, OfferState::NeedsPerson, wish, now)?;
    timeline::say(tx, found.inbox_id, found.id, None, SystemLine::ToBeCalled)?;
    announce(tx, EventKind::AppointmentChanged, found);
    audit(tx, "appointment.call", offer);
    Ok(true)
}

fn follow_up(
    tx: &mut Tx,
    providers: &Registry,
    found: &Conversation,
    offer: &Offer,
) -> Result<bool, ActionError> {
    let now = tx.now;
    if offer.state != OfferState::Open || wrote_since(found, offer) || now >= offer.reply_by {
        return Ok(false);
    }
    let house = House::of_offer(tx, offer)?;
    let offered = offer::whole(tx, offer.clone())?;
    // The numbers stay: an answer may be to the first text.
    let is_left =
        |opening: &Opening| opening.booked < opening.capacity && opening.span.starts > now;
    let left: Vec<(u8, Span)> = offered
        .slots
        .iter()
        .zip(&offered.openings)
        .filter(|(_, opening)| is_left(opening))
        .map(|(slot, opening)| (slot.number, opening.span))
        .collect();
    if left.is_empty() {
        return Ok(false);
    }
    let other = u8::try_from(offered.slots.len() + 1).unwrap_or(u8::MAX);
    let held = (&*offer.title, offer.reply_by);
    let body = words::list(&house, Lead::FollowUp, None, held, (&left, other));
    let body = words::with_page(&house, body, offer.page.as_ref());
    let caller = Caller::house(Actor::system());
    // A line that is down until the night does not wake them.
    let policy = interview_policies::of(tx, offer.inbox)?;
    let evening = plan::evening(now, house.zone, &policy);
    let until = evening.map_or(offer.reply_by, |evening| offer.reply_by.min(evening));
    Ok(words::try_send_until(tx, providers, &caller, found, (body, until))?.is_some())
}

/// Whether the candidate wrote after they were asked.
fn wrote_since(found: &Conversation, offer: &Offer) -> bool {
    found.last_inbound_at.is_some_and(|at| at > offer.created_at)
}

fn remind(
    tx: &mut Tx,
    providers: &Registry,
    found: &Conversation,
    offer: &Offer,
    task: Task,
) -> Result<bool, ActionError> {
    let Some(one) = booked(tx, task)? else { return Ok(false) };
    let opening = appointment_openings::find(tx, one.opening)?;
    // The morning is not told to whoever said in the evening that they come.
    let is_told = task.kind == TaskKind::RemindDay && one.attends_at.is_some();
    let is_belated = tx.now - task.due_at > BELATED;
    if opening.span.starts <= tx.now || is_told || is_belated || may_be_off(tx, offer)? {
        return Ok(false);
    }
    let house = House::of_offer(tx, offer)?;
    let policy = interview_policies::of(tx, offer.inbox)?;
    // Put off until they are awake, it would say "tomorrow" on the day itself.
    if plan::awake(tx.now, house.zone, &policy) > tx.now {
        return Ok(false);
    }
    let (t, time) = (house.locale, house.told(opening.span.starts));
    let body = match task.kind {
        TaskKind::RemindEve => t.candidate_remind_eve(&house.name, time, &offer.title),
        _ => t.candidate_remind_day(&house.name, time, &offer.title),
    };
    let caller = Caller::house(Actor::system());
    // A line that is down until then brings it to nobody, and wakes nobody.
    let until = opening.span.starts.min(task.due_at + BELATED * 2);
    let until =
        plan::evening(tx.now, house.zone, &policy).map_or(until, |evening| until.min(evening));
    Ok(words::try_send_until(tx, providers, &caller, found, (body, until))?.is_some())
}

/// Whether they wrote what nobody has looked at yet, and what may be a no.
fn may_be_off(tx: &mut Tx, offer: &Offer) -> Result<bool, StoreError> {
    let suggestion = appointments::suggestion(tx, offer.conversation)?;
    Ok(suggestion.is_some_and(|one| {
        one.offer == offer.id && matches!(one.hint, Hint::Decline | Hint::Reschedule)
    }))
}

/// The candidate was met, as far as anybody can tell who was not there.
fn over(tx: &mut Tx, found: &Conversation, task: Task) -> Result<bool, ActionError> {
    let stands = booked(tx, task)?.is_some();
    if stands {
        applications::heed(tx, found, Cause::Over, None)?;
    }
    Ok(stands)
}

/// The appointment of a task, while it stands.
fn booked(tx: &mut Tx, task: Task) -> Result<Option<Appointment>, StoreError> {
    let Some(id) = task.appointment else { return Ok(None) };
    let one = appointments::find(tx, id)?;
    Ok((one.state == AppointmentState::Booked).then_some(one))
}

fn audit(tx: &mut Tx, action: &'static str, offer: &Offer) {
    tx.audit(&Actor::system(), action, Object::new("appointment_offer", offer.id.0));
}
