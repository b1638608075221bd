//! Times are put to a candidate, in one text with a number before each.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::words::{self, Lead, Words};
use super::{House, announce};
use crate::actions::start_conversation::{Idempotency, first_use, join_or_start};
use crate::actions::{ActionError, Problem, access, applications, outgoing, timeline};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::application::Cause;
use crate::domain::appointment::page::{self, PageAddress};
use crate::domain::appointment::{
    FURTHEST, HELD, Interviewers, LONGEST_BUFFER, LONGEST_HELD, LONGEST_LOCATION, LONGEST_MINUTES,
    LONGEST_TITLE, MOST_INTERVIEWERS, MOST_PLACES, MOST_SLOTS, OfferState, SOONEST, Span, TaskKind,
    clash, plan,
};
use crate::domain::escalation::is_address;
use crate::domain::event::EventKind;
use crate::domain::id::{ContactId, ConversationId, InboxId, OfferId};
use crate::domain::merge_field;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::segment::Measure;
use crate::domain::short_link::LinkToken;
use crate::domain::system_line::SystemLine;
use crate::domain::user::Caller;
use crate::providers::registry::Registry;
use crate::store::appointment_offers::{self, Offer, Slot};
use crate::store::appointment_openings::{self, Opening, Wanted};
use crate::store::audit::Object;
use crate::store::conversations::Conversation;
use crate::store::{
    Db, StoreError, Tx, api_tokens, appointments, contacts, conversations, inboxes,
    interview_policies, interviewers, optional, users,
};

/// Slots by the names that callers know them by.
const SLOTS: [&str; MOST_SLOTS] = [
    "slots[0]", "slots[1]", "slots[2]", "slots[3]", "slots[4]", "slots[5]", "slots[6]", "slots[7]",
];

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidate {
    Conversation(ConversationId),
    Contact(InboxId, ContactId),
    Number(InboxId, String),
}

/// What somebody wants to offer.
#[derive(Clone, Debug)]
pub struct Order {
    pub candidate: Candidate,
    pub title: String,
    pub minutes: i64,
    pub slots: Vec<Place>,
    pub reply_by: Option<DateTime<Utc>>,
    /// Mail addresses; nobody's is the inbox itself.
    pub interviewers: Vec<String>,
    pub location: Option<String>,
    pub buffer_minutes: i64,
    pub auto_confirm: bool,
    /// Whether the text says where to answer by tapping.
    pub include_page: bool,
    /// Of a form: what is sent twice is one text.
    pub client_message_id: Option<Uuid>,
}

/// A time, and how many may come then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub starts: DateTime<Utc>,
    pub capacity: i64,
}

/// What was sent.
#[derive(Clone, Debug)]
pub struct Offered {
    pub offer: Offer,
    pub slots: Vec<Slot>,
    pub openings: Vec<Opening>,
}

/// Sends an offer. One that the candidate has not answered is replaced by it.
///
/// # Errors
/// `Invalid` names the field; `slots[n]` is `Taken` where its places are given, or its
/// interviewer is elsewhere then.
pub async fn run(
    app: &App,
    caller: Caller,
    order: Order,
    idempotency: Option<Idempotency>,
) -> Result<Offered, ActionError> {
    let providers = app.providers.clone();
    let folder = app.config.web.links().join(page::FOLDER);
    app.store
        .write(move |tx| {
            if let Some(message) = first_use(tx, idempotency.as_ref())? {
                let before = appointment_offers::of_message(tx, message)?;
                return Ok(whole(tx, before.ok_or(StoreError::NotFound)?)?);
            }
            let order = checked(order.clone(), tx.now)?;
            let found = conversation_of(tx, &caller, &order)?;
            let who = interviewers_of(tx, &order)?;
            let openings = openings(tx, &found, &order, &who)?;
            let page = || PageAddress::new(&folder, &appointment_offers::fresh_token());
            let put = Put {
                title: order.title.clone(),
                location: order.location.clone(),
                length: TimeDelta::minutes(order.minutes),
                reply_by: order.reply_by,
                auto_confirm: order.auto_confirm,
                after: None,
                lead: Lead::Offer,
                page: order.include_page.then(page),
                client_message_id: order.client_message_id,
            };
            let offered = put_to(tx, &providers, &caller, &found, put, openings)?;
            if let Some(Idempotency { token, key, request_hash }) = &idempotency {
                let (now, message) = (tx.now, offered.offer.message);
                api_tokens::keep_first_use(tx, *token, key, request_hash, message, now)?;
            }
            Ok(offered)
        })
        .await
}

