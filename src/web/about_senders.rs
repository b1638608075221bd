//! `/about-senders`: which numbers and domains are ours, for whoever got a text and
//! wonders (F-31). Always what is in force: it is read from the same rows as texts
//! are sent by. It sets no cookie and asks nobody who they are.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::error::WebError;
use super::fragment::html;
use super::settings::house_times;
use super::views::{AboutSendersPage, OurSenderView};
use super::words::locale_of_visitor;
use crate::app::App;
use crate::domain::phone_number;
use crate::locale::Locale;
use crate::store::senders::Published;
use crate::store::{StoreError, links, organization, senders};

struct Ours {
    organization: String,
    senders: Vec<Published>,
    /// What links in our texts begin with, and where those lead.
    link_host: String,
    hosts: Vec<String>,
}

/// `GET /about-senders`
pub async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let ours = ours(&app).await?;
    let t = locale_of_visitor(&request, &app);
    let times = house_times(&app, t).await?;
    let sender = |one: &Published| OurSenderView {
        address: phone_number::shown(&one.address),
        takes_replies: one.can_receive,
        since: times.day(one.since),
    };
    html(&AboutSendersPage {
        t,
        senders: ours.senders.iter().map(sender).collect(),
        organization: Some(ours.organization),
        link_host: ours.link_host,
        hosts: ours.hosts,
    })
}

/// `GET /about-senders.json`: the same for programs.
pub async fn list(app: web::Data<App>) -> Result<HttpResponse, WebError> {
    #[derive(Serialize)]
    struct SenderJson {
        address: String,
        takes_replies: bool,
        since: String,
    }
    #[derive(Serialize)]
    struct OursJson {
        organization: String,
        senders: Vec<SenderJson>,
        link_host: String,
        destination_hosts: Vec<String>,
        never_asked: [&'static str; 4],
    }
    let ours = ours(&app).await?;
    let times = house_times(&app, Locale::En).await?;
    let sender = |one: Published| SenderJson {
        since: times.date(one.since).to_string(),
        address: one.address,
        takes_replies: one.can_receive,
    };
    Ok(HttpResponse::Ok().json(OursJson {
        organization: ours.organization,
        senders: ours.senders.into_iter().map(sender).collect(),
        link_host: ours.link_host,
        destination_hosts: ours.hosts,
        never_asked: ["password", "pin", "card_number", "my_number"],
    }))
}

/// # Errors
/// `NotFound` before anybody has set the house up.
async fn ours(app: &App) -> Result<Ours, WebError> {
    let link_host = app.config.web.links().authority().to_owned();
    let read = app.store.read(move |db| {
        let house = organization::find(db)?.ok_or(StoreError::NotFound)?;
        let (senders, hosts) = (senders::published(db)?, links::hosts(db)?);
        Ok::<_, StoreError>(Ours { organization: house.name, senders, link_host, hosts })
    });
    Ok(read.await?)
}
