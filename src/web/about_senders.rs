//! `/about-senders`: which numbers and domains are ours, for whoever got a text and
//! wonders (F-31). Always what is in force: it is read from the same rows as texts
//! are sent by. It sets no cookie and asks nobody who they are.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::client_address::client_address;
use super::error::WebError;
use super::form::Fields;
use super::fragment::html_with;
use super::settings::house_times;
use super::throttle::Throttle;
use super::views::{AboutSendersPage, OurSenderView, SmsCheckView};
use super::words::locale_of_visitor;
use crate::app::App;
use crate::domain::phone_number;
use crate::domain::sender_notice::SenderNotice;
use crate::locale::Locale;
use crate::store::senders::Published;
use crate::store::{StoreError, links, organization, sender_notices, senders};

mod check;
mod statement;

pub use statement::{key, list, signed};

struct Ours {
    organization: String,
    senders: Vec<(Published, Option<SenderNotice>)>,
    /// What links in our texts begin with, and where those lead.
    link_host: String,
    hosts: Vec<String>,
    inquiries: String,
}

/// `GET /about-senders`
pub async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let ours = ours(&app).await?;
    page(&app, &request, ours, SmsCheckView::default()).await
}

/// `POST /about-senders`: whether a text that somebody got is from us, by what everybody
/// may read on the page. What was typed is kept nowhere.
pub async fn check(
    app: web::Data<App>,
    throttle: web::Data<Throttle>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let address = client_address(&request, &app.config.web.trusted_proxies);
    throttle
        .text_checked(address)
        .map_err(|wait| WebError::TooManyRequests { retry_after: wait.retry_after })?;
    let ours = ours(&app).await?;
    let checked = check::checked(&ours, &fields);
    page(&app, &request, ours, checked).await
}

async fn page(
    app: &App,
    request: &HttpRequest,
    ours: Ours,
    check: SmsCheckView,
) -> Result<HttpResponse, WebError> {
    let t = locale_of_visitor(request, app);
    let times = house_times(app, t).await?;
    let sender = |(one, notice): &(Published, Option<SenderNotice>)| OurSenderView {
        address: phone_number::shown(&one.address),
        takes_replies: one.can_receive,
        since: times.day(one.since),
        takes_calls: notice.as_ref().map(|notice| notice.takes_calls),
        purposes: notice.as_ref().map_or_else(String::new, |notice| purposes(t, notice)),
        sample: notice.as_ref().map_or_else(String::new, |notice| notice.sample.clone()),
        shown_by: notice
            .iter()
            .flat_map(SenderNotice::shown_by)
            .map(|(carrier, number)| (carrier.name(), phone_number::shown(number)))
            .collect(),
    };
    let status = if check.is_empty { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = AboutSendersPage {
        t,
        senders: ours.senders.iter().map(sender).collect(),
        organization: Some(ours.organization),
        link_host: ours.link_host,
        hosts: ours.hosts,
        inquiries: ours.inquiries,
        check,
    };
    html_with(status, &page)
}

fn purposes(t: Locale, notice: &SenderNotice) -> String {
    let words: Vec<&str> = notice.purposes.iter().map(|purpose| t.purpose(*purpose)).collect();
    words.join(match t {
        Locale::Ja => "・",
        Locale::En => ", ",
    })
}

/// # Errors
/// `NotFound` before anybody has set the house up.
async fn ours(app: &App) -> Result<Ours, WebError> {
    let link_host = app.config.web.links().authority().to_owned();
    let read = app.store.read(move |db| {
        let house = organization::find(db)?.ok_or(StoreError::NotFound)?;
        let mut notices = sender_notices::all(db)?;
        let mut notice_of = |id| {
            let at = notices.iter().position(|(sender, _)| *sender == id);
            at.map(|at| notices.swap_remove(at).1)
        };
        let senders = senders::published(db)?;
        Ok::<_, StoreError>(Ours {
            organization: house.name,
            senders: senders.into_iter().map(|one| (one.clone(), notice_of(one.id))).collect(),
            link_host,
            hosts: links::hosts(db)?,
            inquiries: sender_notices::inquiries(db)?,
        })
    });
    Ok(read.await?)
}
