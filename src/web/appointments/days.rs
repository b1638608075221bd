//! 日程 by days: what is booked on a day, or in a week, under the day it is on.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{Datelike, Days, NaiveDate};

use super::{MOST, Narrowed, booked, entries_of, starts};
use crate::app::App;
use crate::domain::application::Step;
use crate::domain::id::{InboxId, InterviewerId};
use crate::locale::Locale;
use crate::store::inboxes::{self, Inbox};
use crate::store::{StoreError, appointment_offers, interviewers};
use crate::web::applications::{step_choices, step_label};
use crate::web::conversations::list::shown_name;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html;
use crate::web::session::Session;
use crate::web::settings::house_times;
use crate::web::shell::shell;
use crate::web::times::Times;
use crate::web::views::{AgendaDay, AgendaDaysPage, AgendaMeeting, Nav};

const WEEK: u64 = 7;
/// Days that an inbox's clock may be away from the house's: from UTC-12 to UTC+14.
const ZONES: u64 = 2;
/// Years beyond are typing errors; calendars of languages end somewhere, too.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2200;

/// The days that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Period {
    from: NaiveDate,
    /// A week, or the one day.
    is_week: bool,
}

impl Period {
    /// The day somebody asks for, or today; of a week its Monday.
    fn read(query: &Fields, today: NaiveDate) -> Self {
        let is_week = query.get("span") != "day";
        let day: Option<NaiveDate> = query.get("from").parse().ok();
        let day = day.filter(|day| YEARS.contains(&day.year())).unwrap_or(today);
        let since_monday = if is_week { day.weekday().num_days_from_monday() } else { 0 };
        Self { from: day - Days::new(since_monday.into()), is_week }
    }

    fn length(self) -> u64 {
        if self.is_week { WEEK } else { 1 }
    }

    fn end(self) -> NaiveDate {
        self.from + Days::new(self.length())
    }

    fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take(usize::try_from(self.length()).unwrap_or_default())
    }

    fn query(self) -> String {
        let span = if self.is_week { "week" } else { "day" };
        format!("from={}&span={span}", self.from)
    }
}

/// `GET /appointments/days?from=&span=&step=&mine=`
pub async fn index(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let query = Fields::parse(request.query_string().as_bytes());
    let narrowed = Narrowed {
        step: Step::from_word(query.get("step")),
        of: query.has("mine").then_some(session.user.id),
    };
    let times = house_times(&app, t).await?;
    let today = times.date(times.now);
    let period = Period::read(&query, today);
    let mut shell = shell(&app, &session, Nav::Appointments).await?;
    shell.appointments = true;
    let (sight, numbers, now) = (session.caller.sight.clone(), session.caller.numbers, times.now);
    let around = (times.beginning_of(period.from - Days::new(ZONES)))
        .zip(times.beginning_of(period.end() + Days::new(ZONES)));
    let (from, to) = around.ok_or(WebError::BadRequest)?;
    let read = app.store.read(move |db| {
        let seen = inboxes::in_sight(db, &sight)?;
        let inboxes: HashMap<InboxId, Inbox> =
            inboxes::all(db)?.into_iter().map(|inbox| (inbox.id, inbox)).collect();
        let offers = appointment_offers::booked_between(db, &seen, from..to, MOST)?;
        let entries = entries_of(db, offers, now)?;
        let mut people: Vec<InterviewerId> = entries
            .iter()
            .filter_map(booked)
            .flat_map(|one| one.interviewers.ids().to_vec())
            .collect();
        people.sort();
        people.dedup();
        let people = interviewers::find_all(db, &people)?.into_iter();
        let people: HashMap<InterviewerId, String> =
            people.map(|one| (one.id, one.name.unwrap_or(one.email))).collect();
        Ok::<_, StoreError>((entries, inboxes, people))
    });
    let (mut entries, inboxes, people) = read.await?;
    entries.retain(|entry| narrowed.takes_in(entry));
    entries.sort_by_key(starts);
    let mut on: BTreeMap<NaiveDate, Vec<AgendaMeeting>> =
        period.days().map(|day| (day, Vec::new())).collect();
    for entry in &entries {
        let Some(opening) = booked(entry) else { continue };
        let inbox = inboxes.get(&entry.offer.inbox);
        let there = Times::new(t, inbox.map_or("UTC", |inbox| inbox.time_zone.as_str()), now);
        let Some(day) = on.get_mut(&there.date(opening.span.starts)) else { continue };
        let met: Vec<&str> = (opening.interviewers.ids().iter())
            .filter_map(|id| people.get(id).map(String::as_str))
            .collect();
        day.push(AgendaMeeting {
            conversation_id: entry.conversation.id.to_string(),
            from: there.clock(opening.span.starts),
            to: there.clock(opening.span.ends),
            name: shown_name(&entry.conversation, numbers),
            title: entry.offer.title.clone(),
            inbox: inbox.map(|inbox| inbox.name.clone()).unwrap_or_default(),
            place: entry.offer.location.clone(),
            interviewers: met.join(t.dot()),
            collides: entry.collides,
            application: entry.application.map(|one| (one.id.to_string(), step_label(t, one.step))),
        });
    }
    let other =
        |from: NaiveDate| format!("{}{}", Period { from, ..period }.query(), narrowed.query());
    let days = on.into_iter().map(|(day, meetings)| day_view(t, &times, day, today, meetings));
    html(&AgendaDaysPage {
        shell,
        days: days.collect(),
        from: period.from.to_string(),
        is_week: period.is_week,
        before: other(period.from - Days::new(period.length())),
        after: other(period.end()),
        today: other(today),
        narrowed: narrowed.query(),
        steps: step_choices(t, narrowed.step),
        mine: narrowed.of.is_some(),
    })
}

fn day_view(
    t: Locale,
    times: &Times,
    day: NaiveDate,
    today: NaiveDate,
    meetings: Vec<AgendaMeeting>,
) -> AgendaDay {
    let on = times.on(day);
    let label = if day == today { t.agenda_today(on.shown) } else { on.shown };
    AgendaDay { date: day.to_string(), label, is_today: day == today, meetings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(query: &str) -> (String, bool) {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let read = Period::read(&Fields::parse(query.as_bytes()), today);
        (read.from.to_string(), read.is_week)
    }

    #[test]
    fn a_week_begins_on_its_monday_and_a_day_on_itself() {
        for (query, from, is_week) in [
            ("", "2026-11-16", true),
            ("from=2026-11-25", "2026-11-23", true),
            ("from=2026-11-23&span=week", "2026-11-23", true),
            ("from=2026-11-25&span=day", "2026-11-25", false),
            ("span=day", "2026-11-22", false),
            ("from=yesterday", "2026-11-16", true),
            ("from=262142-12-31&span=week", "2026-11-16", true),
        ] {
            assert_eq!(period(query), (from.to_owned(), is_week), "{query}");
        }
    }
}
