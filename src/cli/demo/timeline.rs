//! One conversation as it might have gone, told by the domain's own verbs, so
//! that state, waiting time and cases are what they would really be.

use chrono::{DateTime, TimeDelta, Utc};

use super::random::Random;
use super::scripts::{Script, Turn};
use crate::domain::conversation::{Conversation as Status, ConversationState, Reopened};
use crate::domain::id::UserId;
use crate::domain::opt_out::OptOutScope;
use crate::domain::system_line::SystemLine;

/// How a conversation stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// 対応済み
    Closed,
    /// 未対応 or 対応中: the customer wrote last.
    Waiting,
    /// 対応中: we wrote last.
    Answered,
    /// 保留
    Snoozed { until: DateTime<Utc> },
    /// The customer asked for no more texts.
    OptedOut,
}

/// Something said or done, before it is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Customer(&'static str),
    /// By a colleague, or by the house itself.
    Us(&'static str, Option<UserId>),
    Note(&'static str, UserId),
    System(SystemLine, Option<UserId>),
}

#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub at: DateTime<Utc>,
    pub said: Said,
}

#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_by: Option<UserId>,
}

/// Lines from oldest to newest, and what they led to.
#[derive(Clone, Debug)]
pub struct Timeline {
    pub lines: Vec<Line>,
    pub cases: Vec<Span>,
    pub status: Status,
    pub opted_out: Option<OptOutScope>,
}

/// What is said where a script does not end as wanted.
#[derive(Clone, Copy)]
pub struct Phrases {
    pub still_there: &'static str,
    pub will_call_back: &'static str,
    pub noted: &'static str,
    pub stop: &'static str,
}

/// Tells conversations as these people and scripts would have them.
pub struct Teller<'a> {
    pub scripts: &'a [Script],
    pub phrases: &'a Phrases,
    pub agents: &'a [UserId],
}

/// Lines that any ending needs; [`Ending::Closed`] needs two, and a single line
/// can only be one that waits.
pub const SHORTEST: usize = 4;

impl Teller<'_> {
    /// A conversation of `length` lines that ends as wanted at `end`.
    pub fn tell(
        &self,
        length: usize,
        ending: Ending,
        end: DateTime<Utc>,
        random: &mut Random,
    ) -> Timeline {
        let mut told = Telling::new(end, *random.pick(self.agents));
        let tail = match ending {
            Ending::Closed | Ending::Answered => 1,
            Ending::Waiting | Ending::Snoozed { .. } => 2,
            Ending::OptedOut => 4,
        };
        while told.lines.len() + tail < length {
            self.play(&mut told, length - tail, random);
        }
        told.wait(random.between(60, 3_600));
        self.end(&mut told, ending, length, random);
        told.moved_to(end)
    }

    /// What a customer writes who has not been answered yet.
    fn question(&self, told: &Telling, random: &mut Random) -> &'static str {
        let asked = match random.pick(self.scripts).first() {
            Some(Turn::Customer(text)) => text,
            _ => self.phrases.still_there,
        };
        let is_new = told.status.is_none() || told.is_closed() || random.chance(50.0);
        if is_new { asked } else { self.phrases.still_there }
    }

    /// One script from its beginning, as far as there is room.
    fn play(&self, told: &mut Telling, until: usize, random: &mut Random) {
        for turn in random.pick(self.scripts) {
            let room = until - told.lines.len();
            match turn {
                _ if room == 0 => return,
                Turn::Customer(text) if room >= told.cost_of_customer() => told.customer(text),
                Turn::Colleague(text) => told.us(text, Some(told.agent)),
                Turn::House(text) => told.us(text, None),
                Turn::Note(text) => told.note(text),
                Turn::Customer(_) => told.note(self.phrases.noted),
            }
            told.wait(random.between(40, 25 * 60));
        }
        if told.lines.len() < until {
            told.close();
            // The next matter comes up days later, at about the same time of day; the
            // longest threads have three years of it.
            let longest = (3_000 / until as i64).clamp(1, 20);
            told.wait(random.between(1, longest) * 86_400 + random.between(-7_200, 7_200));
            told.agent = *random.pick(self.agents);
        }
    }

    fn end(&self, told: &mut Telling, ending: Ending, length: usize, random: &mut Random) {
        let Phrases { still_there, will_call_back, noted, stop } = *self.phrases;
        let fill = |told: &mut Telling, until: usize| {
            while told.lines.len() < until {
                if told.status.is_some() {
                    told.note(noted)
                } else {
                    told.customer(still_there)
                }
                told.wait(90);
            }
        };
        match ending {
            Ending::Closed if told.is_closed() => told.note(noted),
            Ending::Closed => told.close(),
            Ending::Answered => told.us(will_call_back, Some(told.agent)),
            Ending::Snoozed { until } => {
                told.us(will_call_back, Some(told.agent));
                told.snooze(until);
            }
            Ending::Waiting => {
                fill(told, length - told.cost_of_customer());
                told.customer(self.question(told, random));
            }
            Ending::OptedOut => {
                fill(told, length - 2 - told.cost_of_customer());
                told.customer(stop);
                told.opt_out();
                told.close();
            }
        }
    }
}

