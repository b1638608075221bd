//! Somebody has waited for too long: those who should know get a mail.
//!
//! What is due is asked of the conversations; taking a step is one transaction,
//! which holds the conversation as it is, puts the step on record and the mails into
//! their outbox. An answer that comes first leaves nothing to be taken, and two nodes
//! that take the same step find that one of them has.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;

use crate::app::App;
use crate::domain::escalation::{Policy, Trigger};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::InboxId;
use crate::domain::system_line::SystemLine;
use crate::domain::user::{Actor, Caller};
use crate::mail::Letterhead;
use crate::store::audit::Object;
use crate::store::escalations::{self, Kept, Wait};
use crate::store::{Db, StoreError, Tx, conversations, inboxes, mails, optional, tags};

use super::{ActionError, Problem, access, timeline};

mod backtest;
mod board;
mod by_hand;
mod judge;
mod letters;
mod memory;
mod replay;

pub use backtest::{BACK, NIGHT, Tally, backtest};
pub use board::{Item, Next, board};
pub use by_hand::{next_now, stop};
use judge::{Clock, Verdict, begins, judge};
use letters::{Told, letters};
pub use memory::Memory;

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

/// Takes every step whose time has come; how many there were.
pub async fn run_due(app: &App) -> Result<usize, ActionError> {
    let (now, memory) = (app.clock.now(), app.escalations.clone());
    let (due, passed) = app.store.read(move |db| look(db, &memory, now)).await?;
    for some in passed.chunks(RECORDS) {
        let some = some.to_vec();
        app.store.write(move |tx| pass(tx, &some)).await?;
    }
    let head = app.letterhead.clone();
    let mut taken = 0;
    for some in due.chunks(TOGETHER) {
        let steps = some.iter().map(|due| {
            let (due, head) = (*due, head.clone());
            app.store.write(move |tx| take(tx, &head, due))
        });
        for step in join_all(steps).await {
            taken += usize::from(step?);
        }
    }
    Ok(taken)
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
fn take(tx: &mut Tx, head: &Letterhead, due: Due) -> Result<bool, ActionError> {
    let Due { wait, inbox, step: n, turn } = due;
    if !escalations::hold(tx, wait)? {
        return Ok(false);
    }
    let Some(kept) = escalations::policy(tx, inbox)? else { return Ok(false) };
    let Some(step) = kept.policy.steps.get(n) else { return Ok(false) };
    let (clock, now) = (Clock::of(tx, inbox)?, tx.now);
    // Somebody may have taken it, or its tag off, since it was looked for.
    let found = conversations::find(tx, wait.conversation)?;
    if step.trigger != Trigger::Words && begins(tx, step, wait, &found, &[])?.is_none() {
        return Ok(false);
    }
    let verdict = judge(tx, &clock, &kept, (step, turn), wait, now)?;
    let Verdict::Due(waited) = verdict else { return Ok(false) };
    let turn = Turn { wait, step: n, turn, waited };
    tell(tx, head, &clock, &kept, &turn, &Actor::system())
}

/// A turn of a step that is taken.
#[derive(Clone, Copy, Debug)]
struct Turn {
    wait: Wait,
    step: usize,
    turn: i32,
    waited: TimeDelta,
}

/// Puts a turn on record and its letters into the outbox. False where it was taken
/// before.
fn tell(
    tx: &mut Tx,
    head: &Letterhead,
    clock: &Clock,
    kept: &Kept,
    turn: &Turn,
    actor: &Actor,
) -> Result<bool, ActionError> {
    let Turn { wait, step: n, turn, waited } = *turn;
    let Some(step) = kept.policy.steps.get(n) else { return Ok(false) };
    let found = conversations::find(tx, wait.conversation)?;
    let (inbox, now) = (inboxes::find(tx, kept.inbox)?, tx.now);
    let told = Told { wait, inbox: &inbox, found: &found, waited };
    let letters = letters(tx, head, clock, step, &told, now)?;
    if !escalations::record(tx, wait, (position(n), turn), letters.len(), now)? {
        return Ok(false);
    }
    for letter in &letters {
        mails::insert(tx, letter, now)?;
    }
    let people = u32::try_from(letters.len()).unwrap_or(u32::MAX);
    let line = SystemLine::Escalated(people, step.trigger);
    timeline::say(tx, found.inbox_id, found.id, None, line)?;
    tx.audit(actor, "conversation.escalate", Object::new("conversation", found.id.0));
    Ok(true)
}

fn position(step: usize) -> i32 {
    i32::try_from(step).expect("there are few steps")
}
