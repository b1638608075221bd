//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, web};

use super::client_address::client_address;
use super::cookies::Cookies;
use super::csrf;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{html_with, see_other};
use super::session::Session;
use super::throttle::{SignIn, Throttle};
use super::views::{FormErrors, NewSessionPage};
use super::words::locale_of_visitor;
use crate::actions::sign_in::{self, Place, SignedIn};
use crate::app::App;
use crate::domain::browser;
use crate::store::organization;

mod device;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// `GET /session/new`
pub async fn new(
    app: web::Data<App>,
    session: Option<Session>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let query = Fields::parse(request.query_string().as_bytes());
    if session.is_some() {
        return Ok(see_other(own_path(query.get("return_to")).unwrap_or("/")));
    }
    page(&app, &request, StatusCode::OK, &query, FormErrors::none()).await
}

/// `POST /session`
///
/// Which of address and password is wrong is not told. A session the browser
/// had before is ended, whoever it belonged to.
pub async fn create(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    old: Option<Session>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let t = locale_of_visitor(&request, &app);
    let missing = ["email", "password"].into_iter().filter(|name| fields.filled(name).is_none());
    let errors =
        missing.fold(FormErrors::none(), |errors, name| errors.and(name, t.field_required()));
    if !errors.is_empty() {
        return page(&app, &request, StatusCode::UNPROCESSABLE_ENTITY, &fields, errors).await;
    }
    let email = fields.get("email").trim();
    let origin = client_address(&request, &app.config.web.trusted_proxies);
    let known_device = Cookies::new(&app.config.web.public_url)
        .device_secret(&request)
        .filter(|secret| device::belongs_to(app.store.vault(), secret, email));
    let attempt = SignIn::new(email, known_device.as_deref(), origin);
    if let Err(wait) = throttle.try_sign_in(&attempt) {
        let seconds = wait.retry_after.as_secs_f64().ceil() as u64;
        let errors =
            FormErrors { summary: Some(t.session_throttled(seconds)), ..FormErrors::none() };
        let mut response =
            page(&app, &request, StatusCode::TOO_MANY_REQUESTS, &fields, errors).await?;
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
        return Ok(response);
    }
    let password = fields.get("password").to_owned();
    let origin = Some(origin.to_string());
    let place = Place { origin: origin.clone(), browser: browser(&request) };
    let signed_in = sign_in::run(&app, email.to_owned(), password, place).await?;
    let Some(signed_in) = signed_in else {
        let errors =
            FormErrors { summary: Some(t.session_wrong().to_owned()), ..FormErrors::none() };
        return page(&app, &request, StatusCode::UNPROCESSABLE_ENTITY, &fields, errors).await;
    };
    throttle.signed_in(&attempt);
    if let Some(old) = old {
        sign_in::end(&app, old.id, old.user.id, origin).await?;
    }
    let device = known_device.unwrap_or_else(|| device::secret_for(app.store.vault(), email));
    welcome(&app, &signed_in, &device, own_path(fields.get("return_to")).unwrap_or("/"))
}

/// `DELETE /session`: the browser forgets what it kept of us as well.
pub async fn destroy(app: web::Data<App>, session: Session) -> Result<HttpResponse, WebError> {
    let Session { id, user, caller, .. } = session;
    sign_in::end(&app, id, user.id, caller.actor.origin).await?;
    let mut response = see_other("/session/new");
    let cookies = Cookies::new(&app.config.web.public_url);
    response.add_cookie(&cookies.no_session()).map_err(WebError::internal)?;
    let everything = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(CLEAR_SITE_DATA, everything);
    Ok(response)
}

/// Leads the browser on as the one who has just signed in with `email`.
pub(super) fn welcome_first(
    app: &App,
    signed_in: &SignedIn,
    email: &str,
    path: &str,
) -> Result<HttpResponse, WebError> {
    welcome(app, signed_in, &device::secret_for(app.store.vault(), email), path)
}

/// The token of a form shown before anybody signed in. Without a session there
/// is none; a browser that still holds an old session's cookie needs that one's,
/// because the guard cannot tell an old cookie from a good one.
pub(super) fn visitor_token(app: &App, request: &HttpRequest) -> String {
    let secret = Cookies::new(&app.config.web.public_url).session_secret(request);
    secret.map_or_else(String::new, |secret| csrf::token(&secret))
}

/// What the browser is called that asks.
pub(super) fn browser(request: &HttpRequest) -> Option<String> {
    let agent = request.headers().get(USER_AGENT)?.to_str().ok()?;
    browser::name(agent)
}

fn welcome(
    app: &App,
    signed_in: &SignedIn,
    device: &str,
    path: &str,
) -> Result<HttpResponse, WebError> {
    let cookies = Cookies::new(&app.config.web.public_url);
    let mut response = see_other(path);
    for cookie in [cookies.session(&signed_in.secret), cookies.device(device)] {
        response.add_cookie(&cookie).map_err(WebError::internal)?;
    }
    Ok(response)
}

async fn page(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    typed: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let organization = app.store.read(organization::find).await?;
    let page = NewSessionPage {
        t: locale_of_visitor(request, app),
        csrf: visitor_token(app, request),
        organization: organization.map(|organization| organization.name),
        email: typed.get("email").trim().to_owned(),
        return_to: own_path(typed.get("return_to")).map(str::to_owned),
        errors,
    };
    html_with(status, &page)
}

/// `path` if it leads to a page of ours, whatever a browser makes of it: two
/// slashes, or a slash and a backslash, begin another host's address, and
/// browsers skip tabs and line breaks.
fn own_path(path: &str) -> Option<&str> {
    let is_plain = path.chars().all(|c| c != '\\' && !c.is_control());
    let is_ours = path.starts_with('/') && !path.starts_with("//") && is_plain;
    // Leading somebody who has just signed in to the sign-in is going in circles.
    (is_ours && !path.starts_with("/session")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_returned_to() {
        for path in ["/", "/conversations/0190?before=1&x=%2F%2F", "/sim?handset=%2B8190#latest"] {
            assert_eq!(own_path(path), Some(path));
        }
        for path in [
            "",
            "conversations",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            " /conversations",
            "/session/new",
        ] {
            assert_eq!(own_path(path), None, "{path:?}");
        }
    }
}
