//! Programs of others that are told what happens, and what became of it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use url::Url;
use uuid::Uuid;

use super::{frame, house_times, saved, status_of};
use crate::actions::ActionError;
use crate::actions::webhooks::{self as verbs, Wanted};
use crate::app::App;
use crate::domain::event::EventKind;
use crate::domain::id::{DeliveryId, InboxId, WebhookId};
use crate::domain::webhook::{DeliveryFailure, DeliveryState, Pause, TOLD, TRIAL};
use crate::locale::Locale;
use crate::store::webhooks::deliveries::{self, Delivery};
use crate::store::webhooks::{self, Webhook};
use crate::store::{StoreError, inboxes};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html, html_with};
use crate::web::session::{Admin, Session};
use crate::web::times::Times;
use crate::web::views::{
    ChoiceView, FormErrors, ToldView, WebhookPage, WebhookRowView, WebhooksPage,
};
use crate::web::words;

const LIST: &str = "/settings/webhooks";
const PAGE: usize = 50;

/// `GET /settings/webhooks`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = frame(&app, &session, &request).await?;
    let read = |db: &mut _| Ok::<_, StoreError>((webhooks::all(db)?, deliveries::counts(db)?));
    let (all, counts) = app.store.read(read).await?;
    let many = |id: WebhookId, is_counted: fn(DeliveryState) -> bool| {
        let theirs =
            counts.iter().filter(|(webhook, state, _)| *webhook == id && is_counted(*state));
        theirs.map(|(_, _, many)| many).sum()
    };
    let row = |webhook: Webhook| WebhookRowView {
        id: webhook.id.to_string(),
        host: host(&webhook.url),
        pause: webhook.pause.map(|why| paused(t, why)),
        waiting: many(webhook.id, |state| state != DeliveryState::Failed),
        failed: many(webhook.id, |state| state == DeliveryState::Failed),
    };
    html(&WebhooksPage { shell, webhooks: all.into_iter().map(row).collect() })
}

/// `GET /settings/webhooks/new`
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let form = Form { wanted: blank(), ..Form::default() };
    page(&app, &session, &request, form).await
}

/// `POST /settings/webhooks`: the answer itself shows the secret, this once.
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let asked = wanted(&fields);
    match verbs::add(&app, session.caller.clone(), asked.clone()).await {
        Ok((id, secret)) => {
            let form = Form { secret: Some(secret), ..of(&app, id).await? };
            page(&app, &session, &request, form).await
        }
        Err(refused) => {
            let errors = words::form_errors(session.locale(), refused, &[])?;
            page(&app, &session, &request, Form { wanted: asked, errors, ..Form::default() }).await
        }
    }
}

/// `GET /settings/webhooks/{id}?before=`
pub async fn show(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let form = of(&app, WebhookId(path.into_inner())).await?;
    page(&app, &session, &request, form).await
}

/// `PUT /settings/webhooks/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let stored = of(&app, WebhookId(path.into_inner())).await?;
    let (id, asked) = (stored.id(), wanted(&fields));
    match verbs::change(&app, session.caller.clone(), id, asked.clone()).await {
        Ok(()) => Ok(saved(&address(id))),
        Err(refused) => {
            let errors = words::form_errors(session.locale(), refused, &[])?;
            page(&app, &session, &request, Form { wanted: asked, errors, ..stored }).await
        }
    }
}

/// `DELETE /settings/webhooks/{id}`
pub async fn remove(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    verbs::remove(&app, session.caller, WebhookId(path.into_inner())).await?;
    Ok(saved(LIST))
}

/// `POST /settings/webhooks/{id}/secret`: the answer itself shows it, this once.
pub async fn change_secret(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let stored = of(&app, WebhookId(path.into_inner())).await?;
    let secret = verbs::change_secret(&app, session.caller.clone(), stored.id()).await?;
    page(&app, &session, &request, Form { secret: Some(secret), ..stored }).await
}

/// `POST /settings/webhooks/{id}/trial`
pub async fn try_out(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = WebhookId(path.into_inner());
    let tried = verbs::try_out(&app, session.caller.clone(), id).await.map(|()| id);
    led(&app, &session, &request, id, tried, |t| t.webhooks_is_paused()).await
}

