//! `GET /conversations…`, and what may be done to one.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};

use super::contact_fields::named;
use super::messages::{Beside, MessageView, Numbers};
use super::search::Question;
use super::{ApiError, Body, Call, List, Query, ok};
use crate::actions::{assign, close, snooze, tags as tagging};
use crate::app::App;
use crate::domain::id::{ConversationId, MessageId, TagId, TeamId, UserId};
use crate::domain::masking;
use crate::domain::user::Sight;
use crate::store::contacts::Contact;
use crate::store::conversations::{self, Conversation, list};
use crate::store::messages::{self, Message};
use crate::store::{Db, StoreError, optional, tags};
use crate::web::cursor;
use crate::web::error::WebError;

mod filter;
mod view;

pub use view::ContactView;
use view::ConversationView;
pub use view::TagView;

pub async fn index(call: Call) -> HttpResponse {
    call.answer(async |asker| {
        let (mut query, q) = filter::read(Query::of(&asker.request)?, asker.caller.sight)?;
        if let Some(q) = q {
            let question = Question::of_all(query.sight.clone(), asker.numbers);
            query.among = Some(super::search::conversations(&asker.app, question, &q).await?);
        }
        let read = asker.app.store.read(move |db| {
            let page = list(db, &query)?;
            let ids: Vec<ConversationId> = page.rows.iter().map(|row| row.id).collect();
            let people: Vec<Contact> = page.rows.iter().map(|row| row.contact.clone()).collect();
            Ok::<_, StoreError>((page, tags::of_conversations(db, &ids)?, named(db, &people)?))
        });
        let (page, mut tags, fields) = read.await?;
        let view = |row: Conversation| {
            let tags = tags.remove(&row.id).unwrap_or_default();
            let fields = fields.get(&row.contact.person).cloned().unwrap_or_default();
            ConversationView::new(row, tags, asker.numbers, fields)
        };
        let items: Vec<_> = page.rows.into_iter().map(view).collect();
        ok(&List { items, next: page.next.map(cursor::write) })
    })
    .await
}

pub async fn show(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let id = conversation_id(&id)?;
        let sight = asker.caller.sight;
        let read = asker.app.store.read(move |db| conversations::visible_to(db, &sight, id));
        shown(&asker.app, asker.numbers, read.await?).await
    })
    .await
}

/// The timeline, oldest first: the newest page, or the one next to the message
/// that `before` or `after` names.
pub async fn messages(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let id = conversation_id(&id)?;
        let mut query = Query::of(&asker.request)?;
        let (before, after) = (query.id("before")?, query.id("after")?);
        let limit = query.page_length()?;
        query.finish()?;
        let side = match (before, after) {
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid("after", "ambiguous", "goes not with before"));
            }
            (_, Some(after)) => Side::After(after),
            (before, None) => Side::Before(before),
        };
        let (sight, numbers) = (asker.caller.sight, asker.numbers);
        let read = asker.app.store.read(move |db| timeline(db, &sight, numbers, id, side, limit));
        ok(&read.await?)
    })
    .await
}

pub async fn assign(call: Call, id: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let id = conversation_id(&id)?;
        let mut body = Body::read(payload).await?;
        let (user, team) = (body.id::<UserId>("user_id")?, body.id::<TeamId>("team_id")?);
        let note = body.text("note")?.filter(|note| !note.trim().is_empty());
        body.finish()?;
        let (app, caller) = (&asker.app, asker.caller);
        let changed = match (user, team) {
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid("team_id", "ambiguous", "goes not with user_id"));
            }
            (None, Some(team)) => assign::to_team(app, caller, id, team, note).await?,
            (Some(user), None) => assign::hand_over(app, caller, id, Some(user), note).await?,
            (None, None) => return Err(ApiError::missing("user_id")),
        };
        shown(&asker.app, asker.numbers, changed).await
    })
    .await
}

pub async fn unassign(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let changed = assign::run(&asker.app, asker.caller, conversation_id(&id)?, None).await?;
        shown(&asker.app, asker.numbers, changed).await
    })
    .await
}

pub async fn close(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let changed = close::run(&asker.app, asker.caller, conversation_id(&id)?).await?;
        shown(&asker.app, asker.numbers, changed).await
    })
    .await
}

pub async fn reopen(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let changed = close::reopen(&asker.app, asker.caller, conversation_id(&id)?).await?;
        shown(&asker.app, asker.numbers, changed).await
    })
    .await
}

