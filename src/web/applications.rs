//! Applicants: where each is on the way, and moving them along it.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::cursor;
use super::error::WebError;
use super::form::Fields;
use super::fragment::{html, see_other};
use super::session::Session;
use super::shell::shell;
use super::times::Times;
use super::views::{
    ApplicationItem, ApplicationPage, ApplicationsPage, BoardTab, ChoiceView, MoveView, Nav,
};
use crate::actions::applications as verbs;
use crate::app::App;
use crate::domain::application::{Cause, Step};
use crate::domain::id::{ApplicationId, ContactId, InboxId, MediumId, UserId};
use crate::domain::masking::Numbers;
use crate::locale::Locale;
use crate::store::applications::{self, Application, Move, Wanted, media};
use crate::store::contacts::Contact;
use crate::store::inboxes::{self, Inbox};
use crate::store::messages::Position;
use crate::store::{Db, StoreError, users};

pub mod form;
pub mod table;

/// Applications of a page.
const PAGE: usize = 50;
/// The tab of all that are under way.
const OPEN: &str = "open";

pub fn step_label(t: Locale, step: Step) -> &'static str {
    match step {
        Step::Applied => t.step_applied(),
        Step::Contacting => t.step_contacting(),
        Step::Scheduling => t.step_scheduling(),
        Step::Confirmed => t.step_confirmed(),
        Step::Met => t.step_met(),
        Step::ResultTold => t.step_result_told(),
        Step::Declined => t.step_declined(),
        Step::Rejected => t.step_rejected(),
        Step::Void => t.step_void(),
    }
}

/// Every step to choose from.
pub fn step_choices(t: Locale, chosen: Option<Step>) -> Vec<ChoiceView> {
    let choice = |step: &Step| ChoiceView {
        value: step.word().to_owned(),
        label: step_label(t, *step).to_owned(),
        chosen: chosen == Some(*step),
    };
    Step::ALL.iter().map(choice).collect()
}

/// What an application's row is told with.
struct Around {
    people: HashMap<ContactId, Contact>,
    threads: HashMap<(InboxId, ContactId), crate::domain::id::ConversationId>,
    media: HashMap<MediumId, String>,
    users: HashMap<UserId, String>,
    inboxes: HashMap<InboxId, Inbox>,
}

impl Around {
    fn read(db: &mut Db, page: &[Application]) -> Result<Self, StoreError> {
        let ids: Vec<ContactId> = page.iter().map(|one| one.contact).collect();
        Ok(Self {
            people: applications::people(db, &ids)?,
            threads: applications::threads(db, &ids)?,
            media: media::all(db)?.into_iter().map(|one| (one.id, one.name)).collect(),
            users: users::all(db)?.into_iter().map(|one| (one.id, one.name)).collect(),
            inboxes: inboxes::all(db)?.into_iter().map(|one| (one.id, one)).collect(),
        })
    }

    fn times(&self, t: Locale, one: &Application, now: chrono::DateTime<chrono::Utc>) -> Times {
        let zone = self.inboxes.get(&one.inbox).map_or("UTC", |inbox| inbox.time_zone.as_str());
        Times::new(t, zone, now)
    }

    fn item(&self, times: &Times, numbers: Numbers, one: Application) -> ApplicationItem {
        let person = self.people.get(&one.contact);
        let number = || person.map(|person| numbers.shown(&person.address)).unwrap_or_default();
        let href = match self.threads.get(&(one.inbox, one.contact)) {
            Some(thread) => format!("/conversations/{thread}#latest"),
            None => format!("/contacts/{}", one.contact),
        };
        ApplicationItem {
            id: one.id.to_string(),
            href,
            name: person.and_then(|person| person.name.clone()).unwrap_or_else(number),
            inbox: self.inboxes.get(&one.inbox).map(|it| it.name.clone()).unwrap_or_default(),
            step: one.step.word(),
            at: step_label(times.t, one.step),
            job: one.job,
            medium: one.medium.and_then(|id| self.media.get(&id).cloned()),
            recruiter: one.recruiter.and_then(|id| self.users.get(&id).cloned()),
            applied: times.full(one.applied_at),
        }
    }
}

