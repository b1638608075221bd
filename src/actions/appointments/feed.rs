//! What an interviewer's calendar is told at their secret address: the same as by the
//! invitations that went to them by mail.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, TimeDelta, Utc};

use super::{House, letters};
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::appointment::AppointmentState;
use crate::domain::appointment::feed_token::FeedToken;
use crate::domain::appointment::invitation;
use crate::domain::id::{ConversationId, InboxId, OpeningId};
use crate::locale::Locale;
use crate::mail::Letterhead;
use crate::store::appointment_openings::{self, Opening};
use crate::store::appointments::{self, Appointment};
use crate::store::conversations::{self, Conversation};
use crate::store::{
    Db, StoreError, appointment_offers, interviewer_feeds, interviewers, organization, users,
};

/// What was is of interest for a month: for looking up whom one met.
const SHOWN_FOR: TimeDelta = TimeDelta::days(30);
/// A day of ten interviews for half a year.
const MOST: usize = 1_500;

/// The feed of a token, as iCalendar has it; `None` where nobody has such an address, or
/// not any more.
pub async fn text(app: &App, token: FeedToken) -> Result<Option<String>, ActionError> {
    let (letterhead, now) = (app.letterhead.clone(), app.clock.now());
    let fallback = Locale::from_tag(app.config.language.language.code()).unwrap_or_default();
    let read = app.store.read(move |db| write(db, &letterhead, &token, fallback, now));
    Ok(read.await?)
}

fn write(
    db: &mut Db,
    letterhead: &Letterhead,
    token: &FeedToken,
    fallback: Locale,
    now: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    let Some(id) = interviewer_feeds::find(db, token)? else { return Ok(None) };
    let person = interviewers::find(db, id)?;
    let user = person.user.map(|user| users::find(db, user)).transpose()?;
    // Whoever may not sign in any more reads nothing by the back door.
    if user.as_ref().is_some_and(|user| user.disabled_at.is_some()) {
        return Ok(None);
    }
    let mut booked = appointments::of_interviewer(db, id, now - SHOWN_FOR)?;
    booked.retain(|one| one.state == AppointmentState::Booked);
    booked.truncate(MOST);
    let events = events(db, letterhead, &booked)?;
    let t = user.and_then(|user| Locale::from_tag(&user.locale)).unwrap_or(fallback);
    let house = organization::find(db)?.map(|house| house.name).unwrap_or_default();
    Ok(Some(invitation::feed(&t.interviewers_feed_name(house), &events)))
}

fn events(
    db: &mut Db,
    letterhead: &Letterhead,
    booked: &[Appointment],
) -> Result<Vec<invitation::Invitation>, StoreError> {
    let ids: Vec<OpeningId> = booked.iter().map(|one| one.opening).collect();
    let openings = appointment_openings::find_all(db, &ids)?;
    let openings: HashMap<OpeningId, Opening> =
        openings.into_iter().map(|one| (one.id, one)).collect();
    let ids: Vec<ConversationId> = booked.iter().map(|one| one.conversation).collect();
    let found = conversations::find_all(db, &ids)?;
    let found: HashMap<ConversationId, Conversation> =
        found.into_iter().map(|one| (one.id, one)).collect();
    let mut houses: HashMap<InboxId, House> = HashMap::new();
    let mut events = Vec::with_capacity(booked.len());
    for one in booked {
        let (Some(opening), Some(found)) =
            (openings.get(&one.opening), found.get(&one.conversation))
        else {
            continue;
        };
        let offer = appointment_offers::find(db, one.offer)?;
        let house = match houses.entry(one.inbox) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(House::of_offer(db, &offer)?),
        };
        // Who takes part is in the letters; a feed invites nobody.
        events.push(letters::invitation(house, letterhead, found, &offer, (one, opening), &[]));
    }
    Ok(events)
}
