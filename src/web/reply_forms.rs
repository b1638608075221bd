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
use crate::actions::reply_forms::{self as verbs, Standing, Typed, Written};
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::photo;
use crate::domain::short_link::LinkToken;
use crate::store::{organization, reply_forms};

mod sent;

use sent::Sent;

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
    match standing(&app, &token).await? {
        Standing::Open => {
            page(&app, &request, StatusCode::OK, &Sent::default(), FormErrors::none()).await
        }
        _ => gone(&app, &throttle, &request).await,
    }
}

/// `POST /f/{token}`: what was typed, and pictures. Nothing is read of a form that
/// nobody waits for.
pub async fn create(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    path: web::Path<String>,
    request: HttpRequest,
    fields: Fields,
    payload: web::Payload,
) -> Result<HttpResponse, WebError> {
    let address = client_address(&request, &app.config.web.trusted_proxies);
    let turn = throttle.turn(address).await;
    let Some(token) = LinkToken::parse(&path) else { return gone(&app, &throttle, &request).await };
    match standing(&app, &token).await? {
        Standing::Open => {}
        Standing::JustUsed => return taken(&app, &request).await,
        Standing::Gone => return gone(&app, &throttle, &request).await,
    }
    // Whoever guesses waits for a look, not for pictures over a bad line.
    drop(turn);
    if Sent::brings_files(&request) {
        throttle
            .pictures_sent(address, token.as_str())
            .map_err(|wait| WebError::TooManyRequests { retry_after: wait.retry_after })?;
    }
    let sent = Sent::read(&request, &fields, payload).await?;
    match submitted(&app, &request, token, &sent).await {
        Ok(Typed::Taken(_) | Typed::Again) => taken(&app, &request).await,
        Ok(Typed::Gone) => gone(&app, &throttle, &request).await,
        Err(error @ ActionError::Invalid { .. }) => {
            let errors = words::form_errors(locale_of_visitor(&request, &app), error, &[])?;
            page(&app, &request, StatusCode::UNPROCESSABLE_ENTITY, &sent, errors).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn standing(app: &App, token: &LinkToken) -> Result<Standing, WebError> {
    let (known, now) = (token.clone(), app.clock.now());
    let form = app.store.read(move |db| reply_forms::find(db, &known)).await?;
    Ok(form.map_or(Standing::Gone, |form| verbs::standing(&form, now)))
}

async fn submitted(
    app: &App,
    request: &HttpRequest,
    token: LinkToken,
    sent: &Sent,
) -> Result<Typed, ActionError> {
    if !sent.is_whole {
        return Err(ActionError::invalid("photo", Problem::TooLong));
    }
    let written = Written {
        body: sent.body.clone(),
        photos: sent.files.clone(),
        instead: locale_of_visitor(request, app).reply_form_photos_alone(sent.files.len()),
    };
    verbs::submit(app, token, written).await
}

async fn taken(app: &App, request: &HttpRequest) -> Result<HttpResponse, WebError> {
    let house = app.store.read(organization::find).await?;
    let organization = house.map(|house| house.name);
    let t = locale_of_visitor(request, app);
    html_with(StatusCode::OK, &ReplyTakenPage { t, organization })
}

async fn page(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    sent: &Sent,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let house = app.store.read(organization::find).await?;
    let page = ReplyFormPage {
        t: locale_of_visitor(request, app),
        organization: house.map(|house| house.name),
        longest: verbs::LONGEST,
        most_photos: photo::MOST,
        megabytes: photo::LARGEST / (1024 * 1024),
        body: sent.body.clone(),
        // No page can put files back into a browser's field.
        choose_again: !sent.files.is_empty() && errors.get("photo").is_none(),
        errors,
    };
    html_with(status, &page)
}
