//! What providers tell us: `/hooks/{provider}/{token}/inbound`, `/receipts`, `/voice`.
//!
//! The order is the promise (R1): the signature is checked before anything is
//! read, and a 2xx leaves only after the transaction is on disk. What fails its
//! check, or passes it and cannot be read, is kept raw in quarantine: nothing a
//! provider says is thrown away unseen.

use std::time::Duration;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::error::WebError;
use super::hook_request::{BODY_LIMIT, hook_request};
use super::throttle::Throttle;
use crate::actions::quarantine::Route;
use crate::actions::receive_inbound::{self, Received};
use crate::actions::{ActionError, journaled, quarantine, record_receipts};
use crate::app::App;
use crate::providers::HookRequest;
use crate::sabotage::Sabotage;
use crate::store::Reach;
use crate::telemetry::Inbound;

mod accounts;
pub mod applications;
mod refusal;
pub mod voice;

pub use accounts::HookAccounts;

use accounts::Door;
use refusal::{refuse, unknown_door};

/// When to offer again what could be kept nowhere.
const COME_BACK: Duration = Duration::from_secs(5);
/// So many of the journal are filed by one commit (actions/journaled.rs), and that
/// is waited for so long.
const FEW: u64 = 256;
const A_MOMENT: Duration = Duration::from_secs(1);

/// Everything a webhook needs besides its request.
struct House {
    app: Data<App>,
    accounts: Data<HookAccounts>,
    throttle: Data<Throttle>,
}

type Address = Path<(String, String)>;
type Answer = Result<HttpResponse, WebError>;

/// A handset sent us a text.
pub async fn inbound(
    app: Data<App>,
    accounts: Data<HookAccounts>,
    throttle: Data<Throttle>,
    address: Address,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let house = House { app, accounts, throttle };
    let (door, hook) = match house.admit(Route::Inbound, address, &request, payload).await? {
        Admitted::Verified(door, hook) => (door, hook),
        Admitted::Refused(answer) => return Ok(answer),
    };
    let texts = match door.provider.parse_inbound(&hook) {
        Ok(texts) => texts,
        Err(error) => return house.set_aside(&door, Route::Inbound, hook, error.to_string()).await,
    };
    if house.must_queue_up().await {
        return house.put_off(&door, Route::Inbound, &hook).await;
    }
    if house.app.sabotage == Some(Sabotage::AckBeforeCommit) {
        actix_web::rt::spawn(async move {
            actix_web::rt::time::sleep(Sabotage::LATE).await;
            // The saboteur has promised already; how it ends is not his business.
            drop(receive_inbound::run(&house.app, door.account.id, texts).await);
        });
        return Ok(HttpResponse::Ok().finish());
    }
    match receive_inbound::run(&house.app, door.account.id, texts).await {
        Ok(received) => {
            for one in received {
                house.app.metrics.inbound(match one {
                    Received::New(_) => Inbound::Accepted,
                    Received::Again(_) => Inbound::Duplicate,
                });
            }
            Ok(acknowledged(&door))
        }
        Err(error) => house.not_taken(&door, Route::Inbound, hook, error).await,
    }
}

/// What became of a text of ours.
pub async fn receipts(
    app: Data<App>,
    accounts: Data<HookAccounts>,
    throttle: Data<Throttle>,
    address: Address,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let house = House { app, accounts, throttle };
    let (door, hook) = match house.admit(Route::Receipts, address, &request, payload).await? {
        Admitted::Verified(door, hook) => (door, hook),
        Admitted::Refused(answer) => return Ok(answer),
    };
    let told = match door.provider.parse_receipts(&hook) {
        Ok(told) => told,
        Err(error) => {
            return house.set_aside(&door, Route::Receipts, hook, error.to_string()).await;
        }
    };
    if house.must_queue_up().await {
        return house.put_off(&door, Route::Receipts, &hook).await;
    }
    match record_receipts::run(&house.app, door.account.id, told).await {
        Ok(()) => Ok(acknowledged(&door)),
        Err(error) => house.not_taken(&door, Route::Receipts, hook, error).await,
    }
}

enum Admitted {
    Verified(Door, HookRequest),
    /// The answer to a request that is not believed.
    Refused(HttpResponse),
}

