//! What candidates were offered, and their numbered lines.

use std::ops::Range;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::{appointment_offers, appointment_openings, appointment_slots, messages};
use super::seal::{Place, place, random_letters};
use crate::clock::fresh_id;
use crate::domain::appointment::page::PageAddress;
use crate::domain::appointment::{OfferState, SlotState, Wish};
use crate::domain::id::{ConversationId, InboxId, MessageId, OfferId, OpeningId, SlotId, UserId};
use crate::domain::short_link::LinkToken;
use crate::domain::user::Sight;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub id: OfferId,
    pub inbox: InboxId,
    pub conversation: ConversationId,
    /// The text that put it to the candidate.
    pub message: MessageId,
    pub title: String,
    pub location: Option<String>,
    pub length: TimeDelta,
    pub reply_by: DateTime<Utc>,
    /// Whether a clear answer books without anybody looking.
    pub auto_confirm: bool,
    pub state: OfferState,
    pub wish: Option<Wish>,
    /// The offer it came after by itself.
    pub after: Option<OfferId>,
    pub user: Option<UserId>,
    pub created_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
    /// Where it may be answered by tapping, if its text says so.
    pub page: Option<PageAddress>,
}

/// A numbered line of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub id: SlotId,
    pub offer: OfferId,
    /// From 1.
    pub number: u8,
    pub opening: OpeningId,
    pub state: SlotState,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = appointment_offers)]
struct Row {
    id: OfferId,
    inbox_id: InboxId,
    conversation_id: ConversationId,
    message_id: MessageId,
    title_sealed: Vec<u8>,
    location_sealed: Option<Vec<u8>>,
    duration_minutes: i32,
    reply_by: NaiveDateTime,
    auto_confirm: bool,
    state: String,
    wish: Option<String>,
    after_offer_id: Option<OfferId>,
    user_id: Option<UserId>,
    created_at: NaiveDateTime,
    settled_at: Option<NaiveDateTime>,
    page_hash: Option<Vec<u8>>,
    page_sealed: Option<Vec<u8>>,
}

type SlotRow = (SlotId, OfferId, i32, OpeningId, String);

/// Offers that are booked, beside the time that was chosen.
macro_rules! booked_of {
    ($inboxes:expr) => {
        appointment_offers::table
            .inner_join(
                appointment_slots::table.on(appointment_slots::offer_id.eq(appointment_offers::id)),
            )
            .inner_join(
                appointment_openings::table
                    .on(appointment_slots::opening_id.eq(appointment_openings::id)),
            )
            .filter(appointment_offers::inbox_id.eq_any($inboxes))
            .filter(appointment_offers::state.eq(OfferState::Booked.word()))
            .filter(appointment_slots::state.eq(SlotState::Booked.word()))
            .select(Row::as_select())
            .into_boxed()
    };
}

pub fn insert(db: &mut Db, offer: &Offer, openings: &[OpeningId]) -> Result<Vec<Slot>, StoreError> {
    let house = db.vault.house();
    let title =
        house.seal_text(place("appointment_offers", "title_sealed", offer.id), &offer.title);
    let location = offer.location.as_ref().map(|location| {
        house.seal_text(place("appointment_offers", "location_sealed", offer.id), location)
    });
    let page = offer.page.as_ref();
    let row = Row {
        id: offer.id,
        inbox_id: offer.inbox,
        conversation_id: offer.conversation,
        message_id: offer.message,
        title_sealed: title,
        location_sealed: location,
        duration_minutes: i32::try_from(offer.length.num_minutes()).unwrap_or(i32::MAX),
        reply_by: offer.reply_by.naive_utc(),
        auto_confirm: offer.auto_confirm,
        state: offer.state.word().to_owned(),
        wish: offer.wish.map(|wish| wish.word().to_owned()),
        after_offer_id: offer.after,
        user_id: offer.user,
        created_at: offer.created_at.naive_utc(),
        settled_at: offer.settled_at.map(|at| at.naive_utc()),
        page_hash: page.map(|page| db.vault.page_hash(page.token())),
        page_sealed: page.map(|page| house.seal_text(page_place(offer.id), page.as_str())),
    };
    diesel::insert_into(appointment_offers::table).values(row).execute(&mut db.conn)?;
    let mut slots = Vec::with_capacity(openings.len());
    for (number, opening) in (1..).zip(openings) {
        let slot = Slot {
            id: fresh_id(),
            offer: offer.id,
            number,
            opening: *opening,
            state: SlotState::Held,
        };
        let row = (
            appointment_slots::id.eq(slot.id),
            appointment_slots::offer_id.eq(slot.offer),
            appointment_slots::number.eq(i32::from(slot.number)),
            appointment_slots::opening_id.eq(slot.opening),
            appointment_slots::state.eq(slot.state.word()),
        );
        diesel::insert_into(appointment_slots::table).values(row).execute(&mut db.conn)?;
        slots.push(slot);
    }
    Ok(slots)
}

