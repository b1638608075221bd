//! What contacts have agreed to be sent, for programs.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::{ApiError, Asker, Body, Call, List, Query, ok};
use crate::actions::record_consent::{self, Agreement};
use crate::actions::{ActionError, record_opt_out};
use crate::domain::consent::ConsentSource;
use crate::domain::id::ContactId;
use crate::domain::message::Purpose;
use crate::domain::opt_out::{OptOutScope, OptOutSource};
use crate::store::consents::{self, Consent};
use crate::store::{StoreError, contacts};
use crate::web::error::WebError;

#[derive(Debug, Serialize)]
struct ConsentView {
    id: Uuid,
    purpose: &'static str,
    decision: &'static str,
    source: &'static str,
    /// Left out where nothing was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    wording: Option<String>,
    said_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
}

impl From<Consent> for ConsentView {
    fn from(said: Consent) -> Self {
        Self {
            id: said.id.0,
            purpose: said.purpose.word(),
            decision: said.decision.word(),
            source: said.source.word(),
            wording: said.wording,
            said_at: said.said_at,
            recorded_at: said.recorded_at,
        }
    }
}

/// `GET /contacts/{id}/consents`: everything they have said, the last first.
pub async fn index(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        Query::of(&asker.request)?.finish()?;
        let id: ContactId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let sight = asker.caller.sight.clone();
        let read = asker.app.store.read(move |db| {
            if !contacts::is_seen(db, &sight, id)? {
                return Err(StoreError::NotFound);
            }
            let person = contacts::person_of(db, id)?;
            consents::of_person(db, person)
        });
        let items: Vec<ConsentView> = read.await?.into_iter().map(ConsentView::from).collect();
        ok(&List { items, next: None::<String> })
    })
    .await
}

/// `POST /contacts/{id}/consents`: `{"source": "form"}`. Answers what holds now.
pub async fn create(call: Call, id: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let id: ContactId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let mut body = Body::read(payload).await?;
        let expected = "must be api, form, paper, phone, reply, card, customer or published";
        let source = body.read("source", expected, |word| match word {
            "api" => Some(ConsentSource::Api),
            word => ConsentSource::by_hand(word),
        })?;
        let said_at = body.time("said_at")?;
        let wording = body.text("wording")?.unwrap_or_default();
        body.finish()?;
        let source = source.unwrap_or(ConsentSource::Api);
        let agreement = Agreement { source, said_at, wording };
        record_consent::give(&asker.app, asker.caller.clone(), id, agreement)
            .await
            .map_err(named)?;
        let view = standing(&asker, id).await?;
        Ok(HttpResponse::Created().json(view))
    })
    .await
}

/// `DELETE /contacts/{id}/consents`: they want no advertising any more.
pub async fn withdraw(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let id: ContactId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        Query::of(&asker.request)?.finish()?;
        let (scope, source) = (OptOutScope::Advertising, OptOutSource::Api);
        record_opt_out::begin(&asker.app, asker.caller.clone(), id, scope, source).await?;
        ok(&standing(&asker, id).await?)
    })
    .await
}

async fn standing(asker: &Asker, id: ContactId) -> Result<ConsentView, ApiError> {
    let read = asker.app.store.read(move |db| {
        let person = contacts::person_of(db, id)?;
        consents::standing_of(db, person, Purpose::Advertising)
    });
    let standing = read.await?.ok_or(WebError::NotFound)?;
    Ok(ConsentView::from(standing))
}

/// The API's own name of the field.
fn named(error: ActionError) -> ApiError {
    match error {
        ActionError::Invalid { field: "given_on", problem } => {
            ApiError::invalid("said_at", problem.word(), &problem.to_string())
        }
        other => other.into(),
    }
}
