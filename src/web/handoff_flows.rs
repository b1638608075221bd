//! Phone menus: which key leads to which text, and what came of it.
//!
//! Administrators write them (`writing`); whoever sees the inbox of one reads it, and
//! it does not exist for all others.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::error::WebError;
use super::form::Fields;
use super::fragment::{html_with, see_other};
use super::session::{Admin, Session};
use super::shell::shell;
use super::views::{FlowRowView, FlowsPage, MenuFigureView, Nav, Shell};
use crate::actions::hand_off::is_busy;
use crate::actions::hand_off::trial::{self as presses, Trial};
use crate::actions::handoff_flows as verbs;
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::handoff::Overflow;
use crate::domain::id::HandoffFlowId;
use crate::locale::Locale;
use crate::store::handoff_figures::Figures;
use crate::store::{StoreError, handoff_figures, handoff_flows, inboxes};

pub mod busy;
mod figures;
mod heard;
mod page;
mod rows;
mod trial;
mod words;
pub mod writing;

use page::Shown;

const LIST: &str = "/handoff_flows";

/// `GET /handoff_flows`
pub async fn index(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    list(&app, &session, &request, None).await
}

/// `POST /handoff_flows/sample`: a menu to try, where there is none yet.
pub async fn sample(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    match verbs::sample::make(&app, session.caller.clone(), t).await {
        Ok(flow) => Ok(see_other(&format!("{LIST}/{}?saved", flow.id))),
        Err(ActionError::Invalid { field: "inbox_id", problem: Problem::NoSender }) => {
            let refusal = Some(t.menu_no_sender().to_owned());
            list(&app, &session, &request, refusal).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /handoff_flows/{id}`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let shown = Shown::read(&app, &session, HandoffFlowId(path.into_inner())).await?;
    let frame = frame(&app, &session, &request).await?;
    html_with(StatusCode::OK, &shown.page(&app, frame, None, None)?)
}

/// `PUT /handoff_flows/{id}/overflow`: `mode` is `off`, `on` or `scheduled`.
pub async fn switch(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let (id, t) = (HandoffFlowId(path.into_inner()), session.locale());
    let shown = Shown::read(&app, &session, id).await?;
    let mode = Overflow::from_word(fields.get("mode")).ok_or(WebError::BadRequest)?;
    let problem = match verbs::switch(&app, session.caller.clone(), id, mode).await {
        Ok(_) => return Ok(see_other(&format!("{LIST}/{id}?switched#overflow"))),
        Err(ActionError::Invalid { field, problem }) => words::problem(t, field, problem),
        Err(error) => return Err(error.into()),
    };
    let frame = frame(&app, &session, &request).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown.page(&app, frame, Some(problem), None)?)
}

/// `POST /handoff_flows/{id}/presses`: the answer itself tells what came of it.
pub async fn press(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = HandoffFlowId(path.into_inner());
    // What may not be seen is not there, whatever was pressed.
    let sight = session.caller.sight.clone();
    app.store.read(move |db| handoff_flows::visible_to(db, &sight, id)).await?;
    let trial = Trial {
        flow: id,
        caller: fields.get("number").trim().to_owned(),
        typed: fields.has("typed"),
        digit: fields.get("digit").trim().to_owned(),
    };
    let outcome = presses::run(&app, session.caller.clone(), trial).await;
    let shown = Shown::read(&app, &session, id).await?;
    let status = match &outcome {
        Err(ActionError::Invalid { .. }) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let frame = frame(&app, &session, &request).await?;
    html_with(status, &shown.page(&app, frame, None, Some((&fields, outcome)))?)
}

async fn list(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    refusal: Option<String>,
) -> Result<HttpResponse, WebError> {
    let shell = frame(app, session, request).await?;
    let (t, sight, now) = (session.locale(), session.caller.sight.clone(), app.clock.now());
    let read = app.store.read(move |db| {
        let inboxes = inboxes::all(db)?;
        let flows = handoff_flows::all(db)?.into_iter().filter(|flow| sight.sees(flow.inbox));
        let flows: Vec<_> = flows.collect();
        let ids: Vec<HandoffFlowId> = flows.iter().map(|flow| flow.id).collect();
        let figures = handoff_figures::since(db, &ids, now - figures::BACK)?;
        let mut rows = Vec::new();
        for flow in flows {
            let is_on = is_busy(db, flow.overflow, flow.busy_calendar, now)?;
            let inbox = inboxes.iter().find(|inbox| inbox.id == flow.inbox);
            rows.push(FlowRowView {
                id: flow.id.to_string(),
                name: flow.name,
                called: flow.called,
                inbox: inbox.map(|inbox| inbox.name.clone()).unwrap_or_default(),
                mode: busy::mode(t, flow.overflow, is_on),
                figures: figures::views(t, figures.get(&flow.id).copied().unwrap_or_default()),
            });
        }
        Ok::<_, StoreError>(rows)
    });
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = FlowsPage {
        shell,
        flows: read.await?,
        may_edit: session.user.role.may_administer(),
        refusal,
        meanings: meanings(t),
    };
    html_with(status, &page)
}

fn meanings(t: Locale) -> Vec<MenuFigureView> {
    figures::views(t, Figures::default())
}

/// The frame of these pages, with what the last form did.
async fn frame(app: &App, session: &Session, request: &HttpRequest) -> Result<Shell, WebError> {
    let mut shell = shell(app, session, Nav::Menus).await?;
    let (query, t) = (Fields::parse(request.query_string().as_bytes()), session.locale());
    shell.notice = match () {
        () if query.has("saved") => Some(t.saved().to_owned()),
        () if query.has("switched") => Some(t.menu_switched().to_owned()),
        () if query.has("removed") => Some(t.menu_removed().to_owned()),
        () => None,
    };
    Ok(shell)
}