/// The text as it would be sent, and its length; nothing is written.
///
/// # Errors
/// `Invalid` as of [`run`], but for what is taken.
pub async fn preview(
    app: &App,
    caller: Caller,
    conversation: ConversationId,
    order: Order,
) -> Result<(String, Measure), ActionError> {
    let providers = app.providers.clone();
    let now = app.clock.now();
    // As long as the one it will have, and nobody's.
    let nobodys = LinkToken::parse(&"x".repeat(LinkToken::LENGTH));
    let folder = app.config.web.links().join(page::FOLDER);
    app.store
        .read(move |db| {
            let order = checked(order, now)?;
            let page = nobodys.as_ref().filter(|_| order.include_page);
            let page = page.map(|token| PageAddress::new(&folder, token));
            let found = access::to_answer(db, &caller, conversation)?;
            let inbox = inboxes::find(db, found.inbox_id)?;
            let house = House::of(db, &inbox)?;
            let length = TimeDelta::minutes(order.minutes);
            let mut spans: Vec<Span> =
                order.slots.iter().map(|one| Span::lasting(one.starts, length)).collect();
            spans.sort_by_key(|span| span.starts);
            let reply_by = until(order.reply_by, now, &spans);
            let name = found.contact.name.as_deref();
            let (lines, other) = words::numbered(&spans);
            let held = (&*order.title, reply_by);
            let body = words::list(&house, Lead::Offer, name, held, (&lines, other));
            let body = words::with_page(&house, body, page.as_ref());
            let sender = outgoing::choose_sender(db, &found, None)?;
            let profile = outgoing::profile_of(db, &providers, &sender)?;
            let measure = profile.measure(&body);
            Ok((body, measure))
        })
        .await
}

/// A day, unless somebody says otherwise or the last of the times begins earlier.
fn until(asked: Option<DateTime<Utc>>, now: DateTime<Utc>, spans: &[Span]) -> DateTime<Utc> {
    let last = spans.last().map_or(now, |span| span.starts);
    asked.unwrap_or(now + HELD).min(last)
}

/// An offer with its slots and their times.
pub fn whole(db: &mut Db, offer: Offer) -> Result<Offered, StoreError> {
    let slots = appointment_offers::slots(db, offer.id)?;
    let ids: Vec<_> = slots.iter().map(|slot| slot.opening).collect();
    let found = appointment_openings::find_all(db, &ids)?;
    let of = |slot: &Slot| found.iter().find(|one| one.id == slot.opening).cloned();
    let openings = slots.iter().map(of).collect::<Option<_>>().ok_or(StoreError::NotFound)?;
    Ok(Offered { offer, slots, openings })
}

