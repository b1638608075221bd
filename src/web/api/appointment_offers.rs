//! `POST /appointment_offers`, `GET /appointment_offers/{id}`,
//! `POST /appointment_offers/{id}/booking`

use std::ops::RangeInclusive;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Path, Payload};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::fields::Fields;
use super::messages::IdempotencyKey;
use super::{ApiError, Body, Call, ok};
use crate::actions::appointments::book::{Outcome, confirm_offer};
use crate::actions::appointments::offer::{self, Candidate, Offered, Order, Place};
use crate::domain::appointment::{
    LONGEST_BUFFER, LONGEST_MINUTES, MOST_PLACES, MOST_SLOTS, OfferState,
};
use crate::domain::id::{ContactId, InboxId, OfferId};
use crate::store::{StoreError, appointment_offers, appointments, conversations};
use crate::web::error::WebError;

#[derive(Debug, Serialize)]
struct Created {
    id: Uuid,
    conversation_id: Uuid,
    message_id: Uuid,
    slots: Vec<CreatedSlot>,
}

#[derive(Debug, Serialize)]
struct CreatedSlot {
    id: Uuid,
    number: u8,
    starts_at: String,
}

#[derive(Debug, Serialize)]
struct OfferView {
    id: Uuid,
    conversation_id: Uuid,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wish: Option<&'static str>,
    reply_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen_slot: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment_id: Option<Uuid>,
    slots: Vec<SlotView>,
}

#[derive(Debug, Serialize)]
struct SlotView {
    number: u8,
    starts_at: String,
    ends_at: String,
    state: &'static str,
}

pub async fn create(call: Call, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let key = IdempotencyKey::of(&asker.request)?;
        let order = read(Body::read(payload).await?)?;
        let hash = Sha256::digest(format!("appointment_offers {order:?}")).to_vec();
        let idempotency = key.map(|key| key.for_request(asker.token.id, hash));
        let offered = offer::run(&asker.app, asker.caller, order, idempotency).await?;
        let location = format!("/api/v1/appointment_offers/{}", offered.offer.id);
        let mut answer = HttpResponse::Created();
        answer.insert_header((header::LOCATION, location));
        Ok(answer.json(created(&offered)))
    })
    .await
}

pub async fn show(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let id: OfferId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let sight = asker.caller.sight;
        let read = asker.app.store.read(move |db| {
            let found = appointment_offers::find(db, id)?;
            conversations::visible_to(db, &sight, found.conversation)?;
            let appointment = appointments::of_offer(db, id)?;
            Ok::<_, StoreError>((offer::whole(db, found)?, appointment))
        });
        let (offered, appointment) = read.await?;
        let chosen = appointment.as_ref().and_then(|one| {
            offered.slots.iter().find(|slot| slot.id == one.slot).map(|slot| slot.number)
        });
        let offer = &offered.offer;
        let pairs = offered.slots.iter().zip(&offered.openings);
        ok(&OfferView {
            id: offer.id.0,
            conversation_id: offer.conversation.0,
            state: offer.state.word(),
            wish: offer
                .wish
                .filter(|_| offer.state == OfferState::NeedsPerson)
                .map(|wish| wish.word()),
            reply_by: written(offer.reply_by),
            chosen_slot: chosen,
            appointment_id: appointment.map(|one| one.id.0),
            slots: pairs
                .map(|(slot, opening)| SlotView {
                    number: slot.number,
                    starts_at: written(opening.span.starts),
                    ends_at: written(opening.span.ends),
                    state: slot.state.word(),
                })
                .collect(),
        })
    })
    .await
}

/// What became of a choice.
#[derive(Debug, Serialize)]
struct BookingView {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment_id: Option<Uuid>,
    /// Of the times that were sent instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_offer_id: Option<Uuid>,
}

pub async fn book(call: Call, id: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let id: OfferId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let mut body = Body::read(payload).await?;
        let number = within(&mut body, "number", 1..=MOST_SLOTS as i64)?;
        let number = number.and_then(|number| u8::try_from(number).ok());
        let number = number.ok_or(ApiError::missing("number"))?;
        body.finish()?;
        let view = match confirm_offer(&asker.app, asker.caller, id, number).await? {
            Outcome::Booked(booked) => BookingView {
                outcome: "booked",
                appointment_id: Some(booked.id.0),
                next_offer_id: None,
            },
            Outcome::Filled(next) => BookingView {
                outcome: "filled",
                appointment_id: None,
                next_offer_id: next.map(|next| next.0),
            },
        };
        ok(&view)
    })
    .await
}

fn read(mut body: Body) -> Result<Order, ApiError> {
    let inbox: InboxId = body.id("inbox_id")?.ok_or(ApiError::missing("inbox_id"))?;
    let contact: Option<ContactId> = body.id("contact")?;
    let to = body.text("to")?.filter(|to| !to.trim().is_empty());
    let candidate = match (contact, to) {
        (Some(contact), None) => Candidate::Contact(inbox, contact),
        (None, Some(to)) => Candidate::Number(inbox, to),
        (None, None) => return Err(ApiError::missing("to")),
        (Some(_), Some(_)) => {
            let problem = "is given beside contact; give one of them";
            return Err(ApiError::invalid("to", "ambiguous", problem));
        }
    };
    let mut interviewers = body.texts("interviewer_emails")?.unwrap_or_default();
    interviewers.extend(body.text("interviewer_email")?.filter(|one| !one.trim().is_empty()));
    let slots = body.list("slots")?.ok_or(ApiError::missing("slots"))?;
    let order = Order {
        candidate,
        title: body.required("title")?,
        minutes: within(&mut body, "duration_minutes", 1..=LONGEST_MINUTES)?
            .ok_or(ApiError::missing("duration_minutes"))?,
        slots: slots.into_iter().map(place).collect::<Result<_, _>>()?,
        reply_by: body.time("reply_by")?,
        interviewers,
        location: body.text("location")?,
        buffer_minutes: within(&mut body, "buffer_minutes", 0..=LONGEST_BUFFER)?.unwrap_or(0),
        auto_confirm: body.boolean("auto_confirm")?.unwrap_or(true),
        include_page: body.boolean("include_page")?.unwrap_or(false),
        client_message_id: None,
    };
    body.finish()?;
    Ok(order)
}

fn place(members: Map<String, Value>) -> Result<Place, ApiError> {
    let mut fields = Fields::new("field of a slot", members);
    let starts = fields.time("starts_at")?.ok_or(ApiError::missing("starts_at"))?;
    let capacity = within(&mut fields, "capacity", 1..=MOST_PLACES)?.unwrap_or(1);
    fields.finish()?;
    Ok(Place { starts: starts.trunc_subsecs(0), capacity })
}

fn within(
    fields: &mut Fields,
    name: &'static str,
    range: RangeInclusive<i64>,
) -> Result<Option<i64>, ApiError> {
    let Some(number) = fields.integer(name)? else { return Ok(None) };
    if range.contains(&number) {
        return Ok(Some(number));
    }
    let problem = format!("must be a whole number from {} to {}", range.start(), range.end());
    Err(ApiError::invalid(name, "not_a_number", &problem))
}

fn created(offered: &Offered) -> Created {
    let pairs = offered.slots.iter().zip(&offered.openings);
    Created {
        id: offered.offer.id.0,
        conversation_id: offered.offer.conversation.0,
        message_id: offered.offer.message.0,
        slots: pairs
            .map(|(slot, opening)| CreatedSlot {
                id: slot.id.0,
                number: slot.number,
                starts_at: written(opening.span.starts),
            })
            .collect(),
    }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
