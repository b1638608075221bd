//! What an inbox answers by itself.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Map, Value};

use super::fields::Fields;
use super::{ApiError, Body, Call, is_false, ok};
use crate::actions::automatic_reply::{self, Refusal};
use crate::domain::automatic_reply::{
    LONGEST_WORD, MOST_RULES, MOST_WORDS, Matching, Occasion, PAUSE, Policy, PolicyError, Rule,
};
use crate::domain::id::InboxId;
use crate::web::error::WebError;

#[derive(Debug, Serialize)]
struct PolicyView {
    pause_hours: i64,
    rules: Vec<RuleView>,
    #[serde(skip_serializing_if = "is_false")]
    mail_undelivered: bool,
}

#[derive(Debug, Serialize)]
struct RuleView {
    on: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    matching: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<String>,
    body: String,
}

/// `PUT /inboxes/{id}/automatic_replies`: no rules is silence.
pub async fn set(call: Call, id: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let id: InboxId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let mut body = Body::read(payload).await?;
        let pause = body.integer("pause_hours")?;
        let rules = body.list("rules")?.ok_or(ApiError::missing("rules"))?;
        let mails = body.boolean("mail_undelivered")?.unwrap_or_default();
        body.finish()?;
        let rules = rules.into_iter().map(rule).collect::<Result<_, _>>()?;
        let hours = |hours| TimeDelta::try_hours(hours).unwrap_or(TimeDelta::MAX);
        let policy = Policy { pause: pause.map_or(PAUSE, hours), rules, mails };
        policy.check().map_err(refused)?;
        let kept = automatic_reply::set_policy(&asker.app, asker.caller, id, policy).await;
        let kept = kept.map_err(|Refusal { error, .. }| error)?;
        ok(&PolicyView::from(kept))
    })
    .await
}

fn rule(members: Map<String, Value>) -> Result<Rule, ApiError> {
    let mut fields = Fields::new("field", members);
    let expected = "must be outside_hours, first_contact or keyword";
    let occasion = fields.read("on", expected, Occasion::from_word)?;
    let expected = "must be exact, prefix or contains";
    let matching = fields.read("matching", expected, Matching::from_word)?;
    let words = fields.texts("words")?.unwrap_or_default();
    let body = fields.required("body")?;
    fields.finish()?;
    let words: Vec<String> = words.iter().map(|word| word.trim().to_owned()).collect();
    if words.iter().any(|word| word.contains(char::is_control)) {
        return Err(ApiError::invalid("words", "malformed", "must hold words of one line"));
    }
    Ok(Rule {
        occasion: occasion.ok_or(ApiError::missing("on"))?,
        matching: matching.unwrap_or_default(),
        words,
        body,
    })
}

fn refused(error: PolicyError) -> ApiError {
    match error {
        PolicyError::TooManyRules => {
            ApiError::invalid("rules", "too_many", &format!("must be at most {MOST_RULES}"))
        }
        PolicyError::Pause => {
            ApiError::invalid("pause_hours", "malformed", "must be from 1 to 720")
        }
        PolicyError::Words(_) => {
            let expected =
                format!("must hold 1 to {MOST_WORDS} words of up to {LONGEST_WORD} characters");
            ApiError::invalid("words", "malformed", &expected)
        }
    }
}

impl From<Policy> for PolicyView {
    fn from(policy: Policy) -> Self {
        let rule = |rule: Rule| RuleView {
            on: rule.occasion.word(),
            matching: (rule.occasion == Occasion::Keyword).then(|| rule.matching.word()),
            words: rule.words,
            body: rule.body,
        };
        Self {
            pause_hours: policy.pause.num_hours(),
            rules: policy.rules.into_iter().map(rule).collect(),
            mail_undelivered: policy.mails,
        }
    }
}