/// The order as it is kept: slots in the order of time, words trimmed.
fn checked(mut order: Order, now: DateTime<Utc>) -> Result<Order, ActionError> {
    let refuse = |field, problem| Err(ActionError::invalid(field, problem));
    order.title = order.title.trim().to_owned();
    order.location = order.location.map(|text| text.trim().to_owned()).filter(|t| !t.is_empty());
    let too_long = |text: &str, most| text.chars().count() > most;
    match () {
        () if order.title.is_empty() => return refuse("title", Problem::Missing),
        () if too_long(&order.title, LONGEST_TITLE) => return refuse("title", Problem::TooLong),
        () if order.location.as_ref().is_some_and(|text| too_long(text, LONGEST_LOCATION)) => {
            return refuse("location", Problem::TooLong);
        }
        // They stand in texts, where nothing would fill such a place.
        () if merge_field::unfilled(&order.title).is_some() => {
            return refuse("title", Problem::Unfilled);
        }
        () if order
            .location
            .as_deref()
            .is_some_and(|text| merge_field::unfilled(text).is_some()) =>
        {
            return refuse("location", Problem::Unfilled);
        }
        () if !(1..=LONGEST_MINUTES).contains(&order.minutes) => {
            return refuse("duration_minutes", Problem::NotAFigure);
        }
        () if !(0..=LONGEST_BUFFER).contains(&order.buffer_minutes) => {
            return refuse("buffer_minutes", Problem::NotAFigure);
        }
        () if order.slots.is_empty() => return refuse("slots", Problem::Missing),
        () if order.slots.len() > MOST_SLOTS => return refuse("slots", Problem::TooMany),
        () if order.interviewers.len() > MOST_INTERVIEWERS => {
            return refuse("interviewer_email", Problem::TooMany);
        }
        () => {}
    }
    for (n, slot) in order.slots.iter().enumerate() {
        let is_twice = order.slots[..n].iter().any(|other| other.starts == slot.starts);
        match () {
            () if slot.starts < now + SOONEST => return refuse(SLOTS[n], Problem::InPast),
            () if slot.starts > now + FURTHEST => return refuse(SLOTS[n], Problem::TooFar),
            () if is_twice => return refuse(SLOTS[n], Problem::Ambiguous),
            () if !(1..=MOST_PLACES).contains(&slot.capacity) => {
                return refuse(SLOTS[n], Problem::NotAFigure);
            }
            () => {}
        }
    }
    match order.reply_by {
        Some(by) if by <= now => return refuse("reply_by", Problem::InPast),
        Some(by) if by > now + LONGEST_HELD => return refuse("reply_by", Problem::TooFar),
        _ => {}
    }
    Ok(order)
}

fn conversation_of(
    tx: &mut Tx,
    caller: &Caller,
    order: &Order,
) -> Result<Conversation, ActionError> {
    let now = tx.now;
    let (inbox, contact) = match &order.candidate {
        Candidate::Conversation(id) => return access::to_answer(tx, caller, *id),
        Candidate::Contact(inbox, contact) => {
            access::inbox_to_answer(tx, caller, *inbox)?;
            let unknown = ActionError::invalid("contact", Problem::Unknown);
            let seen = optional(contacts::is_seen(tx, &caller.sight, *contact))?;
            if seen != Some(true) {
                return Err(unknown);
            }
            let numbers = contacts::addresses(tx, *contact)?;
            let number = numbers.into_iter().find(|one| one.is_current).ok_or(unknown)?;
            (*inbox, contacts::find(tx, number.contact, number.id)?)
        }
        Candidate::Number(inbox, number) => {
            access::inbox_to_answer(tx, caller, *inbox)?;
            let number = PhoneNumber::parse(number)
                .map_err(|_error| ActionError::invalid("to", Problem::NotAPhoneNumber))?;
            (*inbox, contacts::find_or_insert(tx, number.as_str(), now)?)
        }
    };
    Ok(join_or_start(tx, caller, inbox, &contact)?)
}

fn interviewers_of(tx: &mut Tx, order: &Order) -> Result<Interviewers, ActionError> {
    let now = tx.now;
    let mut ids = Vec::new();
    for email in &order.interviewers {
        let email = email.trim();
        if !is_address(email) {
            return Err(ActionError::invalid("interviewer_email", Problem::NotAnAddress));
        }
        let user = users::find_by_email(tx, email)?;
        let name = user.as_ref().map(|user| user.name.as_str());
        let user_id = user.as_ref().map(|user| user.id);
        ids.push(interviewers::find_or_insert(tx, email, name, user_id, now)?);
    }
    Ok(Interviewers::new(ids))
}

/// The times themselves, none of them given away.
fn openings(
    tx: &mut Tx,
    found: &Conversation,
    order: &Order,
    who: &Interviewers,
) -> Result<Vec<Opening>, ActionError> {
    let now = tx.now;
    let mut openings = Vec::new();
    for (place, field) in order.slots.iter().zip(SLOTS) {
        let wanted = Wanted {
            inbox: found.inbox_id,
            span: Span::lasting(place.starts, TimeDelta::minutes(order.minutes)),
            buffer: TimeDelta::minutes(order.buffer_minutes),
            interviewers: who.clone(),
            capacity: i32::try_from(place.capacity).unwrap_or(i32::MAX),
        };
        let mut opening = appointment_openings::find_or_insert(tx, &wanted)?;
        // The last word counts of a time that was offered before.
        if (opening.capacity, opening.buffer) != (wanted.capacity, wanted.buffer) {
            (opening.capacity, opening.buffer) = (wanted.capacity, wanted.buffer);
            appointment_openings::set_places(tx, &opening)?;
        }
        let taken = appointment_openings::taken(tx, found.inbox_id, who, opening.span)?;
        let places = (opening.booked, opening.capacity);
        if clash(&opening.as_taken(), places, &taken, now).is_some() {
            return Err(ActionError::invalid(field, Problem::Taken));
        }
        openings.push(opening);
    }
    openings.sort_by_key(|one| one.span.starts);
    Ok(openings)
}

