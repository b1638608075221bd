//! People keep times for themselves.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::app::App;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::quiet_times::QuietTimes;
use crate::domain::user::Caller;
use crate::store::audit::Object;
use crate::store::{Db, StoreError, nudges, organization, quiet_times};

use super::ActionError;

/// How long a pause may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    Hour,
    UntilMorning,
}

/// What the caller keeps, whatever is paused at the moment.
pub async fn keep(app: &App, caller: Caller, times: QuietTimes) -> Result<(), ActionError> {
    change(app, caller, move |kept, _| QuietTimes {
        paused_until: kept.paused_until,
        ..times.clone()
    })
    .await
}

/// The caller is told nothing for a while.
pub async fn pause(app: &App, caller: Caller, pause: Pause) -> Result<(), ActionError> {
    change(app, caller, move |kept, now| {
        let until = match pause {
            Pause::Hour => now + TimeDelta::hours(1),
            Pause::UntilMorning => kept.tomorrow_morning(now),
        };
        QuietTimes { paused_until: Some(until), ..kept }
    })
    .await
}

/// The caller is told again, but for the times they keep.
pub async fn resume(app: &App, caller: Caller) -> Result<(), ActionError> {
    change(app, caller, |kept, _| QuietTimes { paused_until: None, ..kept }).await
}

async fn change(
    app: &App,
    caller: Caller,
    to: impl Fn(QuietTimes, DateTime<Utc>) -> QuietTimes + Send + Sync + 'static,
) -> Result<(), ActionError> {
    let Some(user) = caller.user_id() else { return Err(ActionError::Forbidden) };
    let fallback = app.config.language.time_zone;
    app.store
        .write(move |tx| {
            let now = tx.now;
            let kept = match quiet_times::of_user(tx, user)? {
                Some(kept) => kept,
                None => QuietTimes::none(zone_of_house(tx, fallback)?),
            };
            quiet_times::set(tx, user, &to(kept, now))?;
            tx.event(NewEvent::new(EventKind::AccessChanged).of_user(user));
            nudges::look_anew(tx, user, now)?;
            tx.audit(&caller.actor, "user.quiet_times", Object::new("user", user.0));
            Ok(())
        })
        .await
}

/// Where the house is: whoever says nothing else is there, too.
pub fn zone_of_house(db: &mut Db, fallback: Tz) -> Result<Tz, StoreError> {
    let house = organization::find(db)?;
    Ok(house.and_then(|house| house.time_zone.parse().ok()).unwrap_or(fallback))
}