/// `GET /applications?step=&mine=&after=`
pub async fn index(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let query = Fields::parse(request.query_string().as_bytes());
    let chosen = Step::from_word(query.get("step"));
    let mine = query.has("mine");
    let after = query.filled("after").and_then(cursor::read);
    let mut shell = shell(&app, &session, Nav::Appointments).await?;
    shell.appointments = true;
    let (sight, numbers) = (session.caller.sight.clone(), session.caller.numbers);
    let now = app.clock.now();
    let recruiter = mine.then_some(session.user.id);
    let wanted = Wanted {
        steps: chosen.map_or_else(|| Step::open().collect(), |step| vec![step]),
        recruiter,
        ..Wanted::default()
    };
    let read = app.store.read(move |db| {
        let counts = applications::counts(db, &sight, recruiter)?;
        let page = applications::page(db, &sight, &wanted, after, PAGE as i64 + 1)?;
        let around = Around::read(db, &page)?;
        Ok::<_, StoreError>((counts, page, around))
    });
    let (counts, mut page, around) = read.await?;
    let more = page.len() > PAGE;
    page.truncate(PAGE);
    let word = chosen.map_or(OPEN, Step::word);
    let next = page.last().filter(|_| more).map(|last| below(word, mine, last.position()));
    let of = |step: &Step| counts.get(step).copied().unwrap_or_default();
    let count = |n: i64| usize::try_from(n).unwrap_or_default();
    let mut tabs = vec![BoardTab {
        word: OPEN,
        label: t.application_under_way(),
        count: count(Step::open().map(|step| of(&step)).sum()),
        chosen: chosen.is_none(),
    }];
    tabs.extend(Step::ALL.iter().map(|step| BoardTab {
        word: step.word(),
        label: step_label(t, *step),
        count: count(of(step)),
        chosen: chosen == Some(*step),
    }));
    let item = |one: Application| {
        let times = around.times(t, &one, now);
        around.item(&times, numbers, one)
    };
    html(&ApplicationsPage {
        shell,
        notice: notice(t, &query),
        tabs,
        chosen: word,
        mine,
        items: page.into_iter().map(item).collect(),
        steps: step_choices(t, None),
        may_answer: session.user.role.may_answer(),
        next,
    })
}

fn notice(t: Locale, query: &Fields) -> Option<String> {
    let count = |name| query.get(name).parse::<u32>().ok();
    Some(t.application_table_done(count("added")?, count("known")?))
}

fn below(step: &str, mine: bool, at: Position) -> String {
    let mine = if mine { "&mine=1" } else { "" };
    format!("/applications?step={step}{mine}&after={}", cursor::write(at))
}

/// `GET /applications/{id}`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let (t, id) = (session.locale(), ApplicationId(path.into_inner()));
    let (sight, numbers) = (session.caller.sight.clone(), session.caller.numbers);
    let mut shell = shell(&app, &session, Nav::Appointments).await?;
    shell.appointments = true;
    let read = app.store.read(move |db| {
        let one = applications::visible_to(db, &sight, id)?;
        let moves = applications::moves(db, id)?;
        let around = Around::read(db, std::slice::from_ref(&one))?;
        Ok::<_, StoreError>((one, moves, around))
    });
    let (one, moves, around) = read.await?;
    let times = around.times(t, &one, app.clock.now());
    let person = around.people.get(&one.contact);
    let step = |one: &Move| MoveView {
        step: step_label(t, one.step),
        why: why(t, one.cause),
        by: one.user.and_then(|id| around.users.get(&id).cloned()),
        at: times.full(one.at),
    };
    html(&ApplicationPage {
        shell,
        number: person.map(|person| numbers.shown(&person.address)).unwrap_or_default(),
        external_id: one.external_id.clone(),
        contact_id: one.contact.to_string(),
        steps: step_choices(t, Some(one.step)),
        moves: moves.iter().map(step).collect(),
        may_answer: session.user.role.may_answer(),
        item: around.item(&times, numbers, one),
    })
}

/// The page of an application.
fn path_of(id: ApplicationId) -> String {
    format!("/applications/{id}")
}

fn why(t: Locale, cause: Cause) -> &'static str {
    match cause {
        Cause::Received => t.step_by_received(),
        Cause::Hand => t.step_by_hand(),
        Cause::Text => t.step_by_text(),
        Cause::Offer => t.step_by_offer(),
        Cause::Booking => t.step_by_booking(),
        Cause::Change => t.step_by_change(),
        Cause::Decline => t.step_by_decline(),
        Cause::Over => t.step_by_over(),
    }
}

/// `PUT /applications/{id}`: back to where the form was.
pub async fn update(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ApplicationId(path.into_inner());
    let step = Step::from_word(fields.get("step")).ok_or(WebError::BadRequest)?;
    verbs::move_to(&app, session.caller, id, step).await?;
    let Some(list) = fields.filled("list") else {
        return Ok(see_other(&path_of(id)));
    };
    let list = Step::from_word(list).map_or(OPEN, Step::word);
    let mine = if fields.has("mine") { "&mine=1" } else { "" };
    Ok(see_other(&format!("/applications?step={list}{mine}")))
}
