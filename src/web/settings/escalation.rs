//! Whom an inbox tells of those who wait, and when.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use uuid::Uuid;

use super::{frame, saved, status_of};
use crate::actions::escalate;
use crate::app::App;
use crate::domain::escalation::{MOST_STEPS, Policy, PolicyError, Recipient, Step, Trigger};
use crate::domain::id::InboxId;
use crate::locale::Locale;
use crate::store::inboxes::{self, Inbox};
use crate::store::{StoreError, escalations};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::views::{EscalationPage, EscalationStepView, FormErrors};

/// Empty rows under those that are filled.
const SPARE: usize = 2;

/// The fields of a row.
struct Row {
    trigger: &'static str,
    minutes: &'static str,
    to: &'static str,
    mails: &'static str,
}

macro_rules! rows {
    ($($n:literal),+) => {
        [$(Row {
            trigger: concat!("trigger_", $n),
            minutes: concat!("minutes_", $n),
            to: concat!("to_", $n),
            mails: concat!("mails_", $n),
        }),+]
    };
}
const ROWS: [Row; MOST_STEPS] = rows!(1, 2, 3, 4, 5, 6, 7, 8);

/// `GET /settings/inboxes/{id}/escalation`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = InboxId(path.into_inner());
    let read = app.store.read(move |db| {
        let kept = escalations::policy(db, id)?;
        Ok::<_, StoreError>((inboxes::find(db, id)?, kept.map(|kept| kept.policy)))
    });
    let (inbox, policy) = read.await?;
    let fields = fields_of(&policy.unwrap_or_default());
    form(&app, &session, &request, inbox, &fields, FormErrors::none()).await
}

/// `PUT /settings/inboxes/{id}/escalation`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = InboxId(path.into_inner());
    let inbox = app.store.read(move |db| inboxes::find(db, id)).await?;
    let errors = match policy_of(session.locale(), &fields) {
        Ok(policy) => {
            escalate::set_policy(&app, session.caller.clone(), id, policy).await?;
            return Ok(saved(&format!("/settings/inboxes/{id}/escalation")));
        }
        Err(errors) => errors,
    };
    form(&app, &session, &request, inbox, &fields, errors).await
}

/// Reads the rows that are filled; each names what is wrong with it.
fn policy_of(t: Locale, fields: &Fields) -> Result<Policy, FormErrors> {
    let (mut errors, mut steps, mut of_row) = (FormErrors::none(), Vec::new(), Vec::new());
    for row in &ROWS {
        let addresses = fields.get(row.mails).split([' ', '　', ',', '、', ';', '\n', '\r', '\t']);
        let addresses: Vec<&str> = addresses.filter(|text| !text.is_empty()).collect();
        let is_empty = fields.filled(row.minutes).is_none()
            && fields.filled(row.to).is_none()
            && addresses.is_empty();
        if is_empty {
            continue;
        }
        let Ok(minutes) = fields.get(row.minutes).trim().parse::<u32>() else {
            errors = errors.and(row.minutes, t.escalation_wrong_minutes());
            continue;
        };
        let mut to: Vec<Recipient> = fields.all(row.to).filter_map(Recipient::parse).collect();
        for address in addresses {
            match Recipient::parse(address) {
                Some(address @ Recipient::Address(_)) => to.push(address),
                _ => errors = errors.and(row.mails, t.escalation_wrong_address(address)),
            }
        }
        let trigger = Trigger::from_word(fields.get(row.trigger)).unwrap_or_default();
        let after = TimeDelta::minutes(i64::from(minutes));
        steps.push(Step { trigger, after, to });
        of_row.push(row);
    }
    let policy = Policy { always: fields.get("hours") == "always", steps };
    match policy.check() {
        _ if !errors.is_empty() => Err(errors),
        Ok(()) => Ok(policy),
        Err(PolicyError::After(n)) => {
            Err(errors.and(of_row[n].minutes, t.escalation_wrong_minutes()))
        }
        Err(PolicyError::ToNobody(n)) => Err(errors.and(of_row[n].to, t.escalation_to_nobody())),
        Err(PolicyError::ToTooMany(n)) => Err(errors.and(of_row[n].mails, t.problem_too_many())),
        Err(PolicyError::TooManySteps) => {
            Err(FormErrors { summary: Some(t.problem_too_many().to_owned()), fields: Vec::new() })
        }
    }
}

