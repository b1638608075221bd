//! The phone beside the inbox: a customer's handset at the built-in carrier.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::conversations::list_view;
use super::conversations::narrowed::Narrowed;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{asked_for, html_with, see_other};
use super::session::{Admin, Session};
use super::shell::shell;
use super::views::{BehaviourView, CallView, FormErrors, HandsetView, ListTab, Nav, SimulatorPage};
use super::words;
use crate::actions::Problem;
use crate::actions::simulate::{self, HandsetSms};
use crate::app::App;
use crate::domain::phone_number::PhoneNumber;
use crate::locale::Locale;

pub mod keypad;
mod phone;

use phone::Phones;

/// Where nobody chose a handset and none was used: a number that could be one.
const FIRST_HANDSET: &str = "+819012345678";
/// The page that comes back after a text is sent shows it in the inbox, if it
/// gets there as fast as it does on any ordinary day.
const WAIT: Duration = Duration::from_millis(800);

/// `GET /sim?handset=&to=&view=`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let phones = Phones::of(&app, &session).await?;
    let query = Fields::parse(request.query_string().as_bytes());
    let (number, error) = match query.filled("handset") {
        None => (phones.last_used(&app), None),
        Some(typed) => match handset(session.locale(), typed) {
            Ok(number) => (number, None),
            Err(error) => (phones.last_used(&app), Some(error)),
        },
    };
    let view = handset_view(&app, &session, &phones, &number, query.get("to"), error).await?;
    let status = status_of(&view);
    if asked_for(&request) == Some("handset") {
        return html_with(status, &view);
    }
    page(&app, &session, &phones, view, &query, None, None).await
}

/// `POST /sim/inbound`: the phone's owner sends a text.
pub async fn send(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let phones = Phones::of(&app, &session).await?;
    // The buttons with a ready text send theirs, whatever stands in the field.
    let body = fields.filled("quick").unwrap_or_else(|| fields.get("body").trim());
    let to = fields.get("to").trim();
    let (number, error) = match handset(t, fields.get("from")) {
        Err(error) => (phones.last_used(&app), Some(error)),
        Ok(number) if !phones.reach(to) => (number, Some(t.problem_not_simulated().to_owned())),
        Ok(number) if body.is_empty() => (number, Some(t.field_empty_body().to_owned())),
        Ok(number) => {
            let mut committed = app.store.committed();
            let text = HandsetSms {
                from: number.clone(),
                to: to.to_owned(),
                body: body.to_owned(),
                provider_message_id: None,
            };
            simulate::run(&app, text).await?.map_err(WebError::internal)?;
            // Late is fine too: then the page hears of it live.
            let _late = tokio::time::timeout(WAIT, committed.changed()).await;
            (number, None)
        }
    };
    let view = handset_view(&app, &session, &phones, &number, to, error).await?;
    let status = status_of(&view);
    if asked_for(&request) == Some("handset") {
        return html_with(status, &view);
    }
    if view.error.is_some() {
        return page(&app, &session, &phones, view, &Fields::default(), None, None).await;
    }
    Ok(see_other(&view.href()))
}

/// `PUT /sim/behaviour`: how the carrier behaves from now on.
pub async fn behave(
    app: web::Data<App>,
    Admin(session): Admin,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let Err(errors) = set_behaviour(&app, t, &fields) else { return Ok(see_other("/sim?saved")) };
    let phones = Phones::of(&app, &session).await?;
    let number = phones.last_used(&app);
    let view = handset_view(&app, &session, &phones, &number, "", None).await?;
    let refused = Refused { typed: fields, errors };
    page(&app, &session, &phones, view, &Fields::default(), Some(refused), None).await
}

/// The number of a handset as it was typed: one that texts can be sent to,
/// since the inbox shall answer.
fn handset(t: Locale, typed: &str) -> Result<String, String> {
    let number = PhoneNumber::parse(typed)
        .map_err(|_error| words::problem(t, "handset", Problem::NotAPhoneNumber))?;
    number
        .sms_destination()
        .map_err(|why| words::problem(t, "handset", Problem::CannotReceive(why)))?;
    Ok(number.as_str().to_owned())
}

