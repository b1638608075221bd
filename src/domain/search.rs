//! What is looked for, and how texts are made comparable.
//!
//! Query and text go through one function, [`Text::of`]: compatibility forms,
//! width and case are made equal. An index of pairs of letters then says where a
//! word may stand, and a look into the text itself whether it does.

use std::collections::BTreeSet;

mod excerpt;
mod number;
mod query;
mod text;

pub use excerpt::{Part, excerpt, marked_number};
pub use number::{Number, four_digits};
pub use query::{Query, QueryError, Word};
pub use text::Text;

/// What an index knows of a text: a pair of neighbouring letters or digits, or
/// one letter that is a word by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gram {
    Pair(char, char),
    /// An ideograph: 駅, 雨 and 円 are words.
    Single(char),
}

impl Gram {
    /// All of a text, which [`Text::of`] has made comparable. None reaches over
    /// a space or a mark.
    pub fn all_of(text: &str) -> BTreeSet<Self> {
        let mut grams = BTreeSet::new();
        let mut before = None;
        for letter in text.chars() {
            if !is_part_of_word(letter) {
                before = None;
                continue;
            }
            if is_ideograph(letter) {
                grams.insert(Self::Single(letter));
            }
            if let Some(before) = before {
                grams.insert(Self::Pair(before, letter));
            }
            before = Some(letter);
        }
        grams
    }

    /// Those that say most about where `word` stands: a pair knows of its letters.
    pub fn asked_of(word: &str) -> BTreeSet<Self> {
        let grams = Self::all_of(word);
        let in_a_pair = |letter: char| {
            let pairs = grams.iter();
            pairs
                .clone()
                .any(|gram| matches!(gram, Self::Pair(a, b) if *a == letter || *b == letter))
        };
        grams
            .iter()
            .filter(|gram| !matches!(gram, Self::Single(letter) if in_a_pair(*letter)))
            .copied()
            .collect()
    }
}

fn is_part_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || unicode_normalization::char::is_combining_mark(letter)
}

fn is_ideograph(letter: char) -> bool {
    matches!(letter, '々' | '〆' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests;
