//! Short links: `/l/{token}`, for whoever got one by text.
//!
//! A look at a link counts for nothing and changes nothing: previews and scanners
//! look too, with and without being asked. The page names the host that the link
//! leads to; the button on it is a form, and pressing it is the open. So it needs
//! no JavaScript to know a person, at the price of one press.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::client_address::client_address;
use super::error::WebError;
use super::fragment::html_with;
use super::throttle::Throttle;
use super::views::{GoneLinkPage, ShortLinkPage};
use super::words::locale_of_visitor;
use crate::actions::links as verbs;
use crate::app::App;
use crate::domain::short_link::{LinkToken, Visitor, visitor};
use crate::store::{StoreError, links, organization};

/// Where requests say that nobody asked for them.
const PURPOSES: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/// `GET /l/{token}`, and `HEAD`: where it leads, and a button.
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
    let read = app.store.read(move |db| {
        let link = links::find_good(db, &token, now)?;
        Ok::<_, StoreError>((link, organization::find(db)?))
    });
    let (Some(link), house) = read.await? else { return gone(&app, &throttle, &request).await };
    let page = ShortLinkPage {
        t: locale_of_visitor(&request, &app),
        organization: house.map(|house| house.name),
        host: link.destination.host().to_owned(),
    };
    html_with(StatusCode::OK, &page)
}

/// `POST /l/{token}`: the button was pressed.
pub async fn open(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let address = client_address(&request, &app.config.web.trusted_proxies);
    let _turn = throttle.turn(address).await;
    let Some(token) = LinkToken::parse(&path) else { return gone(&app, &throttle, &request).await };
    match verbs::open(&app, token, visitor_of(&request)).await? {
        Some(destination) => Ok(HttpResponse::SeeOther()
            .insert_header((header::LOCATION, destination.as_str()))
            .finish()),
        None => gone(&app, &throttle, &request).await,
    }
}

/// Unknown, over, or no longer allowed: which of them is not told.
///
/// Whoever asks for such links too often is told to slow down, by the same page;
/// a link that is good still opens for them, since a whole carrier's telephones
/// may share their address.
pub(super) async fn gone(
    app: &App,
    throttle: &Throttle,
    request: &HttpRequest,
) -> Result<HttpResponse, WebError> {
    let address = client_address(request, &app.config.web.trusted_proxies);
    let missed = throttle.link_missed(address);
    let house = app.store.read(organization::find).await?;
    let page = GoneLinkPage {
        t: locale_of_visitor(request, app),
        organization: house.map(|house| house.name),
    };
    let Err(wait) = missed else { return html_with(StatusCode::NOT_FOUND, &page) };
    let mut response = html_with(StatusCode::TOO_MANY_REQUESTS, &page)?;
    let seconds = wait.retry_after.as_secs_f64().ceil() as u64;
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    Ok(response)
}

fn visitor_of(request: &HttpRequest) -> Visitor {
    let headers = request.headers();
    let purposes = PURPOSES.iter().flat_map(|name| headers.get_all(*name));
    let purposes = purposes.map(|value| value.to_str().unwrap_or_default());
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    visitor(purposes, agent)
}
