//! The same for programs, and with our signature, so that a copy of it can be checked
//! wherever it was found: JWS (RFC 7515) by Ed25519 (RFC 8037).

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{SecondsFormat, TimeDelta};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Ours, ours};
use crate::app::App;
use crate::domain::sender_notice::{Carrier, SenderNotice};
use crate::locale::Locale;
use crate::store::senders::Published;
use crate::store::{StoreError, sender_notices};
use crate::web::error::WebError;
use crate::web::settings::house_times;
use crate::web::times::Times;

/// After that a copy says nothing of today any more.
const GOOD_FOR: TimeDelta = TimeDelta::days(1);

#[derive(Serialize)]
struct SenderJson {
    address: String,
    takes_replies: bool,
    since: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    takes_calls: Option<bool>,
    purposes: Vec<&'static str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    sample: String,
    /// What each carrier shows: the number itself where none is named.
    shown_as: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct OursJson {
    organization: String,
    senders: Vec<SenderJson>,
    link_host: String,
    destination_hosts: Vec<String>,
    never_asked: [&'static str; 4],
    #[serde(skip_serializing_if = "String::is_empty")]
    inquiries: String,
    issued_at: String,
    valid_until: String,
}

/// `GET /about-senders.json`: the same for programs.
pub async fn list(app: web::Data<App>) -> Result<HttpResponse, WebError> {
    Ok(HttpResponse::Ok().content_type("application/json").body(statement(&app).await?))
}

/// `GET /about-senders.jws`: the same, signed.
pub async fn signed(app: web::Data<App>) -> Result<HttpResponse, WebError> {
    let payload = URL_SAFE_NO_PAD.encode(statement(&app).await?);
    let read = app.store.read(move |db| {
        let head = json!({"alg": "EdDSA", "kid": kid(&sender_notices::public_key(db))});
        let signed = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(head.to_string()));
        let signature = URL_SAFE_NO_PAD.encode(sender_notices::vouch(db, signed.as_bytes()));
        Ok::<_, StoreError>(format!("{signed}.{signature}"))
    });
    Ok(HttpResponse::Ok().content_type("application/jose").body(read.await?))
}

/// `GET /about-senders/key.json`: what the signature is checked with (RFC 7517).
pub async fn key(app: web::Data<App>) -> Result<HttpResponse, WebError> {
    let read = app.store.read(|db| Ok::<_, StoreError>(sender_notices::public_key(db)));
    let public = read.await?;
    let key = json!({
        "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(&public),
        "kid": kid(&public), "use": "sig", "alg": "EdDSA",
    });
    let keys = json!({"keys": [key]}).to_string();
    Ok(HttpResponse::Ok().content_type("application/jwk-set+json").body(keys))
}

/// The key's thumbprint (RFC 7638, RFC 8037 A.3).
fn kid(public: &[u8]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public);
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

async fn statement(app: &App) -> Result<String, WebError> {
    let ours: Ours = ours(app).await?;
    let times = house_times(app, Locale::En).await?;
    let now = app.clock.now();
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let said = OursJson {
        organization: ours.organization,
        senders: ours.senders.into_iter().map(|one| sender(&times, one)).collect(),
        link_host: ours.link_host,
        destination_hosts: ours.hosts,
        never_asked: ["password", "pin", "card_number", "my_number"],
        inquiries: ours.inquiries,
        issued_at: time(now),
        valid_until: time(now + GOOD_FOR),
    };
    serde_json::to_string(&said).map_err(WebError::internal)
}

fn sender(times: &Times, (one, notice): (Published, Option<SenderNotice>)) -> SenderJson {
    let said = notice.clone().unwrap_or_default();
    let shown = |carrier: &Carrier| {
        let other = said.shown_by().find(|(by, _)| by == carrier);
        (carrier.word(), other.map_or(one.address.as_str(), |(_, number)| number).to_owned())
    };
    SenderJson {
        since: times.date(one.since).to_string(),
        takes_replies: one.can_receive,
        takes_calls: notice.map(|notice| notice.takes_calls),
        purposes: said.purposes.iter().map(|purpose| purpose.word()).collect(),
        shown_as: Carrier::ALL.iter().map(shown).collect(),
        sample: said.sample.clone(),
        address: one.address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_name_is_the_published_one() {
        // RFC 8037, appendix A.3.
        let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(kid(&public), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
