//! The form of a phone menu.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::rows::{self, ROWS, Row, SAYINGS};
use super::{LIST, frame, heard, words};
use crate::actions::handoff_flows::{self as verbs, Which};
use crate::app::App;
use crate::domain::handoff::{Flow, MOST_OPTIONS, Speech};
use crate::domain::id::{HandoffFlowId, InboxId, TemplateId};
use crate::domain::merge_field::{self, Called, MergeField};
use crate::domain::message::Purpose;
use crate::locale::Locale;
use crate::store::templates::Template;
use crate::store::{
    Db, StoreError, calendars, handoff_flows, inboxes, organization, teams, templates,
};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html_with, see_other};
use crate::web::session::{Admin, Session};
use crate::web::views::{ChoiceView, FlowFormPage, FlowOptionForm, FormErrors, SayingForm};

/// `GET /handoff_flows/new`
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    form(&app, &session, &request, None, &rows::fresh(), FormErrors::none()).await
}

/// `POST /handoff_flows`
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    save(&app, &session, &request, None, fields).await
}

/// `GET /handoff_flows/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let flow = find(&app, path.into_inner()).await?;
    let fields = rows::fields_of(&flow);
    form(&app, &session, &request, Some(flow), &fields, FormErrors::none()).await
}

/// `PUT /handoff_flows/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let flow = find(&app, path.into_inner()).await?;
    save(&app, &session, &request, Some(flow), fields).await
}

/// `DELETE /handoff_flows/{id}`, `agreed` by whoever was told what it means.
pub async fn remove(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let flow = find(&app, path.into_inner()).await?;
    if !fields.has("agreed") {
        let errors = FormErrors::of("agreed", session.locale().menu_remove_agree_first());
        let fields = rows::fields_of(&flow);
        return form(&app, &session, &request, Some(flow), &fields, errors).await;
    }
    verbs::remove(&app, session.caller, flow.id).await?;
    Ok(see_other(&format!("{LIST}?removed")))
}

async fn find(app: &App, id: Uuid) -> Result<Flow, WebError> {
    Ok(app.store.read(move |db| handoff_flows::find(db, HandoffFlowId(id))).await?)
}

/// Buttons of the form that only change the form come here as well.
async fn save(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    flow: Option<Flow>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let (t, none) = (session.locale(), FormErrors::none());
    if fields.has("more") {
        let more = rows::with_one_more(&fields);
        return form(app, session, request, flow, &more, none).await;
    }
    if let Some(gone) = fields.filled("drop") {
        let left = rows::without(&fields, gone.parse().unwrap_or_default());
        return form(app, session, request, flow, &left, none).await;
    }
    if let Some(n) = fields.filled("fill") {
        let row = n.parse().ok().and_then(|n: usize| ROWS.get(n.checked_sub(1)?));
        let filled = match row {
            Some(row) => filled(app, row, &fields).await?,
            None => fields,
        };
        return form(app, session, request, flow, &filled, none).await;
    }
    // A template that was chosen for a text nobody wrote is that text.
    let mut fields = fields;
    for row in &ROWS {
        if fields.filled(row.template).is_some() && fields.filled(row.body).is_none() {
            fields = filled(app, row, &fields).await?;
        }
    }
    let errors = match rows::flow_of(&fields) {
        Err((field, problem)) => FormErrors::of(field, words::problem(t, field, problem)),
        Ok((wanted, of_option)) => {
            let which = flow.as_ref().map_or(Which::New, |flow| Which::This(flow.id));
            match verbs::save(app, session.caller.clone(), which, wanted, None).await {
                Ok(flow) => return Ok(see_other(&format!("{LIST}/{}?saved", flow.id))),
                Err(refusal) => rows::errors_of(t, refusal, &of_option, &fields)?,
            }
        }
    };
    form(app, session, request, flow, &fields, errors).await
}

/// The form with the words of a template in a row. Of whom it is written to nothing is
/// known before somebody calls.
async fn filled(app: &App, row: &Row, fields: &Fields) -> Result<Fields, WebError> {
    let Ok(id) = fields.get(row.template).parse::<TemplateId>() else { return Ok(fields.clone()) };
    let inbox: Option<InboxId> = fields.get("inbox_id").parse().ok();
    let read = app.store.read(move |db| {
        let body = templates::find(db, id)?.body;
        let house = organization::find(db)?.map(|house| house.name);
        let inboxes = inboxes::all(db)?.into_iter();
        let inbox = inboxes.filter(|one| Some(one.id) == inbox).map(|one| one.name).next();
        let value = |called: &Called| match called {
            Called::Known(MergeField::OrganizationName) => house.clone(),
            Called::Known(MergeField::InboxName) => inbox.clone(),
            _ => None,
        };
        Ok::<_, StoreError>(merge_field::fill(&body, value))
    });
    Ok(rows::with_body(fields, row, &read.await?))
}

