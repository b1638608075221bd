//! The first run: four pages between an empty folder and the first text.
//!
//! What the first two pages are told is kept with the link until the third is
//! sent; then one action makes everything, or nothing. Any node may serve any
//! of the pages.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono_tz::Tz;
use zeroize::Zeroizing;

use super::error::WebError;
use super::form::Fields;
use super::fragment::{html, html_with, see_other};
use super::session::{Session, origin};
use super::sessions::{browser, welcome_first};
use super::settings::{self, users};
use super::shell::shell;
use super::views::{FormErrors, Nav, StartPage};
use super::words::{self, locale_of_visitor};
use crate::actions::set_up::links::{self, AboutAdministrator, AboutOrganization, Papers, Told};
use crate::actions::set_up::{self, Answers, SIMULATED_SENDER};
use crate::actions::{ActionError, Problem, people::NewUser, sign_in, sign_in::Place};
use crate::app::App;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::user::{Actor, Caller, Role};
use crate::locale::Locale;

mod pages;
mod steps;

use pages::{administrator_page, locale_of, organization_page, provider_page};

/// `GET /setup?token=`: to the first page that has not been filled in.
pub async fn start(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let papers = links::papers(&app, query(&request).get("token")).await?;
    Ok(go_on(&papers))
}

/// ① `GET /setup/organization?token=`
pub async fn organization(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let papers = links::papers(&app, query(&request).get("token")).await?;
    let told = papers.told.organization.clone().unwrap_or_else(|| AboutOrganization {
        locale: locale_of_visitor(&request, &app).tag().to_owned(),
        time_zone: app.config.language.time_zone.name().to_owned(),
        ..AboutOrganization::default()
    });
    html(&organization_page(&app, &request, &papers, told, FormErrors::none()))
}

