//! When an inbox writes to candidates by itself.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use uuid::Uuid;

use super::{frame, saved, status_of};
use crate::actions::appointments::policy as verbs;
use crate::app::App;
use crate::domain::appointment::policy::{
    EVES, FROMS, LATEST_CALL, LATEST_FOLLOW_UP, MORNINGS, Policy, PolicyError, SOONEST_CALL,
    SOONEST_FOLLOW_UP, UNTILS,
};
use crate::domain::id::InboxId;
use crate::locale::Locale;
use crate::store::inboxes::{self, Inbox};
use crate::store::{StoreError, interview_policies};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::views::{ChoiceView, FormErrors, InterviewsPage};

const EVE: &str = "remind_eve";
const MORNING: &str = "remind_day";
const FROM: &str = "from";
const UNTIL: &str = "until";
const FOLLOW_UP: &str = "follow_up";
const CALL: &str = "call";
/// No reminder.
const NONE: &str = "none";

/// `GET /settings/inboxes/{id}/interviews`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = InboxId(path.into_inner());
    let read = app.store.read(move |db| {
        Ok::<_, StoreError>((inboxes::find(db, id)?, interview_policies::of(db, id)?))
    });
    let (inbox, policy) = read.await?;
    form(&app, &session, &request, inbox, &fields_of(&policy), FormErrors::none()).await
}

