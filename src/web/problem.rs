//! What the JSON API answers when something is wrong (RFC 9457).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

pub const CONTENT_TYPE: &str = "application/problem+json";

/// `application/problem+json`
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `about:blank`: the status says what kind of problem it is, `reason` the rest.
    r#type: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The member of the request that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// A word that never changes, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// What to name when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl Problem {
    pub fn new(status: StatusCode) -> Self {
        Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: None,
            field: None,
            reason: None,
            request_id: None,
        }
    }

    /// What is wrong and how to cure it, in English.
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub fn field(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    pub fn reason(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub fn request_id(self, id: impl Into<String>) -> Self {
        Self { request_id: Some(id.into()), ..self }
    }

    pub fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).expect("made from a status");
        let body = serde_json::to_vec(&self).expect("a problem holds only text and numbers");
        HttpResponse::build(status).content_type(CONTENT_TYPE).body(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_told() {
        let json = |problem: Problem| serde_json::to_string(&problem).unwrap();
        assert_eq!(
            json(Problem::new(StatusCode::NOT_FOUND)),
            r#"{"type":"about:blank","title":"Not Found","status":404}"#
        );
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY)
            .detail("to: is not a phone number")
            .field("to")
            .reason("not_a_phone_number");
        assert_eq!(
            json(problem),
            concat!(
                r#"{"type":"about:blank","title":"Unprocessable Entity","status":422,"#,
                r#""detail":"to: is not a phone number","field":"to","reason":"not_a_phone_number"}"#
            )
        );
    }
}
