//! The two providers there are, on the rig of the contract.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use henji::clock::Clock;
use henji::domain::delivery::ReceiptStatus;
use henji::domain::id::{MessageId, ProviderAccountId};
use henji::providers::simulator::webhook;
use henji::providers::simulator::{Behaviour, MemoryJournal, Patience, Simulator};
use henji::providers::twilio::Twilio;
use henji::providers::{Account, HookRequest, Provider};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::contract::{FarEnd, HANDSET, Rig, SENDER};
use super::fake_twilio::{ACCOUNT_SID, AUTH_TOKEN, FakeTwilio, hmac, sign};
use super::peer::{Answer, Peer};

/// The clock of the vectors: 2026-11-21T22:50:00Z.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_301_400, 0).unwrap()
}

pub fn account(kind: &str, settings: &[(&str, &str)]) -> Account {
    let hooks = format!("https://inbox.example.jp/hooks/{kind}/t0ken");
    Account {
        id: ProviderAccountId(Uuid::from_u128(7)),
        settings: settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        inbound_url: format!("{hooks}/inbound"),
        receipts_url: format!("{hooks}/receipts"),
        voice_url: format!("{hooks}/voice"),
    }
}

pub fn twilio_account(base_url: &str) -> Account {
    let settings =
        [("account_sid", ACCOUNT_SID), ("auth_token", AUTH_TOKEN), ("base_url", base_url)];
    account("twilio", &settings)
}

/// A form POST of Twilio's, signed with `token`.
pub fn twilio_post(token: &str, url: &str, fields: &[(String, String)]) -> HookRequest {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    HookRequest {
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers: vec![
            ("x-twilio-signature".to_owned(), sign(token, url, fields)),
            (
                "content-type".to_owned(),
                "application/x-www-form-urlencoded; charset=UTF-8".to_owned(),
            ),
        ],
        body: body.into(),
        received_at: now(),
    }
}

pub fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub struct TwilioRig {
    twilio: Arc<Twilio>,
    far_end: FakeTwilio,
}

impl TwilioRig {
    fn resign(&self, token: &str, request: HookRequest, extra: &[(&str, &str)]) -> HookRequest {
        let mut params: Vec<_> = form_urlencoded::parse(&request.body).into_owned().collect();
        params.extend(fields(extra));
        twilio_post(token, &request.url, &params)
    }
}

impl Rig for TwilioRig {
    async fn start() -> Self {
        let twilio = Arc::new(Twilio::new(Clock::fixed_at(now())));
        Self { twilio, far_end: FakeTwilio::start().await }
    }

    fn provider(&self) -> Arc<dyn Provider> {
        Arc::clone(&self.twilio) as Arc<dyn Provider>
    }

    fn account(&self) -> Account {
        twilio_account(&self.far_end.peer.url())
    }

    fn inbound(&self, provider_ref: &str, body: &str) -> HookRequest {
        let params = fields(&[
            ("ToCountry", "JP"),
            ("SmsMessageSid", provider_ref),
            ("NumMedia", "0"),
            ("SmsSid", provider_ref),
            ("SmsStatus", "received"),
            ("Body", body),
            ("To", SENDER),
            ("NumSegments", "1"),
            ("MessageSid", provider_ref),
            ("AccountSid", ACCOUNT_SID),
            ("From", HANDSET),
            ("ApiVersion", "2010-04-01"),
        ]);
        twilio_post(AUTH_TOKEN, &self.account().inbound_url, &params)
    }

    fn receipt(&self, provider_ref: &str, ours: MessageId, word: &str) -> HookRequest {
        let params = fields(&[
            ("AccountSid", ACCOUNT_SID),
            ("From", SENDER),
            ("To", HANDSET),
            ("MessageSid", provider_ref),
            ("MessageStatus", word),
            ("SmsSid", provider_ref),
            ("SmsStatus", word),
            ("ApiVersion", "2010-04-01"),
        ]);
        let url = format!("{}?message={ours}", self.account().receipts_url);
        twilio_post(AUTH_TOKEN, &url, &params)
    }

    fn way_of_a_text(&self) -> Vec<(&'static str, ReceiptStatus)> {
        vec![
            ("sending", ReceiptStatus::Sent),
            ("sent", ReceiptStatus::Sent),
            ("delivered", ReceiptStatus::Delivered),
            ("read", ReceiptStatus::Delivered),
        ]
    }

    fn with_unknown_field(&self, request: HookRequest) -> HookRequest {
        self.resign(AUTH_TOKEN, request, &[("SomethingNew", "1"), ("SomethingNew", "")])
    }

    fn signed_by_a_stranger(&self, request: HookRequest) -> HookRequest {
        self.resign("another account's token", request, &[])
    }

    fn signed_too_old(&self, request: HookRequest) -> HookRequest {
        self.resign("the token before the last rotation", request, &[])
    }

