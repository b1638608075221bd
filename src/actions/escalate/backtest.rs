//! How often a ladder would have told somebody, had there been one: before anybody
//! keeps it.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::judge::Clock;
use super::replay::{Past, replay};
use super::{ActionError, Problem, access};
use crate::app::App;
use crate::domain::escalation::{LONGEST, Policy, Trigger};
use crate::domain::id::InboxId;
use crate::domain::user::Caller;
use crate::store::escalations::{self, Kept};
use crate::store::messages;
use crate::store::{Db, StoreError};

/// How far back it looks.
pub const BACK: TimeDelta = TimeDelta::days(7);
/// Night begins and ends at these hours, where the inbox is.
pub const NIGHT: (u32, u32) = (22, 7);
/// The bound of one look, which keeps it within seconds: so many conversations, the last
/// active first, …
const MOST_CONVERSATIONS: i64 = 2_000;
/// … so many lines of each, the newest, …
const MOST_LINES: i64 = 500;
/// … and so many of all.
const MOST_IN_ALL: usize = 100_000;

/// What a ladder would have done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The turns of steps that were taken, in the order of time.
    pub fired: Vec<DateTime<Utc>>,
    /// How many of them at night.
    pub at_night: usize,
    /// Conversations looked at.
    pub conversations: usize,
    /// Whether that is all of them, from their beginning.
    pub is_whole: bool,
    pub zone: Tz,
}

/// Plays the last seven days of `inbox` against `policy`; changes nothing.
///
/// # Errors
/// `Invalid` names `steps` for a ladder that cannot be kept to.
pub async fn backtest(
    app: &App,
    caller: &Caller,
    inbox: InboxId,
    policy: Policy,
) -> Result<Tally, ActionError> {
    access::must_administer(caller)?;
    policy.check().map_err(|_wrong| ActionError::invalid("steps", Problem::Malformed))?;
    let now = app.clock.now();
    Ok(app.store.read(move |db| play(db, inbox, &policy, now)).await?)
}

fn play(
    db: &mut Db,
    inbox: InboxId,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<Tally, StoreError> {
    let clock = Clock::of(db, inbox)?;
    // What was late before would not have been told of.
    let kept = Kept { inbox, policy: policy.clone(), changed_at: now - BACK };
    let is_about = |trigger| policy.steps.iter().any(|step| step.trigger == trigger);
    // A wait that a week tells of has begun before it.
    let active = escalations::active_since(db, inbox, now - BACK * 2, MOST_CONVERSATIONS)?;
    let mut is_whole = i64::try_from(active.len()).is_ok_and(|found| found < MOST_CONVERSATIONS);
    let (mut fired, mut looked, mut lines_read) = (Vec::new(), 0, 0);
    for conversation in active {
        if lines_read >= MOST_IN_ALL {
            is_whole = false;
            break;
        }
        let lines = messages::page_before(db, conversation, None, MOST_LINES)?;
        is_whole &= i64::try_from(lines.len()).is_ok_and(|found| found < MOST_LINES);
        (looked, lines_read) = (looked + 1, lines_read + lines.len());
        let tags = match is_about(Trigger::Tagged) {
            true => escalations::tagged(db, conversation)?,
            false => Vec::new(),
        };
        let failures = match is_about(Trigger::Undelivered) {
            true => escalations::failures(db, conversation, now - BACK - LONGEST)?,
            false => Vec::new(),
        };
        let past = Past { conversation, lines, tags, failures };
        let told = replay(&past, &kept, &clock, now);
        fired.extend(told.into_iter().filter(|at| *at > kept.changed_at));
    }
    fired.sort_unstable();
    let zone = clock.hours_zone();
    let at_night = fired.iter().filter(|at| is_night(**at, zone)).count();
    Ok(Tally { at_night, fired, conversations: looked, is_whole, zone })
}

fn is_night(at: DateTime<Utc>, zone: Tz) -> bool {
    let hour = at.with_timezone(&zone).hour();
    hour >= NIGHT.0 || hour < NIGHT.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn night_is_from_ten_to_seven_where_the_inbox_is() {
        for (at, night) in [
            ("2026-11-22T21:59:59+09:00", false),
            ("2026-11-22T22:00:00+09:00", true),
            ("2026-11-23T06:59:59+09:00", true),
            ("2026-11-23T07:00:00+09:00", false),
        ] {
            assert_eq!(is_night(at.parse().unwrap(), Tz::Asia__Tokyo), night, "{at}");
        }
    }
}
