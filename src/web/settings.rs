//! Setting the house up: people, inboxes, senders, keys, and the two logs.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::WebError;
use super::form::Fields;
use super::fragment::{html, see_other};
use super::session::Session;
use super::shell::shell;
use super::times::Times;
use super::views::{Nav, SettingsIndexPage, Shell};
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::locale::Locale;
use crate::store::{
    StoreError, api_tokens, calendars as stored_calendars, contact_fields,
    inboxes as stored_inboxes, interviewers as stored_interviewers, links as stored_links,
    mails as stored_mails, organization, quarantine as held, senders as stored_senders,
    tags as stored_tags, teams as stored_teams, templates as stored_templates,
    users as stored_users, webhooks as stored_webhooks,
};

pub mod accounts;
pub mod audit;
pub mod automatic_replies;
pub mod browsers;
pub mod calendars;
pub mod destinations;
pub mod escalation;
pub mod fields;
pub mod inboxes;
pub mod interviewers;
pub mod interviews;
pub mod links;
pub mod mail_replies;
pub mod mails;
pub mod masking;
pub mod preferences;
pub mod quarantine;
pub mod quiet_times;
pub mod sender_notices;
pub mod senders;
pub mod sources;
pub mod tags;
pub mod teams;
pub mod templates;
pub mod tokens;
pub mod users;
pub mod webhooks;

/// Added to the address a form leads to, so that the page says that it was taken.
const SAVED: &str = "saved";

/// `GET /settings`: what there is to set. Those who set nothing are led to what
/// is theirs.
pub async fn index(app: web::Data<App>, session: Session) -> Result<HttpResponse, WebError> {
    if !session.user.role.may_administer() {
        let log = session.user.role.may_read_audit();
        return Ok(see_other(if log { "/settings/audit" } else { "/settings/preferences" }));
    }
    let shell = shell(&app, &session, Nav::Settings).await?;
    let now = app.clock.now();
    let page = app
        .store
        .read(move |db| {
            let users = stored_users::all(db)?;
            let tokens = api_tokens::all(db)?;
            Ok::<_, StoreError>(SettingsIndexPage {
                shell,
                users: count(users.iter().filter(|user| user.disabled_at.is_none())),
                teams: count(stored_teams::all(db)?.iter()),
                inboxes: count(stored_inboxes::all(db)?.iter()),
                calendars: count(stored_calendars::all(db)?.iter()),
                interviewers: count(stored_interviewers::all(db, None)?.iter()),
                senders: count(stored_senders::all(db)?.iter()),
                templates: u32::try_from(stored_templates::count(db)?).unwrap_or(u32::MAX),
                tags: count(stored_tags::offered(db)?.iter()),
                fields: count(contact_fields::in_use(db)?.iter()),
                links: count(stored_links::hosts(db)?.iter()),
                mails: u32::try_from(stored_mails::count_open(db)?).unwrap_or(u32::MAX),
                quarantine: u32::try_from(held::waiting(db)?).unwrap_or(u32::MAX),
                webhooks: u32::try_from(stored_webhooks::count(db)?).unwrap_or(u32::MAX),
                tokens: count(
                    tokens
                        .iter()
                        .filter(|token| token.revoked_at.is_none() && token.expires_at > now),
                ),
            })
        })
        .await?;
    html(&page)
}

/// The frame of a page of the settings, with what the last form did.
async fn frame(app: &App, session: &Session, request: &HttpRequest) -> Result<Shell, WebError> {
    let mut shell = shell(app, session, Nav::Settings).await?;
    let query = Fields::parse(request.query_string().as_bytes());
    shell.notice = query.has(SAVED).then(|| shell.t.saved().to_owned());
    Ok(shell)
}

/// 303: the form was taken; the page at `path` says so.
fn saved(path: &str) -> HttpResponse {
    see_other(&format!("{path}?{SAVED}"))
}

/// Times as the house keeps them, in the reader's language.
pub(super) async fn house_times(app: &App, t: Locale) -> Result<Times, WebError> {
    let house = app.store.read(organization::find).await?;
    let fallback = app.config.language.time_zone.name();
    let zone = house.as_ref().map_or(fallback, |house| house.time_zone.as_str());
    Ok(Times::new(t, zone, app.clock.now()))
}

pub(super) fn status_of(has_errors: bool) -> StatusCode {
    if has_errors { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// A form for a row of an ordered list that is to stand behind the `last` one, with
/// room for others in between.
fn behind(last: Option<i32>) -> Fields {
    const STEP: i32 = 10;
    Fields::of(&[("position", &(last.unwrap_or_default() + STEP).to_string())])
}

/// Where a row of an ordered list is to stand.
///
/// # Errors
/// `Invalid { field: "position" }` for what is no whole number.
fn position(fields: &Fields) -> Result<i32, ActionError> {
    let malformed = |_no_number| ActionError::invalid("position", Problem::Malformed);
    fields.get("position").trim().parse().map_err(malformed)
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
