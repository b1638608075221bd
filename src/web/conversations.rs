//! The inbox's pages and the verbs on a conversation.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::cursor;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{asked_for, html, html_with, see_other};
use super::session::Session;
use super::shell::shell;
use super::views::{
    AboutPage, ErrorPage, FormErrors, IndexPage, ListTab, Nav, NewPage, ProblemView, ShowPage,
};
use super::words;
use crate::actions::{
    self, ActionError, Draft, Problem, assign, mark_read, rename_contact, snooze as snoozing,
    start_conversation,
};
use crate::app::App;
use crate::domain::id::{ConversationId, InboxId, MessageId, SenderId, UserId};
use crate::domain::message::Purpose;
use crate::domain::segment::LengthProfile;
use crate::locale::Locale;
use crate::store::{inboxes, optional, senders};

pub mod lines;
pub mod list;
pub mod narrowed;
pub mod people;
pub mod selection;
pub mod tagging;
pub mod thread;

pub use list::list_view;
use narrowed::Narrowed;

#[derive(Deserialize)]
pub struct IndexQuery {
    view: Option<String>,
    inbox: Option<String>,
    tag: Option<String>,
    cursor: Option<String>,
}

#[derive(Deserialize)]
pub struct ShowQuery {
    before: Option<String>,
    after: Option<String>,
    m: Option<String>,
    at: Option<String>,
    view: Option<String>,
    inbox: Option<String>,
    tag: Option<String>,
}

/// `GET /conversations`
pub async fn index(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    query: web::Query<IndexQuery>,
) -> Result<HttpResponse, WebError> {
    let IndexQuery { view, inbox, tag, cursor } = query.into_inner();
    let narrowed = Narrowed::read(&session, view.as_deref(), inbox.as_deref(), tag.as_deref());
    let after = cursor.as_deref().and_then(cursor::read);
    if asked_for(&request) == Some("rows") {
        let list = list_view(&app, &session, narrowed, after).await?;
        return if after.is_some() { html(&list.rows) } else { html(&list) };
    }
    let shell = shell(&app, &session, Nav::Inbox).await?;
    let list = list_view(&app, &session, narrowed, after).await?;
    html(&IndexPage { shell, list })
}

/// `GET /conversations/{id}`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    query: web::Query<ShowQuery>,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    let ShowQuery { before, after, m, at, view, inbox, tag } = query.into_inner();
    let message = m.and_then(|m| m.parse().ok()).map(thread::Landing::Message);
    let day = at.and_then(|at| at.parse().ok()).map(thread::Landing::Day);
    let window = thread::Window {
        around: message.or(day),
        before: before.as_deref().and_then(cursor::read),
        after: after.as_deref().and_then(cursor::read),
    };
    let is_page = asked_for(&request).is_none();
    if !is_page && (before.is_some() || after.is_some()) {
        return html(&thread::lines_view(&app, &session, id, window).await?);
    }
    let shell = shell(&app, &session, Nav::Inbox).await?;
    let mut thread = thread::thread_view(&app, &session, id, window, shell.event).await?;
    if !is_page {
        return html(&thread);
    }
    let narrowed = Narrowed::read(&session, view.as_deref(), inbox.as_deref(), tag.as_deref());
    thread.back = narrowed.query();
    let mut list = list_view(&app, &session, narrowed, None).await?;
    list.rows.mark_current(&id.to_string());
    html(&ShowPage { shell, list, thread })
}

/// `GET /conversations/{id}/about`
pub async fn about(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    let shell = shell(&app, &session, Nav::Inbox).await?;
    let side = thread::side_view(&app, &session, id, shell.event).await?;
    if asked_for(&request).is_some() {
        return html(&side);
    }
    html(&AboutPage { shell, side })
}

#[derive(Deserialize)]
pub struct NewQuery {
    to: Option<String>,
}

/// `GET /conversations/new`
pub async fn new(
    app: web::Data<App>,
    session: Session,
    query: web::Query<NewQuery>,
) -> Result<HttpResponse, WebError> {
    must_answer(&session)?;
    let mut form = Fields::default();
    if let Some(to) = query.into_inner().to {
        form = Fields::of(&[("to", &to)]);
    }
    new_page(&app, &session, StatusCode::OK, &form, FormErrors::none()).await
}

