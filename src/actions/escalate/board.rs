//! Who waits too long, or soon will: what was told to whom, and what comes next.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::judge::{Clock, begins, lines_of, mark};
use super::position;
use crate::domain::escalation::{
    MOST_TURNS, Recipient, SOON, Source, Standing, Step, Trigger, is_over, is_taken_in_hand, waited,
};
use crate::domain::id::ConversationId;
use crate::domain::user::Sight;
use crate::store::conversations::{self, Conversation};
use crate::store::escalations::{self, Kept, Taken, Wait};
use crate::store::messages::{self, Message};
use crate::store::nudges;
use crate::store::tags::{self, Tag};
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
    /// Who was to be told of it, and whether they were.
    pub nudges: Vec<nudges::Standing>,
    pub next: Option<Next>,
    /// When somebody saw to what is over.
    pub solved_at: Option<DateTime<Utc>>,
}

/// The step that comes next.
#[derive(Clone, Debug)]
pub struct Next {
    pub step: usize,
    pub turn: i32,
    pub trigger: Trigger,
    pub to: Vec<Recipient>,
    /// As far as it counts; what is late has none.
    pub left: TimeDelta,
    /// `None` where the inbox does not open that long within a year.
    pub at: Option<DateTime<Utc>>,
}

/// Everything of the inboxes that are in sight; the most pressing first, of what is over
/// what was solved last. However much waits, a handful of questions.
pub fn board(db: &mut Db, sight: &Sight, now: DateTime<Utc>) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::new();
    for kept in escalations::policies(db)?.into_iter().filter(|kept| sight.sees(kept.inbox)) {
        open_items(db, &kept, now, &mut items)?;
    }
    let open: HashSet<Wait> = items.iter().map(|item| item.wait).collect();
    let solved = solved_items(db, sight, &open, now)?;
    items.sort_by_key(|item| std::cmp::Reverse(item.waited));
    items.extend(solved);
    let ids: Vec<ConversationId> = items.iter().map(|item| item.wait.conversation).collect();
    let mut told: HashMap<ConversationId, Vec<nudges::Standing>> = HashMap::new();
    for standing in nudges::of_conversations(db, &ids)? {
        told.entry(standing.nudge.wait.conversation).or_default().push(standing);
    }
    for item in &mut items {
        let of_conversation = told.get(&item.wait.conversation).into_iter().flatten();
        let own = of_conversation.filter(|it| it.nudge.wait.since == item.wait.since);
        item.nudges = own.cloned().collect();
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
    let found = by_id(conversations::find_all(db, &ids)?);
    let (lines, taken) = (lines_of(db, &waits)?, escalations::taken_of(db, &waits)?);
    let tags = tags::of_conversations(db, &ids)?;
    for wait in waits {
        let Some(found) = found.get(&wait.conversation) else { continue };
        let known = Known {
            found,
            lines: lines.get(&wait).map_or(&[], Vec::as_slice),
            taken: taken.get(&wait).map_or(&[], Vec::as_slice),
            tags: tags.get(&wait.conversation).map_or(&[], Vec::as_slice),
        };
        items.extend(item(&clock, kept, wait, &known, now));
    }
    Ok(())
}

/// What is known of a wait.
pub(super) struct Known<'a> {
    pub found: &'a Conversation,
    /// Those since it began.
    pub lines: &'a [Message],
    pub taken: &'a [Taken],
    /// What its conversation carries.
    pub tags: &'a [Tag],
}

fn item(
    clock: &Clock,
    kept: &Kept,
    wait: Wait,
    known: &Known<'_>,
    now: DateTime<Utc>,
) -> Option<Item> {
    let marks: Vec<_> = known.lines.iter().filter_map(mark).collect();
    if is_over(wait.source, wait.since, &marks) {
        return None;
    }
    let next = next(clock, kept, wait, known, now);
    let mut taken = known.taken.to_vec();
    taken.retain(|taken| taken.mails > 0);
    let in_hand = is_taken_in_hand(&marks);
    let left = next.as_ref().map(|next| next.left);
    let standing = Standing::of(!taken.is_empty(), in_hand, left)?;
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
    Some(Item {
        conversation: known.found.clone(),
        wait,
        standing,
        trigger,
        waited: waited(&hours, wait.since, now, &marks),
        taken,
        nudges: Vec::new(),
        next: next.filter(|_| standing != Standing::InHand),
        solved_at: None,
    })
}

