//! The members of a request, taken out one by one.
//!
//! What is left over at the end is refused by name: a misspelt field that is
//! passed over in silence is found only after it has done harm.

use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::{Map, Value};

use super::error::ApiError;

/// The members of a body or a query.
#[derive(Debug)]
pub struct Fields {
    /// What a member is called in messages: `field` or `parameter`.
    what: &'static str,
    members: Map<String, Value>,
}

impl Fields {
    pub fn new(what: &'static str, members: Map<String, Value>) -> Self {
        Self { what, members }
    }

    /// A text, `None` where it is left out or null.
    pub fn text(&mut self, name: &'static str) -> Result<Option<String>, ApiError> {
        match self.members.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(malformed(name, "must be a string")),
        }
    }

    /// A text that must be there, and not be blank.
    pub fn required(&mut self, name: &'static str) -> Result<String, ApiError> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.ok_or(ApiError::missing(name))
    }

    pub fn id<T: FromStr>(&mut self, name: &'static str) -> Result<Option<T>, ApiError> {
        self.read(name, "must be a UUID", |text| text.parse().ok())
    }

    /// Cut to microseconds, which is what the database keeps.
    pub fn time(&mut self, name: &'static str) -> Result<Option<DateTime<Utc>>, ApiError> {
        let expected = "must be a time as in 2026-11-22T09:00:00Z (RFC 3339)";
        self.read(name, expected, |text| {
            DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|at| at.with_timezone(&Utc).trunc_subsecs(6))
        })
    }

    /// A text that `read` understands; `expected` is what would do.
    pub fn read<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        read(&text).map(Some).ok_or_else(|| malformed(name, expected))
    }

    /// A whole number of a query.
    pub fn number(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<i64>, ApiError> {
        let expected = match (*range.start(), *range.end()) {
            (least, i64::MAX) => format!("must be a whole number from {least} up"),
            (least, most) => format!("must be a whole number from {least} to {most}"),
        };
        let within = |number: &i64| range.contains(number);
        self.read(name, &expected, |text| text.parse().ok().filter(within))
    }

    /// A whole number, as JSON has it.
    pub fn integer(&mut self, name: &'static str) -> Result<Option<i64>, ApiError> {
        match self.members.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64()),
            Some(_) => Err(malformed(name, "must be a whole number")),
        }
    }

    pub fn boolean(&mut self, name: &'static str) -> Result<Option<bool>, ApiError> {
        match self.members.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(malformed(name, "must be true or false")),
        }
    }

    pub fn texts(&mut self, name: &'static str) -> Result<Option<Vec<String>>, ApiError> {
        let expected = "must be a list of strings";
        self.each(name, expected, |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A list of objects.
    pub fn list(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Vec<Map<String, Value>>>, ApiError> {
        let expected = "must be a list of objects";
        self.each(name, expected, |value| match value {
            Value::Object(members) => Some(members),
            _ => None,
        })
    }

    fn each<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        read: impl Fn(Value) -> Option<T>,
    ) -> Result<Option<Vec<T>>, ApiError> {
        match self.members.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(values)) => {
                let read: Option<Vec<T>> = values.into_iter().map(read).collect();
                read.map(Some).ok_or_else(|| malformed(name, expected))
            }
            Some(_) => Err(malformed(name, expected)),
        }
    }

    /// Refuses whatever nobody asked for.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(ApiError::unknown(self.what, name)),
        }
    }
}

fn malformed(name: &'static str, expected: &str) -> ApiError {
    ApiError::invalid(name, "malformed", expected)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::error::WebError;

    fn fields(json: Value) -> Fields {
        Fields::new("field", json.as_object().unwrap().clone())
    }

    fn message<T: std::fmt::Debug>(result: Result<T, ApiError>) -> String {
        match result.unwrap_err() {
            ApiError::Web(WebError::Unprocessable { message, .. }) => message,
            ApiError::Stray { detail, .. } => detail,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn null_is_as_good_as_nothing() {
        let mut fields = fields(json!({"a": null}));
        assert_eq!(fields.text("a").unwrap(), None);
        assert_eq!(fields.text("b").unwrap(), None);
        fields.finish().unwrap();
    }

    #[test]
    fn every_refusal_names_the_field_and_the_cure() {
        let mut fields = fields(json!({"a": 1, "b": "yesterday", "c": " ", "d": "x", "e": "9"}));
        assert_eq!(message(fields.text("a")), "a: must be a string");
        assert_eq!(
            message(fields.time("b")),
            "b: must be a time as in 2026-11-22T09:00:00Z (RFC 3339)"
        );
        assert_eq!(message(fields.required("c")), "c: is missing");
        assert_eq!(message(fields.id::<uuid::Uuid>("d")), "d: must be a UUID");
        assert_eq!(message(fields.number("e", 0..=5)), "e: must be a whole number from 0 to 5");
    }

    #[test]
    fn what_nobody_asked_for_is_refused_by_name() {
        let mut fields = fields(json!({"to": "x", "bodi": "y"}));
        fields.text("to").unwrap();
        let refused = message(fields.finish());
        assert_eq!(refused, "bodi: is not a field of this request; remove it");
    }

    #[test]
    fn times_are_read_with_any_offset() {
        let mut fields = fields(json!({"at": "2026-11-22T18:00:00.123456789+09:00"}));
        let at = fields.time("at").unwrap().unwrap();
        assert_eq!(at.to_rfc3339(), "2026-11-22T09:00:00.123456+00:00");
    }
}
