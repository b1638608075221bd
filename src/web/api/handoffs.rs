//! `POST /handoffs`: a caller pressed a key.

use actix_web::HttpResponse;
use actix_web::web::Payload;
use serde::Serialize;
use uuid::Uuid;

use super::{ApiError, Body, Call, ok};
use crate::actions::hand_off::{self, Answered, Menu, Pressed};
use crate::domain::handoff::Trunk;

/// Longer than any exchange calls a call, or writes a number.
const LONGEST: usize = 200;

#[derive(Debug, Serialize)]
struct HandoffView {
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    speech: &'static str,
    /// The sentence of it, for exchanges that read text aloud.
    say: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggest: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<Uuid>,
    handoff_id: Uuid,
}

pub async fn create(call: Call, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let mut body = Body::read(payload).await?;
        let pressed = Pressed {
            trunk: Trunk::Exchange(asker.token.id),
            call: short("call_id", body.required("call_id")?)?,
            // Nothing between the quotes is how some exchanges say that it is withheld.
            caller: short("caller", body.text("caller")?.ok_or(ApiError::missing("caller"))?)?,
            typed: body.boolean("caller_entered")?.unwrap_or_default(),
            flow: Menu::Named(body.required("flow")?.trim().to_owned()),
            digit: body.required("digit")?.trim().to_owned(),
            called_at: body.time("called_at")?,
        };
        body.finish()?;
        let answered = hand_off::run(&asker.app, asker.caller, pressed).await?;
        ok(&HandoffView::from(answered))
    })
    .await
}

fn short(field: &'static str, text: String) -> Result<String, ApiError> {
    if text.len() <= LONGEST {
        return Ok(text);
    }
    Err(ApiError::invalid(field, "too_long", &format!("is longer than {LONGEST} bytes")))
}

impl From<Answered> for HandoffView {
    fn from(Answered { handoff, say }: Answered) -> Self {
        Self {
            result: handoff.outcome.result(),
            reason: handoff.outcome.reason(),
            speech: handoff.outcome.speech().word(),
            say,
            suggest: handoff.suggests_operator.then_some("operator"),
            message_id: handoff.message.map(|id| id.0),
            handoff_id: handoff.id.0,
        }
    }
}