    fn signature_header(&self) -> &'static str {
        "x-twilio-signature"
    }

    async fn far_end(&self, far_end: FarEnd) {
        self.far_end.behave(far_end);
    }

    fn taken(&self) -> usize {
        self.far_end.taken().len()
    }

    async fn holds(&self, body: &str) -> String {
        self.far_end.hold(body)
    }
}

pub const SECRET: &str = "the secret of the simulated carrier";

pub fn simulator_account() -> Account {
    account("simulator", &[("secret", SECRET)])
}

/// The simulator's post of `body` to `url`, signed `age` ago.
pub fn simulator_post(secret: &str, age: TimeDelta, url: &str, body: Bytes) -> HookRequest {
    let at = now() - age;
    let path = url.strip_prefix("https://inbox.example.jp").unwrap();
    let text = [format!("{}.{path}.", at.timestamp()).as_bytes(), &body].concat();
    let signature = hmac::<Sha256>(secret.as_bytes(), &text);
    let signature = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    HookRequest {
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers: vec![
            (webhook::SIGNATURE.to_owned(), signature),
            (webhook::TIMESTAMP.to_owned(), at.timestamp().to_string()),
        ],
        body,
        received_at: now(),
    }
}

pub struct SimulatorRig {
    simulator: Arc<Simulator>,
    /// Takes the webhooks.
    _door: Peer,
}

impl SimulatorRig {
    fn resign(&self, secret: &str, age: TimeDelta, request: HookRequest) -> HookRequest {
        simulator_post(secret, age, &request.url, request.body)
    }
}

impl Rig for SimulatorRig {
    async fn start() -> Self {
        let door = Peer::start(|_| Answer::status(200)).await;
        let simulator = Simulator::start(
            Clock::fixed_at(now()),
            door.url(),
            Arc::new(MemoryJournal::default()),
            Patience::default(),
        )
        .unwrap();
        simulator.register(simulator_account(), vec![SENDER.to_owned()]);
        Self { simulator, _door: door }
    }

    fn provider(&self) -> Arc<dyn Provider> {
        Arc::clone(&self.simulator) as Arc<dyn Provider>
    }

    fn account(&self) -> Account {
        simulator_account()
    }

    fn inbound(&self, provider_ref: &str, body: &str) -> HookRequest {
        let body = json!({"id": provider_ref, "from": HANDSET, "to": SENDER, "body": body,
            "sent_at": "2026-11-21T22:50:00Z"});
        let url = self.account().inbound_url;
        simulator_post(SECRET, TimeDelta::zero(), &url, body.to_string().into())
    }

    fn receipt(&self, provider_ref: &str, ours: MessageId, word: &str) -> HookRequest {
        let body = json!({"id": provider_ref, "reference": ours.0, "status": word, "reason": null,
            "at": "2026-11-21T22:50:00Z"});
        let url = self.account().receipts_url;
        simulator_post(SECRET, TimeDelta::zero(), &url, body.to_string().into())
    }

    fn way_of_a_text(&self) -> Vec<(&'static str, ReceiptStatus)> {
        vec![
            ("delivered", ReceiptStatus::Delivered),
            ("undelivered", ReceiptStatus::Undelivered),
            ("lost in the post", ReceiptStatus::NoNews),
        ]
    }

    fn with_unknown_field(&self, request: HookRequest) -> HookRequest {
        let mut body: BTreeMap<String, Value> = serde_json::from_slice(&request.body).unwrap();
        body.insert("something_new".to_owned(), json!({"nested": [1]}));
        let body = serde_json::to_vec(&body).unwrap();
        self.resign(SECRET, TimeDelta::zero(), HookRequest { body: body.into(), ..request })
    }

    fn signed_by_a_stranger(&self, request: HookRequest) -> HookRequest {
        self.resign("somebody else's secret", TimeDelta::zero(), request)
    }

    fn signed_too_old(&self, request: HookRequest) -> HookRequest {
        self.resign(SECRET, TimeDelta::seconds(301), request)
    }

    fn signature_header(&self) -> &'static str {
        webhook::SIGNATURE
    }

    async fn far_end(&self, far_end: FarEnd) {
        let usual = Behaviour::default();
        let behaviour = match far_end {
            FarEnd::Takes => usual,
            FarEnd::Throttles => Behaviour { throttle_every: 1, ..usual },
            FarEnd::RefusesForGood => {
                Behaviour { reject_code: Some("no_such_number".to_owned()), ..usual }
            }
            FarEnd::OptedOut => Behaviour { reject_code: Some("opted_out".to_owned()), ..usual },
            FarEnd::LosesItsAnswer => Behaviour { lose_response: true, ..usual },
        };
        self.simulator.set_behaviour(behaviour).unwrap();
    }

    fn taken(&self) -> usize {
        self.simulator.handset(HANDSET).len()
    }

    async fn holds(&self, body: &str) -> String {
        self.simulator.handset_sends(HANDSET, SENDER, body, None).unwrap()
    }
}
