//! Somebody has waited for too long: those who should know get a mail.
//!
//! What is due is asked of the conversations; taking a step is one transaction,
//! which holds the conversation as it is, puts the step on record and the mails into
//! their outbox. An answer that comes first leaves nothing to be taken, and two nodes
//! that take the same step find that one of them has.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use crate::app::App;
use crate::domain::escalation::{Policy, Trigger};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::InboxId;
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller};
use crate::store::audit::Object;
use crate::store::escalations::{self, Kept, Wait};
use crate::store::{Db, StoreError, Tx, conversations, inboxes, optional, tags};

use super::{ActionError, Problem, access, timeline};

mod backtest;
mod board;
mod by_hand;
mod judge;
mod memory;
mod nudge;
mod overtaken;
mod people;
mod replay;

pub use backtest::{BACK, NIGHT, Tally, backtest};
pub use board::{Item, Next, board};
pub use by_hand::{next_now, stop};
use judge::{Clock, Verdict, begins, judge};
pub use memory::Memory;
use nudge::{Desk, tell_all};
pub(super) use overtaken::{Need, need};
use people::chosen;

/// Waits looked at for one step at a time; the next look takes the rest.
const AT_ONCE: i64 = 5_000;
/// Steps taken side by side: one commit is enough for all of them.
const TOGETHER: usize = 64;
/// Steps passed over in one transaction: texts come in between.
const RECORDS: usize = 200;

/// A step whose time has come.
#[derive(Clone, Copy, Debug)]
struct Due {
    wait: Wait,
    inbox: InboxId,
    step: usize,
    /// The first is 0.
    turn: i32,
}

/// Makes `policy` what the inbox goes by. Whatever was late by then is not told of.
///
/// # Errors
/// `Invalid` names `steps` for a ladder that cannot be kept to, `tags` for one there is
/// not.
pub async fn set_policy(
    app: &App,
    caller: Caller,
    inbox: InboxId,
    policy: Policy,
) -> Result<(), ActionError> {
    access::must_administer(&caller)?;
    policy.check().map_err(|_wrong| ActionError::invalid("steps", Problem::Malformed))?;
    app.store
        .write(move |tx| {
            inboxes::find(tx, inbox)?;
            for tag in policy.steps.iter().flat_map(|step| &step.tags) {
                optional(tags::find(tx, *tag))?
                    .ok_or(ActionError::invalid("tags", Problem::Unknown))?;
            }
            let before = escalations::policy(tx, inbox)?.map(|kept| kept.policy);
            if before.unwrap_or_default() == policy {
                return Ok(());
            }
            let now = tx.now;
            escalations::set_policy(tx, inbox, &policy, now)?;
            tx.event(NewEvent::new(EventKind::SettingsChanged));
            tx.audit(&caller.actor, "inbox.escalation", Object::new("inbox", inbox.0));
            Ok(())
        })
        .await
}

/// Takes every step whose time has come, and tells whoever may now be told of earlier
/// ones; how many steps there were.
pub async fn run_due(app: &App) -> Result<usize, ActionError> {
    let (now, memory) = (app.clock.now(), app.escalations.clone());
    let (due, passed) = app.store.read(move |db| look(db, &memory, now)).await?;
    for some in passed.chunks(RECORDS) {
        let some = some.to_vec();
        app.store.write(move |tx| pass(tx, &some)).await?;
    }
    let desk = Desk::of(app);
    let mut taken = 0;
    for some in due.chunks(TOGETHER) {
        let steps = some.iter().map(|due| {
            let (due, desk) = (*due, desk.clone());
            app.store.write(move |tx| take(tx, &desk, due))
        });
        for step in join_all(steps).await {
            taken += usize::from(step?);
        }
    }
    nudge::post_due(app).await?;
    Ok(taken)
}

/// Nodes that look at once begin at different places, or they would wait for each other
/// at every step.
fn begin_anywhere(due: &mut [Due]) {
    let places = u64::try_from(due.len()).unwrap_or(u64::MAX).max(1);
    let place = getrandom::u64().map_or(0, |random| random % places);
    due.rotate_left(usize::try_from(place).unwrap_or(0));
}

