//! What a step waits for.

use chrono::TimeDelta;

use super::super::message::words;
use super::super::search::Text;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Nobody has answered.
    #[default]
    Unanswered,
    /// Nobody has answered, and it is nobody's.
    Unassigned,
    /// Nobody has answered what holds one of some words.
    Words,
    /// Nobody has answered, and it carries one of some tags.
    Tagged,
    /// A text of ours did not arrive, and nobody has written another.
    Undelivered,
    /// An agent asked for help.
    Help,
}

words!(Trigger {
    Unanswered = "unanswered",
    Unassigned = "unassigned",
    Words = "words",
    Tagged = "tagged",
    Undelivered = "undelivered",
    Help = "help",
});

/// What somebody has to see to, from when on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A contact waits for an answer.
    #[default]
    Wait,
    /// A text did not arrive.
    Failure,
    /// An agent asked for help.
    Call,
}

words!(Source { Wait = "wait", Failure = "failure", Call = "call" });

impl Trigger {
    pub fn source(self) -> Source {
        match self {
            Self::Unanswered | Self::Unassigned | Self::Words | Self::Tagged => Source::Wait,
            Self::Undelivered => Source::Failure,
            Self::Help => Source::Call,
        }
    }

    /// The soonest that a step may come: who has only just written does not wait yet,
    /// while a failure is one at once.
    pub fn soonest(self) -> TimeDelta {
        match self {
            Self::Unanswered | Self::Unassigned => TimeDelta::minutes(1),
            Self::Words | Self::Tagged | Self::Undelivered | Self::Help => TimeDelta::zero(),
        }
    }
}

/// Whether `text` holds one of `words`, in whatever width and case either is written.
pub fn says(words: &[String], text: &str) -> bool {
    let text = Text::of(text).into_string();
    words.iter().any(|word| text.contains(&Text::of(word).into_string()))
}