/// `PUT /settings/inboxes/{id}/interviews`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = InboxId(path.into_inner());
    let inbox = app.store.read(move |db| inboxes::find(db, id)).await?;
    match policy_of(session.locale(), &fields) {
        Ok(policy) => {
            verbs::set_policy(&app, session.caller.clone(), id, policy).await?;
            Ok(saved(&format!("/settings/inboxes/{id}/interviews")))
        }
        Err(errors) => form(&app, &session, &request, inbox, &fields, errors).await,
    }
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    inbox: Inbox,
    fields: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let page = InterviewsPage {
        shell: frame(app, session, request).await?,
        id: inbox.id.to_string(),
        inbox: inbox.name,
        zone: inbox.time_zone,
        eves: or_none(t, EVES, fields.get(EVE)),
        mornings: or_none(t, MORNINGS, fields.get(MORNING)),
        froms: hours(FROMS, fields.get(FROM)),
        untils: hours(UNTILS, fields.get(UNTIL)),
        follow_up: fields.get(FOLLOW_UP).to_owned(),
        call: fields.get(CALL).to_owned(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn or_none(t: Locale, bounds: (u32, u32), chosen: &str) -> Vec<ChoiceView> {
    let none = ChoiceView {
        value: NONE.to_owned(),
        label: t.interviews_none().to_owned(),
        chosen: chosen == NONE,
    };
    [none].into_iter().chain(hours(bounds, chosen)).collect()
}

fn hours((first, last): (u32, u32), chosen: &str) -> Vec<ChoiceView> {
    let choice = |hour: u32| {
        let value = hour.to_string();
        ChoiceView { chosen: chosen == value, label: told(hour), value }
    };
    (first..=last).map(choice).collect()
}

fn told(hour: u32) -> String {
    format!("{hour}:00")
}

/// What was typed; what is no number is out of every bound.
fn policy_of(t: Locale, fields: &Fields) -> Result<Policy, FormErrors> {
    let hour = |name| fields.get(name).trim().parse::<u32>().unwrap_or(u32::MAX);
    let reminder = |name| (fields.get(name) != NONE).then(|| hour(name));
    let hours = |name| {
        let hours = fields.get(name).trim().parse::<u32>().ok();
        hours.and_then(|hours| TimeDelta::try_hours(i64::from(hours))).unwrap_or(TimeDelta::MAX)
    };
    let policy = Policy {
        eve: reminder(EVE),
        morning: reminder(MORNING),
        from: hour(FROM),
        until: hour(UNTIL),
        follow_up: fields.filled(FOLLOW_UP).map(|_| hours(FOLLOW_UP)),
        call: hours(CALL),
    };
    let wrong = policy.check();
    if wrong.is_empty() {
        return Ok(policy);
    }
    let told = |errors: FormErrors, why| {
        let (field, message) = explain(t, &policy, why);
        errors.and(field, message)
    };
    Err(wrong.into_iter().fold(FormErrors::none(), told))
}

/// Beside which field, and what is wrong there with how to cure it.
fn explain(t: Locale, policy: &Policy, why: PolicyError) -> (&'static str, String) {
    let between = |(first, last)| t.interviews_wrong_hour(told(first), told(last));
    let rests = |hour: Option<u32>| {
        let hour = told(hour.unwrap_or_default());
        t.interviews_wrong_reminder(told(policy.from), hour, told(policy.until))
    };
    match why {
        PolicyError::Eve => (EVE, between(EVES)),
        PolicyError::EveRests => (EVE, rests(policy.eve)),
        PolicyError::Morning => (MORNING, between(MORNINGS)),
        PolicyError::MorningRests => (MORNING, rests(policy.morning)),
        PolicyError::From => (FROM, between(FROMS)),
        PolicyError::Until => (UNTIL, between(UNTILS)),
        PolicyError::FollowUp => {
            let (first, last) = (SOONEST_FOLLOW_UP.num_hours(), LATEST_FOLLOW_UP.num_hours());
            (FOLLOW_UP, t.interviews_wrong_follow_up(first, last))
        }
        PolicyError::Call => {
            let (first, last) = (SOONEST_CALL.num_hours(), LATEST_CALL.num_hours());
            (CALL, t.interviews_wrong_call(first, last))
        }
        PolicyError::CallFirst => {
            let asked = policy.follow_up.unwrap_or_default().num_hours();
            (CALL, t.interviews_wrong_order(asked))
        }
    }
}

fn fields_of(policy: &Policy) -> Fields {
    let mut fields = Fields::default();
    let reminder = |hour: Option<u32>| hour.map_or_else(|| NONE.to_owned(), |at| at.to_string());
    fields.set(EVE, &reminder(policy.eve));
    fields.set(MORNING, &reminder(policy.morning));
    fields.set(FROM, &policy.from.to_string());
    fields.set(UNTIL, &policy.until.to_string());
    if let Some(after) = policy.follow_up {
        fields.set(FOLLOW_UP, &after.num_hours().to_string());
    }
    fields.set(CALL, &policy.call.num_hours().to_string());
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back() {
        let none = Policy { eve: None, morning: None, follow_up: None, ..Policy::default() };
        for policy in [Policy::default(), none, Policy { from: 6, until: 22, ..none }] {
            assert_eq!(policy_of(Locale::Ja, &fields_of(&policy)).unwrap(), policy);
        }
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        for (name, typed, told) in [
            (EVE, "", "12:00から21:00まで"),
            (EVE, "夜", "12:00から21:00まで"),
            (EVE, "21", "21:00は、SMSを送る時間帯(8:00から21:00まで)の外です"),
            (MORNING, "7", "7:00は、SMSを送る時間帯(8:00から21:00まで)の外です"),
            (FROM, "", "6:00から12:00まで"),
            (UNTIL, "24", "16:00から22:00まで"),
            (FOLLOW_UP, "0", "1から336まで"),
            (FOLLOW_UP, "1.5", "1から336まで"),
            (CALL, "", "2から720まで"),
            (CALL, "-1", "2から720まで"),
            (CALL, "24", "24時間"),
        ] {
            let mut fields = Fields::of(&[(name, typed)]);
            fields.take_all(&fields_of(&Policy::default()));
            let errors = policy_of(Locale::Ja, &fields).unwrap_err();
            let beside = errors.get(name).unwrap_or_default();
            assert!(beside.contains(told), "{name}={typed}: {errors:?}");
            assert!(policy_of(Locale::En, &fields).unwrap_err().get(name).is_some());
        }
    }
}
