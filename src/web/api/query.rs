//! What stands behind the question mark.

use std::ops::{Deref, DerefMut};

use actix_web::HttpRequest;
use serde_json::{Map, Value};

use super::error::ApiError;
use super::fields::Fields;

/// The parameters of a query.
#[derive(Debug)]
pub struct Query(Fields);

impl Query {
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        Self::parse(request.query_string())
    }

    fn parse(query: &str) -> Result<Self, ApiError> {
        let mut members = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if members.insert(name.to_string(), Value::String(value.into_owned())).is_some() {
                return Err(ApiError::repeated(&name));
            }
        }
        Ok(Self(Fields::new("parameter", members)))
    }

    pub fn flag(&mut self, name: &'static str) -> Result<Option<bool>, ApiError> {
        self.read(name, "must be true or false", |text| text.parse().ok())
    }

    /// How many items a page shall have: 50 unless said otherwise, 200 at most.
    pub fn page_length(&mut self) -> Result<usize, ApiError> {
        const USUAL: i64 = 50;
        const MOST: i64 = 200;
        Ok(self.number("limit", 1..=MOST)?.unwrap_or(USUAL) as usize)
    }

    pub fn finish(self) -> Result<(), ApiError> {
        self.0.finish()
    }
}

impl Deref for Query {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl DerefMut for Query {
    fn deref_mut(&mut self) -> &mut Fields {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_given_once_or_refused() {
        assert!(Query::parse("limit=1&after=2").is_ok());
        assert!(Query::parse("limit=1&limit=2").is_err());
    }

    #[test]
    fn a_page_has_between_1_and_200_items() {
        let length = |query: &str| Query::parse(query).unwrap().page_length().ok();
        assert_eq!(length(""), Some(50));
        assert_eq!(length("limit=200"), Some(200));
        for wrong in ["limit=0", "limit=201", "limit=-1", "limit=ten", "limit=", "limit=1.0"] {
            assert_eq!(length(wrong), None, "{wrong}");
        }
    }
}
