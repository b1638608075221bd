//! What a customer has agreed to be sent, and how we know.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::actions::record_consent::{self, Agreement};
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::consent::ConsentSource;
use crate::domain::id::ContactId;
use crate::store::{Db, StoreError, consents};
use crate::web::conversations::people::People;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::see_other;
use crate::web::session::Session;
use crate::web::settings::house_times;
use crate::web::times::Times;
use crate::web::views::{ConsentForm, ConsentView};
use crate::web::words;

/// `POST /contacts/{id}/consents`: that they agree, since a day.
pub async fn create(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ContactId(path.into_inner());
    let source = ConsentSource::by_hand(fields.get("source")).ok_or(WebError::BadRequest)?;
    let t = session.locale();
    let times = house_times(&app, t).await?;
    let given = match since(&times, fields.get("given_on")) {
        Ok(said_at) => {
            let wording = fields.get("wording").to_owned();
            let agreement = Agreement { source, said_at, wording };
            record_consent::give(&app, session.caller.clone(), id, agreement).await
        }
        Err(error) => Err(error),
    };
    match given {
        Ok(_) => Ok(see_other(&format!("/contacts/{id}#consent"))),
        Err(error) => {
            let errors = words::form_errors(t, error, &[])?;
            let consent = Some(ConsentForm {
                source: source.word().to_owned(),
                given_on: fields.get("given_on").to_owned(),
                wording: fields.get("wording").to_owned(),
                errors,
                ..ConsentForm::default()
            });
            let person = app.store.read(move |db| crate::store::contacts::person_of(db, id));
            let shown = super::Shown { consent, ..super::Shown::default() };
            super::page(&app, session, person.await?, shown).await
        }
    }
}

/// A day as a time: today is now (None), so that it comes after a stop of this morning; an
/// earlier day begins with its first minute, so that it does not.
fn since(times: &Times, day: &str) -> Result<Option<DateTime<Utc>>, ActionError> {
    let day = NaiveDate::parse_from_str(day.trim(), "%Y-%m-%d").ok();
    if day == Some(times.date(times.now)) {
        return Ok(None);
    }
    let begins = day.and_then(|day| times.beginning_of(day));
    begins.map(Some).ok_or(ActionError::invalid("given_on", Problem::NotADate))
}

/// Everything a person has said, the last first.
pub fn known(
    db: &mut Db,
    times: &Times,
    person: ContactId,
) -> Result<Vec<ConsentView>, StoreError> {
    let found = consents::of_person(db, person)?;
    let people = People::read(db, found.iter().map(|one| one.actor))?;
    let view = |one: consents::Consent| ConsentView {
        decision: one.decision,
        source: one.source,
        by: people.name(one.actor).map(str::to_owned),
        wording: one.wording,
        said: times.full(one.said_at),
        recorded: times.full(one.recorded_at),
    };
    Ok(found.into_iter().map(view).collect())
}

/// The form as it came back, or an empty one of today.
pub fn form(times: &Times, typed: Option<ConsentForm>) -> ConsentForm {
    let today = times.date(times.now).to_string();
    match typed {
        Some(typed) => ConsentForm { today, ..typed },
        None => ConsentForm { given_on: today.clone(), today, ..ConsentForm::default() },
    }
}