impl House {
    async fn admit(
        &self,
        route: Route,
        address: Address,
        request: &HttpRequest,
        payload: Payload,
    ) -> Result<Admitted, WebError> {
        let (kind, token) = address.into_inner();
        let Some((mut door, age)) = self.accounts.find(&self.app, &kind, &token).await? else {
            return unknown_door(self, request).await;
        };
        let body =
            payload.to_bytes_limited(BODY_LIMIT).await.map_err(|_longer| WebError::TooLarge)?;
        let body = body.map_err(|_broken| WebError::BadRequest)?;
        let public_url = &self.app.config.web.public_url;
        let hook = hook_request(request, body, public_url, self.app.clock.now());
        let mut verdict = door.provider.verify(&door.account, &hook);
        if verdict.is_err() && age.is_remembered() {
            // The secret may just have been changed.
            if let Some(fresh) = self.accounts.read(&self.app, &kind, &token).await? {
                verdict = fresh.provider.verify(&fresh.account, &hook);
                door = fresh;
            }
        }
        match verdict {
            Ok(()) => Ok(Admitted::Verified(door, hook)),
            Err(error) => {
                let answer = refuse(self, &door, route, request, hook, &error.to_string()).await?;
                Ok(Admitted::Refused(answer))
            }
        }
    }

    /// A genuine request that the house could not take in.
    async fn not_taken(
        &self,
        door: &Door,
        route: Route,
        hook: HookRequest,
        error: ActionError,
    ) -> Answer {
        match error {
            ActionError::Store(error) if error.is_absence() => {
                self.put_off(door, route, &hook).await
            }
            // It will be taken a moment later; the provider offers it again.
            ActionError::Store(error) if error.will_pass() => Err(error.into()),
            // It may never be: better in sight of a person than refused for ever.
            error => self.set_aside(door, route, hook, error.to_string()).await,
        }
    }

    /// Whether others wait in the journal already: nobody overtakes them.
    ///
    /// The last few are waited for. Queueing up behind them, newcomers would keep
    /// the journal from ever being empty on a busy day, and its file growing.
    async fn must_queue_up(&self) -> bool {
        let Some(journal) = &self.app.journal else { return false };
        match journal.waiting() {
            0 => false,
            ..=FEW if self.app.store.reach() == Reach::Here => {
                tokio::time::timeout(A_MOMENT, journal.emptied()).await.is_err()
            }
            _ => true,
        }
    }

    /// Keeps a genuine request until the database is back, and acknowledges it.
    /// Where that cannot be done either, the provider offers it again.
    async fn put_off(&self, door: &Door, route: Route, hook: &HookRequest) -> Answer {
        let away = || WebError::Away { retry_after: COME_BACK };
        let journal = self.app.journal.as_ref().ok_or_else(away)?;
        if let Err(error) = journaled::keep(journal, door.account.id, route, hook).await {
            tracing::error!(%error, route = route.word(), "a webhook request was turned away");
            return Err(away());
        }
        if route == Route::Inbound {
            self.app.metrics.inbound(Inbound::Journaled);
        }
        Ok(acknowledged(door))
    }

    /// Keeps a genuine request for a person to judge, and acknowledges it:
    /// what is stored raw is stored.
    async fn set_aside(
        &self,
        door: &Door,
        route: Route,
        hook: HookRequest,
        problem: String,
    ) -> Answer {
        let account = door.account.id;
        // In the journal it is judged again when the database is back.
        let again = hook.clone();
        match quarantine::keep(&self.app, Some(account), route, hook, problem.clone()).await {
            Err(ActionError::Store(error)) if error.is_absence() => {
                return self.put_off(door, route, &again).await;
            }
            kept => kept?,
        };
        if route == Route::Inbound {
            self.app.metrics.inbound(Inbound::Quarantined);
        }
        tracing::warn!(
            provider.name = door.provider.kind(),
            provider_account.id = %account,
            route = route.word(),
            problem,
            "a genuine webhook request was put into quarantine"
        );
        Ok(acknowledged(door))
    }
}

fn acknowledged(door: &Door) -> HttpResponse {
    let acknowledgement = door.provider.acknowledgement();
    HttpResponse::Ok().content_type(acknowledgement.content_type).body(acknowledgement.body)
}

#[cfg(test)]
mod tests;