/// `POST /settings/webhooks/{id}/retry`: whatever failed.
pub async fn retry_failed(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let id = WebhookId(path.into_inner());
    verbs::retry_failed(&app, session.caller, id).await?;
    Ok(saved(&address(id)))
}

/// `POST /settings/deliveries/{id}/retry`
pub async fn retry(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (id, webhook) = delivery(&app, path).await?;
    let retried = verbs::retry(&app, session.caller.clone(), id).await;
    led(&app, &session, &request, webhook, retried, |t| t.webhooks_too_late()).await
}

/// `DELETE /settings/deliveries/{id}`
pub async fn discard(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (id, webhook) = delivery(&app, path).await?;
    let discarded = verbs::discard(&app, session.caller.clone(), id).await;
    led(&app, &session, &request, webhook, discarded, |t| t.webhooks_too_late()).await
}

async fn delivery(app: &App, path: web::Path<Uuid>) -> Result<(DeliveryId, WebhookId), WebError> {
    let id = DeliveryId(path.into_inner());
    let found = app.store.read(move |db| deliveries::find(db, id)).await?;
    Ok((id, found.webhook))
}

/// Back to the page, or the page itself, which says why it is too late.
async fn led(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: WebhookId,
    done: Result<WebhookId, ActionError>,
    why: fn(Locale) -> &'static str,
) -> Result<HttpResponse, WebError> {
    match done {
        Ok(id) => Ok(saved(&address(id))),
        Err(ActionError::TooLate) => {
            let refusal = Some(why(session.locale()));
            page(app, session, request, Form { refusal, ..of(app, id).await? }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What the page shows besides what is stored.
struct Form {
    stored: Option<Webhook>,
    wanted: Wanted,
    secret: Option<String>,
    refusal: Option<&'static str>,
    errors: FormErrors,
}

impl Default for Form {
    fn default() -> Self {
        let (stored, secret, refusal) = (None, None, None);
        Self { stored, wanted: blank(), secret, refusal, errors: FormErrors::none() }
    }
}

impl Form {
    fn id(&self) -> WebhookId {
        self.stored.as_ref().map_or(WebhookId(Uuid::nil()), |stored| stored.id)
    }
}

async fn of(app: &App, id: WebhookId) -> Result<Form, WebError> {
    let stored = app.store.read(move |db| webhooks::find(db, id)).await?;
    let wanted = Wanted {
        url: stored.url.clone(),
        kinds: stored.kinds.iter().map(|kind| kind.word().to_owned()).collect(),
        inbox: stored.inbox,
        is_on: stored.pause.is_none(),
    };
    Ok(Form { stored: Some(stored), wanted, ..Form::default() })
}

/// Interviews, as long as nobody chooses otherwise.
fn blank() -> Wanted {
    let is_usual = |kind: &&EventKind| kind.word().starts_with("appointment.");
    let kinds = TOLD.iter().filter(is_usual).map(|kind| kind.word().to_owned()).collect();
    Wanted { url: String::new(), kinds, inbox: None, is_on: true }
}

fn wanted(fields: &Fields) -> Wanted {
    Wanted {
        url: fields.get("url").trim().to_owned(),
        kinds: fields.all("kind").map(str::to_owned).collect(),
        inbox: fields.get("inbox").parse().ok().map(InboxId),
        is_on: !fields.get("on").is_empty(),
    }
}

async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = frame(app, session, request).await?;
    let times = house_times(app, t).await?;
    let before = Fields::parse(request.query_string().as_bytes()).get("before").parse().ok();
    let id = form.stored.as_ref().map(|stored| stored.id);
    let read = app.store.read(move |db| {
        let theirs = match id {
            Some(id) => deliveries::page_before(db, id, before, PAGE as i64 + 1)?,
            None => Vec::new(),
        };
        let is_failed = |(webhook, state, _): &(WebhookId, DeliveryState, i64)| {
            Some(*webhook) == id && *state == DeliveryState::Failed
        };
        let has_failed = deliveries::counts(db)?.iter().any(is_failed);
        Ok::<_, StoreError>((theirs, has_failed, inboxes::all(db)?))
    });
    let (mut theirs, has_failed, inboxes) = read.await?;
    let more = theirs.len() > PAGE;
    theirs.truncate(PAGE);
    let next = theirs.last().filter(|_| more).zip(id);
    let kind = |kind: &EventKind| ChoiceView {
        value: kind.word().to_owned(),
        label: told(t, kind.word()).to_owned(),
        chosen: form.wanted.kinds.iter().any(|word| word == kind.word()),
    };
    let status = match form.refusal {
        Some(_) => StatusCode::CONFLICT,
        None => status_of(!form.errors.is_empty()),
    };
    let page = WebhookPage {
        shell,
        stored: form.stored.as_ref().map(|stored| (stored.id.to_string(), host(&stored.url))),
        secret: form.secret,
        refusal: form.refusal,
        pause: form.stored.as_ref().and_then(|stored| stored.pause).map(|why| paused(t, why)),
        url: form.wanted.url,
        kinds: TOLD.iter().map(kind).collect(),
        inboxes: inboxes
            .iter()
            .map(|inbox| ChoiceView {
                value: inbox.id.to_string(),
                label: inbox.name.clone(),
                chosen: form.wanted.inbox == Some(inbox.id),
            })
            .collect(),
        is_on: form.wanted.is_on,
        next: next.map(|(last, id)| format!("{}?before={}", address(id), last.id)),
        deliveries: theirs.iter().map(|delivery| row(t, &times, delivery)).collect(),
        has_failed,
        errors: form.errors,
    };
    html_with(status, &page)
}

fn row(t: Locale, times: &Times, delivery: &Delivery) -> ToldView {
    let state = match delivery.state {
        DeliveryState::Queued => t.mails_queued(),
        DeliveryState::InHand => t.mails_in_hand(),
        DeliveryState::Delivered => t.webhooks_delivered(),
        DeliveryState::Failed => t.webhooks_given_up(),
        DeliveryState::Discarded => t.mails_discarded(),
    };
    let is_waiting = delivery.state == DeliveryState::Queued;
    let failure = delivery.failure.filter(|_| delivery.state != DeliveryState::Delivered);
    ToldView {
        id: delivery.id.to_string(),
        at: times.full(delivery.notice.happened_at),
        kind: told(t, &delivery.notice.kind).to_owned(),
        state,
        failure: failure.map(|failure| failed(t, failure, delivery.status)),
        next: delivery.due_at.filter(|_| is_waiting && delivery.tries > 0).map(|at| times.full(at)),
        is_open: is_waiting || delivery.state == DeliveryState::Failed,
    }
}

/// What happened, in words.
fn told(t: Locale, kind: &str) -> &'static str {
    match EventKind::from_word(kind) {
        Some(EventKind::AppointmentOffered) => t.webhooks_offered(),
        Some(EventKind::AppointmentBooked) => t.webhooks_booked(),
        Some(EventKind::AppointmentChanged) => t.webhooks_changed(),
        Some(EventKind::AppointmentDeclined) => t.webhooks_declined(),
        Some(EventKind::MessageCreated) => t.webhooks_message(),
        Some(EventKind::MessageUpdated) => t.webhooks_receipt(),
        Some(EventKind::ConversationUpdated) => t.webhooks_conversation(),
        Some(EventKind::HandoffCreated) => t.webhooks_call(),
        Some(EventKind::LinkOpened) => t.webhooks_link(),
        _ if kind == TRIAL => t.webhooks_trial(),
        _ => t.webhooks_unknown(),
    }
}

/// What went wrong, and what to do about it.
fn failed(t: Locale, failure: DeliveryFailure, status: Option<u16>) -> String {
    let words = match failure {
        DeliveryFailure::Address => t.webhooks_no_address(),
        DeliveryFailure::Unreachable => t.webhooks_unreachable(),
        DeliveryFailure::Redirected => t.webhooks_redirected(),
        DeliveryFailure::Refused => t.webhooks_refused(),
        DeliveryFailure::Gone => t.webhooks_gone(),
    };
    match status {
        Some(status) => format!("{words} ({status})"),
        None => words.to_owned(),
    }
}

fn paused(t: Locale, why: Pause) -> &'static str {
    match why {
        Pause::Person => t.webhooks_paused(),
        Pause::Gone => t.webhooks_paused_gone(),
    }
}

/// What people call it by: the path may be a secret.
fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "–".to_owned())
}

fn address(id: WebhookId) -> String {
    format!("{LIST}/{id}")
}
