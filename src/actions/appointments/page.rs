//! What candidates answer by tapping on a page of their own: exactly what the same words
//! by text would do.
//!
//! A tap is kept as a text of theirs, as what is typed into a reply form is, so that it
//! counts, waits and is told of like any other; only that nobody has to guess at it.

use chrono::{DateTime, Utc};

use super::{House, answer, book, offer};
use crate::actions::receive_inbound::{Received, receive};
use crate::actions::{ActionError, automatic_reply, outgoing, timeline};
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::appointment::reading::Reading;
use crate::domain::appointment::{AppointmentState, Hint, OfferState, SlotState, Wish};
use crate::domain::id::MessageId;
use crate::domain::inbound::InboundMessage;
use crate::domain::phone_number;
use crate::domain::short_link::LinkToken;
use crate::domain::system_line::SystemLine;
use crate::locale::Locale;
use crate::providers::registry::Registry;
use crate::store::appointment_offers::{self, Offer, Slot};
use crate::store::appointment_openings::{self, Opening};
use crate::store::appointments::{self, Appointment};
use crate::store::conversations::Conversation;
use crate::store::{Db, StoreError, Tx, conversations, messages};

/// What the provider's id begins with, of a text that no provider brought.
const BY_PAGE: &str = "page-";

/// Whether a text was tapped on a page, by its provider's id.
pub fn is_by_page(provider_ref: Option<&str>) -> bool {
    provider_ref.is_some_and(|provider_ref| provider_ref.starts_with(BY_PAGE))
}

/// What somebody tapped on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tap {
    Slot(u8),
    /// None of the times suits.
    Other,
    /// Of whoever is booked.
    Change,
    Decline,
}

/// What a page shows: the house's words, and nothing of the candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub locale: Locale,
    pub house: String,
    /// Our number that the text came from.
    pub number: String,
    pub title: String,
    pub place: Option<String>,
    pub standing: Standing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Open(Option<Note>, Vec<Line>),
    Booked {
        time: String,
    },
    /// Another offer took its place; the path of its page.
    Next(String),
    /// There is nothing to tap on any more.
    Over,
}

/// What became of the last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A person confirms it.
    Asked,
    /// A person looks for another time.
    Other,
    /// What they wanted was taken, and these are the next times.
    Filled,
    /// The same, and there is no other.
    NothingFree,
    /// They wanted another time than what was booked.
    Changed,
}

/// A numbered time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: u8,
    pub time: String,
    pub is_free: bool,
}

/// What the page of `token` shows now; `None` where there is none. Looking changes
/// nothing: previews and scanners look too.
pub async fn look(app: &App, token: LinkToken) -> Result<Option<Look>, StoreError> {
    let now = app.clock.now();
    app.store
        .read(move |db| {
            let Some(offer) = appointment_offers::of_page(db, &token)? else { return Ok(None) };
            let house = House::of_offer(db, &offer)?;
            let sent = messages::find(db, offer.message)?;
            let standing = standing(db, &house, &offer, now)?;
            Ok(Some(Look {
                locale: house.locale,
                number: phone_number::shown(&sent.our_address.unwrap_or_default()),
                house: house.name,
                title: offer.title,
                place: offer.location,
                standing,
            }))
        })
        .await
}

fn standing(
    db: &mut Db,
    house: &House,
    offer: &Offer,
    now: DateTime<Utc>,
) -> Result<Standing, StoreError> {
    if let Some((_, opening)) = coming(db, offer, now)? {
        return Ok(Standing::Booked { time: house.told(opening.span.starts) });
    }
    match offer.state {
        _ if takes_taps(offer, now) => {
            let lines = lines(db, house, offer, now)?;
            Ok(Standing::Open(note(db, offer)?, lines))
        }
        OfferState::Replaced => {
            let newest = appointment_offers::newest(db, offer.conversation)?;
            let newest = newest.filter(|newest| newest.id != offer.id);
            let page = newest.and_then(|newest| newest.page);
            Ok(page.map_or(Standing::Over, |page| Standing::Next(page.path())))
        }
        _ => Ok(Standing::Over),
    }
}

/// As a number by text would: until its times are held no longer.
fn takes_taps(offer: &Offer, now: DateTime<Utc>) -> bool {
    offer.state.takes_answers() && now < offer.reply_by
}

/// What this offer led to, as long as it is to come.
fn coming(
    db: &mut Db,
    offer: &Offer,
    now: DateTime<Utc>,
) -> Result<Option<(Appointment, Opening)>, StoreError> {
    let one = appointments::of_offer(db, offer.id)?;
    let Some(one) = one.filter(|one| one.state == AppointmentState::Booked) else {
        return Ok(None);
    };
    let opening = appointment_openings::find(db, one.opening)?;
    Ok((opening.span.ends > now).then_some((one, opening)))
}

fn lines(
    db: &mut Db,
    house: &House,
    offer: &Offer,
    now: DateTime<Utc>,
) -> Result<Vec<Line>, StoreError> {
    let offered = offer::whole(db, offer.clone())?;
    let mut lines = Vec::with_capacity(offered.slots.len());
    for (slot, opening) in offered.slots.iter().zip(&offered.openings) {
        lines.push(Line {
            number: slot.number,
            time: house.told(opening.span.starts),
            is_free: slot.state != SlotState::Full && book::clash_of(db, opening, now)?.is_none(),
        });
    }
    Ok(lines)
}

