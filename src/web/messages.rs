//! Texts and notes written by people.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::conversations::lines::{Beside, Setting, is_mailable, lines, mentioned};
use super::conversations::list::shown_name;
use super::conversations::narrowed::Narrowed;
use super::conversations::people::People;
use super::conversations::thread::{self, Window};
use super::conversations::{list_view, tab_for_writers};
use super::error::WebError;
use super::form::Fields;
use super::fragment::{asked_for, html, html_with, see_other};
use super::session::Session;
use super::shell::shell;
use super::templates;
use super::times::Times;
use super::views::{ConflictPage, ConflictView, MessageView, Nav, ProblemView, ShowPage};
use super::words;
use crate::actions::send_reply::{self, Seen};
use crate::actions::{
    ActionError, Draft, Problem, access, add_note, cancel_message, mail_contact, resend_message,
    save_draft,
};
use crate::app::App;
use crate::domain::id::{ConversationId, MessageId, SenderId, TemplateId};
use crate::domain::message::Purpose;
use crate::store::messages::Message;
use crate::store::{StoreError, conversations, drafts, events, inboxes, messages};

/// Nobody plans a text for longer; a wrong year would be found out too late.
const FARTHEST: TimeDelta = TimeDelta::days(366);

/// `POST /conversations/{id}/messages`
pub async fn create(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    if fields.get("mode") == "note" {
        // Sent by a browser without scripts with Enter: a note must never leave.
        return save_note(&app, session, &request, id, &fields).await;
    }
    let times = thread::times_of(&app, &session, id).await?;
    let send_at = match time_to_send(&times, &fields) {
        Ok(send_at) => send_at,
        Err(problem) => {
            return refuse(&app, &session, &request, id, &fields, ("send_at", problem)).await;
        }
    };
    let draft = Draft {
        body: fields.get("body").to_owned(),
        purpose: Purpose::by_hand(fields.get("purpose")),
        client_message_id: fields.get("client_message_id").parse().ok(),
        sender: fields.get("sender_id").parse().ok().map(SenderId),
        send_at,
        expires_at: None,
        until_reply: send_at.is_some() && fields.has("until_reply"),
        automatic: false,
        may_be_undone: true,
        despite_doubt: fields.has("despite_doubt"),
    };
    let seen = match fields.get("seen_seq").parse() {
        Ok(seq) => Seen::UpTo(seq),
        Err(_) => Seen::Anyway,
    };
    let caller = session.caller.clone();
    let sent = match fields.has("close") {
        true => send_reply::and_close(&app, caller, id, draft, seen).await,
        false => send_reply::run(&app, caller, id, draft, seen).await,
    };
    match sent {
        Ok(sent) => answer(&app, &session, &request, sent.message).await,
        Err(ActionError::MovedOn { since }) => {
            conflict(&app, &session, &request, id, since, &fields).await
        }
        Err(ActionError::Invalid { field, problem }) => {
            refuse(&app, &session, &request, id, &fields, (field, problem)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// When to send: at once, at one of the times the page offers, or at the one that
/// was typed, a time of the inbox's day.
pub(super) fn time_to_send(
    times: &Times,
    fields: &Fields,
) -> Result<Option<DateTime<Utc>>, Problem> {
    let at = match fields.filled("send_at") {
        None => return Ok(None),
        Some("typed") => times.typed(fields.get("send_at_typed")),
        Some(at) => DateTime::parse_from_rfc3339(at).ok().map(|at| at.to_utc()),
    };
    match at {
        None => Err(Problem::Missing),
        Some(at) if at <= times.now => Err(Problem::InPast),
        Some(at) if at > times.now + FARTHEST => Err(Problem::TooFar),
        at => Ok(at),
    }
}

/// `POST /conversations/{id}/notes`
pub async fn create_note(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    save_note(&app, session, &request, id, &fields).await
}

/// `PUT /conversations/{id}/draft`: kept while it is typed, or by its button; with
/// `?insert`, the text of `template_id` below it.
pub async fn save_draft(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    let is_note = fields.get("mode") == "note";
    let mut body = fields.get("body").to_owned();
    if request.query_string() == "insert"
        && let Ok(template) = fields.get("template_id").parse()
    {
        let text = template_text(&app, &session, id, template).await?;
        body = if body.trim().is_empty() { text } else { format!("{body}\n{text}") };
    }
    let purpose = Purpose::by_hand(fields.get("purpose"));
    let draft = drafts::Draft { body, is_note, purpose };
    let client_id = fields.get("client_message_id").parse().ok();
    match save_draft::run(&app, session.caller.clone(), id, draft, client_id).await {
        Ok(()) if asked_for(&request).is_some() => Ok(HttpResponse::NoContent().finish()),
        Ok(()) => Ok(see_other(&format!("/conversations/{id}#latest"))),
        Err(ActionError::Invalid { field, problem }) => {
            refuse(&app, &session, &request, id, &fields, (field, problem)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /messages/{id}/cancellation`: taken back before it leaves.
pub async fn cancel(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = MessageId(path.into_inner());
    let to_edit = fields.has("to_edit");
    let message = cancel_message::run(&app, session.caller.clone(), id, to_edit).await?;
    answer(&app, &session, &request, message).await
}

/// `POST /messages/{id}/resend`
pub async fn resend(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let id = MessageId(path.into_inner());
    let sent = resend_message::run(&app, session.caller.clone(), id).await?;
    answer(&app, &session, &request, sent.message).await
}

/// `POST /messages/{id}/mail`: what did not arrive, by the other way.
pub async fn mail(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let id = MessageId(path.into_inner());
    let message = mail_contact::run(&app, session.caller.clone(), id).await?;
    answer(&app, &session, &request, message).await
}

async fn save_note(
    app: &App,
    session: Session,
    request: &HttpRequest,
    id: ConversationId,
    fields: &Fields,
) -> Result<HttpResponse, WebError> {
    let body = fields.get("body").to_owned();
    let client_id = fields.get("client_message_id").parse().ok();
    match add_note::run(app, session.caller.clone(), id, body, client_id).await {
        Ok(note) => answer(app, &session, request, note).await,
        Err(ActionError::Invalid { field, problem }) => {
            refuse(app, &session, request, id, fields, (field, problem)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn template_text(
    app: &App,
    session: &Session,
    id: ConversationId,
    template: TemplateId,
) -> Result<String, WebError> {
    let asker = session.clone();
    let read = app.store.read(move |db| {
        let conversation = access::to_answer(db, &asker.caller, id)?;
        Ok::<_, ActionError>(templates::filled(db, &asker, &conversation, template)?)
    });
    Ok(read.await?)
}

/// The bubble for scripts, the thread for browsers without.
async fn answer(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    message: Message,
) -> Result<HttpResponse, WebError> {
    if asked_for(request).is_none() {
        return Ok(see_other(&format!("/conversations/{}#latest", message.conversation_id)));
    }
    let views = views_of(app, session, message.conversation_id, vec![message]).await?;
    match views.first() {
        Some(view) => html(view),
        None => Err(WebError::NotFound),
    }
}

/// 409: what others wrote meanwhile, and the text, kept.
async fn conflict(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: ConversationId,
    since: Vec<MessageId>,
    fields: &Fields,
) -> Result<HttpResponse, WebError> {
    let (seen_seq, found) = app
        .store
        .read(move |db| {
            let seq = events::last_seq(db)?;
            let found = since
                .into_iter()
                .map(|id| messages::find(db, id))
                .collect::<Result<Vec<_>, _>>()?;
            Ok::<_, StoreError>((seq, found))
        })
        .await?;
    let views = views_of(app, session, id, found).await?;
    let by = views.iter().rev().find_map(|view| view.author.as_ref());
    let conflict = ConflictView {
        t: session.locale(),
        csrf: session.csrf.clone(),
        conversation_id: id.to_string(),
        by: by.map(|person| person.name.clone()),
        body: fields.get("body").to_owned(),
        client_message_id: fields.get("client_message_id").to_owned(),
        sender_id: fields.get("sender_id").to_owned(),
        purpose: Purpose::by_hand(fields.get("purpose")),
        seen_seq,
        messages: views,
    };
    if asked_for(request).is_some() {
        return html_with(StatusCode::CONFLICT, &conflict);
    }
    let sight = session.caller.sight.clone();
    let found = app.store.read(move |db| conversations::visible_to(db, &sight, id)).await?;
    let page = ConflictPage {
        shell: shell(app, session, Nav::Inbox).await?,
        conversation_id: id.to_string(),
        name: shown_name(&found, session.caller.numbers),
        conflict,
    };
    html_with(StatusCode::CONFLICT, &page)
}

/// 422: the thread again, with the text as typed and what is wrong beside it.
async fn refuse(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: ConversationId,
    fields: &Fields,
    (field, problem): (&'static str, Problem),
) -> Result<HttpResponse, WebError> {
    let why = words::problem(session.locale(), field, problem);
    if asked_for(request).is_some() {
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        let (t, status, detail) = (session.locale(), refused.as_u16(), Some(why));
        return html_with(refused, &ProblemView { t, status, detail, field });
    }
    let shell = shell(app, session, Nav::Inbox).await?;
    let mut thread = thread::thread_view(app, session, id, Window::default(), shell.event).await?;
    if let Some(composer) = &mut thread.composer {
        composer.body = fields.get("body").to_owned();
        composer.is_note = fields.get("mode") == "note";
        composer.despite_doubt = matches!(problem, Problem::Doubtful(_));
        composer.purpose = Purpose::by_hand(fields.get("purpose"));
        composer.error = Some((field, why));
    }
    let list = list_view(app, session, Narrowed::to(tab_for_writers()), None).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &ShowPage { shell, list, thread })
}

async fn views_of(
    app: &App,
    session: &Session,
    id: ConversationId,
    found: Vec<Message>,
) -> Result<Vec<MessageView>, WebError> {
    let (asker, now) = (session.clone(), app.clock.now());
    let views = app
        .store
        .read(move |db| {
            let revision = events::last_seq(db)?;
            let conversation = conversations::visible_to(db, &asker.caller.sight, id)?;
            let inbox = inboxes::find(db, conversation.inbox_id)?;
            let mentioned = mentioned(db, &found)?;
            let people = People::read(db, mentioned)?;
            let times = Times::new(asker.locale(), &inbox.time_zone, now);
            let contact = shown_name(&conversation, asker.caller.numbers);
            let setting = Setting {
                times: &times,
                people: &people,
                contact: &contact,
                may_act: asker.user.role.may_answer(),
                is_mailable: is_mailable(db, &conversation, &found)?,
                beside: &Beside::read(db, &found)?,
                revision,
            };
            Ok::<Vec<MessageView>, StoreError>(lines(&setting, &found, None))
        })
        .await?;
    Ok(views)
}
