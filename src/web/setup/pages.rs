//! The pages before anybody has signed in, filled in as far as they were.

use actix_web::HttpRequest;

use crate::actions::set_up::links::{AboutOrganization, Papers};
use crate::app::App;
use crate::locale::Locale;
use crate::password::MIN_LENGTH_ADMIN;
use crate::web::form::Fields;
use crate::web::sessions::visitor_token;
use crate::web::views::{AdministratorPage, FormErrors, OrganizationPage, ProviderPage};
use crate::web::words::locale_of_visitor;

pub fn organization_page(
    app: &App,
    request: &HttpRequest,
    papers: &Papers,
    told: AboutOrganization,
    errors: FormErrors,
) -> OrganizationPage {
    OrganizationPage {
        t: locale_of(papers, request, app),
        csrf: visitor_token(app, request),
        token: papers.token.clone(),
        name: told.name,
        locale: told.locale,
        time_zone: told.time_zone,
        inbox_name: told.inbox,
        errors,
    }
}

pub fn administrator_page(
    app: &App,
    request: &HttpRequest,
    papers: &Papers,
    name: String,
    email: String,
    errors: FormErrors,
) -> AdministratorPage {
    AdministratorPage {
        t: locale_of(papers, request, app),
        csrf: visitor_token(app, request),
        token: papers.token.clone(),
        name,
        email,
        password_min: MIN_LENGTH_ADMIN as u32,
        errors,
    }
}

pub fn provider_page(
    app: &App,
    request: &HttpRequest,
    papers: &Papers,
    typed: &Fields,
    errors: FormErrors,
) -> ProviderPage {
    ProviderPage {
        t: locale_of(papers, request, app),
        csrf: visitor_token(app, request),
        token: papers.token.clone(),
        kind: typed.get("kind").to_owned(),
        simulator_sender: typed.get("simulator_sender").to_owned(),
        account_sid: typed.get("account_sid").to_owned(),
        sender: typed.get("sender").to_owned(),
        errors,
    }
}

/// The language chosen on the first page; before that, the browser's.
pub fn locale_of(papers: &Papers, request: &HttpRequest, app: &App) -> Locale {
    let chosen = papers.told.organization.as_ref().and_then(|told| Locale::from_tag(&told.locale));
    chosen.unwrap_or_else(|| locale_of_visitor(request, app))
}
