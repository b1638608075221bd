//! Job boards and applicant systems tell of applicants: `/hooks/applications/{token}`,
//! signed as Standard Webhooks has it.
//!
//! As with providers, a failed check never loses a message, nor does one that passed and
//! tells of nobody: both are kept raw in quarantine.

use std::time::Duration;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::actions::ActionError;
use crate::actions::applications::{payload, sources as verbs};
use crate::actions::quarantine::{self, Route};
use crate::app::App;
use crate::providers::HookRequest;
use crate::store::applications::sources;
use crate::telemetry::HookFailure;
use crate::web::client_address::client_address;
use crate::web::error::WebError;
use crate::web::hook_request::{BODY_LIMIT, hook_request};
use crate::web::throttle::Throttle;
use crate::webhook_signature::{ID, SIGNATURE, TIMESTAMP, verify};

/// When to offer again what there was no room to keep.
const COME_BACK: Duration = Duration::from_secs(60);

/// 200 with the application's id, for each repetition too; 202 for what is genuine and
/// tells of no application that can be taken; 403 for what is not believed.
pub async fn receive(
    app: Data<App>,
    throttle: Data<Throttle>,
    token: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let body = payload.to_bytes_limited(BODY_LIMIT).await.map_err(|_longer| WebError::TooLarge)?;
    let body = body.map_err(|_broken| WebError::BadRequest)?;
    let token = token.into_inner();
    let address = client_address(&request, &app.config.web.trusted_proxies);
    let found = app.store.read(move |db| sources::find_by_token(db, &token)).await?;
    let Some((source, secret)) = found else {
        let verdict = throttle.hook_failed(address);
        tokio::time::sleep(verdict.delay).await;
        return Err(WebError::NotFound);
    };
    let now = app.clock.now();
    let hook = hook_request(&request, body, &app.config.web.public_url, now);
    let header = |name| hook.header(name).unwrap_or_default();
    let headers = (header(ID), header(TIMESTAMP), header(SIGNATURE));
    if let Err(refusal) = verify(&secret, headers, &hook.body, now) {
        app.metrics.hook_failed("applications", HookFailure::Inbound);
        let verdict = throttle.hook_failed(address);
        tracing::warn!(
            application_source.id = %source.id,
            problem = %refusal,
            kept = verdict.keep,
            "a webhook of an applicant failed its check"
        );
        if verdict.keep {
            keep(&app, hook, refusal.to_string()).await?;
        }
        tokio::time::sleep(verdict.delay).await;
        return Err(match verdict.keep {
            true => WebError::Forbidden,
            false => WebError::TooManyRequests { retry_after: COME_BACK },
        });
    }
    let delivery = header(ID).to_owned();
    let new = match payload::read(source.inbox, &hook.body) {
        Ok(new) => new,
        Err(problem) => return set_aside(&app, hook, problem).await,
    };
    match verbs::take(&app, source, delivery, new).await {
        Ok(entered) => Ok(HttpResponse::Ok().json(json!({ "id": entered.application.id.0 }))),
        Err(ActionError::Invalid { field, problem }) => {
            set_aside(&app, hook, format!("{field}: {problem}")).await
        }
        // The sender offers it again.
        Err(error) => Err(error.into()),
    }
}

async fn keep(app: &App, hook: HookRequest, problem: String) -> Result<(), WebError> {
    quarantine::keep(app, None, Route::Application, hook, problem).await?;
    Ok(())
}

/// Nothing that its sender could do by sending it again would help.
async fn set_aside(
    app: &App,
    hook: HookRequest,
    problem: String,
) -> Result<HttpResponse, WebError> {
    keep(app, hook, problem.clone()).await?;
    Ok(HttpResponse::Accepted().json(json!({ "kept": "quarantine", "problem": problem })))
}
