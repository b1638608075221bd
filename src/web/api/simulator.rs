//! The phone simulator, for tests that need handsets.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body::json;
use super::{ApiError, Body, Call, List, ok};
use crate::actions::simulate::{self, HandsetSms};
use crate::app::App;
use crate::domain::sender::SenderAddress;
use crate::providers::simulator::{Behaviour, BehaviourError, HandsetMessage};
use crate::store::{StoreError, provider_accounts, senders};
use crate::web::error::WebError;

/// What may be switched, for problems to name.
const SWITCHES: [&str; 7] = [
    "receipt",
    "delay_ms",
    "duplicate",
    "reorder",
    "lose_response",
    "throttle_every",
    "reject_code",
];

/// A text a handset received.
#[derive(Debug, Serialize)]
struct HandsetView {
    /// The provider's id of it.
    id: String,
    /// Ours: the message's.
    reference: Uuid,
    from: String,
    to: String,
    body: String,
    at: DateTime<Utc>,
    /// What the network reports of it, null where no receipt ever comes.
    receipt: Option<&'static str>,
}

/// A handset sends a text, which comes in through the webhook like any other.
pub async fn inbound(call: Call, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let mut body = Body::read(payload).await?;
        let from = handset_number(&body.required("from")?, "from")?;
        let to = our_number(&asker.app, &body.required("to")?).await?;
        let text = HandsetSms {
            from,
            to,
            body: body.text("body")?.ok_or(ApiError::missing("body"))?,
            provider_message_id: body.text("provider_message_id")?,
        };
        body.finish()?;
        let sent = simulate::run(&asker.app, text).await.map_err(WebError::from)?;
        let id = sent.map_err(WebError::internal)?;
        Ok(HttpResponse::Accepted().json(json!({ "provider_message_id": id })))
    })
    .await
}

/// What a handset has received, in order.
pub async fn handset(call: Call, number: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let number = handset_number(&number, "number")?;
        let received = asker.app.simulator.handset(&number);
        let items: Vec<_> = received.into_iter().map(HandsetView::from).collect();
        ok(&List { items, next: None })
    })
    .await
}

/// How the carrier behaves from now on; what is left out is as on a good day.
pub async fn behave(call: Call, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let behaviour = behaviour(&json(payload).await?)?;
        asker.app.simulator.set_behaviour(behaviour).map_err(refused)?;
        ok(&asker.app.simulator.behaviour())
    })
    .await
}

/// E.164, or a short code or name as it is written: carriers send texts too.
fn handset_number(text: &str, field: &'static str) -> Result<String, ApiError> {
    match SenderAddress::parse(text) {
        Ok(address) => Ok(address.as_str().to_owned()),
        Err(error) => Err(ApiError::invalid(field, "not_a_phone_number", &error.to_string())),
    }
}

/// Reads the switches; a name that is none is refused even where it is null.
fn behaviour(json: &Value) -> Result<Behaviour, ApiError> {
    let mut names = json.as_object().into_iter().flat_map(Map::keys);
    match names.find(|name| !SWITCHES.contains(&name.as_str())) {
        Some(name) => Err(ApiError::unknown("switch", name)),
        None => Behaviour::read(json).map_err(refused),
    }
}

fn refused(BehaviourError { field, problem }: BehaviourError) -> ApiError {
    let known = SWITCHES.into_iter().find(|name| *name == field);
    ApiError::invalid(known.unwrap_or("body"), "malformed", &problem)
}

/// The number as it is registered with the carrier.
async fn our_number(app: &App, to: &str) -> Result<String, ApiError> {
    let wanted = SenderAddress::parse(to)
        .map_err(|error| ApiError::invalid("to", "malformed", &error.to_string()))?
        .key();
    let read = app.store.read(move |db| {
        for account in provider_accounts::all(db)? {
            if account.kind != "simulator" {
                continue;
            }
            let ours = senders::of_account(db, account.id)?;
            let key = |address: &str| SenderAddress::parse(address).ok().map(|found| found.key());
            let found =
                ours.into_iter().find(|sender| key(&sender.address).as_ref() == Some(&wanted));
            if let Some(sender) = found {
                return Ok(Some(sender.address));
            }
        }
        Ok::<_, StoreError>(None)
    });
    read.await?.ok_or_else(|| {
        ApiError::invalid("to", "unknown", "is not one of our numbers at the simulator")
    })
}

impl From<HandsetMessage> for HandsetView {
    fn from(message: HandsetMessage) -> Self {
        Self {
            id: message.provider_ref,
            reference: message.reference.0,
            from: message.from,
            to: message.to,
            body: message.body,
            at: message.at,
            receipt: message.receipt.map(|status| status.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handset_is_known_by_any_spelling_of_its_number() {
        for text in ["09012345678", "090-1234-5678", "+819012345678", "０９０１２３４５６７８"]
        {
            assert_eq!(handset_number(text, "number").unwrap(), "+819012345678", "{text}");
        }
        assert_eq!(handset_number("docomo", "from").unwrap(), "docomo");
        assert!(handset_number("123", "number").is_err());
    }

    #[test]
    fn every_switch_is_known_by_its_name() {
        let behaviour = serde_json::to_value(Behaviour::default()).unwrap();
        let mut names: Vec<&str> = behaviour.as_object().unwrap().keys().map(|k| &**k).collect();
        let mut known = SWITCHES;
        names.sort_unstable();
        known.sort_unstable();
        assert_eq!(names, known);
    }

    #[test]
    fn what_is_no_switch_is_refused() {
        assert_eq!(behaviour(&json!({"duplicate": null})).unwrap(), Behaviour::default());
        for wrong in [json!({"speed": null}), json!({"speed": 1}), json!([]), json!(null)] {
            assert!(behaviour(&wrong).is_err(), "{wrong}");
        }
    }
}
