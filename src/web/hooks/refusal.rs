//! Webhook requests that are not believed.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::accounts::Door;
use super::{Admitted, House};
use crate::actions::quarantine::{self, Route};
use crate::providers::HookRequest;
use crate::telemetry::{HookFailure, Inbound};
use crate::web::client_address::client_address;
use crate::web::error::WebError;

/// When to offer again what there was no room to keep: long enough that a flood
/// costs little, short enough for a provider's last try (Twilio's come within minutes).
const COME_BACK: Duration = Duration::from_secs(60);

/// Nobody's address: all such requests get the same answer, whatever part of
/// the address is wrong.
pub async fn unknown_door(house: &House, request: &HttpRequest) -> Result<Admitted, WebError> {
    let source = client_address(request, &house.app.config.web.trusted_proxies);
    let verdict = house.throttle.hook_failed(source);
    tokio::time::sleep(verdict.delay).await;
    Err(WebError::NotFound)
}

/// Keeps the request raw and answers 403 once it is on disk.
///
/// A source that has filled its share is told to come back instead, so that a
/// genuine provider behind the same address still loses nothing.
pub async fn refuse(
    house: &House,
    door: &Door,
    route: Route,
    request: &HttpRequest,
    hook: HookRequest,
    problem: &str,
) -> Result<HttpResponse, WebError> {
    let (provider, account) = (door.provider.kind(), door.account.id);
    house.app.metrics.hook_failed(provider, failure(route));
    let source = client_address(request, &house.app.config.web.trusted_proxies);
    let verdict = house.throttle.hook_failed(source);
    tracing::warn!(
        provider.name = provider,
        provider_account.id = %account,
        route = route.word(),
        problem,
        kept = verdict.keep,
        "a webhook request failed its check"
    );
    if verdict.keep {
        quarantine::keep(&house.app, Some(account), route, hook, problem.to_owned()).await?;
        if route == Route::Inbound {
            house.app.metrics.inbound(Inbound::Quarantined);
        }
    }
    tokio::time::sleep(verdict.delay).await;
    let error = match verdict.keep {
        true => WebError::Forbidden,
        false => WebError::TooManyRequests { retry_after: COME_BACK },
    };
    Ok(error.error_response())
}

fn failure(route: Route) -> HookFailure {
    match route {
        Route::Inbound | Route::Application => HookFailure::Inbound,
        Route::Receipts => HookFailure::Receipt,
        Route::Voice => HookFailure::Voice,
    }
}
