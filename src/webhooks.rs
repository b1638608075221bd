//! Tells programs of others what happens (Standard Webhooks): signed, to where the
//! operator allows, and never on to where an answer sends us.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};

use crate::config::WebhooksConfig;
use crate::domain::webhook::{DeliveryFailure, DeliveryOutcome};
use crate::outside::Reachable;
use crate::providers::http::{Clients, Timeouts, explain};
use crate::webhook_signature;

/// Standard Webhooks asks for 15 to 30 seconds.
const PATIENCE: Timeouts =
    Timeouts { connect: Duration::from_secs(5), whole: Duration::from_secs(15) };

/// What is told, ready to leave.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The same for each try, so that a receiver knows it again.
    pub id: String,
    /// Seconds since 1970 of this try.
    pub timestamp: i64,
    /// One for each secret that counts, divided by spaces.
    pub signatures: String,
    pub body: String,
}

/// The way to them.
#[derive(Debug)]
pub struct Webhooks {
    clients: Clients,
}

impl Webhooks {
    pub fn new(config: &WebhooksConfig) -> Self {
        Self::patient(config, PATIENCE)
    }

    /// [`Self::new`] with a patience of its own.
    pub fn patient(config: &WebhooksConfig, patience: Timeouts) -> Self {
        Self { clients: Clients::new(Reachable::new(&config.allowed), patience) }
    }

    /// Whether that address may be called at all; what a form asks before it keeps one.
    pub fn may_call(&self, url: &str) -> bool {
        self.clients.address(url).is_some()
    }

    /// Says what became of it, and whatever went wrong to the log, without the
    /// address: it is a secret.
    pub async fn hand_over(
        &self,
        url: &str,
        parcel: Parcel,
        now: DateTime<Utc>,
    ) -> DeliveryOutcome {
        // Looked at again: it may have been allowed once.
        let Some(url) = self.clients.address(url) else {
            return DeliveryOutcome::unanswered(DeliveryFailure::Address);
        };
        let client = match self.clients.client(&url) {
            Ok(client) => client,
            Err(error) => {
                tracing::warn!(error, "webhooks cannot leave");
                return DeliveryOutcome::unanswered(DeliveryFailure::Unreachable);
            }
        };
        let sent = client
            .post(url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(webhook_signature::ID, parcel.id)
            .header(webhook_signature::TIMESTAMP, parcel.timestamp)
            .header(webhook_signature::SIGNATURE, parcel.signatures)
            .body(parcel.body)
            .send()
            .await;
        match sent {
            Ok(answer) if !self.clients.may_answer(&url, &answer) => {
                DeliveryOutcome::unanswered(DeliveryFailure::Address)
            }
            Ok(answer) => {
                let asked = answer.headers().get(RETRY_AFTER).and_then(|it| it.to_str().ok());
                DeliveryOutcome::of(answer.status().as_u16(), asked, now)
            }
            Err(error) => {
                tracing::info!(error = explain(error), "a webhook's receiver is not to be had");
                DeliveryOutcome::unanswered(DeliveryFailure::Unreachable)
            }
        }
    }
}
