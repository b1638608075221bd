//! Whom an inbox tells of those who wait, and when.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, saved, status_of};
use crate::actions::escalate::{self, BACK, NIGHT, Tally};
use crate::app::App;
use crate::domain::escalation::Trigger;
use crate::domain::excerpt::Excerpt;
use crate::domain::id::InboxId;
use crate::locale::Locale;
use crate::store::inboxes::{self, Inbox};
use crate::store::tags::{self, Tag};
use crate::store::{StoreError, escalations, mail_replies};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::views::{ChoiceView, EscalationPage, EscalationStepView, FormErrors, TallyView};

mod rows;
mod sentence;

use rows::{EXCERPT, ROWS, Row, WINDOW, fields_of, policy_of};
use sentence::sentence;

/// Empty rows under those that are filled.
const SPARE: usize = 1;

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
    form(&app, &session, &request, inbox, &fields, (FormErrors::none(), None)).await
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
        Ok(policy) if fields.has("backtest") => {
            let tally = escalate::backtest(&app, &session.caller, id, policy).await?;
            let tally = Some(tally_view(session.locale(), &tally));
            return form(&app, &session, &request, inbox, &fields, (FormErrors::none(), tally))
                .await;
        }
        Ok(policy) => {
            escalate::set_policy(&app, session.caller.clone(), id, policy).await?;
            return Ok(saved(&format!("/settings/inboxes/{id}/escalation")));
        }
        Err(errors) => errors,
    };
    form(&app, &session, &request, inbox, &fields, (errors, None)).await
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    inbox: Inbox,
    fields: &Fields,
    (errors, tally): (FormErrors, Option<TallyView>),
) -> Result<HttpResponse, WebError> {
    let id = inbox.id;
    let read = app.store.read(move |db| Ok((tags::all(db)?, mail_replies::is_on(db, id)?)));
    let (tags, mail_replies) = read.await.map_err(|error: StoreError| error)?;
    let filled = ROWS.iter().rposition(|row| row.is_filled(fields)).map_or(0, |last| last + 1);
    let rows = ROWS.iter().enumerate().take(filled + SPARE);
    // A row says what it does once all of them can be kept to.
    let policy = policy_of(session.locale(), fields).unwrap_or_default();
    let mut steps = policy.steps.iter();
    let mut views = Vec::new();
    for (n, row) in rows {
        let step = if row.is_filled(fields) { steps.next() } else { None };
        let told = step.map(|step| sentence(session.locale(), policy.always, step, &tags));
        views.push(EscalationStepView { sentence: told, ..view(n, row, fields, &tags, &errors) });
    }
    let page = EscalationPage {
        shell: frame(app, session, request).await?,
        id: inbox.id.to_string(),
        inbox: inbox.name,
        always: fields.get("hours") == "always",
        has_hours: inbox.calendar_id.is_some(),
        window: fields.get(WINDOW).to_owned(),
        excerpt: Excerpt::from_word(fields.get(EXCERPT)).unwrap_or_default(),
        steps: views,
        reaches_people: app.mailer.reaches_people(),
        mail_replies,
        takes_mail: app.config.replies.is_some(),
        tally,
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}

fn tally_view(t: Locale, tally: &Tally) -> TallyView {
    let hour = |hour: u32| format!("{hour}:00");
    let night = t.escalation_night(hour(NIGHT.0), hour(NIGHT.1), tally.zone.name());
    let counted = match tally.is_whole {
        true => t.escalation_counted(BACK.num_days(), tally.conversations),
        false => t.escalation_counted_some(BACK.num_days(), tally.conversations),
    };
    TallyView { fired: tally.fired.len(), at_night: tally.at_night, how: [counted, night] }
}

fn view(
    n: usize,
    row: &Row,
    fields: &Fields,
    tags: &[Tag],
    errors: &FormErrors,
) -> EscalationStepView {
    let chosen = |tag: &Tag| fields.all(row.tags).any(|id| id == tag.id.to_string());
    let offered = tags.iter().filter(|tag| tag.retired_at.is_none() || chosen(tag));
    EscalationStepView {
        number: n + 1,
        sentence: None,
        trigger: Trigger::from_word(fields.get(row.trigger)).unwrap_or_default(),
        minutes: fields.get(row.minutes).to_owned(),
        to: fields.all(row.to).map(str::to_owned).collect(),
        mails: fields.get(row.mails).to_owned(),
        words: fields.get(row.words).to_owned(),
        every: fields.get(row.every).to_owned(),
        urgent: fields.has(row.urgent),
        tags: offered
            .map(|tag| ChoiceView {
                value: tag.id.to_string(),
                label: tag.name.clone(),
                chosen: chosen(tag),
            })
            .collect(),
        wrong: [row.minutes, row.to, row.mails, row.words, row.tags, row.every]
            .map(|name| errors.get(name).map(str::to_owned)),
    }
}
