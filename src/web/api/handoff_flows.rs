//! Phone menus, and whether everybody is busy.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::fields::Fields;
use super::{ApiError, Body, Call, is_false, ok};
use crate::actions::ActionError;
use crate::actions::handoff_flows::{self as verbs, Refusal, Which};
use crate::clock::fresh_id;
use crate::domain::handoff::{DUPLICATE, Flow, MenuOption, Overflow, RETURNS, Saying, Speech};
use crate::domain::id::{InboxId, TeamId};
use crate::domain::message::Purpose;
use crate::store::{Db, StoreError, handoff_flows, teams};
use crate::web::error::WebError;

#[derive(Debug, Serialize)]
struct FlowView {
    name: String,
    inbox_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    called: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar_id: Option<Uuid>,
    duplicate_minutes: i64,
    return_days: i64,
    #[serde(skip_serializing_if = "is_false")]
    foreign_numbers: bool,
    overflow: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    busy_calendar_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    general_body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overflow_body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overflow_url: Option<String>,
    options: Vec<OptionView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sayings: Vec<SayingView>,
}

#[derive(Debug, Serialize)]
struct OptionView {
    digit: String,
    topic: String,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    purpose: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

#[derive(Debug, Serialize)]
struct SayingView {
    speech: &'static str,
    language: String,
    text: String,
}

/// `PUT /handoff_flows/{name}`
pub async fn set(call: Call, name: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let mut body = Body::read(payload).await?;
        let inbox: InboxId = body.id("inbox_id")?.ok_or(ApiError::missing("inbox_id"))?;
        let options = body.list("options")?.ok_or(ApiError::missing("options"))?;
        let here = asker.app.store.read(move |db| teams::of_inbox(db, inbox)).await?;
        let option = |members| option(members, &here);
        let expected = "must be off, on or scheduled";
        let overflow = body.read("overflow", expected, Overflow::from_word)?;
        let minutes = |n| TimeDelta::try_minutes(n).unwrap_or(TimeDelta::MAX);
        let days = |n| TimeDelta::try_days(n).unwrap_or(TimeDelta::MAX);
        let flow = Flow {
            id: fresh_id(),
            name: name.into_inner(),
            inbox,
            called: body.text("called")?,
            operator: body.text("operator")?,
            calendar: body.id("calendar_id")?,
            duplicate: body.integer("duplicate_minutes")?.map_or(DUPLICATE, minutes),
            returns: body.integer("return_days")?.map_or(RETURNS, days),
            foreign_numbers: body.boolean("foreign_numbers")?.unwrap_or_default(),
            overflow: Overflow::default(),
            busy_calendar: body.id("busy_calendar_id")?,
            general: body.text("general_body")?,
            closed: body.text("closed_body")?,
            overflow_body: body.text("overflow_body")?,
            overflow_url: body.text("overflow_url")?,
            options: options.into_iter().map(option).collect::<Result<_, _>>()?,
            sayings: sayings(&mut body)?,
        };
        body.finish()?;
        let saved = verbs::save(&asker.app, asker.caller, Which::Named, flow, overflow).await;
        let flow = saved.map_err(refused)?;
        ok(&asker.app.store.read(move |db| view(db, flow)).await?)
    })
    .await
}

/// `GET /handoff_flows/{name}`
pub async fn show(call: Call, name: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let name = name.into_inner();
        let found = asker.app.store.read(move |db| {
            let flow = handoff_flows::find_by_name(db, &name)?;
            flow.map(|flow| view(db, flow)).transpose()
        });
        ok(&found.await?.ok_or(WebError::NotFound)?)
    })
    .await
}

/// `PUT /handoff_flows/{name}/overflow`: for a button, a schedule, or whatever counts
/// those who wait.
pub async fn set_overflow(call: Call, name: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let mut body = Body::read(payload).await?;
        let expected = "must be off, on or scheduled";
        let mode = body.read("mode", expected, Overflow::from_word)?;
        let mode = mode.ok_or(ApiError::missing("mode"))?;
        body.finish()?;
        let name = name.into_inner();
        let flow = verbs::set_overflow(&asker.app, asker.caller, name, mode).await?;
        ok(&asker.app.store.read(move |db| view(db, flow)).await?)
    })
    .await
}

