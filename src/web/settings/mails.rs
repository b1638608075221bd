//! Mails on their way out: where they are, and why not further.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, house_times, saved};
use crate::actions::{ActionError, send_mail};
use crate::app::App;
use crate::domain::id::MailId;
use crate::domain::mail::{MailFailure, MailState};
use crate::domain::nudge::Delay;
use crate::locale::Locale;
use crate::store::StoreError;
use crate::store::mails::{self, Mail};
use crate::store::nudges::{self, Standing};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::times::Times;
use crate::web::views::{MailRowView, MailsPage, NudgeRowView};

const LIST: &str = "/settings/mails";
const PAGE: usize = 50;
/// What is still to be told: as much as somebody reads.
const WAITING: i64 = 50;

/// `GET /settings/mails?before=`: the newest first.
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    page(&app, &session, &request, StatusCode::OK, None).await
}

/// `POST /settings/mails/{id}/retry`
pub async fn retry(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = MailId(path.into_inner());
    match send_mail::retry(&app, session.caller.clone(), id).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error) => refused(&app, &session, &request, id, error).await,
    }
}

/// `DELETE /settings/mails/{id}`
pub async fn discard(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = MailId(path.into_inner());
    match send_mail::discard(&app, session.caller.clone(), id).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error) => refused(&app, &session, &request, id, error).await,
    }
}

/// The page again, which says why it is too late for that mail.
async fn refused(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: MailId,
    error: ActionError,
) -> Result<HttpResponse, WebError> {
    let ActionError::TooLate = error else { return Err(error.into()) };
    let t = session.locale();
    let mail = app.store.read(move |db| mails::find(db, id)).await?;
    let why = match mail.state {
        MailState::Sent => t.mails_sent_already(),
        MailState::Discarded => t.mails_discarded_already(),
        MailState::Overtaken => t.mails_overtaken_already(),
        MailState::Queued | MailState::InHand | MailState::Failed => t.mails_on_its_way(),
    };
    page(app, session, request, StatusCode::CONFLICT, Some(why)).await
}

async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    status: StatusCode,
    refusal: Option<&'static str>,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = frame(app, session, request).await?;
    let times = house_times(app, t).await?;
    let before = Fields::parse(request.query_string().as_bytes()).get("before").parse().ok();
    let read = app.store.read(move |db| {
        let items = mails::page_before(db, before, PAGE as i64 + 1)?;
        let ids: Vec<MailId> = items.iter().map(|mail| mail.id).collect();
        let waiting = match before {
            None => nudges::waiting(db, WAITING)?,
            Some(_) => Vec::new(),
        };
        Ok::<_, StoreError>((items, nudges::count_of(db, &ids)?, waiting))
    });
    let (mut items, told, waiting) = read.await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| format!("{LIST}?before={}", last.id));
    let page = MailsPage {
        shell,
        refusal,
        next,
        folder: match app.mailer.reaches_people() {
            true => None,
            false => Some(app.config.mail.folder.display().to_string()),
        },
        takes_mail: app.config.replies.is_some(),
        waiting: waiting
            .iter()
            .map(|it| NudgeRowView {
                to: it.nudge.to.clone(),
                conversation: it.nudge.wait.conversation.to_string(),
                why: nudge_waits(t, &times, it),
            })
            .collect(),
        mails: items
            .iter()
            .map(|mail| row(t, &times, mail, told.get(&mail.id).copied().unwrap_or_default()))
            .collect(),
    };
    html_with(status, &page)
}

/// What somebody waits for who is to be told.
pub fn nudge_waits(t: Locale, times: &Times, standing: &Standing) -> String {
    let Some(due_at) = standing.due_at else { return t.nudges_over().to_owned() };
    let at = times.full(due_at).shown;
    match standing.nudge.why {
        _ if due_at <= times.now => t.nudges_soon().to_owned(),
        None => t.nudges_soon().to_owned(),
        Some(Delay::Looking) => t.nudges_looking().to_owned(),
        Some(Delay::Quiet) => t.nudges_quiet(at),
        Some(Delay::Window) => t.nudges_window(at),
        Some(Delay::Aside) => t.nudges_aside().to_owned(),
    }
}

/// It tells of so many.
fn row(t: Locale, times: &Times, mail: &Mail, many: i64) -> MailRowView {
    let state = match mail.state {
        MailState::Queued => t.mails_queued(),
        MailState::InHand => t.mails_in_hand(),
        MailState::Sent => t.mails_sent(),
        MailState::Failed => t.mails_failed(),
        MailState::Discarded => t.mails_discarded(),
        MailState::Overtaken => t.mails_overtaken(),
    };
    let failure = mail.failure.filter(|_| mail.state != MailState::Sent);
    MailRowView {
        id: mail.id.to_string(),
        at: times.full(mail.created_at),
        to: mail.to.clone(),
        conversation: mail.conversation.map(|id| id.to_string()),
        several: Some(many)
            .filter(|many| *many > 1 && mail.conversation.is_none())
            .map(|many| t.nudges_several(many)),
        state: state.to_owned(),
        failure: failure.map(|failure| told(t, failure).to_owned()),
        next: mail
            .due_at
            .filter(|_| mail.tries > 0 && mail.state == MailState::Queued)
            .map(|at| times.full(at)),
        is_open: mail.state.is_open() && mail.state != MailState::InHand,
    }
}

/// What went wrong, and what to do about it.
fn told(t: Locale, failure: MailFailure) -> &'static str {
    match failure {
        MailFailure::Unreachable => t.mails_unreachable(),
        MailFailure::Tls => t.mails_tls(),
        MailFailure::Credentials => t.mails_credentials(),
        MailFailure::Later => t.mails_later(),
        MailFailure::Refused => t.mails_refused(),
    }
}
