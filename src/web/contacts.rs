//! A contact's own page: numbers, wishes, and everything that was written in
//! whichever inboxes the reader may see, as one timeline.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::conversations::lines::{Beside, Setting, lines, mentioned};
use super::conversations::list::shown_name;
use super::conversations::people::People;
use super::cursor;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{asked_for, html, html_with, refused, see_other};
use super::session::Session;
use super::settings::house_times;
use super::shell::shell;
use super::times::Times;
use super::views::{
    ConsentForm, ContactLineView, ContactPage, ContactThreadView, FieldsForm, MergeNews,
    MergedView, Nav, NumberView, OptOutView, RevealedView,
};
use crate::actions::{masking, record_opt_out};
use crate::app::App;
use crate::domain::id::ContactId;
use crate::domain::masking::Numbers;
use crate::domain::message::Purpose;
use crate::domain::opt_out::{OptOutScope, OptOutSource};
use crate::domain::phone_number;
use crate::store::conversations::{self, Conversation};
use crate::store::ids::RowId;
use crate::store::inboxes::{self, Inbox};
use crate::store::messages::{self, Position};
use crate::store::{Db, StoreError, consents as stored, contacts, opt_outs};

pub mod consents;
pub mod fields;
mod list;
pub mod merge;
pub mod table;
pub use list::index;

/// Lines of a page, over all conversations.
const PAGE: usize = 60;

#[derive(Default, Deserialize)]
pub struct ShowQuery {
    before: Option<String>,
    /// What the last form merged into this contact, or separated from it.
    #[serde(default)]
    merged: String,
    #[serde(default)]
    separated: String,
}

/// `GET /contacts/{id}`: for whoever sees one of the person's conversations. One
/// that was merged leads to the contact that stands for the person.
pub async fn show(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    query: web::Query<ShowQuery>,
) -> Result<HttpResponse, WebError> {
    let shown = Shown { query: query.into_inner(), ..Shown::default() };
    page(&app, session, ContactId(path.into_inner()), shown).await
}

/// `POST /contacts/{id}/number`: the whole number, for somebody who is shown masked
/// ones. Scripts put it where the masked one was; without them it is the contact's
/// page. A page that is loaded again has it masked again.
pub async fn reveal(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ContactId(path.into_inner());
    let wanted = match fields.filled("address") {
        Some(address) => Some(RowId(address.parse().map_err(|_no_id| WebError::BadRequest)?)),
        None => None,
    };
    let found = masking::reveal(&app, session.caller.clone(), id, wanted).await?;
    if asked_for(&request).is_some() {
        let t = session.locale();
        return html(&RevealedView { t, number: phone_number::shown(&found.address) });
    }
    let person = app.store.read(move |db| contacts::person_of(db, id)).await?;
    let shown = Shown { revealed: Some(found.id), ..Shown::default() };
    page(&app, session, person, shown).await
}

/// What the page is to show beside what it always shows.
#[derive(Default)]
struct Shown {
    query: ShowQuery,
    /// The number that is whole, whoever looks.
    revealed: Option<RowId>,
    /// Fields that could not be kept as they were typed.
    form: Option<FieldsForm>,
    /// A consent that could not.
    consent: Option<ConsentForm>,
}

