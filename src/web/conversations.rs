//! The inbox's pages, and a new conversation.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::contacts::fields;
use super::cursor;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{asked_for, html, html_with, see_other};
use super::messages::time_to_send;
use super::session::Session;
use super::shell::shell;
use super::times::Times;
use super::views::{
    AboutPage, FormErrors, InboxChoice, IndexPage, ListTab, Nav, NewPage, ShowPage,
};
use super::words;
use crate::actions::{ActionError, Draft, Problem, start_conversation};
use crate::app::App;
use crate::domain::id::{ContactId, ConversationId, InboxId, SenderId};
use crate::domain::message::Purpose;
use crate::domain::segment::LengthProfile;
use crate::store::inboxes::{self, Inbox};
use crate::store::{StoreError, calendars, optional, senders};

pub mod appointments;
pub mod calls;
pub mod cases;
pub mod lines;
pub mod list;
pub mod narrowed;
pub mod people;
pub mod selection;
pub mod tagging;
pub mod taking;
pub mod thread;
pub mod verbs;

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
    let contact = ContactId(side.contact_id.parse().map_err(|_no_id| WebError::NotFound)?);
    let form = fields::form(&app, &session, contact, Some(id)).await?;
    html(&AboutPage { shell, side, form })
}

#[derive(Deserialize)]
pub struct NewQuery {
    to: Option<String>,
    /// A sender that somebody wants to try on a handset of their own.
    test: Option<String>,
}

/// `GET /conversations/new`
pub async fn new(
    app: web::Data<App>,
    session: Session,
    query: web::Query<NewQuery>,
) -> Result<HttpResponse, WebError> {
    must_answer(&session)?;
    let NewQuery { to, test } = query.into_inner();
    let mut form = Fields::default();
    if let Some(to) = to {
        form.set("to", &to);
    }
    if let Some(sender) = test {
        form.set("sender_id", &sender);
        form.set("body", session.locale().senders_test_text());
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
    let inbox = inbox.unwrap_or(InboxId(Uuid::nil()));
    let times = times_of(&app, &session, inbox).await?;
    let send_at = match time_to_send(&times, &fields) {
        Ok(send_at) => send_at,
        Err(problem) => {
            let why = words::problem(session.locale(), "send_at", problem);
            let (refused, errors) =
                (StatusCode::UNPROCESSABLE_ENTITY, FormErrors::of("send_at", why));
            return new_page(&app, &session, refused, &fields, errors).await;
        }
    };
    let draft = Draft {
        body: fields.get("body").to_owned(),
        purpose: Purpose::by_hand(fields.get("purpose")),
        client_message_id: fields.get("client_message_id").parse().ok(),
        sender,
        send_at,
        expires_at: None,
        until_reply: send_at.is_some() && fields.has("until_reply"),
        automatic: false,
        may_be_undone: true,
        despite_doubt: fields.has("despite_doubt"),
    };
    let to = fields.get("to").to_owned();
    let caller = session.caller.clone();
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

/// Times as the inbox keeps them. Of one that is not there the text is refused anyway.
async fn times_of(app: &App, session: &Session, inbox: InboxId) -> Result<Times, WebError> {
    let found = app.store.read(move |db| optional(inboxes::find(db, inbox))).await?;
    let zone = found.as_ref().map_or("UTC", |inbox| inbox.time_zone.as_str());
    Ok(Times::new(session.locale(), zone, app.clock.now()))
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
    let (t, now) = (session.locale(), app.clock.now());
    let (sender, asked) = (fields.get("sender_id").to_owned(), app.store.clone());
    let (inboxes, sender_id, times, hours) = asked
        .read(move |db| {
            let seen = inboxes::all(db)?.into_iter().filter(|inbox| sight.sees(inbox.id));
            let seen: Vec<Inbox> = seen.collect();
            let choices = seen.iter().map(|inbox| list::inbox_choice(db, inbox));
            let choices = choices.collect::<Result<Vec<_>, _>>()?;
            let has =
                |choice: &InboxChoice, id: &str| choice.senders.iter().any(|one| one.id == id);
            let of = choices.iter().position(|choice| has(choice, &sender));
            let of = of.or(choices.iter().position(|choice| !choice.senders.is_empty()));
            let first = of.and_then(|at| choices[at].senders.first()).map(|one| one.id.clone());
            let sender = if sender.is_empty() { first.unwrap_or_default() } else { sender };
            let inbox = of.map(|at| &seen[at]);
            let times = Times::new(t, inbox.map_or("UTC", |inbox| inbox.time_zone.as_str()), now);
            let calendar = inbox.and_then(|inbox| inbox.calendar_id);
            let calendar = calendar.map(|id| calendars::find(db, id)).transpose()?;
            Ok::<_, StoreError>((choices, sender, times, calendar.map(|one| one.hours())))
        })
        .await?;
    let page = NewPage {
        sender_id,
        send_choices: times.snooze_choices(hours.as_ref()),
        send_min: times.field(times.now),
        to: fields.get("to").to_owned(),
        purpose: Purpose::by_hand(fields.get("purpose")),
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
