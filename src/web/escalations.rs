//! 要対応: who waits too long or soon will, who was told of it and when.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::conversations::list::shown_name;
use super::conversations::people::People;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{asked_for, html_with, see_other};
use super::session::Session;
use super::settings::{house_times, mails::nudge_waits};
use super::shell::shell;
use super::times::Times;
use super::views::{BoardItem, BoardTab, BoardTold, BoardView, EscalationsPage, Nav};
use super::words;
use crate::actions::ActionError;
use crate::actions::escalate::{self, Item};
use crate::app::App;
use crate::domain::escalation::{Recipient, Source, Standing, Trigger};
use crate::domain::id::{ConversationId, InboxId};
use crate::domain::mail::MailState;
use crate::domain::masking::Numbers;
use crate::locale::Locale;
use crate::store::escalations::{Taken, Wait};
use crate::store::nudges;
use crate::store::{StoreError, inboxes, users};

/// Cards of a view.
const MOST: usize = 100;

/// `GET /escalations?view=`; as `X-Fragment: escalations` the board alone.
pub async fn index(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let view = Fields::parse(request.query_string().as_bytes());
    let view = Standing::from_word(view.get("view")).unwrap_or_default();
    page(&app, &session, &request, view, StatusCode::OK, None).await
}

/// `POST /conversations/{id}/escalation`: the next step of the wait that `source` and
/// `since` name, now.
pub async fn next(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let conversation = ConversationId(path.into_inner());
    let source = Source::from_word(fields.get("source")).ok_or(WebError::BadRequest)?;
    let since: DateTime<Utc> =
        fields.get("since").parse().map_err(|_no_time| WebError::BadRequest)?;
    let wait = Wait { conversation, source, since };
    let done = escalate::next_now(&app, session.caller.clone(), wait).await;
    answer(&app, &session, &request, &fields, done).await
}

/// `DELETE /conversations/{id}/escalation`: nobody else is told; `reason` says why.
pub async fn stop(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let conversation = ConversationId(path.into_inner());
    let reason = fields.get("reason").to_owned();
    let done = escalate::stop(&app, session.caller.clone(), conversation, reason).await;
    answer(&app, &session, &request, &fields, done).await
}

/// The view the form came from, with what went wrong.
async fn answer(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    fields: &Fields,
    done: Result<(), ActionError>,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let view = Standing::from_word(fields.get("view")).unwrap_or_default();
    let (status, why) = match done {
        Ok(()) => return Ok(see_other(&format!("/escalations?view={}", view.word()))),
        Err(ActionError::Invalid { field: "reason", .. }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, t.escalations_reason_missing().to_owned())
        }
        Err(ActionError::Invalid { field, problem }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, words::problem(t, field, problem))
        }
        Err(ActionError::TooLate) => (StatusCode::CONFLICT, t.escalations_too_late().to_owned()),
        Err(error) => return Err(error.into()),
    };
    page(app, session, request, view, status, Some(why)).await
}

async fn page(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    view: Standing,
    status: StatusCode,
    refusal: Option<String>,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let times = house_times(app, t).await?;
    let (sight, numbers) = (session.caller.sight.clone(), session.caller.numbers);
    let now = app.clock.now();
    let read = app.store.read(move |db| {
        let items = escalate::board(db, &sight, now)?;
        let assignees = items.iter().map(|item| item.conversation.status.assignee);
        let people = People::read(db, assignees.collect::<Vec<_>>())?;
        let inboxes = inboxes::all(db)?.into_iter().map(|inbox| (inbox.id, inbox.name));
        let users = users::all(db)?.into_iter();
        let users = users.map(|user| (user.email.to_lowercase(), user.name));
        let inboxes: HashMap<InboxId, String> = inboxes.collect();
        Ok::<_, StoreError>((items, Names { people, inboxes, numbers, users: users.collect() }))
    });
    let (items, names) = read.await?;
    let tab = |standing: &Standing| BoardTab {
        word: standing.word(),
        label: label(t, *standing),
        count: items.iter().filter(|item| item.standing == *standing).count(),
        chosen: *standing == view,
    };
    let me = session.caller.user_id();
    let shown = items.iter().filter(|item| item.standing == view).take(MOST);
    let board = BoardView {
        t,
        csrf: session.csrf.clone(),
        view: view.word(),
        tabs: Standing::ALL.iter().map(tab).collect(),
        refusal,
        none: none(t, view),
        may_answer: session.user.role.may_answer(),
        items: shown
            .map(|item| BoardItem {
                may_take: me.is_none() || item.conversation.status.assignee != me,
                ..card(t, &times, &names, item)
            })
            .collect(),
    };
    if asked_for(request) == Some("escalations") {
        return html_with(status, &board);
    }
    let shell = shell(app, session, Nav::Escalations).await?;
    html_with(status, &EscalationsPage { shell, board })
}