async fn page(
    app: &App,
    session: Session,
    id: ContactId,
    shown: Shown,
) -> Result<HttpResponse, WebError> {
    let Shown { query, revealed, form, consent } = shown;
    let status = match form.is_some() || consent.is_some() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    let before = query.before.as_deref().and_then(cursor::read);
    let shell = shell(app, &session, Nav::Contacts).await?;
    let (seen, asker) = (session.caller.numbers, session.clone());
    let times = house_times(app, session.locale()).await?;
    let page = app.store.read(move |db| {
        let person = contacts::person_of(db, id)?;
        if !contacts::is_seen(db, &session.caller.sight, person)? {
            return Err(StoreError::NotFound);
        }
        if person != id {
            return Ok(Err(person));
        }
        let threads = conversations::visible_of_person(db, &session.caller.sight, person)?;
        let inboxes = inboxes::all(db)?;
        let (timeline, older) =
            timeline(db, &times, seen, &threads, &inboxes, before, shell.event)?;
        let merged = merged(db, &times, seen, id)?;
        let numbers = numbers(db, &times, seen, revealed, id)?;
        let own = contacts::of_person(db, id)?.into_iter().next().ok_or(StoreError::NotFound)?;
        Ok(Ok(ContactPage {
            id: id.to_string(),
            name: own.name.unwrap_or_else(|| seen.shown(&own.address)),
            numbers,
            news: news(&merged, &query.merged, &query.separated),
            merged,
            fields: fields::known(db, times.t, id)?,
            form: None,
            opt_outs: stops(db, &times, id)?,
            is_stopped: own.opted_out.is_some(),
            consents: consents::known(db, &times, id)?,
            may_advertise: own.opted_out.is_none()
                && stored::is_given(db, id, Purpose::Advertising)?,
            consent: consents::form(&times, consent),
            threads: threads
                .iter()
                .map(|one| thread(&times, one, &threads, &inboxes, seen))
                .collect(),
            timeline,
            older: older.map(cursor::write),
            shell,
        }))
    });
    match page.await? {
        Ok(page) => {
            let form = match form {
                Some(form) => Some(form),
                None => fields::form(app, &asker, id, None).await?,
            };
            html_with(status, &ContactPage { form, ..page })
        }
        Err(person) => Ok(see_other(&format!("/contacts/{person}"))),
    }
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
    seen: Numbers,
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
    let name = threads.first().map(|one| shown_name(one, seen)).unwrap_or_default();
    let setting = Setting {
        times,
        people: &people,
        contact: &name,
        may_act: false,
        is_mailable: false,
        beside: &Beside::read(db, &all)?,
        revision,
    };
    let of = |id| threads.iter().find(|thread| thread.id == id);
    let views = lines(&setting, &all, None);
    let oldest = older.and_then(|_| all.first().map(messages::Message::position));
    let mut before_it = None;
    let lines = all.iter().zip(views).map(|(message, line)| {
        let changes = threads.len() > 1 && before_it != Some(message.conversation_id);
        before_it = Some(message.conversation_id);
        let thread = of(message.conversation_id).filter(|_| changes);
        ContactLineView { inbox: thread.map(|thread| told(thread, threads, inboxes, seen)), line }
    });
    Ok((lines.collect(), oldest))
}

fn numbers(
    db: &mut Db,
    times: &Times,
    seen: Numbers,
    revealed: Option<RowId>,
    id: ContactId,
) -> Result<Vec<NumberView>, StoreError> {
    let view = |found: contacts::Address| {
        let is_revealed = revealed == Some(found.id);
        let seen = if is_revealed { Numbers::Whole } else { seen };
        NumberView {
            number: seen.shown(&found.address),
            masked: (seen == Numbers::Masked).then(|| found.id.0.to_string()),
            is_revealed,
            since: times.full(found.since),
            is_current: found.is_current,
        }
    };
    Ok(contacts::addresses(db, id)?.into_iter().map(view).collect())
}

/// The contacts that were merged into this one, and whose number that is.
fn merged(
    db: &mut Db,
    times: &Times,
    seen: Numbers,
    id: ContactId,
) -> Result<Vec<MergedView>, StoreError> {
    let found = contacts::merges(db, id)?;
    let people = People::read(db, found.iter().map(|one| one.by))?;
    let view = |one: contacts::Merge| MergedView {
        id: one.contact.id.to_string(),
        own_name: one.own_name,
        number: seen.shown(&one.contact.address),
        by: people.name(one.by).map(str::to_owned),
        at: times.full(one.at),
    };
    Ok(found.into_iter().map(view).collect())
}

/// What was just done, if it is still so.
fn news(merged: &[MergedView], done: &str, undone: &str) -> Option<MergeNews> {
    let part = |id: &str| merged.iter().find(|one| one.id == id);
    let undone = undone.parse::<ContactId>().ok().map(|id| id.to_string());
    let undone = undone.filter(|id| part(id).is_none());
    let separated = undone.map(|id| MergeNews::Separated { id });
    part(done).cloned().map(MergeNews::Merged).or(separated)
}

fn stops(db: &mut Db, times: &Times, id: ContactId) -> Result<Vec<OptOutView>, StoreError> {
    let found = opt_outs::of_person(db, id)?;
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

/// A conversation by its inbox; by its number too where the person has another one
/// there.
fn told(
    found: &Conversation,
    threads: &[Conversation],
    inboxes: &[Inbox],
    seen: Numbers,
) -> String {
    let inbox = inboxes.iter().find(|inbox| inbox.id == found.inbox_id);
    let name = inbox.map_or("", |inbox| inbox.name.as_str());
    match threads.iter().filter(|one| one.inbox_id == found.inbox_id).count() {
        0 | 1 => name.to_owned(),
        _ => format!("{name} {}", seen.shown(&found.contact.address)),
    }
}

fn thread(
    times: &Times,
    found: &Conversation,
    threads: &[Conversation],
    inboxes: &[Inbox],
    seen: Numbers,
) -> ContactThreadView {
    ContactThreadView {
        conversation_id: found.id.to_string(),
        inbox: told(found, threads, inboxes, seen),
        state: found.status.shown(),
        last: times.short(found.last_message_at),
    }
}
