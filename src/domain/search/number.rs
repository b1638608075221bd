//! Telephone numbers by any part of them.

use crate::domain::phone_number::is_separator;

/// Fewer digits are in every second number.
const FEWEST: usize = 4;

/// The digits of a number somebody may look for, in each way they are written:
/// `09012345678` and `819012345678`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(Vec<String>);

impl Number {
    /// Of an address as it is kept: E.164, or a short code as it is.
    pub fn of(address: &str) -> Self {
        let digits: String = address.chars().filter(char::is_ascii_digit).collect();
        let domestic = address.strip_prefix("+81").map(|rest| format!("0{rest}"));
        Self(domestic.into_iter().chain([digits]).collect())
    }

    /// Whether part of it, as [`typed`] gives it, is part of this number.
    pub fn holds(&self, part: &str) -> bool {
        self.0.iter().any(|digits| digits.contains(part))
    }

    /// Whether it is this very number.
    pub fn is(&self, typed: &str) -> bool {
        self.0.iter().any(|digits| digits == typed)
    }

    pub fn ends_in(&self, part: &str) -> bool {
        self.0.iter().any(|digits| digits.ends_with(part))
    }

    /// What an index knows of it.
    pub fn grams(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|digits| four_digits(digits))
    }
}

/// Each four neighbouring digits.
pub fn four_digits(digits: &str) -> impl Iterator<Item = &str> {
    (0..(digits.len() + 1).saturating_sub(FEWEST)).map(|at| &digits[at..at + FEWEST])
}

/// The digits of what somebody typed, if it can be part of a number: four at
/// least, hyphens and brackets among them, perhaps with Japan's calling code in
/// front in one of its spellings.
pub(super) fn typed(word: &str) -> Option<String> {
    let number = word.strip_prefix('+').unwrap_or(word);
    if !number.chars().all(|c| c.is_ascii_digit() || is_separator(c)) {
        return None;
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix("010").or(digits.strip_prefix("00")) {
        Some(abroad) if abroad.starts_with("81") => abroad.to_owned(),
        _ => digits,
    };
    // +81(0)90…: the 0 is not dialled from abroad.
    let digits = match digits.strip_prefix("810") {
        Some(rest) if rest.len() > FEWEST => format!("81{rest}"),
        _ => digits,
    };
    (digits.len() >= FEWEST).then_some(digits)
}