/// ① `POST /setup/organization`
pub async fn save_organization(
    app: web::Data<App>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let papers = links::papers(&app, fields.get("token")).await?;
    let told = AboutOrganization {
        name: fields.get("name").trim().to_owned(),
        inbox: fields.get("inbox_name").trim().to_owned(),
        locale: fields.get("locale").to_owned(),
        time_zone: fields.get("time_zone").trim().to_owned(),
    };
    let errors = problems_of(locale_of(&papers, &request, &app), &told)?;
    if !errors.is_empty() {
        let page = organization_page(&app, &request, &papers, told, errors);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    Ok(go_on(&papers.note_organization(&app, told).await?))
}

/// ② `GET /setup/administrator?token=`
pub async fn administrator(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let papers = links::papers(&app, query(&request).get("token")).await?;
    if papers.told.organization.is_none() {
        return Ok(go_on(&papers));
    }
    let (name, email) = match &papers.told.administrator {
        Some(told) => (told.name.clone(), told.email.clone()),
        None => Default::default(),
    };
    html(&administrator_page(&app, &request, &papers, name, email, FormErrors::none()))
}

/// ② `POST /setup/administrator`
pub async fn save_administrator(
    app: web::Data<App>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let papers = links::papers(&app, fields.get("token")).await?;
    let t = locale_of(&papers, &request, &app);
    let told = NewUser {
        name: fields.get("name").trim().to_owned(),
        email: fields.get("email").trim().to_owned(),
        role: Role::Admin,
        password: fields.get("password").to_owned(),
        locale: t.tag().to_owned(),
    };
    let house = papers.told.organization.as_ref().map_or("", |house| house.name.as_str());
    let errors = users::problems_of(t, &told, house)?;
    if !errors.is_empty() {
        let page = administrator_page(&app, &request, &papers, told.name, told.email, errors);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let told = AboutAdministrator {
        name: told.name,
        email: told.email,
        password: Zeroizing::new(told.password),
    };
    Ok(go_on(&papers.note_administrator(&app, told).await?))
}

/// ③ `GET /setup/provider?token=`
pub async fn provider(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, WebError> {
    let papers = links::papers(&app, query(&request).get("token")).await?;
    if papers.answers().is_none() {
        return Ok(go_on(&papers));
    }
    let number = PhoneNumber::parse(SIMULATED_SENDER).map(|number| number.national());
    let number = number.unwrap_or_else(|_| SIMULATED_SENDER.to_owned());
    let fresh = Fields::of(&[("kind", "simulator"), ("simulator_sender", &number)]);
    html(&provider_page(&app, &request, &papers, &fresh, FormErrors::none()))
}

/// ③ `POST /setup/provider`: makes the house and signs its administrator in.
pub async fn save_provider(
    app: web::Data<App>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let papers = links::papers(&app, fields.get("token")).await?;
    let Some((house, admin)) = papers.answers() else { return Ok(go_on(&papers)) };
    let origin = origin(&request, &app);
    let is_twilio = fields.get("kind") == "twilio";
    let sender = fields.filled(if is_twilio { "sender" } else { "simulator_sender" });
    let answers = Answers {
        organization: house.name.clone(),
        admin_name: admin.name.clone(),
        admin_email: admin.email.clone(),
        admin_password: admin.password.to_string(),
        inbox: house.inbox.clone(),
        locale: house.locale.clone(),
        time_zone: house.time_zone.clone(),
        provider: fields.get("kind").to_owned(),
        settings: if is_twilio {
            settings::senders::credentials(&fields)
        } else {
            Default::default()
        },
        sender: sender.map(str::to_owned),
    };
    let caller = Caller::house(Actor { origin: Some(origin.clone()), ..Actor::system() });
    let house = match set_up::run(&app, caller, answers).await {
        Ok(house) => house,
        Err(ActionError::TooLate) => return Err(WebError::NotFound),
        Err(error) => {
            let names: &[_] = if is_twilio { &[] } else { &[("sender", "simulator_sender")] };
            let t = locale_of(&papers, &request, &app);
            let errors = above_the_form(words::form_errors(t, error, names)?);
            let page = provider_page(&app, &request, &papers, &fields, errors);
            return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let browser = browser(&request);
    let signed_in =
        sign_in::start(&app, house.admin, Place { origin: Some(origin), browser }).await?;
    welcome_first(&app, &signed_in, &admin.email, "/setup/start")
}

/// ④ `GET /setup/start`: what to try now, ticked off once it was done.
pub async fn begin(app: web::Data<App>, session: Session) -> Result<HttpResponse, WebError> {
    let shell = shell(&app, &session, Nav::Inbox).await?;
    let steps = steps::steps(&app, &session, shell.simulator).await?;
    let hooks = match session.user.role {
        Role::Admin => settings::senders::first_hooks(&app).await?,
        _ => None,
    };
    html(&StartPage { shell, steps, hooks })
}

fn query(request: &HttpRequest) -> Fields {
    Fields::parse(request.query_string().as_bytes())
}

/// To the first page that has not been filled in.
fn go_on(papers: &Papers) -> HttpResponse {
    let page = match &papers.told {
        Told { organization: None, .. } => "organization",
        Told { administrator: None, .. } => "administrator",
        _ => "provider",
    };
    see_other(&format!("/setup/{page}?token={}", papers.token))
}

/// All that is wrong with the first page at once.
fn problems_of(t: Locale, told: &AboutOrganization) -> Result<FormErrors, WebError> {
    let known = |known: bool, field| {
        if known { Ok(()) } else { Err(ActionError::invalid(field, Problem::Unknown)) }
    };
    let checks = [
        set_up::check_organization(&told.name),
        set_up::check_inbox_name(&told.inbox),
        known(Locale::ALL.iter().any(|locale| locale.tag() == told.locale), "locale"),
        known(told.time_zone.parse::<Tz>().is_ok(), "time_zone"),
    ];
    let mut errors = FormErrors::none();
    for refused in checks.into_iter().filter_map(Result::err) {
        let names = [("organization", "name"), ("inbox", "inbox_name")];
        errors.fields.extend(words::form_errors(t, refused, &names)?.fields);
    }
    Ok(errors)
}

/// What no field of the third page is to blame for stands above its form.
fn above_the_form(errors: FormErrors) -> FormErrors {
    const FIELDS: [&str; 4] = ["simulator_sender", "account_sid", "auth_token", "sender"];
    let (fields, others): (Vec<_>, Vec<_>) =
        errors.fields.into_iter().partition(|(field, _)| FIELDS.contains(field));
    let others = others.into_iter().next().map(|(field, message)| format!("{field}: {message}"));
    FormErrors { summary: errors.summary.or(others), fields }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_with_the_first_page_is_told_at_once() {
        let told = AboutOrganization {
            name: String::new(),
            inbox: "窓".repeat(101),
            locale: "fr".into(),
            time_zone: "Asia/Edo".into(),
        };
        let errors = problems_of(Locale::En, &told).unwrap();
        let fields: Vec<_> = errors.fields.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["name", "inbox_name", "locale", "time_zone"]);
    }

    #[test]
    fn a_first_page_filled_in_is_taken() {
        let told = AboutOrganization {
            name: "さくら電力".into(),
            inbox: "受付".into(),
            locale: "ja".into(),
            time_zone: "Asia/Tokyo".into(),
        };
        assert!(problems_of(Locale::Ja, &told).unwrap().is_empty());
    }

    #[test]
    fn what_no_field_shows_is_told_above_the_form() {
        let errors = FormErrors::of("sender", "bad sender").and("provider", "unknown");
        let errors = above_the_form(errors);
        assert_eq!(errors.get("sender"), Some("bad sender"));
        assert_eq!(errors.summary.as_deref(), Some("provider: unknown"));
    }
}
