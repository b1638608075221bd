//! What is done to one conversation, from its head or beside it.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::narrowed::Narrowed;
use super::{list_view, tab_for_writers, thread};
use crate::actions::{self, ActionError, rename_contact, snooze as snoozing};
use crate::app::App;
use crate::domain::id::{ConversationId, MessageId, UserId};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{asked_for, refused, see_other};
use crate::web::session::Session;
use crate::web::words;

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
    actions::mark_read::run(&app, session.caller, id, message).await?;
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
    actions::mark_read::undo(&app, session.caller.clone(), id).await?;
    done(&session, &request, &fields, id)
}

/// `POST /conversations/{id}/assignment`: to `user_id`, to `team_id`, or to whoever asks;
/// with a `note` for them where that is sent.
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
    let caller = session.caller.clone();
    let given = match fields.filled("team_id") {
        Some(text) => {
            let team = text.parse().map_err(|_malformed| WebError::BadRequest)?;
            actions::assign::to_team(&app, caller, id, team, note).await
        }
        None => actions::assign::hand_over(&app, caller, id, user, note).await,
    };
    match given {
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
    actions::assign::run(&app, session.caller.clone(), id, None).await?;
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

/// `POST /conversations/{id}/help`
pub async fn ask_help(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    actions::ask_help::run(&app, session.caller.clone(), id).await?;
    done(&session, &request, &fields, id)
}

/// `DELETE /conversations/{id}/help`
pub async fn end_help(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    actions::ask_help::end(&app, session.caller.clone(), id).await?;
    done(&session, &request, &fields, id)
}

/// Scripts hear of the change by its event; a browser without them goes back to
/// the thread, beside the list it had.
pub(super) fn done(
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