pub async fn snooze(call: Call, id: Path<String>, payload: Payload) -> HttpResponse {
    call.answer(async |asker| {
        let id = conversation_id(&id)?;
        let mut body = Body::read(payload).await?;
        let until = body.time("until")?.ok_or(ApiError::missing("until"))?;
        body.finish()?;
        let changed = snooze::run(&asker.app, asker.caller, id, until).await?;
        shown(&asker.app, asker.numbers, changed).await
    })
    .await
}

pub async fn wake(call: Call, id: Path<String>) -> HttpResponse {
    call.answer(async |asker| {
        let changed = snooze::end(&asker.app, asker.caller, conversation_id(&id)?).await?;
        shown(&asker.app, asker.numbers, changed).await
    })
    .await
}

pub async fn put_tag(call: Call, path: Path<(String, String)>) -> HttpResponse {
    call.answer(async |asker| {
        let (id, tag) = conversation_and_tag(&path)?;
        let changed = tagging::put_on(&asker.app, asker.caller, id, tag).await?;
        shown(&asker.app, asker.numbers, changed).await
    })
    .await
}

pub async fn take_tag(call: Call, path: Path<(String, String)>) -> HttpResponse {
    call.answer(async |asker| {
        let (id, tag) = conversation_and_tag(&path)?;
        let changed = tagging::take_off(&asker.app, asker.caller, id, tag).await?;
        shown(&asker.app, asker.numbers, changed).await
    })
    .await
}

/// The conversation with the tags it carries.
async fn shown(
    app: &App,
    numbers: masking::Numbers,
    conversation: Conversation,
) -> Result<HttpResponse, ApiError> {
    let (id, contact) = (conversation.id, conversation.contact.clone());
    let read = app.store.read(move |db| {
        let fields =
            named(db, std::slice::from_ref(&contact))?.remove(&contact.person).unwrap_or_default();
        Ok::<_, StoreError>((tags::of(db, id)?, fields))
    });
    let (tags, fields) = read.await?;
    ok(&ConversationView::new(conversation, tags, numbers, fields))
}

fn conversation_and_tag(path: &(String, String)) -> Result<(ConversationId, TagId), WebError> {
    let tag = path.1.parse().map_err(|_not_an_id| WebError::NotFound)?;
    Ok((conversation_id(&path.0)?, tag))
}

/// Which side of a message; `Before(None)` is the end of the timeline.
enum Side {
    Before(Option<MessageId>),
    After(MessageId),
}

fn conversation_id(text: &str) -> Result<ConversationId, WebError> {
    text.parse().map_err(|_not_an_id| WebError::NotFound)
}

fn timeline(
    db: &mut Db,
    sight: &Sight,
    numbers: masking::Numbers,
    id: ConversationId,
    side: Side,
    limit: usize,
) -> Result<List<MessageView>, ApiError> {
    let conversation = conversations::visible_to(db, sight, id)?;
    // One more than asked for shows whether there is another page.
    let one_more = limit as i64 + 1;
    let (page, next) = match side {
        Side::Before(before) => {
            let before = before.map(|before| landmark(db, id, before, "before")).transpose()?;
            let before = before.map(|message| message.position());
            let mut page = messages::page_before(db, id, before, one_more)?;
            let more = page.len() > limit;
            page.drain(..page.len().saturating_sub(limit));
            let next = page.first().filter(|_| more).map(|message| message.id);
            (page, next)
        }
        Side::After(after) => {
            let after = landmark(db, id, after, "after")?.position();
            let mut page = messages::page_after(db, id, after, one_more)?;
            let more = page.len() > limit;
            page.truncate(limit);
            let next = page.last().filter(|_| more).map(|message| message.id);
            (page, next)
        }
    };
    let shown: Vec<MessageId> = page.iter().map(|message| message.id).collect();
    let mut beside = Beside::read(db, &shown)?;
    let mut numbers = Numbers::new(&conversation, numbers);
    let items = page
        .into_iter()
        .map(|message| {
            let number = numbers.of(db, &message)?;
            let beside = beside.remove(&message.id).unwrap_or_default();
            Ok(MessageView::new(message, number, beside))
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(List { items, next: next.map(|id| id.to_string()) })
}

/// The message a page lies next to, which must be of the same conversation.
fn landmark(
    db: &mut Db,
    conversation: ConversationId,
    id: MessageId,
    parameter: &'static str,
) -> Result<Message, ApiError> {
    let unknown = || ApiError::invalid(parameter, "unknown", "is no message of this conversation");
    let message = optional(messages::find(db, id))?;
    message.filter(|message| message.conversation_id == conversation).ok_or_else(unknown)
}
