//! Who waits too long, or soon will: what was told to whom, and what comes next.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::judge::{Clock, begins, lines, mark};
use super::position;
use crate::domain::escalation::{
    MOST_TURNS, Recipient, SOON, Source, Standing, Step, Trigger, is_over, is_taken_in_hand, waited,
};
use crate::domain::id::ConversationId;
use crate::domain::user::Sight;
use crate::store::conversations::{self, Conversation};
use crate::store::escalations::{self, Kept, Taken, Wait};
use crate::store::mails::{self, Mail};
use crate::store::messages::Message;
use crate::store::{Db, StoreError};

/// Looked at in one inbox; the oldest first.
const MOST: i64 = 500;
/// How long what is over is shown.
const REMEMBERED: TimeDelta = TimeDelta::days(7);
/// Of those that are over.
const MOST_SOLVED: i64 = 100;

/// Something that waits for a person, or did.
#[derive(Clone, Debug)]
pub struct Item {
    pub conversation: Conversation,
    pub wait: Wait,
    pub standing: Standing,
    /// What it is about, by its last step or the next.
    pub trigger: Trigger,
    /// As far as it counts.
    pub waited: TimeDelta,
    pub taken: Vec<Taken>,
    pub mails: Vec<Mail>,
    pub next: Option<Next>,
}

/// The step that comes next.
#[derive(Clone, Debug)]
pub struct Next {
    pub step: usize,
    pub turn: i32,
    pub trigger: Trigger,
    pub to: Vec<Recipient>,
    pub waited: TimeDelta,
    /// As far as it counts; what is late has none.
    pub left: TimeDelta,
    /// `None` where the inbox does not open that long within a year.
    pub at: Option<DateTime<Utc>>,
}

/// Everything of the inboxes that are in sight; the most pressing first.
pub fn board(db: &mut Db, sight: &Sight, now: DateTime<Utc>) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::new();
    for kept in escalations::policies(db)?.into_iter().filter(|kept| sight.sees(kept.inbox)) {
        open_items(db, &kept, now, &mut items)?;
    }
    let open: HashSet<Wait> = items.iter().map(|item| item.wait).collect();
    let solved = solved_items(db, sight, &open, now)?;
    items.sort_by_key(|item| std::cmp::Reverse(item.waited));
    items.extend(solved);
    for item in &mut items {
        item.mails = mails::of_conversation(db, item.wait.conversation)?;
    }
    Ok(items)
}

fn open_items(
    db: &mut Db,
    kept: &Kept,
    now: DateTime<Utc>,
    items: &mut Vec<Item>,
) -> Result<(), StoreError> {
    let clock = Clock::of(db, kept.inbox)?;
    let soonest = kept.policy.steps.iter().map(|step| step.after).min().unwrap_or_default();
    // Time that counts is never more than time that passes.
    let before = now - (soonest - SOON).max(TimeDelta::zero());
    let mut sources: Vec<Source> =
        kept.policy.steps.iter().map(|step| step.trigger.source()).collect();
    sources.sort_unstable();
    sources.dedup();
    let mut waits = Vec::new();
    for source in sources {
        waits.extend(escalations::open(db, kept.inbox, source, before, now, MOST)?);
    }
    let ids: Vec<ConversationId> = waits.iter().map(|wait| wait.conversation).collect();
    let found = conversations::find_all(db, &ids)?;
    let found: HashMap<ConversationId, Conversation> =
        found.into_iter().map(|found| (found.id, found)).collect();
    for wait in waits {
        if let Some(found) = found.get(&wait.conversation) {
            items.extend(item(db, &clock, kept, wait, found, now)?);
        }
    }
    Ok(())
}

