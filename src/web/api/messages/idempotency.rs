//! `Idempotency-Key`: a request that is sent again is not done again.

use actix_web::HttpRequest;

use crate::actions::ActionError;
use crate::actions::start_conversation::{self, Idempotency};
use crate::app::App;
use crate::domain::id::ApiTokenId;
use crate::store::messages::{self, Message};
use crate::web::api::ApiError;

const HEADER: &str = "Idempotency-Key";
const LONGEST: usize = 200;

/// What the caller calls this request.
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// `None` where none was sent: then every request counts.
    pub fn of(request: &HttpRequest) -> Result<Option<Self>, ApiError> {
        let mut keys = request.headers().get_all(HEADER);
        let Some(key) = keys.next() else { return Ok(None) };
        if keys.next().is_some() {
            return Err(ApiError::repeated(HEADER));
        }
        let key = key.to_str().ok().map(str::trim).filter(|key| !key.is_empty());
        match key {
            Some(key) if key.len() <= LONGEST => Ok(Some(Self(key.to_owned()))),
            _ => {
                let expected = format!("must have 1 to {LONGEST} printable ASCII characters");
                Err(ApiError::invalid(HEADER, "malformed", &expected))
            }
        }
    }

    /// `request_hash` is over what is asked for.
    pub fn for_request(self, token: ApiTokenId, request_hash: Vec<u8>) -> Idempotency {
        Idempotency { token, key: self.0, request_hash }
    }
}

/// The message this very request made before, if it did.
pub async fn first_use(
    app: &App,
    idempotency: Option<&Idempotency>,
) -> Result<Option<Message>, ApiError> {
    let idempotency = idempotency.cloned();
    let read = app.store.read(move |db| {
        let id = start_conversation::first_use(db, idempotency.as_ref())?;
        Ok::<_, ActionError>(id.map(|id| messages::find(db, id)).transpose()?)
    });
    Ok(read.await?)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn key(value: &str) -> Result<Option<String>, ApiError> {
        let request = TestRequest::default().insert_header((HEADER, value)).to_http_request();
        Ok(IdempotencyKey::of(&request)?.map(|key| key.0))
    }

    #[test]
    fn a_key_has_1_to_200_characters() {
        assert_eq!(key("order-17").unwrap().as_deref(), Some("order-17"));
        assert!(key(&"k".repeat(200)).is_ok());
        assert!(key(&"k".repeat(201)).is_err());
        assert!(key("").is_err());
        assert!(key("予約").is_err());
        assert!(IdempotencyKey::of(&TestRequest::default().to_http_request()).unwrap().is_none());
    }
}
