//! Interviewers' own calendars are read: fetched and understood outside of any
//! transaction, and kept in one.
//!
//! A calendar is leased while it is read, so that each is asked once, on however many
//! nodes. One that cannot be read keeps its owner as busy as it did before, and says so
//! on the page of the settings until somebody mends it.

use std::collections::HashSet;
use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::super::{ActionError, quiet_times};
use crate::app::App;
use crate::calendars::{FetchError, Fetched, Source, Version};
use crate::config::Secret;
use crate::domain::appointment::busy::{self, Wanted};
use crate::domain::appointment::own_calendar::{
    self, CalendarKind, EVERY, MOST_SPANS, WHOLE_EVERY, wait_after,
};
use crate::domain::appointment::{Span, invitation};
use crate::domain::id::{InterviewerCalendarId, InterviewerId};
use crate::store::interviewer_calendars::{self, InterviewerCalendar, Outcome};
use crate::store::{Db, StoreError, appointments, interviewers};

/// Longer than the slowest server may take: two questions, each sent on four times and
/// answered in thirty seconds every time.
const LEASE: TimeDelta = TimeDelta::minutes(6);

/// Calendars whose time has come.
pub async fn due(app: &App, limit: i64) -> Result<Vec<InterviewerCalendarId>, ActionError> {
    let now = app.clock.now();
    Ok(app.store.read(move |db| interviewer_calendars::due(db, now, limit)).await?)
}

/// Reads a calendar and puts on record what came of it: whether it went well. `None`
/// where it is in other hands, or was let go meanwhile.
pub async fn run(app: &App, id: InterviewerCalendarId) -> Result<Option<bool>, ActionError> {
    let begun = app
        .store
        .write(move |tx| {
            let now = tx.now;
            Ok::<_, ActionError>(interviewer_calendars::begin(tx, id, now, LEASE)?)
        })
        .await?;
    let Some(begun) = begun else { return Ok(None) };
    let outcome = look(app, &begun.calendar).await?;
    let went_well = !matches!(outcome, Outcome::Failed { .. });
    let failures = begun.calendar.condition.failures;
    let wait = if went_well { EVERY } else { wait_after(failures + 1) };
    let settled = app
        .store
        .write(move |tx| {
            let now = tx.now;
            let of = (id, begun.tries);
            Ok::<_, ActionError>(interviewer_calendars::settle(tx, of, &outcome, now, now + wait)?)
        })
        .await?;
    Ok(settled.then_some(went_well))
}

async fn look(app: &App, calendar: &InterviewerCalendar) -> Result<Outcome, ActionError> {
    let now = app.clock.now();
    let window = own_calendar::window(now);
    let (source, version) = (source(calendar), version(calendar, now));
    let failed = |error: FetchError| Outcome::Failed { error: error.word() };
    let (text, version) = match app.calendars.fetch(&source, &version, &window).await {
        Ok(Fetched::Text { text, version }) => (text, version),
        Ok(Fetched::Unchanged) => return Ok(Outcome::Unchanged),
        Err(error) => return Ok(failed(error)),
    };
    // After it was fetched: what was booked meanwhile is ours, too.
    let (who, zone) = (calendar.interviewer, app.config.language.time_zone);
    let owner = app.store.read(move |db| Owner::find(db, who, zone, now)).await?;
    let read = tokio::task::spawn_blocking(move || busy_in(&text, &owner, window)).await;
    Ok(match read {
        Ok(Ok((spans, unread))) => {
            let Version { etag, modified } = version;
            Outcome::Read { etag, modified, spans, unread }
        }
        Ok(Err(error)) => failed(error),
        Err(broken) => {
            tracing::error!(%broken, calendar.id = %calendar.id, "a calendar broke its reader");
            failed(FetchError::NoCalendar)
        }
    })
}

fn source(calendar: &InterviewerCalendar) -> Source {
    let whereabouts = &calendar.whereabouts;
    let url = Secret::new(&whereabouts.url);
    match whereabouts.kind {
        CalendarKind::Feed => Source::Feed { url },
        CalendarKind::CalDav => Source::CalDav {
            url,
            user: whereabouts.user.clone().unwrap_or_default(),
            password: Secret::new(whereabouts.password.clone().unwrap_or_default()),
        },
    }
}

/// "Not changed" is asked for while what was read still reaches as far as it must.
fn version(calendar: &InterviewerCalendar, now: DateTime<Utc>) -> Version {
    let condition = &calendar.condition;
    match condition.whole_at.is_some_and(|at| now < at + WHOLE_EVERY) {
        true => Version { etag: condition.etag.clone(), modified: condition.modified.clone() },
        false => Version::default(),
    }
}

/// Whose calendar it is.
struct Owner {
    email: String,
    zone: Tz,
    /// What we invited them to ourselves.
    ours: HashSet<String>,
}

impl Owner {
    fn find(
        db: &mut Db,
        id: InterviewerId,
        fallback: Tz,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let ours = appointments::of_interviewer(db, id, now)?;
        Ok(Self {
            email: interviewers::find(db, id)?.email,
            zone: quiet_times::zone_of_house(db, fallback)?,
            ours: ours.iter().map(|one| invitation::uid(one.event)).collect(),
        })
    }
}

fn busy_in(
    text: &str,
    owner: &Owner,
    window: Range<DateTime<Utc>>,
) -> Result<(Vec<Span>, i32), FetchError> {
    let wanted = Wanted {
        zone: owner.zone,
        window,
        owner: &[&owner.email],
        is_ours: &|uid| owner.ours.contains(uid),
    };
    let read = busy::read(text, &wanted)?;
    if read.spans.len() > MOST_SPANS {
        return Err(FetchError::TooLong);
    }
    let spans = read.spans.iter().map(|busy| Span { starts: busy.from, ends: busy.to });
    Ok((spans.collect(), i32::try_from(read.unread).unwrap_or(i32::MAX)))
}
