//! What happened is found in the log, put into an outbox, and handed over.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::actions::ActionError;
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::event::EventKind;
use crate::domain::id::{ConversationId, DeliveryId, OfferId, WebhookId};
use crate::domain::webhook::{DeliveryFailure, DeliveryOutcome, DeliveryState, Pause, wait_after};
use crate::store::events::Event;
use crate::store::webhooks::deliveries::{self, Delivery, Notice, Tried};
use crate::store::webhooks::{self, Secrets, Webhook};
use crate::store::{Db, StoreError, appointment_offers, events};
use crate::webhook_signature;
use crate::webhooks::Parcel;

/// Events looked through at a time.
const EVENTS: i64 = 512;
/// How long a delivery may be in somebody's hands: longer than a receiver may take.
const LEASE: TimeDelta = TimeDelta::minutes(1);

/// Looks for what happened in the log and puts it into the outbox; how many events it
/// read, for all webhooks that are on.
pub async fn follow(app: &App) -> Result<usize, ActionError> {
    let on = app.store.read(webhooks::on).await?;
    let mut read = 0;
    for webhook in on {
        read += follow_one(app, webhook).await?;
    }
    Ok(read)
}

/// Nodes that look at the same time find the same; one of them writes it.
async fn follow_one(app: &App, webhook: Webhook) -> Result<usize, ActionError> {
    let (id, before) = (webhook.id, webhook.seq);
    let found = app.store.read(move |db| look(db, &webhook)).await?;
    let Some(last) = found.last else { return Ok(0) };
    if found.notices.is_empty() && found.events < EVENTS as usize {
        // Looked through again the next time: cheaper than a write for each look.
        return Ok(0);
    }
    app.store
        .write(move |tx| {
            if webhooks::move_on(tx, id, before, last)? {
                let now = tx.now;
                for notice in &found.notices {
                    deliveries::insert(tx, (fresh_id(), id), notice, now)?;
                }
            }
            Ok::<_, ActionError>(())
        })
        .await?;
    Ok(found.events)
}

struct Found {
    last: Option<i64>,
    events: usize,
    notices: Vec<Notice>,
}

fn look(db: &mut Db, webhook: &Webhook) -> Result<Found, StoreError> {
    let read = events::after(db, webhook.seq, EVENTS)?;
    let is_told = |event: &&Event| {
        let is_here = webhook.inbox.is_none() || webhook.inbox == event.event.inbox_id;
        is_here && webhook.kinds.contains(&event.event.kind)
    };
    let told: Vec<Event> = read.iter().filter(is_told).copied().collect();
    let notices = told.iter().map(|event| notice(db, event)).collect::<Result<_, _>>()?;
    Ok(Found { last: read.last().map(|event| event.seq), events: read.len(), notices })
}

fn notice(db: &mut Db, event: &Event) -> Result<Notice, StoreError> {
    let new = &event.event;
    let offer = match new.conversation_id {
        Some(conversation) => offer_of(db, new.kind, conversation)?,
        None => None,
    };
    Ok(Notice {
        seq: Some(event.seq),
        kind: new.kind.word().to_owned(),
        happened_at: event.at,
        inbox: new.inbox_id,
        conversation: new.conversation_id,
        message: new.message_id,
        offer,
    })
}

/// What a receiver asks the API for: a conversation has one offer that counts, its newest.
fn offer_of(
    db: &mut Db,
    kind: EventKind,
    conversation: ConversationId,
) -> Result<Option<OfferId>, StoreError> {
    let is_about_one = matches!(
        kind,
        EventKind::AppointmentOffered
            | EventKind::AppointmentBooked
            | EventKind::AppointmentChanged
            | EventKind::AppointmentDeclined
    );
    if !is_about_one {
        return Ok(None);
    }
    Ok(appointment_offers::newest(db, conversation)?.map(|offer| offer.id))
}

/// What is due, of each webhook that is on and has any.
pub async fn due(app: &App, limit: i64) -> Result<Vec<(WebhookId, Vec<DeliveryId>)>, ActionError> {
    let now = app.clock.now();
    let due = app.store.read(move |db| {
        let mut due = Vec::new();
        for webhook in webhooks::on(db)? {
            let theirs = deliveries::due(db, webhook.id, now, limit)?;
            if !theirs.is_empty() {
                due.push((webhook.id, theirs));
            }
        }
        Ok::<_, StoreError>(due)
    });
    Ok(due.await?)
}

