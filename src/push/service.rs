//! Hands a sealed message to the push service a browser named (RFC 8030).

use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response};
use url::Url;

use super::vapid::VapidKey;
use crate::config::PushConfig;
use crate::domain::push::PushOutcome;
use crate::outside::Reachable;
use crate::providers::http::{Timeouts, explain, http_client_to, loopback_client};

/// A service that takes longer is asked again: nobody waits for it.
const PATIENCE: Timeouts =
    Timeouts { connect: Duration::from_secs(5), whole: Duration::from_secs(10) };

/// A message, ready to be carried.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub authorization: String,
    /// Takes the place of what waits there under the same name (RFC 8030 5.4).
    pub topic: String,
    /// How long the service may keep it for a browser that is away.
    pub keep: TimeDelta,
    pub sealed: Vec<u8>,
}

/// The way out of the house.
#[derive(Debug)]
pub struct PushService {
    patience: Timeouts,
    reachable: Option<Reachable>,
    world: OnceLock<Result<Client, String>>,
    loopback: OnceLock<Result<Client, String>>,
    key: OnceLock<VapidKey>,
}

impl PushService {
    pub fn new(config: &PushConfig) -> Self {
        Self::patient(config, PATIENCE)
    }

    /// [`Self::new`] with a patience of its own.
    pub fn patient(config: &PushConfig, patience: Timeouts) -> Self {
        Self {
            patience,
            reachable: config.on.then(|| Reachable::new(&config.allowed)),
            world: OnceLock::new(),
            loopback: OnceLock::new(),
            key: OnceLock::new(),
        }
    }

    /// Whether there is a way out at all.
    pub fn is_on(&self) -> bool {
        self.reachable.is_some()
    }

    /// The key it goes by from here on; the first stays.
    pub fn learn(&self, key: VapidKey) {
        let _ = self.key.set(key);
    }

    pub fn key(&self) -> Option<&VapidKey> {
        self.key.get()
    }

    /// Reads an endpoint; `None` for one that is not to be called.
    pub fn endpoint(&self, text: &str) -> Option<Url> {
        self.reachable.as_ref()?.endpoint(text)
    }

    /// Says what became of it, and whatever went wrong to the log, without the
    /// endpoint: it is somebody's.
    pub async fn hand_over(
        &self,
        endpoint: &str,
        parcel: Parcel,
        now: DateTime<Utc>,
    ) -> PushOutcome {
        // Looked at again: it may have been allowed once.
        let Some(url) = self.endpoint(endpoint) else { return PushOutcome::Gone };
        let client = match self.client(&url) {
            Ok(client) => client,
            Err(error) => {
                tracing::warn!(error, "pushes cannot leave");
                return PushOutcome::Later(None);
            }
        };
        let sent = client
            .post(url)
            .header(AUTHORIZATION, parcel.authorization)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("TTL", parcel.keep.num_seconds().max(0))
            .header("Topic", parcel.topic)
            .header("Urgency", "high")
            .body(parcel.sealed)
            .send()
            .await;
        match sent {
            Ok(response) => outcome(&response, now),
            Err(error) => {
                tracing::info!(error = explain(error), "a push service is not to be had");
                PushOutcome::Later(None)
            }
        }
    }

    fn client(&self, url: &Url) -> Result<&Client, &str> {
        let made = match (url.scheme(), &self.reachable) {
            ("https", Some(reachable)) => self
                .world
                .get_or_init(|| http_client_to(self.patience, reachable.clone()).map_err(explain)),
            _ => self.loopback.get_or_init(|| loopback_client(self.patience).map_err(explain)),
        };
        made.as_ref().map_err(String::as_str)
    }
}

fn outcome(response: &Response, now: DateTime<Utc>) -> PushOutcome {
    let status = response.status().as_u16();
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let outcome = PushOutcome::of(status, asked, now);
    if !matches!(outcome, PushOutcome::Taken | PushOutcome::Gone) {
        tracing::info!(status, "a push service did not take a message");
    }
    outcome
}
