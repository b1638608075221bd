//! `POST /applications`, `GET /applications`, `GET /applications/{id}`

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Path, Payload};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::contact_fields::named;
use super::conversations::ContactView;
use super::fields::Fields;
use super::{ApiError, Asker, Body, Call, List, Query, ok};
use crate::actions::applications::{self as verbs, New};
use crate::domain::application::Step;
use crate::domain::id::{ApplicationId, ContactId, InboxId, MediumId, UserId};
use crate::domain::masking::Numbers;
use crate::domain::user::Sight;
use crate::store::applications::{self, Application, Move, Wanted, media};
use crate::store::{Db, StoreError, contacts, users};
use crate::web::cursor;
use crate::web::error::WebError;

#[derive(Debug, Serialize)]
struct ApplicationView {
    id: Uuid,
    inbox_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<ContactView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    medium: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recruiter_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    step: &'static str,
    applied_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<MoveView>>,
}

#[derive(Debug, Serialize)]
struct MoveView {
    step: &'static str,
    cause: &'static str,
    at: String,
}

/// 201 for a new one, 200 for one that is there already.
pub async fn create(call: Call, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let mut body = Body::read(payload).await?;
        let inbox: InboxId = body.id("inbox_id")?.ok_or(ApiError::missing("inbox_id"))?;
        let new = read(inbox, &mut body)?;
        body.finish()?;
        let Asker { app, caller, numbers, .. } = asker;
        let sight = caller.sight.clone();
        let entered = verbs::enter::run(&app, caller, new).await?;
        let id = entered.application.id;
        let shown = app.store.read(move |db| shown(db, &sight, numbers, id)).await?;
        let mut answer = match entered.is_new {
            true => HttpResponse::Created(),
            false => HttpResponse::Ok(),
        };
        answer.insert_header((header::LOCATION, format!("/api/v1/applications/{id}")));
        Ok(answer.json(shown))
    })
    .await
}

pub async fn index(call: Call) -> HttpResponse {
    call.answer(async |asker| {
        let Asker { app, request, caller, numbers, .. } = asker;
        let mut query = Query::of(&request)?;
        let inbox = query.id("inbox_id")?;
        let contact: Option<ContactId> = query.id("contact")?;
        let step = query.read("step", "must be a step of an application", Step::from_word)?;
        let after = query.read("cursor", "must be one that this list gave", cursor::read)?;
        let limit = query.page_length()?;
        query.finish()?;
        let read = app.store.read(move |db| {
            let contacts = match contact {
                Some(id) => {
                    let person = contacts::person_of(db, id)?;
                    Some(contacts::members(db, person)?)
                }
                None => None,
            };
            let steps = step.into_iter().collect();
            let wanted = Wanted { inbox, contacts, steps, recruiter: None };
            let limit_and_one = limit as i64 + 1;
            let mut page = applications::page(db, &caller.sight, &wanted, after, limit_and_one)?;
            let more = page.len() > limit;
            page.truncate(limit);
            let next = page.last().filter(|_| more).map(Application::position);
            Ok::<_, StoreError>((views(db, page, numbers)?, next))
        });
        let (items, next) = match read.await {
            // Of somebody who is no contact there are none.
            Err(StoreError::NotFound) => (Vec::new(), None),
            read => read?,
        };
        ok(&List { items, next: next.map(cursor::write) })
    })
    .await
}

pub async fn show(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let id: ApplicationId = id.parse().map_err(|_not_an_id| WebError::NotFound)?;
        let Asker { app, caller, numbers, .. } = asker;
        let read = app.store.read(move |db| shown(db, &caller.sight, numbers, id));
        ok(&read.await?)
    })
    .await
}

/// What is told of an application, wherever it comes from.
pub fn read(inbox: InboxId, fields: &mut Fields) -> Result<New, ApiError> {
    let (to, phone) = (fields.text("to")?, fields.text("phone")?);
    let to = match (to, phone) {
        (Some(to), None) | (None, Some(to)) if !to.trim().is_empty() => to,
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid("phone", "ambiguous", "is given beside to"));
        }
        _ => return Err(ApiError::missing("to")),
    };
    Ok(New {
        inbox,
        to,
        name: fields.text("name")?,
        job: fields.text("job")?,
        medium: fields.text("medium")?,
        recruiter_email: fields.text("recruiter_email")?,
        applied_at: fields.time("applied_at")?,
        external_id: fields.text("external_id")?,
    })
}

fn shown(
    db: &mut Db,
    sight: &Sight,
    numbers: Numbers,
    id: ApplicationId,
) -> Result<ApplicationView, StoreError> {
    let one = applications::visible_to(db, sight, id)?;
    let moves = applications::moves(db, id)?;
    let mut view = views(db, vec![one], numbers)?.pop().ok_or(StoreError::NotFound)?;
    let step = |one: &Move| MoveView {
        step: one.step.word(),
        cause: one.cause.word(),
        at: written(one.at),
    };
    view.steps = Some(moves.iter().map(step).collect());
    Ok(view)
}

fn views(
    db: &mut Db,
    page: Vec<Application>,
    numbers: Numbers,
) -> Result<Vec<ApplicationView>, StoreError> {
    let ids: Vec<ContactId> = page.iter().map(|one| one.contact).collect();
    let people = applications::people(db, &ids)?;
    let threads = applications::threads(db, &ids)?;
    let fields = named(db, &people.values().cloned().collect::<Vec<_>>())?;
    let media: HashMap<MediumId, String> =
        media::all(db)?.into_iter().map(|medium| (medium.id, medium.name)).collect();
    let emails: HashMap<UserId, String> =
        users::all(db)?.into_iter().map(|user| (user.id, user.email)).collect();
    let view = |one: Application| ApplicationView {
        id: one.id.0,
        inbox_id: one.inbox.0,
        conversation_id: threads.get(&(one.inbox, one.contact)).map(|id| id.0),
        contact: people.get(&one.contact).map(|contact| {
            let fields = fields.get(&contact.person).cloned().unwrap_or_default();
            ContactView::new(contact.clone(), numbers, fields)
        }),
        job: one.job,
        medium: one.medium.and_then(|id| media.get(&id).cloned()),
        recruiter_email: one.recruiter.and_then(|id| emails.get(&id).cloned()),
        external_id: one.external_id,
        step: one.step.word(),
        applied_at: written(one.applied_at),
        steps: None,
    };
    Ok(page.into_iter().map(view).collect())
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