fn note(db: &mut Db, offer: &Offer) -> Result<Option<Note>, StoreError> {
    if offer.state == OfferState::NeedsPerson {
        let suggestion = appointments::suggestion(db, offer.conversation)?;
        let is_asked =
            suggestion.is_some_and(|one| one.offer == offer.id && one.hint == Hint::Chosen);
        return Ok(match offer.wish {
            _ if is_asked => Some(Note::Asked),
            Some(Wish::OtherTime) => Some(Note::Other),
            Some(Wish::NothingFree) => Some(Note::NothingFree),
            _ => None,
        });
    }
    let Some(before) = offer.after else { return Ok(None) };
    let slots = appointment_offers::slots(db, before)?;
    let was_full = slots.iter().any(|slot| slot.state == SlotState::Full);
    Ok(Some(if was_full { Note::Filled } else { Note::Changed }))
}

/// Does what was tapped on; twice is once. What cannot be done any more does nothing: the
/// page says how it stands. False where there is no such page.
///
/// # Errors
/// Of the store.
pub async fn tap(app: &App, token: LinkToken, tap: Tap) -> Result<bool, ActionError> {
    let providers = app.providers.clone();
    app.store
        .write_vital(move |tx| {
            let Some(offer) = appointment_offers::of_page(tx, &token)? else { return Ok(false) };
            let now = tx.now;
            let coming = coming(tx, &offer, now)?.map(|(one, _)| one);
            if let Some((reading, body)) = meant(tx, &offer, coming.as_ref(), tap)? {
                act(tx, &providers, &offer, coming.as_ref(), reading, body)?;
            }
            Ok(true)
        })
        .await
}

/// What a tap says, and the words it would be said in; `None` where it says nothing now.
fn meant(
    tx: &mut Tx,
    offer: &Offer,
    coming: Option<&Appointment>,
    tap: Tap,
) -> Result<Option<(Reading, String)>, StoreError> {
    let house = House::of_offer(tx, offer)?;
    let t = house.locale;
    let is_open = coming.is_none() && takes_taps(offer, tx.now);
    Ok(match tap {
        Tap::Slot(number) if is_open => {
            let slots = appointment_offers::slots(tx, offer.id)?;
            let is_it = |slot: &Slot| slot.number == number && slot.state != SlotState::Full;
            let Some(slot) = slots.into_iter().find(is_it) else { return Ok(None) };
            let suggestion = appointments::suggestion(tx, offer.conversation)?;
            let is_said = suggestion.is_some_and(|one| {
                (one.offer, one.hint, one.number) == (offer.id, Hint::Chosen, Some(number))
            });
            if is_said {
                return Ok(None);
            }
            let starts = appointment_openings::find(tx, slot.opening)?.span.starts;
            let body = t.candidate_line(number, house.told(starts));
            Some((Reading::Chosen(number), body))
        }
        Tap::Other if is_open && offer.wish != Some(Wish::OtherTime) => {
            Some((Reading::NoneFits, t.candidate_none().to_owned()))
        }
        Tap::Change if coming.is_some() => {
            Some((Reading::Reschedule, t.candidate_wants_change().to_owned()))
        }
        Tap::Decline if is_open || coming.is_some() => {
            Some((Reading::Decline, t.candidate_wants_none().to_owned()))
        }
        _ => None,
    })
}

fn act(
    tx: &mut Tx,
    providers: &Registry,
    offer: &Offer,
    coming: Option<&Appointment>,
    reading: Reading,
    body: String,
) -> Result<(), ActionError> {
    let found = conversations::find(tx, offer.conversation)?;
    let (found, text, id) = keep(tx, &found, body)?;
    let message = messages::find(tx, id)?;
    let tapped =
        tx.attempt(|tx| answer::tapped(tx, providers, &found, &message, offer, coming, reading))?;
    match tapped {
        Ok(true) => Ok(()),
        Ok(false) => automatic_reply::answer(tx, providers, &[(&text, id)]),
        // As of a text: what keeps a time from being booked keeps no answer from arriving.
        Err(ActionError::Invalid { field, problem }) => {
            tracing::warn!(field, %problem, "a candidate's tap waits for a person");
            Ok(answer::leave_to_a_person(tx, &found, &message)?)
        }
        Err(error) => Err(error),
    }
}

/// Keeps a tap as a text of the candidate's, with a line that says where it came from.
fn keep(
    tx: &mut Tx,
    found: &Conversation,
    body: String,
) -> Result<(Conversation, InboundMessage, MessageId), ActionError> {
    let sender = outgoing::choose_sender(tx, found, None)?;
    let text = InboundMessage {
        provider_ref: format!("{BY_PAGE}{}", fresh_id::<MessageId>()),
        from: found.contact.address.clone(),
        to: sender.address,
        body,
        sent_at: None,
        opt_out: None,
    };
    let (Received::New(id) | Received::Again(id)) = receive(tx, sender.provider_account_id, &text)?;
    timeline::say(tx, found.inbox_id, found.id, None, SystemLine::ByPage)?;
    Ok((offer::anew(tx, found.id)?, text, id))
}
