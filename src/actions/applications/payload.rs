//! What a job board's webhook tells: a JSON object, or one that has it under `data`.

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::{Map, Value};

use super::New;
use crate::domain::id::InboxId;

/// Reads what the API takes, too, but passes over what it does not know: job boards send
/// more than we want.
///
/// # Errors
/// Names the field and the cure.
pub fn read(inbox: InboxId, body: &[u8]) -> Result<New, String> {
    let told: Value =
        serde_json::from_slice(body).map_err(|_error| "the body is not JSON".to_owned())?;
    let object = told.as_object().ok_or("the body is not a JSON object")?;
    let data = object.get("data").and_then(Value::as_object).unwrap_or(object);
    let to = match text(data, "to")? {
        Some(to) => Some(to),
        None => text(data, "phone")?,
    };
    let applied_at = match text(data, "applied_at")? {
        Some(at) => Some(time(&at).ok_or("applied_at: must be a time (RFC 3339)")?),
        None => None,
    };
    Ok(New {
        inbox,
        to: to.ok_or("to: is missing")?,
        name: text(data, "name")?,
        job: text(data, "job")?,
        medium: text(data, "medium")?,
        recruiter_email: text(data, "recruiter_email")?,
        applied_at,
        external_id: text(data, "external_id")?,
    })
}

/// Numbers are texts too: systems keep names of applications, and telephone numbers, in
/// columns of numbers.
fn text(data: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match data.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) if number.is_i64() => Ok(Some(number.to_string())),
        Some(_) => Err(format!("{name}: must be a string")),
    }
}

/// Cut to microseconds, which is what the database keeps.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Some(at.with_timezone(&Utc).trunc_subsecs(6))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn told(body: &str) -> Result<New, String> {
        read(InboxId(Uuid::from_u128(1)), body.as_bytes())
    }

    #[test]
    fn an_application_is_read_bare_or_in_an_envelope() {
        let bare = r#"{"phone": "090-1234-5678", "job": "営業", "external_id": 17, "x": {}}"#;
        let found = told(bare).unwrap();
        assert_eq!((found.to.as_str(), found.job.as_deref()), ("090-1234-5678", Some("営業")));
        assert_eq!(found.external_id.as_deref(), Some("17"));
        let envelope = format!(r#"{{"type": "application.created", "data": {bare}}}"#);
        assert_eq!(told(&envelope).unwrap(), found);
    }

    #[test]
    fn what_is_no_application_is_told_by_its_field() {
        for (body, why) in [
            ("to=1", "the body is not JSON"),
            ("[]", "the body is not a JSON object"),
            (r#"{"data": {"to": " "}}"#, "to: is missing"),
            (r#"{"to": "090-1234-5678", "job": []}"#, "job: must be a string"),
            (
                r#"{"to": "090-1234-5678", "applied_at": "yesterday"}"#,
                "applied_at: must be a time (RFC 3339)",
            ),
        ] {
            assert_eq!(told(body).unwrap_err(), why, "{body}");
        }
    }
}
