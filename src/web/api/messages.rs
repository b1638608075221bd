//! `POST /messages`, `GET /messages/{id}`

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Path, Payload};
use serde::Serialize;
use uuid::Uuid;

use super::{Answer, ApiError, Asker, Body, Call, ok};
use crate::actions::start_conversation;
use crate::domain::delivery::OutboundState;
use crate::domain::id::{MessageId, PhotoId};
use crate::domain::segment::LengthProfile;
use crate::store::messages::Message;
use crate::store::photos::Size;
use crate::store::{StoreError, conversations, messages, provider_accounts};
use crate::web::error::WebError;
use crate::web::photos;

mod idempotency;
mod order;
mod view;

pub use view::{Beside, MessageView, Numbers};

pub use idempotency::IdempotencyKey;
use idempotency::first_use;
use order::Order;

/// What `POST /messages` answers: how the text stood when it was taken.
#[derive(Debug, Serialize)]
struct Created {
    id: Uuid,
    conversation_id: Uuid,
    state: &'static str,
    segments: u16,
    encoding: &'static str,
}

/// Takes a text to any number. The same key gives the same answer, and sends
/// nothing a second time.
pub async fn create(call: Call, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let key = IdempotencyKey::of(&asker.request)?;
        let order = Order::read(Body::read(payload).await?)?;
        let idempotency = key.map(|key| key.for_request(asker.token.id, order.hash()));
        // Asked for before: what was right then is not checked again now.
        if let Some(message) = first_use(&asker.app, idempotency.as_ref()).await? {
            return created(&asker, message, true).await;
        }
        let draft = order.draft(&asker.app).await?;
        let Order { inbox, to, .. } = order;
        let sent = start_conversation::run(
            &asker.app,
            asker.caller.clone(),
            inbox,
            to,
            draft,
            idempotency,
        )
        .await?;
        created(&asker, sent.message, sent.repeated).await
    })
    .await
}

pub async fn show(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let id: MessageId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let (sight, numbers) = (asker.caller.sight, asker.numbers);
        let read = asker.app.store.read(move |db| {
            let message = messages::find(db, id)?;
            let conversation = conversations::visible_to(db, &sight, message.conversation_id)?;
            let number = Numbers::new(&conversation, numbers).of(db, &message)?;
            let beside = Beside::read(db, &[message.id])?.remove(&message.id);
            Ok::<_, StoreError>(MessageView::new(message, number, beside.unwrap_or_default()))
        });
        ok(&read.await?)
    })
    .await
}

/// `GET /photos/{id}`
pub async fn photo(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let id: PhotoId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let sight = asker.caller.sight;
        let read = asker.app.store.read(move |db| photos::seen(db, &sight, id, Size::Full));
        Ok(photos::answer(id, read.await?))
    })
    .await
}

async fn created(asker: &Asker, message: Message, repeated: bool) -> Answer {
    let held = message.not_before.is_some();
    let state = if held { OutboundState::DraftHeld } else { OutboundState::Queued };
    let answer = Created {
        id: message.id.0,
        conversation_id: message.conversation_id.0,
        state: state.word(),
        segments: if repeated { first_segments(asker, &message).await? } else { message.segments },
        encoding: message.encoding.word(),
    };
    let location = format!("/api/v1/messages/{}", message.id);
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, location));
    if repeated {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(response.json(answer))
}

/// Our own count, as the first answer had it; the message's may be the
/// provider's by now.
async fn first_segments(asker: &Asker, message: &Message) -> Result<u16, ApiError> {
    let Some(account) = message.provider_account_id else { return Ok(message.segments) };
    let kind = asker.app.store.read(move |db| provider_accounts::kind_of(db, account)).await?;
    let provider = asker.app.providers.get(&kind);
    let profile = provider.map_or(LengthProfile::STANDARD, |provider| provider.length_profile());
    Ok(profile.measure(&message.body).segments())
}
