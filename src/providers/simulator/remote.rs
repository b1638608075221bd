//! A simulated carrier in another process, by HTTP on this machine.
//!
//! `henji torture` plays it: a carrier that lives on while henji is killed is
//! the only witness of what really reached a handset.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use uuid::Uuid;

use crate::domain::delivery::Reason;
use crate::domain::id::MessageId;
use crate::domain::inbound::InboundMessage;
use crate::providers::http::{explain, read_bounded};
use crate::providers::{Accepted, Account, ListError, OutboundSms, Retry, SendError, Settings};

/// The setting that names the other process.
pub const SETTING: &str = "carrier";
/// Where texts are handed over and listed.
pub const PATH: &str = "/texts";
/// An answer is an id or a reason; a list holds some thousand texts.
const LONGEST: usize = 16 * 1024 * 1024;

/// What is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    pub account: Uuid,
    pub reference: Uuid,
    pub from: String,
    pub to: String,
    pub body: String,
    pub expires_at: Option<DateTime<Utc>>,
}

/// What the carrier says to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
pub enum Answer {
    Taken {
        id: String,
    },
    /// Nothing was taken.
    Refused {
        reason: String,
        detail: String,
        /// `None` where it never will be.
        retry_ms: Option<u64>,
    },
}

/// A text of a handset, as listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub id: String,
    pub from: String,
    pub to: String,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// The other carrier's address, if the account names one.
pub fn address(settings: &Settings) -> Option<&str> {
    settings.get(SETTING).map(String::as_str).filter(|address| !address.is_empty())
}

/// Only this machine's own: a simulated carrier is no way out of the house.
pub fn is_address(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_here = match url.host() {
        Some(Host::Ipv4(host)) => host.is_loopback(),
        Some(Host::Ipv6(host)) => host.is_loopback(),
        _ => false,
    };
    is_here && url.scheme() == "http" && url.path() == "/" && url.query().is_none()
}

pub async fn send(
    http: &Client,
    address: &str,
    account: &Account,
    sms: &OutboundSms,
) -> Result<Accepted, SendError> {
    let handed = Handed {
        account: account.id.0,
        reference: sms.message_id.0,
        from: sms.from.clone(),
        to: sms.to.clone(),
        body: sms.body.clone(),
        expires_at: sms.expires_at,
    };
    let sent = http.post(door(address)).json(&handed).send().await;
    let answer = match sent {
        Ok(answer) => read_bounded(answer, LONGEST).await.map_err(String::from),
        // It never heard of the text.
        Err(error) if error.is_connect() => return Err(out_of_reach(explain(error))),
        Err(error) => Err(explain(error)),
    };
    let answer = answer.and_then(|body| {
        serde_json::from_slice::<Answer>(&body).map_err(|error| error.to_string())
    });
    match answer.map_err(|detail| SendError::Unknown { detail })? {
        Answer::Taken { id } => Ok(Accepted { provider_ref: id, segments: None }),
        Answer::Refused { reason, detail, retry_ms } => Err(SendError::Refused {
            reason: Reason::from_word(&reason).unwrap_or(Reason::ProviderError),
            detail,
            retry: retry_ms.map_or(Retry::No, |ms| Retry::After(Duration::from_millis(ms))),
        }),
    }
}

/// `None` where that carrier keeps no list.
pub async fn list(
    http: &Client,
    address: &str,
    account: &Account,
    since: DateTime<Utc>,
) -> Result<Option<Vec<InboundMessage>>, ListError> {
    let query = [("account", account.id.to_string()), ("since", since.to_rfc3339())];
    let answer = http.get(door(address)).query(&query).send().await;
    let answer = answer.map_err(|error| ListError(explain(error)))?;
    if answer.status() == 404 {
        return Ok(None);
    }
    let body = read_bounded(answer, LONGEST).await.map_err(|error| ListError(error.into()))?;
    let listed: Vec<Listed> =
        serde_json::from_slice(&body).map_err(|error| ListError(error.to_string()))?;
    Ok(Some(listed.into_iter().map(InboundMessage::from).collect()))
}

impl Handed {
    /// The text as the carrier's own [`Provider`](crate::providers::Provider) takes it.
    pub fn sms(self) -> OutboundSms {
        OutboundSms {
            message_id: MessageId(self.reference),
            from: self.from,
            to: self.to,
            body: self.body,
            expires_at: self.expires_at,
        }
    }
}

impl Answer {
    /// `None` where the answer gets lost on its way.
    pub fn of(outcome: Result<Accepted, SendError>) -> Option<Self> {
        match outcome {
            Ok(accepted) => Some(Self::Taken { id: accepted.provider_ref }),
            Err(SendError::Refused { reason, detail, retry }) => Some(Self::Refused {
                reason: reason.word().to_owned(),
                detail,
                retry_ms: match retry {
                    Retry::No => None,
                    Retry::Soon => Some(0),
                    Retry::After(wait) => u64::try_from(wait.as_millis()).ok(),
                },
            }),
            Err(SendError::Unknown { .. }) => None,
        }
    }
}

impl From<Listed> for InboundMessage {
    fn from(listed: Listed) -> Self {
        Self {
            provider_ref: listed.id,
            from: listed.from,
            to: listed.to,
            body: listed.body,
            sent_at: Some(listed.at),
            opt_out: None,
        }
    }
}

fn door(address: &str) -> String {
    format!("{}{PATH}", address.trim_end_matches('/'))
}

fn out_of_reach(detail: String) -> SendError {
    SendError::Refused { reason: Reason::ProviderError, detail, retry: Retry::Soon }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_plays_the_carrier() {
        for good in ["http://127.0.0.1:9000", "http://127.3.2.1:1/", "http://[::1]:9000"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "https://127.0.0.1:1",
            "http://localhost:1",
            "http://10.0.0.1:1",
            "http://127.0.0.1:1/x",
            "http://127.0.0.1.example.jp/",
            "127.0.0.1:1",
            "",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn an_answer_reads_as_it_was_said() {
        let refused = SendError::Refused {
            reason: Reason::Throttled,
            detail: "throttled".into(),
            retry: Retry::After(Duration::from_secs(1)),
        };
        let json = serde_json::to_string(&Answer::of(Err(refused)).unwrap()).unwrap();
        let expected = concat!(
            r#"{"answer":"refused","reason":"throttled","#,
            r#""detail":"throttled","retry_ms":1000}"#
        );
        assert_eq!(json, expected);
        assert_eq!(Answer::of(Err(SendError::Unknown { detail: String::new() })), None);
    }
}
