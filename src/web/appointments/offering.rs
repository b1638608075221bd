//! Times for one candidate, chosen in a week: boxes to tick, so that it works without
//! scripts. Going to another week and looking at the text draw the same form anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use crate::actions::appointments::offer::{self, Candidate, Order, Place};
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::appointment::{Interviewers, MOST_SLOTS, SOONEST, Span, Taken, clash};
use crate::domain::id::ConversationId;
use crate::store::appointment_openings::{self, Opening};
use crate::store::conversations::{self, Conversation};
use crate::store::{Db, StoreError, inboxes, interviewer_calendars, interviewers};
use crate::web::conversations::list::shown_name;
use crate::web::conversations::thread;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html_with, see_other};
use crate::web::session::Session;
use crate::web::shell::shell;
use crate::web::times::Times;
use crate::web::views::{
    CellView, ChoiceView, DayView, FormErrors, Nav, OfferPage, PreviewView, TimeRowView,
};
use crate::web::words;

const MINUTES: [i64; 7] = [15, 30, 45, 60, 90, 120, 180];
/// From eight in the morning to nine in the evening: people with work are met after it.
const FROM: u32 = 8;
const TO: u32 = 21;
/// Times begin at these minutes.
const STEP: u32 = 30;
const DAYS: u64 = 7;
/// Weeks that can be gone forward to: as far as times may be offered.
const WEEKS: i64 = 52;

/// `GET /conversations/{id}/offer`
pub async fn new(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    let mut fields = Fields::default();
    fields.set("interviewers", &session.user.email);
    fields.set("minutes", "30");
    fields.set("capacity", "1");
    fields.set("auto_confirm", "1");
    fields.set("client_message_id", &Uuid::now_v7().to_string());
    page(&app, &session, id, &fields, StatusCode::OK, FormErrors::none(), None).await
}

/// `POST /conversations/{id}/offer`: `send`s it, or shows how it would read, or another
/// week.
pub async fn create(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ConversationId(path.into_inner());
    if fields.has("go") {
        return page(&app, &session, id, &fields, StatusCode::OK, FormErrors::none(), None).await;
    }
    let times = thread::times_of(&app, &session, id).await?;
    let order = match order(id, &times, &fields) {
        Ok(order) => order,
        Err((field, problem)) => {
            return refused(&app, &session, id, &fields, &times, field, problem).await;
        }
    };
    let caller = session.caller.clone();
    if !fields.has("send") {
        return match offer::preview(&app, caller, id, order).await {
            Ok((body, measure)) => {
                let t = session.locale();
                let characters = body.chars().count();
                let preview =
                    PreviewView { counted: t.offer_counted(characters, measure.segments()), body };
                let (ok, none) = (StatusCode::OK, FormErrors::none());
                page(&app, &session, id, &fields, ok, none, Some(preview)).await
            }
            Err(ActionError::Invalid { field, problem }) => {
                refused(&app, &session, id, &fields, &times, field, problem).await
            }
            Err(error) => Err(error.into()),
        };
    }
    match offer::run(&app, caller, order, None).await {
        // Sent a moment before, by the same form.
        Ok(_) | Err(ActionError::Invalid { field: "client_message_id", .. }) => {
            Ok(see_other(&format!("/conversations/{id}#latest")))
        }
        Err(ActionError::Invalid { field, problem }) => {
            refused(&app, &session, id, &fields, &times, field, problem).await
        }
        Err(error) => Err(error.into()),
    }
}

fn order(
    id: ConversationId,
    times: &Times,
    fields: &Fields,
) -> Result<Order, (&'static str, Problem)> {
    let capacity = fields.get("capacity").trim().parse();
    let capacity = capacity.map_err(|_no_number| ("capacity", Problem::NotAFigure))?;
    let reply_by = match fields.filled("reply_by") {
        Some(text) => Some(times.typed(text).ok_or(("reply_by", Problem::Malformed))?),
        None => None,
    };
    Ok(Order {
        candidate: Candidate::Conversation(id),
        title: fields.get("title").to_owned(),
        minutes: fields.get("minutes").parse().unwrap_or(0),
        slots: chosen(fields).into_iter().map(|starts| Place { starts, capacity }).collect(),
        reply_by,
        interviewers: emails(fields),
        location: fields.filled("location").map(str::to_owned),
        buffer_minutes: 0,
        auto_confirm: fields.has("auto_confirm"),
        include_page: fields.has("include_page"),
        client_message_id: fields.get("client_message_id").parse().ok(),
    })
}

