//! Where short links may lead.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{frame, saved, status_of};
use crate::actions::{links as verbs, photos};
use crate::app::App;
use crate::domain::short_link::place::written;
use crate::store::link_destinations::{self, LinkDestination};
use crate::store::{StoreError, links, photos as stored_photos};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::views::{FormErrors, LinkPageView, LinksPage, NewPageForm};
use crate::web::words;

const LIST: &str = "/settings/links";
/// What is proposed: a month, as whoever answers a letter takes.
const DAYS_AT_FIRST: &str = "30";

/// `GET /settings/links`
pub async fn index(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    page(&app, &session, &request, &Fields::default(), FormErrors::none()).await
}

/// `POST /settings/links`: links may lead to one host more.
pub async fn create(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    match verbs::allow_host(&app, session.caller.clone(), fields.get("host")).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            page(&app, &session, &request, &fields, errors).await
        }
    }
}

/// `DELETE /settings/links/{host}`
pub async fn remove(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    verbs::refuse_host(&app, session.caller, path.into_inner()).await?;
    Ok(saved(LIST))
}

/// `PUT /settings/photos`: for how many days pictures of reply forms are kept.
pub async fn keep_photos(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    match photos::keep(&app, session.caller.clone(), fields.get("days")).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            page(&app, &session, &request, &fields, errors).await
        }
    }
}

pub(super) async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    typed: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let web = &app.config.web;
    let (hosts, pages, days) = app
        .store
        .read(|db| {
            let (hosts, pages) = (links::hosts(db)?, link_destinations::all(db)?);
            Ok::<_, StoreError>((hosts, pages, stored_photos::days_kept(db)?))
        })
        .await?;
    let page = LinksPage {
        shell: frame(app, session, request).await?,
        start: web.links().join("/l/"),
        is_apart: web.links() != &web.public_url,
        hosts,
        pages: pages.into_iter().map(row).collect(),
        page: NewPageForm {
            name: typed.get("name").trim().to_owned(),
            url: typed.get("url").trim().to_owned(),
            days: typed.filled("link_days").unwrap_or(DAYS_AT_FIRST).to_owned(),
        },
        days: typed.filled("days").map_or(days.to_string(), str::to_owned),
        host: typed.get("host").trim().to_owned(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn row(page: LinkDestination) -> LinkPageView {
    LinkPageView {
        id: page.id.0.to_string(),
        place: written(&page.name),
        url: page.url,
        days: page.days,
    }
}
