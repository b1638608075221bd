//! The pages of the texts that are written often.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, saved, status_of};
use crate::actions::templates as verbs;
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::contact_field::ContactField;
use crate::domain::id::TemplateId;
use crate::domain::merge_field::MergeField;
use crate::locale::Locale;
use crate::store::templates::{self, Template};
use crate::store::{StoreError, contact_fields, inboxes};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html, html_with};
use crate::web::session::{Admin, Session};
use crate::web::views::{ChoiceView, FormErrors, TemplateFormPage, TemplateRowView, TemplatesPage};
use crate::web::words;

const LIST: &str = "/settings/templates";

/// `GET /settings/templates`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let shell = frame(&app, &session, &request).await?;
    let templates = app
        .store
        .read(|db| {
            let inboxes = inboxes::all(db)?;
            let name_of = |id| inboxes.iter().find(|inbox| inbox.id == id);
            let rows = templates::all(db)?.into_iter().map(|template| TemplateRowView {
                id: template.id.to_string(),
                inbox: template.inbox_id.and_then(name_of).map(|inbox| inbox.name.clone()),
                name: template.name,
                shortcut: template.shortcut,
                lang: template.locale,
                body: template.body,
            });
            Ok::<_, StoreError>(rows.collect())
        })
        .await?;
    html(&TemplatesPage { shell, templates })
}

/// `GET /settings/templates/new`
pub async fn new(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let template = of_fields(fresh_id(), &Fields::default());
    form(&app, &session, &request, None, template, FormErrors::none()).await
}

/// `POST /settings/templates`
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    save(&app, &session, &request, None, &fields).await
}

/// `GET /settings/templates/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = TemplateId(path.into_inner());
    let template = app.store.read(move |db| templates::find(db, id)).await?;
    form(&app, &session, &request, Some(id), template, FormErrors::none()).await
}

/// `PUT /settings/templates/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = TemplateId(path.into_inner());
    // The verb would make what is not there.
    app.store.read(move |db| templates::find(db, id)).await?;
    save(&app, &session, &request, Some(id), &fields).await
}

/// `DELETE /settings/templates/{id}`
pub async fn remove(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    verbs::remove(&app, session.caller, TemplateId(path.into_inner())).await?;
    Ok(saved(LIST))
}

async fn save(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: Option<TemplateId>,
    fields: &Fields,
) -> Result<HttpResponse, WebError> {
    let template = of_fields(id.unwrap_or_else(fresh_id), fields);
    match verbs::save(app, session.caller.clone(), template.clone()).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            form(app, session, request, id, template, errors).await
        }
    }
}

fn of_fields(id: TemplateId, fields: &Fields) -> Template {
    let text = |name| fields.get(name).to_owned();
    Template {
        id,
        inbox_id: fields.get("inbox_id").parse().ok(),
        name: text("name"),
        shortcut: text("shortcut"),
        locale: text("locale"),
        body: text("body"),
    }
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: Option<TemplateId>,
    template: Template,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let chosen = template.inbox_id;
    let inboxes = app.store.read(inboxes::all).await?.into_iter().map(|inbox| ChoiceView {
        value: inbox.id.to_string(),
        label: inbox.name,
        chosen: chosen == Some(inbox.id),
    });
    let page = TemplateFormPage {
        shell: frame(app, session, request).await?,
        id: id.map(|id| id.to_string()),
        name: template.name,
        shortcut: template.shortcut,
        locale: template.locale,
        body: template.body,
        inboxes: inboxes.collect(),
        fields: merge_fields(app, t).await?,
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

/// Every merge field as it is written, with what it stands for.
pub(super) async fn merge_fields(app: &App, t: Locale) -> Result<Vec<ChoiceView>, StoreError> {
    let own = app.store.read(contact_fields::in_use).await?;
    Ok(fields_of(t, &own))
}

fn fields_of(t: Locale, own: &[ContactField]) -> Vec<ChoiceView> {
    let meaning = |field| match field {
        MergeField::ContactName => t.merge_contact_name(),
        MergeField::AgentName => t.merge_agent_name(),
        MergeField::InboxName => t.merge_inbox_name(),
        MergeField::OrganizationName => t.merge_organization_name(),
    };
    let choice = |field: &MergeField| ChoiceView {
        value: field.written(t == Locale::Ja),
        label: meaning(*field).to_owned(),
        chosen: false,
    };
    let of_contact = |field: &ContactField| ChoiceView {
        value: format!("{{{{{}}}}}", field.name),
        label: t.merge_own().to_owned(),
        chosen: false,
    };
    MergeField::ALL.iter().map(choice).chain(own.iter().map(of_contact)).collect()
}