/// Of the steps that are still to be taken the one whose time comes first.
pub(super) fn next(
    clock: &Clock,
    kept: &Kept,
    wait: Wait,
    known: &Known<'_>,
    now: DateTime<Utc>,
) -> Option<Next> {
    let marks: Vec<_> = known.lines.iter().filter_map(mark).collect();
    let mut first: Option<Next> = None;
    for (n, step) in kept.policy.steps.iter().enumerate() {
        let turns: Vec<&Taken> =
            known.taken.iter().filter(|taken| taken.position == position(n)).collect();
        let turn = i32::try_from(turns.len()).unwrap_or(MOST_TURNS);
        let is_done = turn > 0 && step.every.is_none() || turn >= MOST_TURNS;
        let was_passed = turns.iter().any(|taken| taken.mails == 0);
        if step.trigger.source() != wait.source || is_done || was_passed {
            continue;
        }
        let begun = begins(step, wait, known.found, known.lines, known.tags);
        let Some(since) = begun else { continue };
        let hours = clock.hours(kept, step);
        let left = step.owed(turn) - waited(hours, since, now, &marks);
        let at = if left > TimeDelta::zero() { hours.after(now, left) } else { Some(now) };
        if first.as_ref().is_none_or(|first| left < first.left) {
            let (trigger, to) = (step.trigger, step.to.clone());
            first = Some(Next { step: n, turn, trigger, to, left, at });
        }
    }
    first
}

fn solved_items(
    db: &mut Db,
    sight: &Sight,
    open: &HashSet<Wait>,
    now: DateTime<Utc>,
) -> Result<Vec<Item>, StoreError> {
    let told = escalations::told_since(db, sight, now - REMEMBERED, MOST_SOLVED)?;
    let ids: Vec<ConversationId> = told.iter().map(|(conversation, _)| *conversation).collect();
    let found = by_id(conversations::find_all(db, &ids)?);
    let solved = messages::settled_after(db, &told)?;
    let wait = |(conversation, since): &(ConversationId, DateTime<Utc>)| Wait {
        conversation: *conversation,
        source: Source::Wait,
        since: *since,
    };
    let waits: Vec<Wait> = told.iter().map(wait).collect();
    let mut taken = escalations::taken_of(db, &waits)?;
    let mut items: Vec<Item> = Vec::new();
    for (wait, solved_at) in waits.into_iter().zip(solved) {
        let Wait { conversation, since, .. } = wait;
        let Some(found) = found.get(&conversation) else { continue };
        // Put aside it still waits, though nobody is told of it.
        let still_waits = found.status.waiting_since == Some(since);
        let is_open = |source| open.contains(&Wait { source, ..wait });
        let is_listed = items.iter().any(|item| item.wait == wait);
        if still_waits
            || is_listed
            || [Source::Wait, Source::Failure, Source::Call].into_iter().any(is_open)
        {
            continue;
        }
        let mut taken = taken.remove(&wait).unwrap_or_default();
        taken.retain(|taken| taken.mails > 0);
        items.push(Item {
            conversation: found.clone(),
            wait,
            standing: Standing::Solved,
            trigger: Trigger::Unanswered,
            waited: TimeDelta::zero(),
            taken,
            nudges: Vec::new(),
            next: None,
            solved_at,
        });
    }
    // Of what nobody wrote about, such as a call for help, the last mail is the best there is.
    let ended = |item: &Item| item.solved_at.or(item.taken.last().map(|taken| taken.fired_at));
    items.sort_by_key(|item| std::cmp::Reverse(ended(item)));
    Ok(items)
}

fn by_id(found: Vec<Conversation>) -> HashMap<ConversationId, Conversation> {
    found.into_iter().map(|found| (found.id, found)).collect()
}