/// What the form offers.
struct Offered {
    inboxes: Vec<(String, String)>,
    calendars: Vec<(String, String)>,
    teams: Vec<(String, String)>,
    templates: Vec<Template>,
}

fn offered(db: &mut Db) -> Result<Offered, StoreError> {
    let inboxes = inboxes::all(db)?.into_iter();
    let calendars = calendars::all(db)?.into_iter();
    let teams = teams::all(db)?.into_iter();
    Ok(Offered {
        inboxes: inboxes.map(|inbox| (inbox.id.to_string(), inbox.name)).collect(),
        calendars: calendars.map(|calendar| (calendar.id.to_string(), calendar.name)).collect(),
        teams: teams.map(|team| (team.id.to_string(), team.name)).collect(),
        templates: templates::all(db)?,
    })
}

fn choices(offered: &[(String, String)], chosen: &str) -> Vec<ChoiceView> {
    let choice = |(value, label): &(String, String)| ChoiceView {
        value: value.clone(),
        label: label.clone(),
        chosen: value == chosen,
    };
    offered.iter().map(choice).collect()
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    flow: Option<Flow>,
    fields: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let shell = frame(app, session, request).await?;
    let offered = app.store.read(offered).await?;
    let count = rows::count(fields);
    let text = |name| fields.get(name).to_owned();
    let rows = ROWS.iter().enumerate().take(count);
    let page = FlowFormPage {
        shell,
        title: flow.as_ref().map_or_else(|| t.menu_new().to_owned(), |flow| flow.name.clone()),
        id: flow.map(|flow| flow.id.to_string()),
        name: text("name"),
        called: text("called"),
        operator: text("operator"),
        inboxes: choices(&offered.inboxes, fields.get("inbox_id")),
        calendars: choices(&offered.calendars, fields.get("calendar_id")),
        busy_calendars: choices(&offered.calendars, fields.get("busy_calendar_id")),
        duplicate_minutes: text("duplicate_minutes"),
        return_days: text("return_days"),
        foreign_numbers: fields.has("foreign_numbers"),
        general_body: text("general_body"),
        closed_body: text("closed_body"),
        overflow_body: text("overflow_body"),
        overflow_url: text("overflow_url"),
        options: rows.map(|(n, row)| option(t, n, row, fields, &offered, &errors)).collect(),
        may_add: count < MOST_OPTIONS,
        sayings: SAYINGS.iter().map(|saying| self::saying(t, saying, fields, &errors)).collect(),
        errors,
    };
    let refused =
        if page.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(refused, &page)
}

fn option(
    t: Locale,
    n: usize,
    row: &Row,
    fields: &Fields,
    offered: &Offered,
    errors: &FormErrors,
) -> FlowOptionForm {
    let text = |name| fields.get(name).to_owned();
    let purpose = Purpose::from_word(fields.get(row.purpose)).unwrap_or(Purpose::Notice);
    let language = fields.get(row.language);
    let templates = offered.templates.iter().filter(|template| {
        let inbox = fields.get("inbox_id");
        template.inbox_id.is_none_or(|id| inbox.is_empty() || id.to_string() == inbox)
    });
    FlowOptionForm {
        number: n + 1,
        digit: text(row.digit),
        topic: text(row.topic),
        body: text(row.body),
        url: text(row.url),
        templates: templates
            .map(|template| ChoiceView {
                value: template.id.to_string(),
                label: template.name.clone(),
                chosen: fields.get(row.template) == template.id.to_string(),
            })
            .collect(),
        teams: choices(&offered.teams, fields.get(row.team)),
        purposes: Purpose::ALL
            .iter()
            .map(|one| ChoiceView {
                value: one.word().to_owned(),
                label: t.purpose(*one).to_owned(),
                chosen: *one == purpose,
            })
            .collect(),
        languages: Locale::ALL
            .iter()
            .map(|one| ChoiceView {
                value: one.tag().to_owned(),
                label: one.own_name().to_owned(),
                chosen: one.tag() == language,
            })
            .collect(),
        wrong: row.fields().map(|name| errors.get(name).map(str::to_owned)),
    }
}

fn saying(
    t: Locale,
    (field, speech, spoken): &(&'static str, Speech, Locale),
    fields: &Fields,
    errors: &FormErrors,
) -> SayingForm {
    SayingForm {
        field,
        label: t.menu_saying(spoken.own_name(), heard::outcome(t, *speech)),
        lang: spoken.tag(),
        text: fields.get(field).to_owned(),
        standard: spoken.speech(*speech),
        wrong: errors.get(field).map(str::to_owned),
    }
}
