//! A conversation as it was, and when a ladder would have told of it.
//!
//! The lines of the timeline say what happened; the state follows by the rules every
//! verb goes by, and whether a step's time had come is for the ladder's own judge.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::judge::{Clock, Verdict, mark, said, verdict};
use crate::domain::conversation::{Conversation as Status, ConversationState};
use crate::domain::delivery::OutboundState;
use crate::domain::escalation::{LONGEST, MOST_TURNS, Mark, Source, Step, Trigger, due};
use crate::domain::id::{ConversationId, TagId, UserId};
use crate::domain::message::{Direction, MessageKind};
use crate::domain::opt_out::{OptOutSignal, recognise};
use crate::domain::system_line::SystemLine;
use crate::store::escalations::{Kept, Wait};
use crate::store::messages::Message;

/// What is known of a conversation's past.
pub(super) struct Past {
    pub conversation: ConversationId,
    /// Oldest first.
    pub lines: Vec<Message>,
    /// The tags it carries, since when.
    pub tags: Vec<(TagId, DateTime<Utc>)>,
    /// When it was known that a text had not arrived.
    pub failures: Vec<DateTime<Utc>>,
}

/// When `kept` would have told somebody, up to `now`.
pub(super) fn replay(
    past: &Past,
    kept: &Kept,
    clock: &Clock,
    now: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    let mut ladder = Ladder { past, kept, clock, told: Vec::new(), turns: HashMap::new() };
    let mut state = State::new();
    let mut moments: Vec<DateTime<Utc>> = past.lines.iter().map(|line| line.created_at).collect();
    moments.extend(&past.failures);
    moments.extend(past.tags.iter().map(|(_, since)| since));
    moments.sort_unstable();
    moments.dedup();
    let mut lines = past.lines.iter().peekable();
    for (n, from) in moments.iter().enumerate() {
        while let Some(line) = lines.next_if(|line| line.created_at <= *from) {
            state.apply(line);
        }
        // What is due now is taken now.
        let until = moments.get(n + 1).copied().unwrap_or(now + TimeDelta::microseconds(1));
        ladder.climb(&state, *from, until);
    }
    ladder.told
}

/// How many turns were taken, and when the last was.
type Turned = (i32, DateTime<Utc>);

struct Ladder<'a> {
    past: &'a Past,
    kept: &'a Kept,
    clock: &'a Clock,
    told: Vec<DateTime<Utc>>,
    /// Of each wait and step; `None` for one that is never taken.
    turns: HashMap<(Wait, usize), Option<Turned>>,
}

impl Ladder<'_> {
    /// Takes what comes due from `from` until just before `until`, while nothing else
    /// happens.
    fn climb(&mut self, state: &State, from: DateTime<Utc>, until: DateTime<Utc>) {
        let waits = self.waits(state, from);
        while let Some((at, wait, n)) = self.next(state, &waits, from, until) {
            let step = &self.kept.policy.steps[n];
            let turn = self.turn(wait, n).map_or(0, |(turn, _)| turn);
            let marks = self.marks(wait, at);
            let hours = self.clock.hours(self.kept, step);
            let since = self.begins(state, step, wait, at).unwrap_or(wait.since);
            let owed = step.owed(turn);
            let taken = verdict(hours, self.kept.changed_at, owed, (wait, since), &marks, at);
            let turned = match taken {
                Verdict::Due(_) => {
                    self.told.push(at);
                    Some((turn + 1, at))
                }
                _ => None,
            };
            self.turns.insert((wait, n), turned);
        }
    }

    /// Who waits after what happened at `at`.
    fn waits(&self, state: &State, at: DateTime<Utc>) -> Vec<Wait> {
        let conversation = self.past.conversation;
        let wait = |source| move |since| Wait { conversation, source, since };
        let is_open = state.status.state == ConversationState::Open;
        let mut waits = Vec::new();
        let waiting = state.status.waiting_since.filter(|_| is_open);
        waits.extend(waiting.map(wait(Source::Wait)));
        waits.extend(state.call.map(|(since, _)| since).map(wait(Source::Call)));
        let failed = self.past.failures.iter().copied().filter(|since| *since <= at);
        waits.extend(failed.map(wait(Source::Failure)));
        waits
    }

    /// The turn that comes first, of which step and wait.
    fn next(
        &self,
        state: &State,
        waits: &[Wait],
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<(DateTime<Utc>, Wait, usize)> {
        let mut first: Option<(DateTime<Utc>, Wait, usize)> = None;
        for wait in waits {
            for (n, step) in self.kept.policy.steps.iter().enumerate() {
                let at = self.due(state, (n, step), *wait, from).filter(|at| *at < until);
                let is_first = |at| first.is_none_or(|(first, ..)| at < first);
                if let Some(at) = at.filter(|at| is_first(*at)) {
                    first = Some((at, *wait, n));
                }
            }
        }
        first
    }

    fn due(
        &self,
        state: &State,
        (n, step): (usize, &Step),
        wait: Wait,
        from: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        if step.trigger.source() != wait.source {
            return None;
        }
        let (turn, last) = self.turn(wait, n)?;
        if turn >= MOST_TURNS || turn > 0 && step.every.is_none() {
            return None;
        }
        let since = self.begins(state, step, wait, from)?;
        let hours = self.clock.hours(self.kept, step);
        let at = due(hours, since, step.owed(turn), from, &self.marks(wait, from))?;
        let at = if turn > 0 { at.max(last + step.every.unwrap_or_default()) } else { at };
        let is_forgotten = wait.source == Source::Failure && at - wait.since > LONGEST;
        (!is_forgotten).then_some(at)
    }

    /// `None` for what is never taken.
    fn turn(&self, wait: Wait, n: usize) -> Option<Turned> {
        self.turns.get(&(wait, n)).copied().unwrap_or(Some((0, wait.since)))
    }

    /// From when on a step counts, by what was so at `at`; `None` where it is not about it.
    fn begins(
        &self,
        state: &State,
        step: &Step,
        wait: Wait,
        at: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let is_about = match step.trigger {
            Trigger::Words => return said(step, self.lines(wait, at)),
            Trigger::Unassigned => state.status.assignee.is_none(),
            Trigger::Tagged => {
                let mut carried = self.past.tags.iter().filter(|(_, since)| *since <= at);
                carried.any(|(tag, _)| step.tags.contains(tag))
            }
            Trigger::Unanswered | Trigger::Undelivered | Trigger::Help => true,
        };
        is_about.then_some(wait.since)
    }

    fn lines(&self, wait: Wait, at: DateTime<Utc>) -> &[Message] {
        let lines = &self.past.lines;
        let begin = lines.partition_point(|line| line.created_at < wait.since);
        let end = lines.partition_point(|line| line.created_at <= at);
        &lines[begin.min(end)..end]
    }

    /// What happened in a wait, with what this ladder would have told in place of what
    /// another one did.
    fn marks(&self, wait: Wait, at: DateTime<Utc>) -> Vec<(DateTime<Utc>, Mark)> {
        let lines = self.lines(wait, at).iter().filter_map(mark);
        let mut marks: Vec<_> = lines.filter(|(_, mark)| *mark != Mark::Escalated).collect();
        let told = self.told.iter().filter(|told| (wait.since..=at).contains(told));
        marks.extend(told.map(|told| (*told, Mark::Escalated)));
        // What was told in the moment something happened came after it.
        marks.sort_by_key(|(at, mark)| (*at, *mark == Mark::Escalated));
        marks
    }
}

