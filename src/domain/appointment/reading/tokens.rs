//! A text cut into words, numbers and moments; whatever is none of them is a
//! letter that nobody understands.

use std::ops::Range;

use super::folding::{Letter, folded};
use super::moments::{self, Atom};
use super::words::{self, Word};
use super::{durations, names, numbers};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number written as one writes the number of a choice.
    Number(u8),
    /// A number written as an English word: "one" is also a pronoun, "two" an amount.
    Spelled(u8),
    When(Atom),
    Minutes(u16),
    Name,
    Words(&'static [Word]),
    /// One letter, a Latin word, or a run of digits that is no number of a choice.
    Unknown(char),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    /// The bytes of the text it was read from.
    pub from: usize,
    pub to: usize,
    /// Whether a blank or a line's end stands before it.
    pub is_spaced: bool,
}

impl Token {
    pub fn is(&self, word: Word) -> bool {
        matches!(self.kind, Kind::Words(parts) if parts.contains(&word))
    }
}

/// The words of a text.
pub struct Tokens {
    pub all: Vec<Token>,
    /// Whether it has a letter of Japanese.
    pub is_japanese: bool,
    /// How many letters it has, blanks included.
    pub length: usize,
}

impl Tokens {
    pub fn of(text: &str) -> Self {
        let letters = folded(text);
        let is_japanese = letters.iter().any(|l| matches!(l.letter, '\u{3041}'..='\u{9fff}'));
        Self { all: cut(&letters), is_japanese, length: letters.len() }
    }

    /// The bytes from the first to the last of some tokens.
    pub fn span(&self, tokens: Range<usize>) -> Range<usize> {
        match (self.all.get(tokens.start), tokens.end.checked_sub(1).and_then(|n| self.all.get(n)))
        {
            (Some(first), Some(last)) if first.from <= last.to => first.from..last.to,
            _ => 0..0,
        }
    }
}

fn cut(letters: &[Letter]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut is_spaced) = (0, true);
    while at < letters.len() {
        if letters[at].letter == ' ' {
            (at, is_spaced) = (at + 1, true);
            continue;
        }
        let follows_label =
            tokens.last().is_some_and(|last| last.is(Word::Label) || last.is(Word::LabelAttached));
        let (kind, length) = longest(letters, at, follows_label);
        let is_line = letters[at].letter == '\n';
        let (from, to) = (letters[at].from, letters[at + length - 1].to);
        tokens.push(Token { kind, from, to, is_spaced });
        is_spaced = is_line;
        at += length;
    }
    tokens
}

/// What takes the most letters at `at`.
fn longest(letters: &[Letter], at: usize, follows_label: bool) -> (Kind, usize) {
    let rest = &letters[at..];
    let is_inside = at > 0 && is_latin(&letters[at - 1]) && is_latin(&rest[0]);
    let number = numbers::read(rest);
    let known = [
        moments::read(rest).map(|(atom, length)| (Kind::When(atom), length)),
        durations::read(rest).map(|(minutes, length)| (Kind::Minutes(minutes), length)),
        words::longest(rest).map(|(parts, length)| (Kind::Words(parts), length)),
        names::read(rest).map(|length| (Kind::Name, length)),
        number.and_then(|number| {
            let value = u8::try_from(number.value).ok().filter(|_| number.is_plain)?;
            Some((Kind::Number(value), number.length))
        }),
        spelled(rest),
    ];
    let fits = |(kind, length): &(Kind, usize)| {
        let is_number = matches!(kind, Kind::Number(_) | Kind::Spelled(_));
        let is_label = matches!(kind, Kind::Words(parts)
            if parts.contains(&Word::Label) || parts.contains(&Word::LabelAttached));
        let next = rest.get(*length);
        let goes_on = is_latin(&rest[length - 1]) && next.is_some_and(is_latin);
        let before_number = is_label && next.is_some_and(|next| next.letter.is_ascii_digit());
        (!is_inside || is_number && follows_label) && (!goes_on || before_number)
    };
    let latin = rest.iter().take_while(|letter| is_latin(letter)).count();
    let digits = number.map_or(1, |number| number.length);
    let unknown = (Kind::Unknown(rest[0].letter), latin.max(digits));
    // Of two equally long the first one listed.
    let longer = |best: Option<(Kind, usize)>, next: (Kind, usize)| match best {
        Some((_, length)) if length >= next.1 => best,
        _ => Some(next),
    };
    known.into_iter().flatten().filter(fits).fold(None, longer).unwrap_or(unknown)
}

/// Digits in rings end with their ring and touch nothing.
fn is_latin(letter: &Letter) -> bool {
    letter.letter.is_ascii_alphanumeric() && !letter.is_enclosed
}

fn spelled(letters: &[Letter]) -> Option<(Kind, usize)> {
    const NUMBERS: &[&str] =
        &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    NUMBERS.iter().zip(1..).find_map(|(word, number)| {
        let is_said =
            word.chars().enumerate().all(|(n, c)| letters.get(n).is_some_and(|l| l.letter == c));
        is_said.then_some((Kind::Spelled(number), word.len()))
    })
}