/// The steps that are due, and those that are passed over.
fn look(
    db: &mut Db,
    memory: &Memory,
    now: DateTime<Utc>,
) -> Result<(Vec<Due>, Vec<Due>), StoreError> {
    let (mut due, mut passed) = (Vec::new(), Vec::new());
    for kept in escalations::policies(db)? {
        let clock = Clock::of(db, kept.inbox)?;
        for (n, step) in kept.policy.steps.iter().enumerate() {
            let of_step = due.len();
            for found in escalations::waiting(db, kept.inbox, (position(n), step), now, AT_ONCE)? {
                let wait = found.wait;
                let is_about_words = step.trigger == Trigger::Words;
                if is_about_words && memory.is_unsaid(&kept, n, &found) {
                    continue;
                }
                let turn = match step.every {
                    Some(_) => escalations::turns(db, wait, position(n))?,
                    None => 0,
                };
                let found_due = Due { wait, inbox: kept.inbox, step: n, turn };
                match judge(db, &clock, &kept, (step, turn), wait, now)? {
                    Verdict::NotYet => {}
                    Verdict::Unsaid => memory.keep_unsaid(&kept, n, &found),
                    Verdict::Due(_) => due.push(found_due),
                    Verdict::Passed => passed.push(found_due),
                }
            }
            begin_anywhere(&mut due[of_step..]);
        }
    }
    Ok((due, passed))
}

/// Puts on record that nobody is told, so that nobody has to look again.
fn pass(tx: &mut Tx, passed: &[Due]) -> Result<(), ActionError> {
    let now = tx.now;
    for due in passed {
        escalations::record(tx, due.wait, (position(due.step), due.turn), 0, now)?;
    }
    Ok(())
}

/// Takes a step, if it still is to be taken.
fn take(tx: &mut Tx, desk: &Desk, due: Due) -> Result<bool, ActionError> {
    let Due { wait, inbox, step: n, turn } = due;
    // Another node was there first, more often than not.
    if !escalations::hold(tx, wait)? || escalations::turns(tx, wait, position(n))? > turn {
        return Ok(false);
    }
    let Some(kept) = escalations::policy(tx, inbox)? else { return Ok(false) };
    let Some(step) = kept.policy.steps.get(n) else { return Ok(false) };
    let (clock, now) = (Clock::of(tx, inbox)?, tx.now);
    // Somebody may have taken it, or its tag off, since it was looked for.
    let found = conversations::find(tx, wait.conversation)?;
    let carried = match step.trigger {
        Trigger::Tagged => tags::of(tx, wait.conversation)?,
        _ => Vec::new(),
    };
    if step.trigger != Trigger::Words && begins(step, wait, &found, &[], &carried).is_none() {
        return Ok(false);
    }
    let verdict = judge(tx, &clock, &kept, (step, turn), wait, now)?;
    let Verdict::Due(_) = verdict else { return Ok(false) };
    let turn = Turn { wait, step: n, turn, by_hand: false };
    tell(tx, desk, &kept, &turn, &Actor::system())
}

/// A turn of a step that is taken.
#[derive(Clone, Copy, Debug)]
struct Turn {
    wait: Wait,
    step: usize,
    turn: i32,
    /// Somebody asked for it now: it is not kept for company.
    by_hand: bool,
}

/// Puts a turn on record and tells its people. False where it was taken before.
fn tell(
    tx: &mut Tx,
    desk: &Desk,
    kept: &Kept,
    turn: &Turn,
    actor: &Actor,
) -> Result<bool, ActionError> {
    let Turn { wait, step: n, turn: times, .. } = *turn;
    let Some(step) = kept.policy.steps.get(n) else { return Ok(false) };
    let found = conversations::find(tx, wait.conversation)?;
    let (inbox, now) = (inboxes::find(tx, kept.inbox)?, tx.now);
    let chosen = chosen(tx, step, &found, &inbox)?;
    if !escalations::record(tx, wait, (position(n), times), chosen.len(), now)? {
        return Ok(false);
    }
    let people = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
    tell_all(tx, desk, step, turn, chosen)?;
    let line = SystemLine::Escalated(people, step.trigger);
    timeline::say(tx, found.inbox_id, found.id, None, line)?;
    tx.audit(actor, "conversation.escalate", Object::new("conversation", found.id.0));
    Ok(true)
}

fn position(step: usize) -> i32 {
    i32::try_from(step).expect("there are few steps")
}
