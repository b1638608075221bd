//! What somebody asks to send.

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::actions::Draft;
use crate::app::App;
use crate::domain::id::{InboxId, SenderId};
use crate::domain::message::Purpose;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::segment::normalise_body;
use crate::domain::sender::SenderAddress;
use crate::store::senders;
use crate::web::api::{ApiError, Body};

/// As long as the longest idempotency key.
const LONGEST_CLIENT_ID: usize = 200;

/// A request to send, read but not yet compared with what the house knows.
#[derive(Clone, Debug)]
pub struct Order {
    pub inbox: InboxId,
    pub to: String,
    body: String,
    purpose: Purpose,
    client_id: Option<String>,
    send_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    sender: Option<String>,
}

impl Order {
    pub fn read(mut body: Body) -> Result<Self, ApiError> {
        let order = Self {
            inbox: body.id("inbox_id")?.ok_or(ApiError::missing("inbox_id"))?,
            to: body.required("to")?,
            body: body.required("body")?,
            purpose: body
                .read("purpose", &purposes(), Purpose::from_word)?
                .unwrap_or(Purpose::Conversation),
            client_id: body.text("client_id")?.filter(|id| !id.is_empty()),
            send_at: body.time("send_at")?,
            expires_at: body.time("expires_at")?,
            sender: body.text("sender")?.filter(|sender| !sender.trim().is_empty()),
        };
        body.finish()?;
        if order.client_id.as_ref().is_some_and(|id| id.len() > LONGEST_CLIENT_ID) {
            let problem = format!("is longer than {LONGEST_CLIENT_ID} bytes");
            return Err(ApiError::invalid("client_id", "too_long", &problem));
        }
        Ok(order)
    }

    /// A hash of what is asked for: the same for two requests that differ in
    /// spacing, order of fields or spelling of a number alone.
    pub fn hash(&self) -> Vec<u8> {
        let to = PhoneNumber::parse(&self.to);
        let sender = self.sender.as_deref().map(|sender| match SenderAddress::parse(sender) {
            Ok(address) => address.key(),
            Err(_) => sender.to_owned(),
        });
        let meaning = json!([
            self.inbox.0,
            to.as_ref().map_or(self.to.trim(), PhoneNumber::as_str),
            normalise_body(&self.body),
            self.purpose.word(),
            self.client_id,
            self.send_at,
            self.expires_at,
            sender,
        ]);
        Sha256::digest(meaning.to_string()).to_vec()
    }

    /// The text as the action wants it.
    pub async fn draft(&self, app: &App) -> Result<Draft, ApiError> {
        self.check_times(app.clock.now())?;
        Ok(Draft {
            body: self.body.clone(),
            purpose: self.purpose,
            client_message_id: self.client_id.as_deref().map(client_message_id),
            sender: self.find_sender(app).await?,
            send_at: self.send_at,
            expires_at: self.expires_at,
            until_reply: false,
            automatic: false,
            may_be_undone: false,
            despite_doubt: true,
        })
    }

    fn check_times(&self, now: DateTime<Utc>) -> Result<(), ApiError> {
        let leaves = self.send_at.map_or(now, |at| at.max(now));
        if self.expires_at.is_some_and(|at| at <= leaves) {
            let problem = "must be later than now and than send_at";
            return Err(ApiError::invalid("expires_at", "too_early", problem));
        }
        Ok(())
    }

    /// By id, or by number or name as people write it.
    async fn find_sender(&self, app: &App) -> Result<Option<SenderId>, ApiError> {
        let Some(asked_for) = &self.sender else { return Ok(None) };
        if let Ok(id) = asked_for.parse() {
            return Ok(Some(id));
        }
        let inbox = self.inbox;
        let ours = app.store.read(move |db| senders::of_inbox(db, inbox)).await?;
        let key = |text: &str| SenderAddress::parse(text).ok().map(|address| address.key());
        let wanted = key(asked_for);
        let found = ours.iter().find(|sender| wanted.is_some() && key(&sender.address) == wanted);
        found.map(|sender| Some(sender.id)).ok_or_else(|| {
            ApiError::invalid("sender", "unknown", "is no number or name of this inbox")
        })
    }
}

fn purposes() -> String {
    let words: Vec<&str> = Purpose::ALL.iter().map(|purpose| purpose.word()).collect();
    format!("must be one of {}", words.join(", "))
}

/// A UUID as it is; of any other text, always the same one.
fn client_message_id(client_id: &str) -> Uuid {
    client_id.parse().unwrap_or_else(|_not_a_uuid| {
        let digest = Sha256::digest(client_id);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Uuid::new_v8(bytes)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::web::api::fields::Fields;

    fn order(changes: Value) -> Result<Order, ApiError> {
        let mut body = json!({
            "inbox_id": "01920000-0000-7000-8000-000000000001",
            "to": "090-1234-5678",
            "body": "はい",
        });
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        Order::read(Body::from(Fields::new("field", body.as_object().unwrap().clone())))
    }

    fn hash(changes: Value) -> Vec<u8> {
        order(changes).unwrap().hash()
    }

    #[test]
    fn the_same_meaning_has_the_same_hash() {
        let plain = hash(json!({}));
        for same in [
            json!({"to": "+819012345678"}),
            json!({"to": "０９０－１２３４－５６７８"}),
            json!({"purpose": "conversation"}),
            json!({"purpose": null, "sender": null, "client_id": null}),
        ] {
            assert_eq!(hash(same.clone()), plain, "{same}");
        }
    }

    #[test]
    fn another_meaning_has_another_hash() {
        let plain = hash(json!({}));
        for other in [
            json!({"to": "090-1234-5679"}),
            json!({"body": "はい "}),
            json!({"purpose": "notice"}),
            json!({"client_id": "1"}),
            json!({"send_at": "2026-11-22T09:00:00Z"}),
            json!({"expires_at": "2026-11-22T09:00:00Z"}),
            json!({"sender": "0120-123-456"}),
            json!({"inbox_id": "01920000-0000-7000-8000-000000000002"}),
        ] {
            assert_ne!(hash(other.clone()), plain, "{other}");
        }
        let at = |field: &str| hash(json!({field: "2026-11-22T09:00:00Z"}));
        assert_ne!(at("send_at"), at("expires_at"));
    }

    #[test]
    fn an_unknown_purpose_or_field_is_refused() {
        for wrong in [
            json!({"purpose": "spam"}),
            json!({"text": "hello"}),
            json!({"inbox_id": 7}),
            json!({"body": " "}),
            json!({"to": null}),
            json!({"client_id": "x".repeat(201)}),
        ] {
            assert!(order(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_expires_after_it_leaves() {
        let now = "2026-11-22T09:00:00Z".parse().unwrap();
        let check = |changes| order(changes).unwrap().check_times(now).is_ok();
        assert!(check(json!({"expires_at": "2026-11-22T09:00:01Z"})));
        assert!(!check(json!({"expires_at": "2026-11-22T09:00:00Z"})));
        let both =
            |expires: &str| json!({"send_at": "2026-11-22T10:00:00Z", "expires_at": expires});
        assert!(!check(both("2026-11-22T09:30:00Z")));
        assert!(check(both("2026-11-22T10:30:00Z")));
    }

    #[test]
    fn any_text_is_a_client_id() {
        let uuid = "01920000-0000-7000-8000-000000000001";
        assert_eq!(client_message_id(uuid).to_string(), uuid);
        assert_eq!(client_message_id("order-17"), client_message_id("order-17"));
        assert_ne!(client_message_id("order-17"), client_message_id("order-18"));
    }
}