/// How the conversation stood.
struct State {
    status: Status,
    /// Since when somebody asks for help, and who.
    call: Option<(DateTime<Utc>, Option<UserId>)>,
    closed: Option<Closing>,
}

/// The last time somebody was done with it.
#[derive(Clone, Copy)]
struct Closing {
    at: DateTime<Utc>,
    by: Option<UserId>,
    /// The wait it ended.
    waited_since: Option<DateTime<Utc>>,
}

impl State {
    fn new() -> Self {
        let status = Status {
            state: ConversationState::Closed,
            assignee: None,
            last_answered_by: None,
            waiting_since: None,
            snoozed_until: None,
        };
        Self { status, call: None, closed: None }
    }

    fn apply(&mut self, line: &Message) {
        let (at, by) = (line.created_at, line.author_id);
        match (line.kind, line.direction) {
            (MessageKind::Sms, Direction::Inbound) => {
                self.status = match recognise(&line.body) {
                    Some(OptOutSignal::Stop) => self.status.receive_stop(),
                    _ => self.status.receive_inbound(at).0,
                };
            }
            // What was taken back ended nothing.
            (MessageKind::Sms, _) if line.state == Some(OutboundState::Canceled) => {}
            (MessageKind::Sms, Direction::Outbound) => {
                if let Some(by) = by {
                    self.arrive(by);
                    if self.status.state == ConversationState::Closed {
                        self.status = Status { assignee: None, ..self.status.reopen() };
                    }
                    self.status = self.status.answered(by);
                }
            }
            (MessageKind::System, _) => {
                if let Some(told) = SystemLine::parse(&line.body) {
                    self.apply_system(told, at, by);
                }
            }
            _ => {}
        }
    }

    fn apply_system(&mut self, line: SystemLine, at: DateTime<Utc>, by: Option<UserId>) {
        match line {
            SystemLine::Assigned(to) => {
                self.arrive(to);
                self.status.assignee = Some(to);
            }
            SystemLine::Unassigned | SystemLine::Handed(_) | SystemLine::LeftTeam => {
                self.status.assignee = None;
            }
            SystemLine::Snoozed(until) => {
                (self.status.state, self.status.snoozed_until) =
                    (ConversationState::Snoozed, Some(until));
            }
            SystemLine::Woken => self.status = self.status.wake(),
            SystemLine::Closed => {
                let waited_since = self.status.waiting_since;
                self.closed = Some(Closing { at, by, waited_since });
                self.call = None;
                self.status = self.status.close();
            }
            SystemLine::Reopened => self.reopen(at, by),
            SystemLine::OptedOut if by.is_none() => self.status = self.status.receive_stop(),
            SystemLine::HelpAsked => self.call = Some((at, by)),
            SystemLine::HelpEnded => self.call = None,
            _ => {}
        }
    }

    /// Whoever closed it a moment ago takes that back, and the wait goes on.
    fn reopen(&mut self, at: DateTime<Utc>, by: Option<UserId>) {
        if self.status.state != ConversationState::Closed {
            return;
        }
        let undone = self.closed.filter(|closing| {
            let is_new = at - closing.at <= crate::actions::close::UNDO;
            is_new && by.is_some() && closing.by == by
        });
        self.status = match undone {
            Some(closing) => self.status.unclose(closing.waited_since, None),
            None => self.status.reopen(),
        };
    }

    /// Somebody sees to it: if another had asked for help, they have come.
    fn arrive(&mut self, helper: UserId) {
        if self.call.is_some_and(|(_, asker)| asker != Some(helper)) {
            self.call = None;
        }
    }
}