fn status_of(view: &HandsetView) -> StatusCode {
    if view.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

async fn handset_view(
    app: &App,
    session: &Session,
    phones: &Phones,
    number: &str,
    to: &str,
    error: Option<String>,
) -> Result<HandsetView, WebError> {
    let times = super::settings::house_times(app, session.locale()).await?;
    Ok(phones.handset(app, &times, &session.csrf, number, to, error))
}

/// A behaviour that the carrier cannot have, as it was asked for.
struct Refused {
    typed: Fields,
    errors: FormErrors,
}

async fn page(
    app: &App,
    session: &Session,
    phones: &Phones,
    mut handset: HandsetView,
    query: &Fields,
    refused: Option<Refused>,
    call: Option<CallView>,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let mut shell = shell(app, session, Nav::Simulator).await?;
    shell.notice = query.has("saved").then(|| t.saved().to_owned());
    // Everything open: what has just been sent is in it, whoever it belongs to.
    let tab = ListTab::from_word(query.get("view")).unwrap_or(ListTab::All);
    let list = list_view(app, session, Narrowed::to(tab), None).await?;
    let times = super::settings::house_times(app, t).await?;
    handset.others = phones.used(app, &handset.number);
    let call = match call {
        Some(call) => call,
        None => keypad::idle(app, session, query).await?,
    };
    let raw = phones.raw(app, &times, &handset.number);
    let (status, behaviour, errors) = match refused {
        Some(Refused { typed, errors }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, behaviour_typed(&typed), errors)
        }
        None => (status_of(&handset), behaviour_view(app)?, FormErrors::none()),
    };
    html_with(status, &SimulatorPage { shell, list, handset, call, behaviour, errors, raw })
}

fn behaviour_view(app: &App) -> Result<BehaviourView, WebError> {
    let behaviour = app.simulator.behaviour();
    let receipt = serde_json::to_value(behaviour.receipt).map_err(WebError::internal)?;
    Ok(BehaviourView {
        receipt: receipt.as_str().unwrap_or_default().to_owned(),
        delay_ms: behaviour.delay_ms.to_string(),
        duplicate: behaviour.duplicate,
        reorder: behaviour.reorder,
        lose_response: behaviour.lose_response,
        throttle_every: behaviour.throttle_every.to_string(),
        reject_code: behaviour.reject_code.unwrap_or_default(),
    })
}

fn behaviour_typed(fields: &Fields) -> BehaviourView {
    let is_on = |name: &str| fields.get(name) == "true";
    BehaviourView {
        receipt: fields.get("receipt").to_owned(),
        delay_ms: fields.get("delay_ms").to_owned(),
        duplicate: is_on("duplicate"),
        reorder: is_on("reorder"),
        lose_response: is_on("lose_response"),
        throttle_every: fields.get("throttle_every").to_owned(),
        reject_code: fields.get("reject_code").to_owned(),
    }
}

/// Sets every switch; one that was not sent is off.
fn set_behaviour(app: &App, t: Locale, fields: &Fields) -> Result<(), FormErrors> {
    let number = |name: &str| fields.filled(name).unwrap_or("0").parse::<u32>();
    let mut errors = FormErrors::none();
    let mut behaviour = app.simulator.behaviour();
    match serde_json::from_value(fields.get("receipt").into()) {
        Ok(receipt) => behaviour.receipt = receipt,
        Err(_unknown) => errors.summary = Some(t.problem_malformed().to_owned()),
    }
    match number("delay_ms") {
        Ok(delay) => behaviour.delay_ms = delay.into(),
        Err(_malformed) => errors = errors.and("delay_ms", t.problem_delay()),
    }
    match number("throttle_every") {
        Ok(every) => behaviour.throttle_every = every,
        Err(_malformed) => errors = errors.and("throttle_every", t.problem_number()),
    }
    let BehaviourView { duplicate, reorder, lose_response, .. } = behaviour_typed(fields);
    (behaviour.duplicate, behaviour.reorder, behaviour.lose_response) =
        (duplicate, reorder, lose_response);
    behaviour.reject_code = fields.filled("reject_code").map(str::to_owned);
    if !errors.is_empty() {
        return Err(errors);
    }
    app.simulator.set_behaviour(behaviour).map_err(|error| match error.field.as_str() {
        "delay_ms" => FormErrors::of("delay_ms", t.problem_delay()),
        "reject_code" => FormErrors::of("reject_code", t.problem_reject_code()),
        _ => FormErrors { summary: Some(t.problem_malformed().to_owned()), fields: Vec::new() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handset_is_a_number_that_can_be_answered() {
        assert_eq!(handset(Locale::En, "090-1234-5678").as_deref(), Ok("+819012345678"));
        assert_eq!(handset(Locale::En, FIRST_HANDSET).as_deref(), Ok(FIRST_HANDSET));
        let landline = handset(Locale::En, "03-1234-5678").unwrap_err();
        assert_eq!(landline, "This number cannot receive texts (landline)");
        assert!(handset(Locale::En, "").unwrap_err().starts_with("This does not read"));
    }
}
