//! When somebody who waits becomes an e-mail, and to whom.
//!
//! An inbox has a ladder of steps. Each counts from the oldest text nobody has
//! answered, in the inbox's business hours, and is taken once a wait.

use std::fmt;

use chrono::TimeDelta;

use super::excerpt::Excerpt;
use super::id::TagId;
use super::nudge;

mod standing;
mod trigger;
mod wait;

pub use standing::{SOON, Standing};
pub use trigger::{Source, Trigger, says};
pub use wait::{Mark, due, is_over, is_taken_in_hand, waited};

/// More steps than any duty roster has people.
pub const MOST_STEPS: usize = 8;
/// Who a step may go to; one mail each.
pub const MOST_RECIPIENTS: usize = 10;
/// Who waits for longer is no longer waiting.
pub const LONGEST: TimeDelta = TimeDelta::days(30);
/// Who has not been moved by a day of mails is not moved by more.
pub const MOST_TURNS: i32 = 24;
/// Nobody reads mails that come faster.
pub const OFTENEST: TimeDelta = TimeDelta::minutes(5);
/// Words, or tags, of a step.
pub const MOST_WORDS: usize = 50;
/// Characters of a word.
pub const LONGEST_WORD: usize = 50;
/// RFC 5321 4.5.3.1.3.
const LONGEST_ADDRESS: usize = 254;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Whoever has the conversation.
    Assignee,
    /// Its team, where it was handed to one; else everybody who answers in the inbox.
    Team,
    /// Its supervisors.
    Supervisors,
    /// Somebody who may not even sign in.
    Address(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub trigger: Trigger,
    pub after: TimeDelta,
    pub to: Vec<Recipient>,
    /// Counts at all hours, whatever the others go by.
    pub urgent: bool,
    /// Comes again so long after it came, until somebody acts.
    pub every: Option<TimeDelta>,
    /// What a text must hold one of.
    pub words: Vec<String>,
    /// What a conversation must carry one of.
    pub tags: Vec<TagId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Counts at all hours, for what cannot wait until the morning.
    pub always: bool,
    /// In the order in which they are taken.
    pub steps: Vec<Step>,
    /// For so long after a mail to somebody, others are gathered into the next; none
    /// makes a mail of each.
    pub window: TimeDelta,
    /// What of the contact's last text a mail holds.
    pub excerpt: Excerpt,
}

impl Default for Policy {
    fn default() -> Self {
        Self { always: false, steps: Vec::new(), window: nudge::WINDOW, excerpt: Excerpt::None }
    }
}

/// What is wrong with a policy, and in which step: the first is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("there are more than {MOST_STEPS} steps")]
    TooManySteps,
    #[error("step {0} must come after a minute, where nobody has failed yet, to 30 days")]
    After(usize),
    #[error("step {0} must come again after 5 minutes to 30 days")]
    Every(usize),
    #[error("step {0} names no words, too many or too long ones")]
    Words(usize),
    #[error("step {0} names no tags, or too many")]
    Tags(usize),
    #[error("step {0} goes to nobody")]
    ToNobody(usize),
    #[error("step {0} goes to more than {MOST_RECIPIENTS}")]
    ToTooMany(usize),
    #[error("mails are gathered for no more than an hour")]
    Window,
}

impl Policy {
    /// Whether it can be kept to.
    pub fn check(&self) -> Result<(), PolicyError> {
        if self.steps.len() > MOST_STEPS {
            return Err(PolicyError::TooManySteps);
        }
        if !(TimeDelta::zero()..=nudge::LONGEST_WINDOW).contains(&self.window) {
            return Err(PolicyError::Window);
        }
        for (n, step) in self.steps.iter().enumerate() {
            if !(step.trigger.soonest()..=LONGEST).contains(&step.after) {
                return Err(PolicyError::After(n));
            }
            if step.every.is_some_and(|every| !(OFTENEST..=LONGEST).contains(&every)) {
                return Err(PolicyError::Every(n));
            }
            let is_long = |word: &String| word.chars().count() > LONGEST_WORD;
            let has = |count: usize| (1..=MOST_WORDS).contains(&count);
            match step.trigger {
                Trigger::Words if !has(step.words.len()) || step.words.iter().any(is_long) => {
                    return Err(PolicyError::Words(n));
                }
                Trigger::Tagged if !has(step.tags.len()) => return Err(PolicyError::Tags(n)),
                _ => {}
            }
            match step.to.len() {
                0 => return Err(PolicyError::ToNobody(n)),
                1..=MOST_RECIPIENTS => {}
                _ => return Err(PolicyError::ToTooMany(n)),
            }
        }
        Ok(())
    }
}

impl Step {
    /// How long somebody waits, as far as it counts, until its turn comes after so many
    /// of them.
    pub fn owed(&self, turn: i32) -> TimeDelta {
        self.after + self.every.unwrap_or_default() * turn
    }
}

impl Recipient {
    /// Reads [`fmt::Display`] back: one of three words, or an address as RFC 5321 has
    /// it without quotes and comments.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "assignee" => Some(Self::Assignee),
            "team" => Some(Self::Team),
            "supervisors" => Some(Self::Supervisors),
            address => is_address(address).then(|| Self::Address(address.to_owned())),
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Assignee => "assignee",
            Self::Team => "team",
            Self::Supervisors => "supervisors",
            Self::Address(address) => address,
        })
    }
}

pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_atom = |part: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
        !part.is_empty() && part.chars().all(is_part)
    };
    let is_label = |part: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !part.is_empty() && !part.starts_with('-') && part.chars().all(is_part)
    };
    text.len() <= LONGEST_ADDRESS
        && local.split('.').all(is_atom)
        && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests;
