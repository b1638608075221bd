//! What an inbox goes by.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Map, Value};

use super::fields::Fields;
use super::{ApiError, Body, Call, is_false, ok};
use crate::actions::escalate::{self, BACK, NIGHT};
use crate::actions::mail_replies;
use crate::domain::escalation::{
    LONGEST_WORD, MOST_STEPS, MOST_WORDS, Policy, PolicyError, Recipient, Step, Trigger,
};
use crate::domain::excerpt::Excerpt;
use crate::domain::id::InboxId;
use crate::domain::nudge;
use crate::web::error::WebError;

#[derive(Debug, Serialize)]
struct PolicyView {
    /// `inbox` or `always`.
    hours: &'static str,
    steps: Vec<StepView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_seconds: Option<i64>,
    /// `masked`, or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct MailRepliesView {
    on: bool,
}

#[derive(Debug, Serialize)]
struct StepView {
    trigger: &'static str,
    after_seconds: i64,
    to: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    urgent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<String>,
    /// Ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
}

#[derive(Debug, Serialize)]
struct BacktestView {
    days: i64,
    fired: usize,
    at_night: usize,
    night: NightView,
    /// How many were looked at.
    conversations: usize,
    /// Whether that is all there was to look at.
    complete: bool,
}

#[derive(Debug, Serialize)]
struct NightView {
    from: String,
    until: String,
    time_zone: &'static str,
}

/// `PUT /inboxes/{id}/escalation_policy`: no steps is no policy.
pub async fn set_escalation_policy(call: Call, id: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let id: InboxId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let policy = policy(Body::read(payload).await?)?;
        escalate::set_policy(&asker.app, asker.caller, id, policy.clone()).await?;
        ok(&PolicyView::from(policy))
    })
    .await
}

/// `PUT /inboxes/{id}/mail_replies`: whether its mails may be answered by mail.
pub async fn set_mail_replies(call: Call, id: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let id: InboxId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let mut body = Body::read(payload).await?;
        let on = body.boolean("on")?.ok_or(ApiError::missing("on"))?;
        body.finish()?;
        mail_replies::set(&asker.app, asker.caller, id, on).await?;
        ok(&MailRepliesView { on })
    })
    .await
}

/// `POST /inboxes/{id}/escalation_policy/backtest`: how often it would have told somebody
/// in the last days; nothing changes.
pub async fn backtest(call: Call, id: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let id: InboxId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let policy = policy(Body::read(payload).await?)?;
        let tally = escalate::backtest(&asker.app, &asker.caller, id, policy).await?;
        ok(&BacktestView {
            days: BACK.num_days(),
            fired: tally.fired.len(),
            at_night: tally.at_night,
            night: NightView {
                from: format!("{:02}:00", NIGHT.0),
                until: format!("{:02}:00", NIGHT.1),
                time_zone: tally.zone.name(),
            },
            conversations: tally.conversations,
            complete: tally.is_whole,
        })
    })
    .await
}

fn policy(mut body: Body) -> Result<Policy, ApiError> {
    let always = body.read("hours", "must be inbox or always", |word| match word {
        "inbox" => Some(false),
        "always" => Some(true),
        _ => None,
    })?;
    let steps = body.list("steps")?.ok_or(ApiError::missing("steps"))?;
    let window = body.integer("window_seconds")?;
    let excerpt = body.read("excerpt", "must be none or masked", Excerpt::from_word)?;
    body.finish()?;
    let steps = steps.into_iter().map(step).collect::<Result<_, _>>()?;
    let window = window.map_or(nudge::WINDOW, seconds);
    let (always, excerpt) = (always.unwrap_or_default(), excerpt.unwrap_or_default());
    let policy = Policy { always, steps, window, excerpt };
    policy.check().map_err(refused)?;
    Ok(policy)
}

fn step(members: Map<String, Value>) -> Result<Step, ApiError> {
    let mut fields = Fields::new("field", members);
    let expected = "must be unanswered, unassigned, undelivered, words, tagged or help";
    let trigger = fields.read("trigger", expected, Trigger::from_word)?;
    let after = fields.integer("after_seconds")?.ok_or(ApiError::missing("after_seconds"))?;
    let to = fields.texts("to")?.ok_or(ApiError::missing("to"))?;
    let urgent = fields.boolean("urgent")?.unwrap_or_default();
    let every = fields.integer("repeat_seconds")?;
    let words = fields.texts("words")?.unwrap_or_default();
    let tags = fields.texts("tags")?.unwrap_or_default();
    fields.finish()?;
    let recipient = |text: String| {
        let expected = "must hold assignee, team, supervisors or e-mail addresses";
        Recipient::parse(&text).ok_or_else(|| ApiError::invalid("to", "malformed", expected))
    };
    let words: Vec<String> = words.iter().map(|word| word.trim().to_owned()).collect();
    if words.iter().any(|word| word.is_empty() || word.contains(char::is_control)) {
        return Err(ApiError::invalid("words", "malformed", "must hold words of one line"));
    }
    let tag = |text: String| {
        text.parse().map_err(|_not_an_id| ApiError::invalid("tags", "malformed", "must hold ids"))
    };
    Ok(Step {
        trigger: trigger.ok_or(ApiError::missing("trigger"))?,
        after: seconds(after),
        to: to.into_iter().map(recipient).collect::<Result<_, _>>()?,
        urgent,
        every: every.map(seconds),
        words,
        tags: tags.into_iter().map(tag).collect::<Result<_, _>>()?,
    })
}

fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX)
}

fn refused(error: PolicyError) -> ApiError {
    match error {
        PolicyError::TooManySteps => {
            ApiError::invalid("steps", "too_many", &format!("must be at most {MOST_STEPS}"))
        }
        PolicyError::After(_) => {
            let expected =
                "must be from 60, or 0 for what is late at once, to 2592000, which is 30 days";
            ApiError::invalid("after_seconds", "malformed", expected)
        }
        PolicyError::Every(_) => {
            let expected = "must be from 300 to 2592000, which is 30 days";
            ApiError::invalid("repeat_seconds", "malformed", expected)
        }
        PolicyError::Words(_) => {
            let expected =
                format!("must hold 1 to {MOST_WORDS} words of up to {LONGEST_WORD} characters");
            ApiError::invalid("words", "malformed", &expected)
        }
        PolicyError::Tags(_) => {
            ApiError::invalid("tags", "malformed", &format!("must hold 1 to {MOST_WORDS} ids"))
        }
        PolicyError::Window => {
            ApiError::invalid("window_seconds", "malformed", "must be from 0 to 3600")
        }
        PolicyError::ToNobody(_) => ApiError::missing("to"),
        PolicyError::ToTooMany(_) => ApiError::invalid("to", "too_many", &error.to_string()),
    }
}

impl From<Policy> for PolicyView {
    fn from(policy: Policy) -> Self {
        let step = |step: Step| StepView {
            trigger: step.trigger.word(),
            after_seconds: step.after.num_seconds(),
            to: step.to.iter().map(Recipient::to_string).collect(),
            urgent: step.urgent,
            repeat_seconds: step.every.map(|every| every.num_seconds()),
            words: step.words,
            tags: step.tags.iter().map(ToString::to_string).collect(),
        };
        Self {
            hours: if policy.always { "always" } else { "inbox" },
            steps: policy.steps.into_iter().map(step).collect(),
            window_seconds: Some(policy.window.num_seconds())
                .filter(|_| policy.window != nudge::WINDOW),
            excerpt: Some(policy.excerpt.word()).filter(|_| policy.excerpt != Excerpt::None),
        }
    }
}
