//! A mail that had to wait for its server may be too late: somebody answered meanwhile.

use chrono::{DateTime, TimeDelta, Utc};

use super::judge::{lines, mark};
use crate::domain::conversation::ConversationState;
use crate::domain::escalation::{Source, is_over};
use crate::domain::id::MailId;
use crate::store::nudges::{self, Nudge};
use crate::store::{Db, StoreError, conversations, escalations};

/// What is over is remembered for longer than an answer can be taken back.
const REMEMBERED: TimeDelta = TimeDelta::minutes(2);

/// Whether what began a wait is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::actions) enum Need {
    /// It is over, and stays so.
    Over,
    /// It is over, unless the answer is taken back before then.
    Unsure(DateTime<Utc>),
    /// It is put aside, and goes on later.
    Aside,
    /// It waits.
    Still,
}

/// Whether anybody still has to be told what a mail tells of. One that is no ladder's is
/// always needed, and so is one of several matters of which one is.
pub(in crate::actions) fn need(
    db: &mut Db,
    mail: MailId,
    now: DateTime<Utc>,
) -> Result<Need, StoreError> {
    let told = nudges::told_by(db, mail)?;
    let needs = told.iter().map(|nudge| of(db, nudge, now)).collect::<Result<Vec<_>, _>>()?;
    Ok(needs.into_iter().max().unwrap_or(Need::Still))
}

/// The same of one matter.
pub(super) fn of(db: &mut Db, nudge: &Nudge, now: DateTime<Utc>) -> Result<Need, StoreError> {
    let wait = nudge.wait;
    let found = conversations::find(db, wait.conversation)?;
    if wait.source == Source::Wait
        && found.status.waiting_since == Some(wait.since)
        && found.status.state != ConversationState::Open
    {
        return Ok(Need::Aside);
    }
    let is_kept = escalations::hold(db, wait)?;
    let marks: Vec<_> = match wait.source {
        Source::Failure => lines(db, wait)?.iter().filter_map(mark).collect(),
        Source::Wait | Source::Call => Vec::new(),
    };
    if is_kept && !is_over(wait.source, wait.since, &marks) {
        return Ok(Need::Still);
    }
    let sure = nudge.created_at.max(found.last_message_at) + REMEMBERED;
    Ok(if now < sure { Need::Unsure(sure) } else { Need::Over })
}