/// `POST /conversations`: a text to any number.
pub async fn create(
    app: web::Data<App>,
    session: Session,
    mut fields: Fields,
) -> Result<HttpResponse, WebError> {
    must_answer(&session)?;
    let sender = fields.get("sender_id").parse().ok().map(SenderId);
    let inbox = match sender {
        Some(id) => {
            let sender = app.store.read(move |db| optional(senders::find(db, id))).await?;
            sender.map(|sender| sender.inbox_id)
        }
        None => fields.get("inbox_id").parse().ok(),
    };
    let draft = Draft {
        body: fields.get("body").to_owned(),
        purpose: Purpose::Conversation,
        client_message_id: fields.get("client_message_id").parse().ok(),
        sender,
        send_at: None,
        expires_at: None,
        until_reply: false,
        may_be_undone: true,
        despite_doubt: fields.has("despite_doubt"),
    };
    let to = fields.get("to").to_owned();
    let caller = session.caller.clone();
    let inbox = inbox.unwrap_or(InboxId(Uuid::nil()));
    match start_conversation::run(&app, caller, inbox, to, draft, None).await {
        Ok(sent) => {
            Ok(see_other(&format!("/conversations/{}#latest", sent.message.conversation_id)))
        }
        Err(ActionError::Invalid { field, problem }) => {
            if matches!(problem, Problem::Doubtful(_)) {
                fields.set("despite_doubt", "1");
            }
            let field = if field == "inbox_id" { "sender_id" } else { field };
            let errors = FormErrors::of(field, words::problem(session.locale(), field, problem));
            new_page(&app, &session, StatusCode::UNPROCESSABLE_ENTITY, &fields, errors).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `PUT /conversations/{id}/contact`: a name for the contact.
pub async fn rename(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    let name = fields.get("name").to_owned();
    rename_contact::run(&app, session.caller, id, name).await?;
    Ok(see_other(&format!("/conversations/{id}/about")))
}

/// `PUT /conversations/{id}/read`: seen up to `message_id`, or all of it.
pub async fn mark_read(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    let message: Option<MessageId> = fields.get("message_id").parse().ok();
    mark_read::run(&app, session.caller, id, message).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /conversations/{id}/read`: the last text is news again.
pub async fn mark_unread(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    mark_read::undo(&app, session.caller.clone(), id).await?;
    done(&session, &request, &fields, id)
}

/// `POST /conversations/{id}/assignment`: to `user_id`, or to whoever asks; with a
/// `note` for them where that is sent.
pub async fn assign(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    let user = match fields.filled("user_id") {
        Some(text) => Some(text.parse().map_err(|_malformed| WebError::BadRequest)?),
        None => session.caller.user_id().map(|user: UserId| user),
    };
    let note = fields.filled("note").map(str::to_owned);
    match assign::hand_over(&app, session.caller.clone(), id, user, note).await {
        Ok(_) => done(&session, &request, &fields, id),
        Err(ActionError::Invalid { field: "note", problem }) => {
            let t = session.locale();
            refused(&request, t, words::problem(t, "note", problem))
        }
        Err(error) => Err(error.into()),
    }
}

/// `DELETE /conversations/{id}/assignment`
pub async fn unassign(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    assign::run(&app, session.caller.clone(), id, None).await?;
    done(&session, &request, &fields, id)
}

/// `POST /conversations/{id}/closure`; with `next`, a browser without scripts is
/// led to the next conversation of its list.
pub async fn close(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    // Which row comes next is known while this one is still among them.
    let next = match asked_for(&request) {
        None if fields.has("next") => Some(next_address(&app, &session, &fields, id).await?),
        _ => None,
    };
    actions::close::run(&app, session.caller.clone(), id).await?;
    match next {
        Some(next) => Ok(see_other(&next)),
        None => done(&session, &request, &fields, id),
    }
}

/// `DELETE /conversations/{id}/closure`
pub async fn reopen(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    actions::close::reopen(&app, session.caller.clone(), id).await?;
    done(&session, &request, &fields, id)
}

/// `POST /conversations/{id}/snooze`: until `until`, RFC 3339, or where that is
/// not sent until `until_at`, a time of the inbox's day.
pub async fn snooze(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    let t = session.locale();
    let until = match fields.filled("until") {
        Some(until) => chrono::DateTime::parse_from_rfc3339(until)
            .map_err(|_malformed| WebError::BadRequest)?
            .to_utc(),
        None => {
            let times = thread::times_of(&app, &session, id).await?;
            let Some(until) = times.typed(fields.get("until_at")) else {
                return refused(&request, t, t.field_until_missing().to_owned());
            };
            until
        }
    };
    match snoozing::run(&app, session.caller.clone(), id, until).await {
        Ok(_) => done(&session, &request, &fields, id),
        Err(ActionError::Invalid { field, problem }) => {
            refused(&request, t, words::problem(t, field, problem))
        }
        Err(error) => Err(error.into()),
    }
}

/// `DELETE /conversations/{id}/snooze`
pub async fn wake(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    snoozing::end(&app, session.caller.clone(), id).await?;
    done(&session, &request, &fields, id)
}

/// Scripts hear of the change by its event; a browser without them goes back to
/// the thread, beside the list it had.
fn done(
    session: &Session,
    request: &HttpRequest,
    fields: &Fields,
    id: ConversationId,
) -> Result<HttpResponse, WebError> {
    if asked_for(request).is_some() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let list = Narrowed::of_form(session, fields).map(|list| list.query()).unwrap_or_default();
    Ok(see_other(&format!("/conversations/{id}{list}#latest")))
}

/// The conversation below `id` in the list beside it, or above where it is the
/// last; the list itself where it is the only one.
async fn next_address(
    app: &App,
    session: &Session,
    fields: &Fields,
    id: ConversationId,
) -> Result<String, WebError> {
    let list = Narrowed::of_form(session, fields).unwrap_or(Narrowed::to(tab_for_writers()));
    let rows = list_view(app, session, list, None).await?.rows.rows;
    let here = id.to_string();
    let at = rows.iter().position(|row| row.conversation_id == here);
    let next = match at {
        Some(at) => rows.get(at + 1).or_else(|| rows.get(at.checked_sub(1)?)),
        None => rows.first(),
    };
    Ok(match next {
        Some(row) => format!("/conversations/{}{}#latest", row.conversation_id, list.query()),
        None => format!("/conversations{}", list.query()),
    })
}

/// Why a button of the thread's head did nothing, in the reader's words: a line
/// for scripts, else a page, because those buttons belong to no form on show.
fn refused(request: &HttpRequest, t: Locale, why: String) -> Result<HttpResponse, WebError> {
    let (refused, detail) = (StatusCode::UNPROCESSABLE_ENTITY, Some(why));
    let status = refused.as_u16();
    if asked_for(request).is_some() {
        return html_with(refused, &ProblemView { t, status, detail });
    }
    let page = ErrorPage { t, status, detail, request_id: None, retry_after: None };
    html_with(refused, &page)
}

fn must_answer(session: &Session) -> Result<(), WebError> {
    if session.user.role.may_answer() { Ok(()) } else { Err(WebError::NotFound) }
}

/// The list beside a thread somebody is writing in.
pub fn tab_for_writers() -> ListTab {
    ListTab::Unassigned
}

/// Agents begin with what nobody has taken, until they have something of their own.
fn tab_of(word: Option<&str>, session: &Session) -> ListTab {
    let default = if session.user.role.may_answer() { tab_for_writers() } else { ListTab::All };
    word.and_then(ListTab::from_word).unwrap_or(default)
}

async fn new_page(
    app: &App,
    session: &Session,
    status: StatusCode,
    fields: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let shell = shell(app, session, Nav::Inbox).await?;
    let sight = session.caller.sight.clone();
    let inboxes = app
        .store
        .read(move |db| {
            let seen = inboxes::all(db)?.into_iter().filter(|inbox| sight.sees(inbox.id));
            seen.map(|inbox| list::inbox_choice(db, &inbox)).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let first = inboxes.iter().flat_map(|inbox| &inbox.senders).map(|sender| &sender.id).next();
    let page = NewPage {
        sender_id: fields.filled("sender_id").or(first.map(String::as_str)).unwrap_or("").into(),
        to: fields.get("to").to_owned(),
        body: fields.get("body").to_owned(),
        client_message_id: fields
            .filled("client_message_id")
            .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned),
        despite_doubt: fields.has("despite_doubt"),
        profile: LengthProfile::STANDARD,
        shell,
        inboxes,
        errors,
    };
    html_with(status, &page)
}