/// A conversation while it is told.
struct Telling {
    lines: Vec<Line>,
    cases: Vec<Span>,
    /// `None` before the first text.
    status: Option<Status>,
    opted_out: Option<OptOutScope>,
    agent: UserId,
    at: DateTime<Utc>,
}

impl Telling {
    fn new(at: DateTime<Utc>, agent: UserId) -> Self {
        let (lines, cases) = (Vec::new(), Vec::new());
        Self { lines, cases, status: None, opted_out: None, agent, at }
    }

    fn is_closed(&self) -> bool {
        self.status.is_some_and(|status| status.state == ConversationState::Closed)
    }

    /// Lines that a text of the customer takes: one more where it reopens.
    fn cost_of_customer(&self) -> usize {
        if self.is_closed() { 2 } else { 1 }
    }

    fn wait(&mut self, seconds: i64) {
        self.at += TimeDelta::seconds(seconds);
    }

    fn customer(&mut self, text: &'static str) {
        let (status, Reopened(reopened)) = match self.status {
            Some(status) => status.receive_inbound(self.at),
            None => {
                self.open_case();
                (Status::started_by_inbound(self.at), Reopened(false))
            }
        };
        self.status = Some(status);
        if reopened {
            self.open_case();
        }
        self.say(Said::Customer(text));
        if reopened {
            self.say(Said::System(SystemLine::Reopened, None));
        }
    }

    fn us(&mut self, text: &'static str, by: Option<UserId>) {
        let mut status = self.status.unwrap_or_else(|| {
            self.open_case();
            if by.is_none() {
                self.close_case(None);
            }
            Status::started_by_us(by)
        });
        if let Some(by) = by {
            if status.state == ConversationState::Closed {
                self.open_case();
                status = Status { assignee: None, ..status.reopen() };
            }
            status = status.answered(by);
        }
        self.status = Some(status);
        self.say(Said::Us(text, by));
    }

    fn note(&mut self, text: &'static str) {
        self.say(Said::Note(text, self.agent));
    }

    fn close(&mut self) {
        self.status = self.status.map(|status| status.close());
        self.close_case(Some(self.agent));
        self.say(Said::System(SystemLine::Closed, Some(self.agent)));
    }

    fn snooze(&mut self, until: DateTime<Utc>) {
        // Compared with no time: the telling is moved to its own time later.
        let snoozed = |status: Status| status.snooze(until, DateTime::<Utc>::MIN_UTC);
        self.status = self.status.map(|status| snoozed(status).unwrap_or(status));
        self.say(Said::System(SystemLine::Snoozed(until), Some(self.agent)));
    }

    fn opt_out(&mut self) {
        self.opted_out = Some(OptOutScope::All);
        self.say(Said::System(SystemLine::OptedOut, None));
    }

    fn open_case(&mut self) {
        self.cases.push(Span { opened_at: self.at, closed_at: None, closed_by: None });
    }

    fn say(&mut self, said: Said) {
        self.lines.push(Line { at: self.at, said });
        self.wait(1);
    }

    fn close_case(&mut self, by: Option<UserId>) {
        if let Some(case) = self.cases.last_mut() {
            case.closed_at = Some(self.at);
            case.closed_by = by;
        }
    }

    /// The same with its last line at `end`.
    fn moved_to(self, end: DateTime<Utc>) -> Timeline {
        let by = self.lines.last().map_or(TimeDelta::zero(), |line| end - line.at);
        let status = self.status.unwrap_or_else(|| Status::started_by_us(None));
        let lines = self.lines.iter().map(|line| Line { at: line.at + by, ..*line });
        let cases = self.cases.iter().map(|case| Span {
            opened_at: case.opened_at + by,
            closed_at: case.closed_at.map(|at| at + by),
            closed_by: case.closed_by,
        });
        Timeline {
            lines: lines.collect(),
            cases: cases.collect(),
            status: Status { waiting_since: status.waiting_since.map(|at| at + by), ..status },
            opted_out: self.opted_out,
        }
    }
}

#[cfg(test)]
mod tests;