/// What an offer says beside its times.
pub(super) struct Put {
    pub title: String,
    pub location: Option<String>,
    pub length: TimeDelta,
    /// Else 72 hours, or until the last time of it begins.
    pub reply_by: Option<DateTime<Utc>>,
    pub auto_confirm: bool,
    pub after: Option<OfferId>,
    pub lead: Lead,
    pub page: Option<PageAddress>,
    pub client_message_id: Option<Uuid>,
}

/// Writes an offer and queues its text.
pub(super) fn put_to(
    tx: &mut Tx,
    providers: &Registry,
    caller: &Caller,
    found: &Conversation,
    put: Put,
    openings: Vec<Opening>,
) -> Result<Offered, ActionError> {
    let now = tx.now;
    replace_open(tx, found)?;
    let inbox = inboxes::find(tx, found.inbox_id)?;
    let house = House::of(tx, &inbox)?;
    let spans: Vec<Span> = openings.iter().map(|one| one.span).collect();
    let mut offer = Offer {
        id: fresh_id(),
        inbox: found.inbox_id,
        conversation: found.id,
        message: fresh_id(),
        title: put.title,
        location: put.location,
        length: put.length,
        reply_by: until(put.reply_by, now, &spans),
        auto_confirm: put.auto_confirm,
        state: OfferState::Open,
        wish: None,
        after: put.after,
        user: caller.user_id(),
        created_at: now,
        settled_at: None,
        page: put.page,
    };
    let name = found.contact.name.as_deref();
    let (lines, other) = words::numbered(&spans);
    let held = (&*offer.title, offer.reply_by);
    let body = words::list(&house, put.lead, name, held, (&lines, other));
    let body = words::with_page(&house, body, offer.page.as_ref());
    let sent = Words { body, client_message_id: put.client_message_id, until: None };
    offer.message = words::send(tx, providers, caller, found, sent)?.id;
    let ids: Vec<_> = openings.iter().map(|one| one.id).collect();
    let slots = appointment_offers::insert(tx, &offer, &ids)?;
    let policy = interview_policies::of(tx, offer.inbox)?;
    let tasks = plan::of_offer(now, offer.reply_by, house.zone, &policy);
    appointments::plan(tx, offer.id, None, &tasks)?;
    let count = u32::try_from(slots.len()).unwrap_or(u32::MAX);
    let line = SystemLine::OfferedTimes(count);
    timeline::say(tx, found.inbox_id, found.id, caller.user_id(), line)?;
    announce(tx, EventKind::AppointmentOffered, found);
    applications::heed(tx, found, Cause::Offer, caller.user_id())?;
    tx.audit(&caller.actor, "appointment.offer", Object::new("appointment_offer", offer.id.0));
    Ok(Offered { offer, slots, openings })
}

/// One question at a time: a number would be an answer to either.
fn replace_open(tx: &mut Tx, found: &Conversation) -> Result<(), StoreError> {
    let now = tx.now;
    let Some(before) = appointment_offers::newest(tx, found.id)? else { return Ok(()) };
    if before.state.takes_answers() || before.state == OfferState::Expired {
        appointment_offers::set_state(tx, before.id, OfferState::Replaced, None, now)?;
        appointment_offers::release(tx, before.id)?;
    }
    let kinds = [TaskKind::Expire, TaskKind::FollowUp, TaskKind::Call];
    appointments::drop_tasks(tx, before.id, &kinds, now)?;
    appointments::withdraw_suggestion(tx, found.id)
}

/// The conversation as it is now, after what was written into it.
pub(super) fn anew(tx: &mut Tx, id: ConversationId) -> Result<Conversation, StoreError> {
    conversations::find(tx, id)
}