pub fn find(db: &mut Db, id: OfferId) -> Result<Offer, StoreError> {
    let row = appointment_offers::table.find(id).select(Row::as_select()).first(&mut db.conn)?;
    read(db, row)
}

/// What the address of a page ends with: drawn by lot.
pub fn fresh_token() -> LinkToken {
    let token = random_letters(LinkToken::LENGTH);
    LinkToken::parse(&token).expect("they are letters, and so many")
}

/// The offer whose page has that address.
pub fn of_page(db: &mut Db, token: &LinkToken) -> Result<Option<Offer>, StoreError> {
    let row = appointment_offers::table
        .filter(appointment_offers::page_hash.eq(db.vault.page_hash(token.as_str())))
        .select(Row::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// The offer that a text put.
pub fn of_message(db: &mut Db, message: MessageId) -> Result<Option<Offer>, StoreError> {
    let row = appointment_offers::table
        .filter(appointment_offers::message_id.eq(message))
        .select(Row::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// The newest of a conversation.
pub fn newest(db: &mut Db, conversation: ConversationId) -> Result<Option<Offer>, StoreError> {
    let row = appointment_offers::table
        .filter(appointment_offers::conversation_id.eq(conversation))
        .order((appointment_offers::created_at.desc(), appointment_offers::id.desc()))
        .select(Row::as_select())
        .first(&mut db.conn)
        .optional()?;
    row.map(|row| read(db, row)).transpose()
}

/// Those of `texts` whose conversations were ever offered a time.
pub fn answers_among(db: &mut Db, texts: &[MessageId]) -> Result<Vec<MessageId>, StoreError> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let offered = appointment_offers::table
        .filter(appointment_offers::conversation_id.eq(messages::conversation_id));
    Ok(messages::table
        .filter(messages::id.eq_any(texts))
        .filter(exists(offered))
        .select(messages::id)
        .load(&mut db.conn)?)
}

/// Whether anybody was offered a time in an inbox that `sight` sees.
pub fn has_any(db: &mut Db, sight: &Sight) -> Result<bool, StoreError> {
    let mut offers = appointment_offers::table.select(appointment_offers::id).into_boxed();
    if let Sight::Inboxes(inboxes) = sight {
        offers = offers.filter(appointment_offers::inbox_id.eq_any(inboxes));
    }
    let any: Option<OfferId> = offers.first(&mut db.conn).optional()?;
    Ok(any.is_some())
}

/// Whether a conversation had an offer before that one.
pub fn had_before(
    db: &mut Db,
    conversation: ConversationId,
    offer: OfferId,
) -> Result<bool, StoreError> {
    let others = appointment_offers::table
        .filter(appointment_offers::conversation_id.eq(conversation))
        .filter(appointment_offers::id.ne(offer));
    Ok(diesel::select(diesel::dsl::exists(others)).get_result(&mut db.conn)?)
}

/// Offers of these inboxes in these states, the newest first.
pub fn in_states(
    db: &mut Db,
    inboxes: &[InboxId],
    states: &[OfferState],
    limit: i64,
) -> Result<Vec<Offer>, StoreError> {
    let words: Vec<&str> = states.iter().map(|state| state.word()).collect();
    let rows: Vec<Row> = appointment_offers::table
        .filter(appointment_offers::inbox_id.eq_any(inboxes))
        .filter(appointment_offers::state.eq_any(words))
        .order((appointment_offers::created_at.desc(), appointment_offers::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// What a board shows of these inboxes: of what waits, of what is to come, and of what is
/// over, `limit` each. What another offer took the place of is none of it.
pub fn on_board(
    db: &mut Db,
    inboxes: &[InboxId],
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Offer>, StoreError> {
    use OfferState::{Declined, Expired, NeedsPerson, Open, Withdrawn};
    let mut offers = in_states(db, inboxes, &[Open], limit)?;
    offers.extend(in_states(db, inboxes, &[NeedsPerson, Expired], limit)?);
    for is_to_come in [true, false] {
        offers.extend(booked(db, inboxes, (now, is_to_come), limit)?);
    }
    offers.extend(in_states(db, inboxes, &[Declined, Withdrawn], limit)?);
    offers.sort_by_key(|offer| std::cmp::Reverse((offer.created_at, offer.id)));
    Ok(offers)
}

/// Booked offers whose time begins within `span`, the earliest first.
pub fn booked_between(
    db: &mut Db,
    inboxes: &[InboxId],
    span: Range<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<Offer>, StoreError> {
    let starts = appointment_openings::starts_at;
    let rows: Vec<Row> = booked_of!(inboxes)
        .filter(starts.ge(span.start.naive_utc()))
        .filter(starts.lt(span.end.naive_utc()))
        .order((starts, appointment_offers::id))
        .limit(limit)
        .load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// Booked offers that are to come, or over; the nearest to now first.
fn booked(
    db: &mut Db,
    inboxes: &[InboxId],
    (now, is_to_come): (DateTime<Utc>, bool),
    limit: i64,
) -> Result<Vec<Offer>, StoreError> {
    let booked = booked_of!(inboxes).limit(limit);
    let ends = appointment_openings::ends_at;
    let booked = match is_to_come {
        true => booked.filter(ends.gt(now.naive_utc())).order(ends.asc()),
        false => booked.filter(ends.le(now.naive_utc())).order(ends.desc()),
    };
    let rows: Vec<Row> = booked.load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// In the order of their numbers.
pub fn slots(db: &mut Db, offer: OfferId) -> Result<Vec<Slot>, StoreError> {
    slots_of_all(db, &[offer])
}

/// Those of several offers, each in the order of their numbers.
pub fn slots_of_all(db: &mut Db, offers: &[OfferId]) -> Result<Vec<Slot>, StoreError> {
    let rows: Vec<SlotRow> = appointment_slots::table
        .filter(appointment_slots::offer_id.eq_any(offers))
        .order((appointment_slots::offer_id, appointment_slots::number))
        .select((
            appointment_slots::id,
            appointment_slots::offer_id,
            appointment_slots::number,
            appointment_slots::opening_id,
            appointment_slots::state,
        ))
        .load(&mut db.conn)?;
    rows.into_iter()
        .map(|(id, offer, number, opening, state)| {
            let number = u8::try_from(number).ok();
            Ok(Slot {
                id,
                offer,
                number: known(number, "appointment_slots.number", "no digit")?,
                opening,
                state: known(SlotState::from_word(&state), "appointment_slots.state", &state)?,
            })
        })
        .collect()
}

/// Moves an offer on; settled, unless a person is wanted.
pub fn set_state(
    db: &mut Db,
    id: OfferId,
    state: OfferState,
    wish: Option<Wish>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let settled = (!state.takes_answers()).then(|| now.naive_utc());
    diesel::update(appointment_offers::table.find(id))
        .set((
            appointment_offers::state.eq(state.word()),
            appointment_offers::wish.eq(wish.map(Wish::word)),
            appointment_offers::settled_at.eq(settled),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

pub fn set_slot(db: &mut Db, id: SlotId, state: SlotState) -> Result<(), StoreError> {
    diesel::update(appointment_slots::table.find(id))
        .set(appointment_slots::state.eq(state.word()))
        .execute(&mut db.conn)?;
    Ok(())
}

/// What is still held of an offer is held no longer.
pub fn release(db: &mut Db, offer: OfferId) -> Result<(), StoreError> {
    diesel::update(appointment_slots::table)
        .filter(appointment_slots::offer_id.eq(offer))
        .filter(appointment_slots::state.eq(SlotState::Held.word()))
        .set(appointment_slots::state.eq(SlotState::Released.word()))
        .execute(&mut db.conn)?;
    Ok(())
}

fn read(db: &Db, row: Row) -> Result<Offer, StoreError> {
    let house = db.vault.house();
    let location = row.location_sealed.map(|sealed| {
        house.open_text(place("appointment_offers", "location_sealed", row.id), &sealed)
    });
    let page = row.page_sealed.map(|sealed| {
        let address = house.open_text(page_place(row.id), &sealed)?;
        PageAddress::parse(&address).ok_or(StoreError::Sealed("it holds no page's address"))
    });
    let state = OfferState::from_word(&row.state);
    Ok(Offer {
        id: row.id,
        inbox: row.inbox_id,
        conversation: row.conversation_id,
        message: row.message_id,
        title: house
            .open_text(place("appointment_offers", "title_sealed", row.id), &row.title_sealed)?,
        location: location.transpose()?,
        length: TimeDelta::minutes(row.duration_minutes.into()),
        reply_by: row.reply_by.and_utc(),
        auto_confirm: row.auto_confirm,
        state: known(state, "appointment_offers.state", &row.state)?,
        wish: row.wish.as_deref().and_then(Wish::from_word),
        after: row.after_offer_id,
        user: row.user_id,
        created_at: row.created_at.and_utc(),
        settled_at: row.settled_at.map(|at| at.and_utc()),
        page: page.transpose()?,
    })
}

fn page_place(offer: OfferId) -> Place {
    place("appointment_offers", "page_sealed", offer)
}
