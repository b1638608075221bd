//! A contact's own page: numbers, wishes, and everything that was written in
//! whichever inboxes the reader may see, as one timeline.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::conversations::lines::{Setting, lines, mentioned};
use super::conversations::list::shown_name;
use super::conversations::people::People;
use super::cursor;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{asked_for, html, refused, see_other};
use super::session::Session;
use super::settings::house_times;
use super::shell::shell;
use super::times::Times;
use super::views::{ContactLineView, ContactPage, ContactThreadView, Nav, NumberView, OptOutView};
use crate::actions::record_opt_out;
use crate::app::App;
use crate::domain::id::ContactId;
use crate::domain::opt_out::{OptOutScope, OptOutSource};
use crate::domain::phone_number;
use crate::store::conversations::{self, Conversation};
use crate::store::inboxes::{self, Inbox};
use crate::store::messages::{self, Position};
use crate::store::{Db, StoreError, contacts, opt_outs};

mod list;
pub use list::index;

/// Lines of a page, over all conversations.
const PAGE: usize = 60;

#[derive(Deserialize)]
pub struct ShowQuery {
    before: Option<String>,
}

/// `GET /contacts/{id}`: for whoever sees one of the contact's conversations.
pub async fn show(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    query: web::Query<ShowQuery>,
) -> Result<HttpResponse, WebError> {
    let id = ContactId(path.into_inner());
    let before = query.into_inner().before.as_deref().and_then(cursor::read);
    let shell = shell(&app, &session, Nav::Contacts).await?;
    let times = house_times(&app, session.locale()).await?;
    let page = app.store.read(move |db| {
        let threads = conversations::visible_of_contact(db, &session.caller.sight, id)?;
        let Some(first) = threads.first() else { return Err(StoreError::NotFound) };
        let inboxes = inboxes::all(db)?;
        let (timeline, older) = timeline(db, &times, &threads, &inboxes, before, shell.event)?;
        Ok(ContactPage {
            id: id.to_string(),
            name: shown_name(first),
            numbers: numbers(db, &times, id)?,
            opt_outs: stops(db, &times, id)?,
            is_stopped: first.contact.opted_out.is_some(),
            threads: threads.iter().map(|one| thread(&times, one, &inboxes)).collect(),
            timeline,
            older: older.map(cursor::write),
            shell,
        })
    });
    html(&page.await?)
}

/// `POST /contacts/{id}/opt_out`: a wish to stop that came by call or by letter.
pub async fn stop(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ContactId(path.into_inner());
    let scope = OptOutScope::from_word(fields.get("scope"));
    let source = OptOutSource::from_word(fields.get("source"))
        .filter(|source| matches!(source, OptOutSource::User | OptOutSource::Law));
    let (Some(scope), Some(source)) = (scope, source) else { return Err(WebError::BadRequest) };
    record_opt_out::begin(&app, session.caller, id, scope, source).await?;
    done(&request, id)
}

/// `DELETE /contacts/{id}/opt_out`: the contact agrees again. It takes a tick in
/// a box, because whoever sends without consent breaks the law (特定電子メール法).
pub async fn resume(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ContactId(path.into_inner());
    if !fields.has("agreed") {
        let t = session.locale();
        return refused(&request, t, t.contact_agreed_missing().to_owned());
    }
    record_opt_out::end(&app, session.caller, id).await?;
    done(&request, id)
}

fn done(request: &HttpRequest, id: ContactId) -> Result<HttpResponse, WebError> {
    if asked_for(request).is_some() {
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(see_other(&format!("/contacts/{id}")))
}

/// The newest lines of all conversations before `before`, oldest first, and where
/// those before them end.
fn timeline(
    db: &mut Db,
    times: &Times,
    threads: &[Conversation],
    inboxes: &[Inbox],
    before: Option<Position>,
    revision: i64,
) -> Result<(Vec<ContactLineView>, Option<Position>), StoreError> {
    let mut all = Vec::new();
    for thread in threads {
        // One more than is shown says whether there are older ones.
        all.extend(messages::page_before(db, thread.id, before, PAGE as i64 + 1)?);
    }
    all.sort_by_key(messages::Message::position);
    let older = all.len().checked_sub(PAGE).filter(|older| *older > 0);
    let all = all.split_off(older.unwrap_or(0));
    let mentioned = mentioned(db, &all)?;
    let people = People::read(db, mentioned)?;
    let name = threads.first().map(shown_name).unwrap_or_default();
    let setting = Setting { times, people: &people, contact: &name, may_act: false, revision };
    let of = |id| threads.iter().find(|thread| thread.id == id);
    let views = lines(&setting, &all, None);
    let oldest = older.and_then(|_| all.first().map(messages::Message::position));
    let mut inbox_before = None;
    let lines = all.iter().zip(views).map(|(message, line)| {
        let inbox = of(message.conversation_id).map(|thread| thread.inbox_id);
        let changes = threads.len() > 1 && inbox != inbox_before;
        inbox_before = inbox;
        let named = inboxes.iter().find(|one| changes && Some(one.id) == inbox);
        ContactLineView { inbox: named.map(|inbox| inbox.name.clone()), line }
    });
    Ok((lines.collect(), oldest))
}

fn numbers(db: &mut Db, times: &Times, id: ContactId) -> Result<Vec<NumberView>, StoreError> {
    let view = |found: contacts::Address| NumberView {
        number: phone_number::shown(&found.address),
        since: times.full(found.since),
        is_current: found.is_current,
    };
    Ok(contacts::addresses(db, id)?.into_iter().map(view).collect())
}

fn stops(db: &mut Db, times: &Times, id: ContactId) -> Result<Vec<OptOutView>, StoreError> {
    let found = opt_outs::of_contact(db, id)?;
    let people = People::read(db, found.iter().map(|one| one.actor))?;
    let view = |one: &opt_outs::OptOut| OptOutView {
        scope: one.scope,
        source: one.source,
        by: people.name(one.actor).map(str::to_owned),
        since: times.full(one.since),
        ended: one.ended_at.map(|at| times.full(at)),
    };
    Ok(found.iter().map(view).collect())
}

fn thread(times: &Times, found: &Conversation, inboxes: &[Inbox]) -> ContactThreadView {
    let inbox = inboxes.iter().find(|inbox| inbox.id == found.inbox_id);
    ContactThreadView {
        conversation_id: found.id.to_string(),
        inbox: inbox.map_or_else(String::new, |inbox| inbox.name.clone()),
        state: found.status.shown(),
        last: times.short(found.last_message_at),
    }
}
