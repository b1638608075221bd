//! Reply forms: `/f/{token}`, for whoever got a text from a number that takes no
//! replies. What is typed lands in the thread the text came from.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::client_address::client_address;
use super::error::WebError;
use super::form::Fields;
use super::fragment::html_with;
use super::short_links::gone;
use super::throttle::Throttle;
use super::views::{FormErrors, ReplyFormPage, ReplyTakenPage};
use super::words::{self, locale_of_visitor};
use crate::actions::ActionError;
use crate::actions::reply_forms::{self as verbs, Typed};
use crate::app::App;
use crate::domain::short_link::LinkToken;
use crate::store::{organization, reply_forms};

/// `GET /f/{token}`, and `HEAD`: the box. Looking uses nothing up.
pub async fn show(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let address = client_address(&request, &app.config.web.trusted_proxies);
    let _turn = throttle.turn(address).await;
    let Some(token) = LinkToken::parse(&path) else { return gone(&app, &throttle, &request).await };
    let now = app.clock.now();
    let form = app.store.read(move |db| reply_forms::find(db, &token)).await?;
    match form {
        Some(form) if verbs::is_open(&form, now) => {
            page(&app, &request, StatusCode::OK, "", FormErrors::none()).await
        }
        _ => gone(&app, &throttle, &request).await,
    }
}

/// `POST /f/{token}`: what was typed.
pub async fn create(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    path: web::Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let address = client_address(&request, &app.config.web.trusted_proxies);
    let _turn = throttle.turn(address).await;
    let Some(token) = LinkToken::parse(&path) else { return gone(&app, &throttle, &request).await };
    let known = token.clone();
    if app.store.read(move |db| reply_forms::find(db, &known)).await?.is_none() {
        return gone(&app, &throttle, &request).await;
    }
    let typed = fields.get("body");
    match verbs::submit(&app, token, typed.to_owned()).await {
        Ok(Typed::Taken(_) | Typed::Again) => {
            let house = app.store.read(organization::find).await?;
            let organization = house.map(|house| house.name);
            let t = locale_of_visitor(&request, &app);
            html_with(StatusCode::OK, &ReplyTakenPage { t, organization })
        }
        Ok(Typed::Gone) => gone(&app, &throttle, &request).await,
        Err(error @ ActionError::Invalid { .. }) => {
            let errors = words::form_errors(locale_of_visitor(&request, &app), error, &[])?;
            page(&app, &request, StatusCode::UNPROCESSABLE_ENTITY, typed, errors).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    typed: &str,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let house = app.store.read(organization::find).await?;
    let page = ReplyFormPage {
        t: locale_of_visitor(request, app),
        organization: house.map(|house| house.name),
        longest: verbs::LONGEST,
        body: typed.to_owned(),
        errors,
    };
    html_with(status, &page)
}