fn fields_of(policy: &Policy) -> Fields {
    let mut fields = Fields::default();
    fields.set("hours", if policy.always { "always" } else { "inbox" });
    for (row, step) in ROWS.iter().zip(&policy.steps) {
        fields.set(row.trigger, step.trigger.word());
        fields.set(row.minutes, &step.after.num_minutes().to_string());
        let mut addresses = Vec::new();
        for recipient in &step.to {
            match recipient {
                Recipient::Address(address) => addresses.push(address.as_str()),
                word => fields.set(row.to, &word.to_string()),
            }
        }
        fields.set(row.mails, &addresses.join(" "));
    }
    fields
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    inbox: Inbox,
    fields: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let is_filled = |row: &Row| {
        [row.minutes, row.to, row.mails].iter().any(|name| fields.filled(name).is_some())
    };
    let filled = ROWS.iter().rposition(is_filled).map_or(0, |last| last + 1);
    let step = |(n, row): (usize, &Row)| EscalationStepView {
        number: n + 1,
        trigger: Trigger::from_word(fields.get(row.trigger)).unwrap_or_default(),
        minutes: fields.get(row.minutes).to_owned(),
        to: fields.all(row.to).map(str::to_owned).collect(),
        mails: fields.get(row.mails).to_owned(),
        wrong: [row.minutes, row.to, row.mails].map(|name| errors.get(name).map(str::to_owned)),
    };
    let page = EscalationPage {
        shell: frame(app, session, request).await?,
        id: inbox.id.to_string(),
        inbox: inbox.name,
        always: fields.get("hours") == "always",
        has_hours: inbox.calendar_id.is_some(),
        steps: ROWS.iter().enumerate().take(filled + SPARE).map(step).collect(),
        reaches_people: app.mailer.reaches_people(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back() {
        let to =
            |texts: &[&str]| texts.iter().map(|text| Recipient::parse(text).unwrap()).collect();
        let step = |minutes, trigger, texts: &[&str]| Step {
            trigger,
            after: TimeDelta::minutes(minutes),
            to: to(texts),
        };
        let policy = Policy {
            always: true,
            steps: vec![
                step(15, Trigger::Unassigned, &["team"]),
                step(30, Trigger::Unanswered, &["assignee", "supervisors", "a@x.jp", "b@x.jp"]),
            ],
        };
        for policy in [policy, Policy::default()] {
            assert_eq!(policy_of(Locale::Ja, &fields_of(&policy)).unwrap(), policy);
        }
    }

    #[test]
    fn rows_may_be_left_empty_between_others() {
        let fields = Fields::of(&[
            ("trigger_1", "unanswered"),
            ("minutes_3", "5"),
            ("mails_3", "a@x.jp、b@x.jp"),
        ]);
        let policy = policy_of(Locale::Ja, &fields).unwrap();
        assert_eq!(policy.steps.len(), 1);
        assert_eq!(policy.steps[0].to.len(), 2);
    }

    #[test]
    fn a_row_says_what_is_wrong_with_it() {
        for (fields, wrong) in [
            (vec![("to_1", "team")], "minutes_1"),
            (vec![("minutes_2", "0"), ("to_2", "team")], "minutes_2"),
            (vec![("minutes_2", "43201"), ("to_2", "team")], "minutes_2"),
            (vec![("minutes_1", "5")], "to_1"),
            (vec![("minutes_1", "5"), ("mails_1", "boss")], "mails_1"),
            (vec![("minutes_1", "5"), ("mails_1", "team")], "mails_1"),
        ] {
            let errors = policy_of(Locale::Ja, &Fields::of(&fields)).unwrap_err();
            assert!(errors.get(wrong).is_some(), "{fields:?}: {errors:?}");
        }
    }
}
