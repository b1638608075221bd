//! What is done to one conversation, from its head or beside it.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use uuid::Uuid;

use super::narrowed::Narrowed;
use super::{list_view, tab_for_writers, thread};
use crate::actions::{self, ActionError, rename_contact, snooze as snoozing};
use crate::app::App;
use crate::domain::id::{ConversationId, MessageId, UserId};
use crate::domain::user::Caller;
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
pub async fn mark_unread(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    actions::mark_read::undo(&app, asked.caller(), asked.id).await?;
    asked.done()
}

/// `POST /conversations/{id}/assignment`: to `user_id`, to `team_id`, or to whoever asks;
/// with a `note` for them where that is sent.
pub async fn assign(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    let (fields, id) = (&asked.fields, asked.id);
    let user = match fields.filled("user_id") {
        Some(text) => Some(text.parse().map_err(|_malformed| WebError::BadRequest)?),
        None => asked.session.caller.user_id().map(|user: UserId| user),
    };
    let note = fields.filled("note").map(str::to_owned);
    let caller = asked.caller();
    let given = match fields.filled("team_id") {
        Some(text) => {
            let team = text.parse().map_err(|_malformed| WebError::BadRequest)?;
            actions::assign::to_team(&app, caller, id, team, note).await
        }
        None => actions::assign::hand_over(&app, caller, id, user, note).await,
    };
    match given {
        Ok(_) => asked.done(),
        Err(ActionError::Invalid { field: "note", problem }) => {
            let t = asked.session.locale();
            refused(&asked.request, t, words::problem(t, "note", problem))
        }
        Err(error) => Err(error.into()),
    }
}

/// `DELETE /conversations/{id}/assignment`
pub async fn unassign(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    actions::assign::run(&app, asked.caller(), asked.id, None).await?;
    asked.done()
}

/// `POST /conversations/{id}/closure`; with `next`, a browser without scripts is
/// led to the next conversation of its list.
pub async fn close(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    // Which row comes next is known while this one is still among them.
    let next = match asked_for(&asked.request) {
        None if asked.fields.has("next") => Some(next_address(&app, &asked).await?),
        _ => None,
    };
    actions::close::run(&app, asked.caller(), asked.id).await?;
    match next {
        Some(next) => Ok(see_other(&next)),
        None => asked.done(),
    }
}

/// `DELETE /conversations/{id}/closure`
pub async fn reopen(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    actions::close::reopen(&app, asked.caller(), asked.id).await?;
    asked.done()
}

/// `POST /conversations/{id}/snooze`: until `until`, RFC 3339, or where that is
/// not sent until `until_at`, a time of the inbox's day.
pub async fn snooze(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    let (t, fields) = (asked.session.locale(), &asked.fields);
    let until = match fields.filled("until") {
        Some(until) => chrono::DateTime::parse_from_rfc3339(until)
            .map_err(|_malformed| WebError::BadRequest)?
            .to_utc(),
        None => {
            let times = thread::times_of(&app, &asked.session, asked.id).await?;
            let Some(until) = times.typed(fields.get("until_at")) else {
                return refused(&asked.request, t, t.field_until_missing().to_owned());
            };
            until
        }
    };
    match snoozing::run(&app, asked.caller(), asked.id, until).await {
        Ok(_) => asked.done(),
        Err(ActionError::Invalid { field, problem }) => {
            refused(&asked.request, t, words::problem(t, field, problem))
        }
        Err(error) => Err(error.into()),
    }
}

/// `DELETE /conversations/{id}/snooze`
pub async fn wake(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    snoozing::end(&app, asked.caller(), asked.id).await?;
    asked.done()
}

/// `POST /conversations/{id}/help`
pub async fn ask_help(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    actions::ask_help::run(&app, asked.caller(), asked.id).await?;
    asked.done()
}

/// `DELETE /conversations/{id}/help`
pub async fn end_help(app: web::Data<App>, asked: Asked) -> Result<HttpResponse, WebError> {
    actions::ask_help::end(&app, asked.caller(), asked.id).await?;
    asked.done()
}

/// A verb on a conversation, as a form or a script asks for it.
pub struct Asked {
    session: Session,
    request: HttpRequest,
    pub id: ConversationId,
    pub fields: Fields,
}

impl Asked {
    pub fn caller(&self) -> Caller {
        self.session.caller.clone()
    }

    fn done(&self) -> Result<HttpResponse, WebError> {
        done(&self.session, &self.request, &self.fields, self.id)
    }
}

impl FromRequest for Asked {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = Session::from_request(request, payload);
        let path = web::Path::<Uuid>::from_request(request, payload);
        let fields = Fields::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let (session, id) = (session.await?, ConversationId(path.await?.into_inner()));
            Ok(Self { session, request, id, fields: fields.await? })
        })
    }
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
async fn next_address(app: &App, asked: &Asked) -> Result<String, WebError> {
    let Asked { session, id, fields, .. } = asked;
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