fn chosen(fields: &Fields) -> BTreeSet<DateTime<Utc>> {
    let read = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    fields.all("slot").filter_map(read).map(|at| at.with_timezone(&Utc)).collect()
}

fn emails(fields: &Fields) -> Vec<String> {
    let parts = fields.get("interviewers").split([',', '、', ';', ' ', '　']);
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

async fn refused(
    app: &App,
    session: &Session,
    id: ConversationId,
    fields: &Fields,
    times: &Times,
    field: &'static str,
    problem: Problem,
) -> Result<HttpResponse, WebError> {
    let why = words::problem(session.locale(), field, problem);
    let errors = match field {
        "interviewer_email" => FormErrors::of("interviewers", why),
        "duration_minutes" => FormErrors::of("minutes", why),
        _ if field.starts_with("slots") => {
            let n = field.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(usize::MAX);
            let which = chosen(fields).into_iter().nth(n).map(|at| times.full(at).shown);
            FormErrors::of("slots", which.map_or(why.clone(), |which| format!("{which}: {why}")))
        }
        field => FormErrors::of(field, why),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    page(app, session, id, fields, status, errors, None).await
}

async fn page(
    app: &App,
    session: &Session,
    id: ConversationId,
    fields: &Fields,
    status: StatusCode,
    errors: FormErrors,
    preview: Option<PreviewView>,
) -> Result<HttpResponse, WebError> {
    let shell = shell(app, session, Nav::Inbox).await?;
    let (t, numbers) = (session.locale(), session.caller.numbers);
    let (sight, now) = (session.caller.sight.clone(), app.clock.now());
    let asked = fields.filled("go").or(fields.filled("week")).and_then(|text| text.parse().ok());
    let emails = emails(fields);
    let minutes: i64 = fields.get("minutes").parse().unwrap_or(30);
    let read = app.store.read(move |db| {
        let found = conversations::visible_to(db, &sight, id)?;
        let inbox = inboxes::find(db, found.inbox_id)?;
        let times = Times::new(t, &inbox.time_zone, now);
        let week = Week::of(asked, &times);
        let who = Interviewers::new(interviewers::known(db, &emails)?);
        let diary = Diary::read(db, &found, who, &week, &times)?;
        Ok::<_, StoreError>((found, times, week, diary))
    });
    let (found, times, week, diary) = read.await?;
    if !session.user.role.may_answer() {
        return Err(ActionError::Forbidden.into());
    }
    let chosen = chosen(fields);
    let rows = rows(&times, &week, &diary, &chosen, TimeDelta::minutes(minutes));
    let here: BTreeSet<&str> =
        rows.iter().flat_map(|row| &row.cells).map(|cell| cell.value.as_str()).collect();
    let elsewhere = chosen.iter().map(|at| (at.to_rfc3339(), times.full(*at).shown));
    let elsewhere = elsewhere.filter(|(value, _)| !here.contains(value.as_str())).collect();
    let length = |n: i64| ChoiceView {
        value: n.to_string(),
        label: t.offer_minutes_of(n),
        chosen: n == minutes,
    };
    let page = OfferPage {
        shell,
        errors,
        conversation_id: id.to_string(),
        name: shown_name(&found, numbers),
        days: week.days.iter().map(|day| day_view(&times, *day)).collect(),
        rows,
        elsewhere,
        week: week.monday.to_string(),
        before: week.before.map(|day| day.to_string()),
        after: week.after.map(|day| day.to_string()),
        title: fields.get("title").to_owned(),
        lengths: MINUTES.map(length).into(),
        interviewers: fields.get("interviewers").to_owned(),
        is_blind: diary.is_blind,
        location: fields.get("location").to_owned(),
        capacity: fields.get("capacity").to_owned(),
        reply_by: fields.get("reply_by").to_owned(),
        client_message_id: fields.get("client_message_id").to_owned(),
        auto_confirm: fields.has("auto_confirm"),
        include_page: fields.has("include_page"),
        times_hint: t.offer_times_hint(MOST_SLOTS),
        preview,
    };
    html_with(status, &page)
}

fn day_view(times: &Times, day: NaiveDate) -> DayView {
    DayView { label: times.on(day).shown, is_today: day == times.date(times.now) }
}

/// Seven days from a Monday on.
struct Week {
    monday: NaiveDate,
    days: Vec<NaiveDate>,
    before: Option<NaiveDate>,
    after: Option<NaiveDate>,
}

impl Week {
    /// The week that `asked` is in; without one this week, or after Friday the next.
    fn of(asked: Option<NaiveDate>, times: &Times) -> Self {
        let today = times.date(times.now);
        let first = monday_of(today);
        let day = asked.unwrap_or_else(|| {
            let is_over = today.weekday().num_days_from_monday() >= 4;
            if is_over { today + Days::new(DAYS) } else { today }
        });
        let last = first + TimeDelta::weeks(WEEKS);
        let monday = monday_of(day).clamp(first, last);
        Self {
            monday,
            days: (0..DAYS).map(|n| monday + Days::new(n)).collect(),
            before: (monday > first).then(|| monday - Days::new(DAYS)),
            after: (monday < last).then(|| monday + Days::new(DAYS)),
        }
    }
}

fn monday_of(day: NaiveDate) -> NaiveDate {
    day - Days::new(day.weekday().num_days_from_monday().into())
}

/// What the interviewers have in the week.
struct Diary {
    who: Interviewers,
    taken: Vec<Taken>,
    offered: BTreeMap<DateTime<Utc>, (Opening, i64)>,
    /// A calendar of theirs cannot be read: more may be taken than is known.
    is_blind: bool,
}

impl Diary {
    fn read(
        db: &mut Db,
        found: &Conversation,
        who: Interviewers,
        week: &Week,
        times: &Times,
    ) -> Result<Self, StoreError> {
        let starts = times.beginning_of(week.monday).unwrap_or(times.now);
        let span = Span::lasting(starts, TimeDelta::days(8));
        let taken = appointment_openings::taken(db, found.inbox_id, &who, span)?;
        let openings = appointment_openings::of_interviewers(db, found.inbox_id, &who, span)?;
        let ids: Vec<_> = openings.iter().map(|one| one.id).collect();
        let holds: HashMap<_, _> = appointment_openings::holds(db, &ids)?;
        let offered = openings.into_iter().map(|one| {
            let held = holds.get(&one.id).copied().unwrap_or(0);
            (one.span.starts, (one, held))
        });
        let is_blind = interviewer_calendars::any_fails(db, who.ids())?;
        Ok(Self { offered: offered.collect(), who, taken, is_blind })
    }

    /// How many are offered that time, and whether it can be offered at all.
    fn look(&self, span: Span, now: DateTime<Utc>) -> (usize, bool) {
        let known = self.offered.get(&span.starts);
        let places = known.map_or((0, 1), |(one, _)| (one.booked, one.capacity));
        let wanted = Taken {
            opening: known.map(|(one, _)| one.id),
            span,
            buffer: TimeDelta::zero(),
            interviewers: self.who.clone(),
        };
        let held = known.map_or(0, |(_, held)| *held);
        (usize::try_from(held).unwrap_or(0), clash(&wanted, places, &self.taken, now).is_none())
    }
}

fn rows(
    times: &Times,
    week: &Week,
    diary: &Diary,
    chosen: &BTreeSet<DateTime<Utc>>,
    length: TimeDelta,
) -> Vec<TimeRowView> {
    let clocks = (FROM..TO).flat_map(|hour| (0..60 / STEP).map(move |n| (hour, n * STEP)));
    let cell = |day: NaiveDate, hour: u32, minute: u32| {
        let at = day.and_hms_opt(hour, minute, 0);
        let at = at.and_then(|at| times.typed(&at.format("%Y-%m-%dT%H:%M").to_string()));
        let Some(at) = at.filter(|at| *at >= times.now + SOONEST) else {
            return CellView::default();
        };
        let (held, is_free) = diary.look(Span::lasting(at, length), times.now);
        CellView {
            value: if is_free { at.to_rfc3339() } else { String::new() },
            label: times.full(at).shown,
            is_chosen: chosen.contains(&at),
            held,
            is_taken: !is_free,
        }
    };
    clocks
        .map(|(hour, minute)| TimeRowView {
            clock: format!("{hour}:{minute:02}"),
            cells: week.days.iter().map(|day| cell(*day, hour, minute)).collect(),
        })
        .collect()
}