fn item(
    db: &mut Db,
    clock: &Clock,
    kept: &Kept,
    wait: Wait,
    found: &Conversation,
    now: DateTime<Utc>,
) -> Result<Option<Item>, StoreError> {
    let lines = lines(db, wait)?;
    let marks: Vec<_> = lines.iter().filter_map(mark).collect();
    if is_over(wait.source, wait.since, &marks) {
        return Ok(None);
    }
    let mut taken = escalations::taken(db, wait)?;
    let next = next(db, clock, kept, (wait, &lines), found, &taken, now)?;
    taken.retain(|taken| taken.mails > 0);
    let in_hand = is_taken_in_hand(&marks);
    let left = next.as_ref().map(|next| next.left);
    let Some(standing) = Standing::of(!taken.is_empty(), in_hand, left) else { return Ok(None) };
    let step_of = |taken: &Taken| {
        let position = usize::try_from(taken.position).ok()?;
        kept.policy.steps.get(position).map(|step| step.trigger)
    };
    let own = match wait.source {
        Source::Wait => Trigger::Unanswered,
        Source::Failure => Trigger::Undelivered,
        Source::Call => Trigger::Help,
    };
    let last = taken.last().and_then(step_of).filter(|trigger| trigger.source() == wait.source);
    let trigger = last.or(next.as_ref().map(|next| next.trigger)).unwrap_or(own);
    let hours = kept.policy.steps.iter().find(|step| step.trigger == trigger);
    let hours = clock.hours(kept, hours.unwrap_or(&Step::default())).clone();
    Ok(Some(Item {
        conversation: found.clone(),
        wait,
        standing,
        trigger,
        waited: waited(&hours, wait.since, now, &marks),
        taken,
        mails: Vec::new(),
        next: next.filter(|_| standing != Standing::InHand),
    }))
}

/// Of the steps that are still to be taken the one whose time comes first; `lines` are
/// those since the wait began.
pub(super) fn next(
    db: &mut Db,
    clock: &Clock,
    kept: &Kept,
    (wait, lines): (Wait, &[Message]),
    found: &Conversation,
    taken: &[Taken],
    now: DateTime<Utc>,
) -> Result<Option<Next>, StoreError> {
    let marks: Vec<_> = lines.iter().filter_map(mark).collect();
    let mut first: Option<Next> = None;
    for (n, step) in kept.policy.steps.iter().enumerate() {
        let turns: Vec<&Taken> =
            taken.iter().filter(|taken| taken.position == position(n)).collect();
        let turn = i32::try_from(turns.len()).unwrap_or(MOST_TURNS);
        let is_done = turn > 0 && step.every.is_none() || turn >= MOST_TURNS;
        let was_passed = turns.iter().any(|taken| taken.mails == 0);
        if step.trigger.source() != wait.source || is_done || was_passed {
            continue;
        }
        let Some(since) = begins(db, step, wait, found, lines)? else { continue };
        let hours = clock.hours(kept, step);
        let time = waited(hours, since, now, &marks);
        let left = step.owed(turn) - time;
        let at = if left > TimeDelta::zero() { hours.after(now, left) } else { Some(now) };
        if first.as_ref().is_none_or(|first| left < first.left) {
            let (trigger, to) = (step.trigger, step.to.clone());
            first = Some(Next { step: n, turn, trigger, to, waited: time, left, at });
        }
    }
    Ok(first)
}

fn solved_items(
    db: &mut Db,
    sight: &Sight,
    open: &HashSet<Wait>,
    now: DateTime<Utc>,
) -> Result<Vec<Item>, StoreError> {
    let told = escalations::told_since(db, sight, now - REMEMBERED, MOST_SOLVED)?;
    let ids: Vec<ConversationId> = told.iter().map(|(conversation, _)| *conversation).collect();
    let found = conversations::find_all(db, &ids)?;
    let found: HashMap<ConversationId, Conversation> =
        found.into_iter().map(|found| (found.id, found)).collect();
    let mut items: Vec<Item> = Vec::new();
    for (conversation, since) in told {
        let Some(found) = found.get(&conversation) else { continue };
        // Put aside it still waits, though nobody is told of it.
        let still_waits = found.status.waiting_since == Some(since);
        let is_open = |source| open.contains(&Wait { conversation, source, since });
        let is_listed = items
            .iter()
            .any(|item| item.wait.conversation == conversation && item.wait.since == since);
        if still_waits
            || is_listed
            || [Source::Wait, Source::Failure, Source::Call].into_iter().any(is_open)
        {
            continue;
        }
        let wait = Wait { conversation, source: Source::Wait, since };
        let mut taken = escalations::taken(db, wait)?;
        taken.retain(|taken| taken.mails > 0);
        items.push(Item {
            conversation: found.clone(),
            wait,
            standing: Standing::Solved,
            trigger: Trigger::Unanswered,
            waited: TimeDelta::zero(),
            taken,
            mails: Vec::new(),
            next: None,
        });
    }
    Ok(items)
}