/// Tries to hand one over, and puts on record what it came to. `None` where it is in
/// other hands, or its webhook is paused by now.
///
/// A process that ends between the receiver's word and the record hands it over again:
/// its id tells the receiver that it is the same.
pub async fn run(app: &App, id: DeliveryId) -> Result<Option<DeliveryOutcome>, ActionError> {
    let begun = app
        .store
        .write(move |tx| {
            let webhook = deliveries::find(tx, id)?.webhook;
            let webhook = webhooks::find(tx, webhook)?;
            if webhook.pause.is_some() {
                return Ok(None);
            }
            let now = tx.now;
            let secrets = webhooks::secrets(tx, webhook.id, now)?;
            let begun = deliveries::begin(tx, id, now, LEASE)?;
            Ok::<_, ActionError>(begun.map(|delivery| (webhook.url, secrets, delivery)))
        })
        .await?;
    let Some((url, secrets, delivery)) = begun else { return Ok(None) };
    let now = app.clock.now();
    let (id, body) = (format!("msg_{}", delivery.id.0.simple()), body(&delivery));
    let signatures = signatures(&secrets, (&id, now.timestamp()), &body)?;
    let parcel = Parcel { id, timestamp: now.timestamp(), signatures, body };
    let outcome = app.webhooks.hand_over(&url, parcel, now).await;
    settle(app, delivery, outcome).await?;
    Ok(Some(outcome))
}

/// One for each secret that counts.
fn signatures(
    secrets: &Secrets,
    (id, timestamp): (&str, i64),
    body: &str,
) -> Result<String, StoreError> {
    let mut signatures = Vec::new();
    for secret in [Some(&secrets.new), secrets.old.as_ref()].into_iter().flatten() {
        let signed = webhook_signature::sign(secret, id, timestamp, body.as_bytes());
        signatures.push(signed.map_err(|_malformed| StoreError::Sealed("a secret is none"))?);
    }
    Ok(signatures.join(" "))
}

/// Ids and kinds, as the log has them: whoever may read more asks the API.
fn body(delivery: &Delivery) -> String {
    let notice = &delivery.notice;
    let text = |id: Option<uuid::Uuid>| id.map(|id| id.to_string());
    json!({
        "type": notice.kind,
        "timestamp": notice.happened_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "data": {
            "seq": notice.seq,
            "inbox_id": text(notice.inbox.map(|id| id.0)),
            "conversation_id": text(notice.conversation.map(|id| id.0)),
            "message_id": text(notice.message.map(|id| id.0)),
            "appointment_offer_id": text(notice.offer.map(|id| id.0)),
        },
    })
    .to_string()
}

async fn settle(app: &App, tried: Delivery, outcome: DeliveryOutcome) -> Result<(), ActionError> {
    app.store
        .write(move |tx| {
            let now = tx.now;
            let came = came_to(&tried, outcome, now);
            deliveries::settle(tx, (tried.id, tried.tries), came, now)?;
            if came.failure == Some(DeliveryFailure::Gone) {
                webhooks::pause(tx, tried.webhook, Pause::Gone)?;
            }
            Ok(())
        })
        .await
}

fn came_to(tried: &Delivery, outcome: DeliveryOutcome, now: DateTime<Utc>) -> Tried {
    let DeliveryOutcome::Failed { failure, status, not_before } = outcome else {
        let state = DeliveryState::Delivered;
        return Tried { state, failure: None, status: None, next: None };
    };
    // Whoever wants no more is not asked again for this one.
    let wait = wait_after(tried.tries).filter(|_| failure != DeliveryFailure::Gone);
    let next = wait.map(|wait| {
        not_before.map_or(now + wait, |at| at.clamp(now + wait, now + TimeDelta::days(1)))
    });
    let state = if next.is_some() { DeliveryState::Queued } else { DeliveryState::Failed };
    Tried { state, failure: Some(failure), status, next }
}
