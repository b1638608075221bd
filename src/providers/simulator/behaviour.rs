//! How the simulated carrier behaves: `PUT /simulator/behaviour`.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// What the network says of a text that reached its handset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptKind {
    #[default]
    Delivered,
    /// Receipts say that the handset was out of reach.
    Undelivered,
    /// No receipt ever comes.
    None,
}

/// The switches of the simulated carrier; the default is a day without trouble.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Behaviour {
    pub receipt: ReceiptKind,
    /// Receipts wait this long.
    pub delay_ms: u64,
    /// Every webhook is posted twice.
    pub duplicate: bool,
    /// Each webhook is held back until the next of its handset has passed it.
    pub reorder: bool,
    /// The text reaches the handset, the answer of the send call is lost.
    pub lose_response: bool,
    /// Every so many sends are throttled; 0 is never.
    pub throttle_every: u32,
    /// Sends are refused for good, with this code: the word of a
    /// [`Reason`](crate::domain::delivery::Reason), or any other word.
    pub reject_code: Option<String>,
}

/// A switch that cannot be set so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct BehaviourError {
    pub field: String,
    pub problem: String,
}

/// An hour: a carrier that reports later than that reports nothing.
const MOST_DELAY_MS: u64 = 3_600_000;

impl Behaviour {
    /// Reads the JSON object; fields left out or null are as by default.
    pub fn read(json: &Value) -> Result<Self, BehaviourError> {
        let fields = json
            .as_object()
            .ok_or_else(|| problem("behaviour", "must be a JSON object".to_owned()))?;
        let mut behaviour = Self::default();
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            match name.as_str() {
                "receipt" => {
                    behaviour.receipt = field(name, value, "delivered, undelivered or none")?;
                }
                "delay_ms" => behaviour.delay_ms = field(name, value, "a number of milliseconds")?,
                "duplicate" => behaviour.duplicate = field(name, value, "true or false")?,
                "reorder" => behaviour.reorder = field(name, value, "true or false")?,
                "lose_response" => behaviour.lose_response = field(name, value, "true or false")?,
                "throttle_every" => {
                    behaviour.throttle_every = field(name, value, "a number of sends, 0 is never")?;
                }
                "reject_code" => behaviour.reject_code = reject_code(value)?,
                _ => return Err(problem(name, "is not a switch of the simulator".to_owned())),
            }
        }
        behaviour.check().map(|()| behaviour)
    }

    /// Refuses what no carrier does, naming the field.
    pub fn check(&self) -> Result<(), BehaviourError> {
        if self.delay_ms > MOST_DELAY_MS {
            return Err(problem("delay_ms", format!("must be at most {MOST_DELAY_MS}, one hour")));
        }
        match &self.reject_code {
            Some(code) if !is_code(code) => Err(problem("reject_code", CODE.to_owned())),
            _ => Ok(()),
        }
    }
}

impl<'de> Deserialize<'de> for Behaviour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        Self::read(&json).map_err(D::Error::custom)
    }
}

const CODE: &str = "must be 1 to 40 letters, digits, - or _";

fn is_code(code: &str) -> bool {
    (1..=40).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Providers number their refusals as often as they name them.
fn reject_code(value: &Value) -> Result<Option<String>, BehaviourError> {
    match value {
        Value::String(code) if code.is_empty() => Ok(None),
        Value::String(code) => Ok(Some(code.clone())),
        Value::Number(code) => Ok(Some(code.to_string())),
        _ => Err(problem("reject_code", CODE.to_owned())),
    }
}

fn field<T: DeserializeOwned>(
    name: &str,
    value: &Value,
    expected: &str,
) -> Result<T, BehaviourError> {
    T::deserialize(value).map_err(|_wrong_type| problem(name, format!("must be {expected}")))
}

fn problem(field: &str, problem: String) -> BehaviourError {
    BehaviourError { field: field.to_owned(), problem }
}
