//! The frame round every signed-in page.

use chrono::{DateTime, TimeDelta, Utc};

use super::error::WebError;
use super::handoff_flows::busy;
use super::session::Session;
use super::views::{Nav, PersonView, Shell, Theme};
use crate::app::App;
use crate::domain::id::UserId;
use crate::domain::user::NotifyScope;
use crate::push::vapid::VapidKey;
use crate::store::pushes::subscriptions::{self, Standing};
use crate::store::users::User;
use crate::store::{
    Db, Reach, StoreError, applications, appointment_offers, conversations, events, handoff_flows,
    provider_accounts, quiet_times,
};

/// A page is loaded again long before: a session lasts 16 hours.
const OPEN_FOR: TimeDelta = TimeDelta::days(2);

/// Reads the frame. Called first: the event number it holds must be older than
/// everything the page shows, so that nothing in between is missed.
pub async fn shell(app: &App, session: &Session, nav: Nav) -> Result<Shell, WebError> {
    let (sight, user) = (session.caller.sight.clone(), session.user.id);
    let (id, key) = (session.id, app.push.key().map(VapidKey::public));
    let (scope, now) = (session.user.notify_scope, app.clock.now());
    let (t, zone) = (session.locale(), app.config.language.time_zone.name());
    let (event, waiting, simulator, reports, push, quiet, menus, appointments) = app
        .store
        .read(move |db| {
            let event = events::last_seq(db)?;
            let counts = conversations::counts(db, &sight, None, user)?;
            let waiting = match scope {
                NotifyScope::Mine | NotifyScope::Ours => counts.waiting_for_me,
                NotifyScope::All => counts.waiting,
                NotifyScope::Mentions => counts.mentions,
            };
            let push = match key {
                Some(key) => to_do(subscriptions::standing(db, id)?, key),
                None => None,
            };
            Ok::<_, StoreError>((
                event,
                waiting,
                uses_simulator(db)?,
                handoff_flows::has_any(db, &sight)?,
                push,
                quiet_ahead(db, user, now)?,
                busy::read(db, &sight, t, zone, now)?,
                appointment_offers::has_any(db, &sight)? || applications::has_any(db, &sight)?,
            ))
        })
        .await?;
    Ok(Shell {
        t: session.locale(),
        csrf: session.csrf.clone(),
        user: person(&session.user),
        role: session.user.role,
        theme: Theme::from_word(&session.user.theme).unwrap_or_default(),
        enter_sends: session.user.enter_sends,
        notify: session.user.notify,
        notify_scope: scope,
        sound: session.user.sound,
        push,
        quiet,
        event,
        nav,
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        notice: None,
        alarm: alarm(app, session),
        simulator,
        reports,
        menus: menus.any || session.user.role.may_administer(),
        busy: menus.busy,
        appointments,
        shared_machine: false,
    })
}

/// `None` for whoever keeps no times for themselves.
pub fn quiet_ahead(
    db: &mut Db,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    let Some(times) = quiet_times::of_user(db, user)? else { return Ok(None) };
    let ahead = times.ahead(now, OPEN_FOR).into_iter();
    let shown: Vec<String> =
        ahead.map(|(from, to)| format!("{}-{}", from.timestamp(), to.timestamp())).collect();
    Ok(Some(shown.join(" ")).filter(|shown| !shown.is_empty()))
}

fn to_do(standing: Standing, key: String) -> Option<String> {
    match standing {
        Standing::Unknown => Some(key),
        Standing::Removed => Some("off".to_owned()),
        Standing::Subscribed => None,
    }
}

/// The disk is everybody's concern, what waits for the database an administrator's.
fn alarm(app: &App, session: &Session) -> Option<String> {
    let (t, journal) = (session.locale(), app.journal.as_ref());
    if app.store.reach() == Reach::ReadOnly {
        return Some(t.alarm_read_only().to_owned());
    }
    let journal = journal.filter(|_| session.user.role.may_administer())?;
    match journal.waiting() {
        _ if journal.is_failing() => Some(t.alarm_journal_failing().to_owned()),
        0 => None,
        waiting => Some(t.alarm_journal(u32::try_from(waiting).unwrap_or(u32::MAX))),
    }
}

pub fn person(user: &User) -> PersonView {
    person_of(user.id, &user.name)
}

pub fn person_of(id: UserId, name: &str) -> PersonView {
    PersonView { id: id.to_string(), name: name.to_owned() }
}

pub fn uses_simulator(db: &mut Db) -> Result<bool, StoreError> {
    Ok(provider_accounts::kinds(db)?.iter().any(|kind| kind == "simulator"))
}
