//! What a candidate's text answers.
//!
//! Two readers work on the same words. `clauses` understands a text to its last
//! word or not at all; only what it understands is sure and may act without a
//! person. `guess` looks for what is likely in everything else and only ever
//! suggests. No list of traps is needed to keep a wrong booking away: a question,
//! a "but", a negation or a second wish is a word that nobody understands.

use std::ops::Range;

use chrono::{NaiveDate, NaiveDateTime};

mod clauses;
mod durations;
mod folding;
mod guess;
mod moments;
mod names;
mod numbers;
mod tokens;
mod words;

use clauses::{Said, Understood, is_hour};
use moments::Atom;
use tokens::{Kind, Tokens};

/// A time that was offered, by the clock of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub number: u8,
    pub starts: NaiveDateTime,
    pub ends: NaiveDateTime,
}

/// What the candidate was asked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// To choose among `choices`, in order of number; `other` is the number that
    /// means none of them.
    Slots { choices: &'a [Choice], other: Option<u8> },
    /// To answer the reminder: 1 attends, 2 change, 3 decline.
    Attendance,
    /// Nothing lately; an interview may be booked.
    Nothing,
}

/// What a text answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    Chosen(u8),
    /// Several would do, in order of number. Never sure: which one it becomes is
    /// for a person to say.
    AnyOf(Vec<u8>),
    NoneFits,
    Attends,
    Reschedule,
    Decline,
    /// How many minutes, where the text says so.
    Late(Option<u16>),
    Unclear,
}

/// How a text was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub reading: Reading,
    /// The bytes of the text that decided; empty where nothing did.
    pub span: Range<usize>,
    /// Whether this may act without a person.
    pub is_sure: bool,
}

/// Longer texts tell a story, and the story is for a person (a withdrawal with
/// reasons and thanks runs to some 100 letters).
const LONGEST_SURE: usize = 160;

/// Reads `text` as the answer to what was `asked`, on the day `today`.
///
/// The same words in other width, rings, kana or case read the same.
pub fn read(text: &str, asked: &Asked<'_>, today: NaiveDate) -> Answer {
    let tokens = Tokens::of(text);
    certain(&tokens, asked).unwrap_or_else(|| guess::guess(&tokens, asked, today))
}

/// The reading of a text in which every word is understood and all that it says
/// is one thing.
fn certain(tokens: &Tokens, asked: &Asked<'_>) -> Option<Answer> {
    if tokens.length > LONGEST_SURE {
        return None;
    }
    let understood = clauses::understood(tokens, asked)?;
    let first = understood.said.first()?;
    let is_one = understood.said.iter().all(|said| said.reading == first.reading);
    let is_doubtful = is_torn(&first.reading, &understood)
        || understood.is_of_several()
        || is_twice(tokens, &understood.said)
        || may_be_an_hour(tokens, asked, &understood.said);
    if !is_one || is_doubtful {
        return None;
    }
    let span = tokens.span(first.from..first.to);
    Some(Answer { reading: first.reading.clone(), span, is_sure: true })
}

/// Whether what surrounds the answer speaks against it: sorry takes back what was
/// agreed, who will "see you then" leaves nothing, and what was heard was not asked for.
fn is_torn(reading: &Reading, understood: &Understood) -> bool {
    match reading {
        Reading::Chosen(_) | Reading::Attends => understood.is_sorry,
        Reading::NoneFits | Reading::Reschedule | Reading::Decline => {
            understood.is_coming || understood.is_heard
        }
        Reading::Late(_) => understood.is_heard,
        Reading::AnyOf(_) | Reading::Unclear => true,
    }
}

/// 2、2 may have been 2、3.
fn is_twice(tokens: &Tokens, said: &[Said]) -> bool {
    let is_bare = |said: &&Said| {
        let is_number = matches!(tokens.all[said.from].kind, Kind::Number(_) | Kind::Spelled(_));
        is_number && said.to == said.from + 1
    };
    said.iter().filter(is_bare).count() > 1
}

/// "Wed 3" is the third choice or three o'clock on Wednesday: whatever the third choice's
/// day is, it must be its hour too.
fn may_be_an_hour(tokens: &Tokens, asked: &Asked<'_>, said: &[Said]) -> bool {
    let Asked::Slots { choices, .. } = asked else { return false };
    let of = |said: &Said| tokens.all[said.from..said.to].iter().map(|token| token.kind);
    let is_day = |said: &Said| {
        of(said).any(|kind| matches!(kind, Kind::When(Atom::Weekday(_))))
            && !of(said).any(|kind| matches!(kind, Kind::When(Atom::Clock { .. })))
    };
    let number = |said: &Said| {
        let is_bare = !of(said).any(|kind| matches!(kind, Kind::When(_)));
        of(said).filter(|_| is_bare).find_map(|kind| match kind {
            Kind::Number(number) | Kind::Spelled(number) => Some(number),
            _ => None,
        })
    };
    let is_its_hour = |number: u8| {
        choices.iter().any(|choice| choice.number == number && is_hour(choice, number))
    };
    said.iter().any(is_day) && said.iter().filter_map(number).any(|number| !is_its_hour(number))
}

impl Asked<'_> {
    /// The highest number that answers.
    fn top(&self) -> u8 {
        match self {
            Self::Slots { choices, other } => {
                choices.iter().map(|choice| choice.number).chain(*other).max().unwrap_or(0)
            }
            Self::Attendance => 3,
            Self::Nothing => 0,
        }
    }
}

impl Reading {
    /// What the numbers of the reminder mean.
    fn of_reminder(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Attends),
            2 => Some(Self::Reschedule),
            3 => Some(Self::Decline),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
