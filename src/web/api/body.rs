//! A JSON object, read from the body of a request.

use std::ops::{Deref, DerefMut};

use actix_web::web::Payload;
use serde_json::Value;

use super::error::ApiError;
use super::fields::Fields;
use crate::web::error::WebError;

/// Ten times the longest text with every character escaped.
const LONGEST: usize = 64 * 1024;

/// The fields of a body.
pub struct Body(Fields);

impl Body {
    pub async fn read(payload: Payload) -> Result<Self, ApiError> {
        match json(payload).await? {
            Value::Object(members) => Ok(Fields::new("field", members).into()),
            _ => Err(ApiError::invalid("body", "malformed", "must be a JSON object")),
        }
    }

    pub fn finish(self) -> Result<(), ApiError> {
        self.0.finish()
    }
}

impl From<Fields> for Body {
    fn from(fields: Fields) -> Self {
        Self(fields)
    }
}

/// The whole body as JSON, whatever its type is said to be: a program that asks
/// here means JSON, and a bearer token is nothing a browser sends by itself.
pub async fn json(payload: Payload) -> Result<Value, ApiError> {
    let body = payload.to_bytes_limited(LONGEST).await.map_err(|_longer| WebError::TooLarge)?;
    let body = body.map_err(|_broken| WebError::BadRequest)?;
    serde_json::from_slice(&body).map_err(|error| ApiError::NotJson(error.to_string()))
}

impl Deref for Body {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl DerefMut for Body {
    fn deref_mut(&mut self) -> &mut Fields {
        &mut self.0
    }
}
