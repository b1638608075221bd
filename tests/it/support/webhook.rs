//! Webhook requests made by hand, signed as the simulated carrier signs them.

use chrono::{DateTime, Utc};
use henji::providers::simulator::webhook::{SIGNATURE, TIMESTAMP, sign};
use henji::store::provider_accounts::ProviderAccount;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::answer::Answer;
use super::cast;
use super::test_app::TestApp;

/// The simulated carrier's pen: account and door.
#[derive(Clone)]
pub struct Signer {
    pub base: String,
    pub token: String,
    pub secret: String,
}

impl Signer {
    pub fn of(app: &TestApp, account: &ProviderAccount) -> Self {
        Self {
            base: app.url.clone(),
            token: account.hook_token.clone(),
            secret: account.settings["secret"].clone(),
        }
    }

    pub fn path(&self, route: &str) -> String {
        format!("/hooks/simulator/{}/{route}", self.token)
    }

    pub fn request(
        &self,
        http: &reqwest::Client,
        at: DateTime<Utc>,
        route: &str,
        body: String,
    ) -> RequestBuilder {
        let path = self.path(route);
        let signature = sign(&self.secret, at, &path, body.as_bytes());
        http.post(format!("{}{path}", self.base))
            .header(TIMESTAMP, at.timestamp().to_string())
            .header(SIGNATURE, signature)
            .header("content-type", "application/json")
            .body(body)
    }
}

impl TestApp {
    /// Posts a webhook of the simulator's account in 受付, rightly signed.
    pub async fn webhook(&self, route: &str, body: &Value) -> Answer {
        let signer = Signer::of(self, &self.cast.account);
        Answer::to(signer.request(&self.http, self.now(), route, body.to_string())).await
    }
}

/// The body of an inbound webhook.
pub fn inbound(provider_ref: &str, from: &str, body: &str) -> Value {
    json!({"id": provider_ref, "from": from, "to": cast::RECEPTION_NUMBER, "body": body})
}

/// The body of a receipt.
pub fn receipt(provider_ref: &str, status: &str) -> Value {
    json!({"id": provider_ref, "reference": null, "status": status, "reason": null})
}