/// What ids are called.
struct Names {
    people: People,
    inboxes: HashMap<InboxId, String>,
    numbers: Numbers,
    /// By address.
    users: HashMap<String, String>,
}

impl Names {
    fn of_address(&self, address: &str) -> String {
        self.users.get(&address.to_lowercase()).cloned().unwrap_or_else(|| address.to_owned())
    }
}

fn card(t: Locale, times: &Times, names: &Names, item: &Item) -> BoardItem {
    let found = &item.conversation;
    let minutes = item.waited.num_minutes();
    let is_open = item.standing != Standing::Solved;
    BoardItem {
        id: format!("{}-{}", found.id, item.wait.since.timestamp_micros()),
        conversation_id: found.id.to_string(),
        name: shown_name(found, names.numbers),
        inbox: names.inboxes.get(&found.inbox_id).cloned().unwrap_or_default(),
        what: if is_open { what(t, item.trigger) } else { t.escalations_solved() },
        waited: match item.solved_at {
            _ if is_open => Some(t.escalations_waited(length(t, minutes))),
            at => at.map(|at| t.escalations_solved_at(times.full(at).shown)),
        },
        assignee: names.people.name(found.status.assignee).map(str::to_owned),
        preview: found.preview.clone(),
        told: item
            .taken
            .iter()
            .map(|taken| BoardTold {
                at: times.full(taken.fired_at),
                text: told(t, times, names, taken, &item.nudges),
            })
            .collect(),
        next: item.next.as_ref().map(|next| {
            let people = recipients(t, names, &next.to);
            match next.at {
                Some(at) if at > times.now => t.escalations_next_at(people, times.full(at).shown),
                _ => t.escalations_next_soon(people),
            }
        }),
        is_open,
        may_take: true,
        source: item.wait.source.word(),
        since: item.wait.since.to_rfc3339(),
    }
}

/// Whom a step tells, and whether they were told.
fn told(
    t: Locale,
    times: &Times,
    names: &Names,
    taken: &Taken,
    nudges: &[nudges::Standing],
) -> String {
    let of_step = nudges.iter().filter(|it| {
        it.nudge.position == taken.position
            && it.nudge.turn == taken.turn
            && it.nudge.created_at == taken.fired_at
    });
    let state = |it: &nudges::Standing| match it.mail {
        Some(state) => self::state(t, state).to_owned(),
        None => nudge_waits(t, times, it),
    };
    let told: Vec<String> =
        of_step.map(|it| t.escalations_told(names.of_address(&it.nudge.to), state(it))).collect();
    // Mails that left long ago are kept no longer.
    if told.is_empty() {
        t.escalations_told_people(taken.mails)
    } else {
        told.join(t.escalation_comma())
    }
}

fn recipients(t: Locale, names: &Names, to: &[Recipient]) -> String {
    let name = |recipient: &Recipient| match recipient {
        Recipient::Assignee => t.escalation_assignee().to_owned(),
        Recipient::Team => t.escalation_team_short().to_owned(),
        Recipient::Supervisors => t.escalation_supervisors().to_owned(),
        Recipient::Address(address) => names.of_address(address),
    };
    to.iter().map(name).collect::<Vec<_>>().join(t.escalation_comma())
}

fn state(t: Locale, state: MailState) -> &'static str {
    match state {
        MailState::Queued => t.mails_queued(),
        MailState::InHand => t.mails_in_hand(),
        MailState::Sent => t.mails_sent(),
        MailState::Failed => t.mails_failed(),
        MailState::Discarded => t.mails_discarded(),
        MailState::Overtaken => t.mails_overtaken(),
    }
}

fn label(t: Locale, standing: Standing) -> &'static str {
    match standing {
        Standing::Overdue => t.escalations_overdue(),
        Standing::Soon => t.escalations_soon(),
        Standing::InHand => t.escalations_in_hand(),
        Standing::Solved => t.escalations_solved(),
    }
}

fn none(t: Locale, standing: Standing) -> &'static str {
    match standing {
        Standing::Overdue => t.escalations_none_overdue(),
        Standing::Soon => t.escalations_none_soon(),
        Standing::InHand => t.escalations_none_in_hand(),
        Standing::Solved => t.escalations_none_solved(),
    }
}

fn what(t: Locale, trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Unanswered => t.escalations_what_unanswered(),
        Trigger::Unassigned => t.escalations_what_unassigned(),
        Trigger::Words => t.escalations_what_words(),
        Trigger::Tagged => t.escalations_what_tagged(),
        Trigger::Undelivered => t.escalations_what_undelivered(),
        Trigger::Help => t.escalations_what_help(),
    }
}

fn length(t: Locale, minutes: i64) -> String {
    match minutes {
        minutes @ ..120 => t.mail_minutes(minutes),
        minutes => t.mail_hours(minutes / 60),
    }
}
