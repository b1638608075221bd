//! Twilio on loopback: takes texts, lists them, and signs what it posts.
//!
//! The signer is written from the description of the algorithm and shares no
//! code with the adapter, not even the HMAC.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::contract::{FarEnd, HANDSET, SENDER};
use super::peer::{Answer, Peer, PeerRequest};

pub const ACCOUNT_SID: &str = "AC0123456789abcdef0123456789abcdef";
/// The token of the vectors.
pub const AUTH_TOKEN: &str = "12345";

pub struct FakeTwilio {
    pub peer: Peer,
    state: Arc<Mutex<State>>,
}

struct State {
    far_end: FarEnd,
    /// Decoded forms of the texts that were taken.
    taken: Vec<Vec<(String, String)>>,
    held: Vec<Value>,
    /// Takes and lists texts, and answers nobody who hands one over.
    silent: bool,
}

impl FakeTwilio {
    pub async fn start() -> Self {
        let state =
            State { far_end: FarEnd::Takes, taken: Vec::new(), held: Vec::new(), silent: false };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let peer = Peer::start(move |request| shared.lock().unwrap().answer(request)).await;
        Self { peer, state }
    }

    pub fn behave(&self, far_end: FarEnd) {
        self.state.lock().unwrap().far_end = far_end;
    }

    pub fn fall_silent(&self) {
        self.state.lock().unwrap().silent = true;
    }

    pub fn taken(&self) -> Vec<Vec<(String, String)>> {
        self.state.lock().unwrap().taken.clone()
    }

    /// A handset's text that the webhook did not bring; our own are listed too.
    pub fn hold(&self, body: &str) -> String {
        let mut state = self.state.lock().unwrap();
        let sid = format!("SM{:032x}", state.held.len());
        state.held.push(listed(&sid, "inbound", HANDSET, SENDER, body));
        state.held.push(listed("SMffff", "outbound-api", SENDER, HANDSET, "ours"));
        sid
    }
}

impl State {
    fn answer(&mut self, request: &PeerRequest) -> Answer {
        let expected = STANDARD.encode(format!("{ACCOUNT_SID}:{AUTH_TOKEN}"));
        if request.header("authorization") != Some(&format!("Basic {expected}")) {
            return Answer::json(
                401,
                json!({"code": 20003, "message": "Authenticate", "status": 401}),
            );
        }
        let path = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json");
        match (request.method.as_str(), request.target.split('?').next().unwrap()) {
            ("POST", target) if target == path => self.take(request),
            ("GET", target) if target == path => {
                Answer::json(200, json!({"messages": self.held, "next_page_uri": null}))
            }
            _ => Answer::json(404, json!({"code": 20404, "message": "Not found", "status": 404})),
        }
    }

    fn take(&mut self, request: &PeerRequest) -> Answer {
        let form: Vec<(String, String)> =
            form_urlencoded::parse(&request.body).into_owned().collect();
        if self.silent {
            let field = |name| form.iter().find(|(key, _)| key == name).unwrap().1.clone();
            let sid = format!("SM{:032x}", self.taken.len() + 1);
            let (from, to, body) = (field("From"), field("To"), field("Body"));
            let mut entry = listed(&sid, "outbound-api", &from, &to, &body);
            let now = henji::clock::Clock::default().now();
            entry["date_created"] = now.to_rfc2822().into();
            entry["status"] = "sent".into();
            self.held.push(entry);
            self.taken.push(form);
            return Answer::Silence;
        }
        match self.far_end {
            FarEnd::Takes => {
                self.taken.push(form);
                let sid = format!("SM{:032x}", self.taken.len());
                Answer::json(201, json!({"sid": sid, "status": "queued", "num_segments": "1"}))
            }
            FarEnd::LosesItsAnswer => {
                self.taken.push(form);
                Answer::Hangup
            }
            FarEnd::Throttles => Answer::Http {
                status: 429,
                headers: vec![("retry-after", "3".to_owned())],
                body: json!({"code": 20429, "message": "Too Many Requests", "status": 429})
                    .to_string(),
            },
            FarEnd::RefusesForGood => Answer::json(
                400,
                json!({"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400}),
            ),
            FarEnd::OptedOut => Answer::json(
                400,
                json!({"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}),
            ),
        }
    }
}

pub fn listed(sid: &str, direction: &str, from: &str, to: &str, body: &str) -> Value {
    json!({
        "sid": sid, "account_sid": ACCOUNT_SID, "direction": direction, "from": from, "to": to,
        "body": body, "date_sent": "Sat, 21 Nov 2026 22:50:00 +0000", "status": "received",
        "num_segments": "1", "num_media": "0", "price": null, "messaging_service_sid": null,
    })
}

/// `X-Twilio-Signature` of a form or GET request.
pub fn sign(token: &str, url: &str, fields: &[(String, String)]) -> String {
    STANDARD.encode(hmac::<Sha1>(token.as_bytes(), signed_text(url, fields).as_bytes()))
}

/// The SharedKey scheme.
pub fn sign_sha256(secret: &str, url: &str, fields: &[(String, String)]) -> String {
    STANDARD.encode(hmac::<Sha256>(secret.as_bytes(), signed_text(url, fields).as_bytes()))
}

/// The URL and, by name, each name with each of its values, once.
pub fn signed_text(url: &str, fields: &[(String, String)]) -> String {
    let mut names: Vec<&String> = fields.iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let mut text = url.to_owned();
    for name in names {
        let of_name = fields.iter().filter(|(other, _)| other == name);
        let mut values: Vec<&String> = of_name.map(|(_, value)| value).collect();
        values.sort();
        values.dedup();
        values.iter().for_each(|value| text.extend([name.as_str(), value.as_str()]));
    }
    text
}

/// RFC 2104, with the block size of SHA-1 and SHA-256.
pub fn hmac<D: Digest>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    if key.len() > 64 {
        let hashed = D::digest(key);
        block[..hashed.len()].copy_from_slice(&hashed);
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = D::new().chain_update(block.map(|b| b ^ 0x36)).chain_update(text).finalize();
    D::new().chain_update(block.map(|b| b ^ 0x5c)).chain_update(inner).finalize().to_vec()
}