fn option(members: Map<String, Value>, here: &[(TeamId, String)]) -> Result<MenuOption, ApiError> {
    let mut fields = Fields::new("field", members);
    let purposes: Vec<&str> = Purpose::ALL.iter().map(|purpose| purpose.word()).collect();
    let expected = format!("must be one of {}", purposes.join(", "));
    let team = fields.text("team")?.filter(|team| !team.trim().is_empty());
    let option = MenuOption {
        digit: fields.required("digit")?,
        topic: fields.required("topic")?,
        body: fields.required("body")?,
        url: fields.text("url")?,
        team: team.map(|team| team_of(&team, here)).transpose()?,
        purpose: fields.read("purpose", &expected, Purpose::from_word)?.unwrap_or(Purpose::Notice),
        language: fields.text("language")?.filter(|tag| !tag.is_empty()),
    };
    fields.finish()?;
    Ok(option)
}

/// A team of the inbox, by name or id.
fn team_of(asked_for: &str, here: &[(TeamId, String)]) -> Result<TeamId, ApiError> {
    let is_it = |id: &TeamId, name: &str| name == asked_for.trim() || id.to_string() == asked_for;
    let found = here.iter().find(|(id, name)| is_it(id, name)).map(|(id, _)| *id);
    let problem = "is no team that the inbox is open to";
    found.ok_or_else(|| ApiError::invalid("team", "unknown", problem))
}

fn sayings(body: &mut Body) -> Result<Vec<Saying>, ApiError> {
    let words: Vec<&str> = Speech::ALL.iter().map(|speech| speech.word()).collect();
    let expected = format!("must be one of {}", words.join(", "));
    let saying = |members| {
        let mut fields = Fields::new("field", members);
        let speech = fields.read("speech", &expected, Speech::from_word)?;
        let saying = Saying {
            speech: speech.ok_or(ApiError::missing("speech"))?,
            language: fields.required("language")?,
            text: fields.required("text")?,
        };
        fields.finish()?;
        Ok(saying)
    };
    let all = body.list("sayings")?.unwrap_or_default();
    let all: Vec<Saying> = all.into_iter().map(saying).collect::<Result<_, ApiError>>()?;
    let is_same =
        |one: &Saying, other: &Saying| one.speech == other.speech && one.language == other.language;
    let is_twice = |(n, one): (usize, &Saying)| all[..n].iter().any(|other| is_same(one, other));
    if all.iter().enumerate().any(is_twice) {
        let problem = "must hold each speech of a language once";
        return Err(ApiError::invalid("sayings", "repeated", problem));
    }
    Ok(all)
}

/// Which option it is, counted as people do.
fn refused(Refusal { option, error }: Refusal) -> ApiError {
    match (option, error) {
        (Some(n), ActionError::Invalid { field, problem }) => {
            let place = format!("options {}, {field}", n + 1);
            ApiError::misfit(&place, problem.word(), &problem.to_string())
        }
        (_, error) => error.into(),
    }
}

fn view(db: &mut Db, flow: Flow) -> Result<FlowView, StoreError> {
    let names = teams::names(db)?;
    let option = |option: MenuOption| OptionView {
        digit: option.digit,
        topic: option.topic,
        body: option.body,
        url: option.url,
        team: option.team.and_then(|team| names.get(&team).cloned()),
        purpose: option.purpose.word(),
        language: option.language,
    };
    let saying = |saying: Saying| SayingView {
        speech: saying.speech.word(),
        language: saying.language,
        text: saying.text,
    };
    Ok(FlowView {
        name: flow.name,
        inbox_id: flow.inbox.0,
        called: flow.called,
        operator: flow.operator,
        calendar_id: flow.calendar.map(|id| id.0),
        duplicate_minutes: flow.duplicate.num_minutes(),
        return_days: flow.returns.num_days(),
        foreign_numbers: flow.foreign_numbers,
        overflow: flow.overflow.word(),
        busy_calendar_id: flow.busy_calendar.map(|id| id.0),
        general_body: flow.general,
        closed_body: flow.closed,
        overflow_body: flow.overflow_body,
        overflow_url: flow.overflow_url,
        options: flow.options.into_iter().map(option).collect(),
        sayings: flow.sayings.into_iter().map(saying).collect(),
    })
}
