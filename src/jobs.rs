//! Loops that call actions when time comes. Each is one testable step,
//! `run_one`, and a loop around it.

use futures_util::stream::{self, StreamExt};

use crate::actions::ActionError;

pub mod appointments;
pub mod backfill;
pub mod deliver;
pub mod escalate_due;
pub mod heartbeat;
pub mod housekeeping;
pub mod push;
pub mod read_calendars;
pub mod replay;
pub mod resolve_unknown;
pub mod search;
pub mod send_mail;
pub mod soundness;
pub mod webhooks;

/// Tries everything that is due in an outbox, so many at a time; how many tries there
/// were. What is in other hands is none. One that fails ends none of the others.
async fn try_each<Id, Outcome, Try>(
    due: Vec<Id>,
    at_once: usize,
    try_one: impl Fn(Id) -> Try,
) -> Result<usize, ActionError>
where
    Try: Future<Output = Result<Option<Outcome>, ActionError>>,
{
    let tries: Vec<_> = stream::iter(due).map(try_one).buffer_unordered(at_once).collect().await;
    let mut tried = 0;
    for outcome in tries {
        tried += usize::from(outcome?.is_some());
    }
    Ok(tried)
}
