//! Telephone numbers, as people write them and as we keep them.

use std::fmt;

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, Region, ValidationError,
};
use unicode_normalization::UnicodeNormalization;

use super::message::words;

mod destination;

pub use destination::CannotReceive;

/// A telephone number in E.164: `+`, calling code, number, nothing but digits.
///
/// It is a number somebody might have, not one that is known to exist:
/// whether a text may be sent to it is [`PhoneNumber::sms_destination`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// Why a text was not understood as a number, in words for who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PhoneNumberError {
    #[error("the number is empty")]
    Empty,
    #[error("this is not a telephone number")]
    NotANumber,
    #[error("the number has too few digits")]
    TooShort,
    #[error("the number has too many digits")]
    TooLong,
    #[error("a text cannot reach an extension; enter the number alone")]
    Extension,
    #[error("no country has this calling code")]
    UnknownCountry,
}

words!(PhoneNumberError {
    Empty = "empty",
    NotANumber = "not_a_number",
    TooShort = "too_short",
    TooLong = "too_long",
    Extension = "extension",
    UnknownCountry = "unknown_country",
});

/// An address as people in Japan read it, where it is a telephone number; a
/// short code or a name stays as it is.
pub fn shown(address: &str) -> String {
    PhoneNumber::from_e164(address).map_or_else(|| address.to_owned(), |number| number.national())
}

impl PhoneNumber {
    /// Reads a number as somebody in Japan writes it: with or without hyphens,
    /// full-width, with `+81`, `+81(0)`, `81`, `0081` or `010 81` in front, or
    /// without its first 0, which spreadsheets eat.
    ///
    /// A number of another country needs its `+` or `010`.
    pub fn parse(input: &str) -> Result<Self, PhoneNumberError> {
        let dialled = dialled(input)?;
        let number = PHONE_NUMBER_UTIL.parse(dialled, Some(Region::JP)).map_err(unreadable)?;
        match number.is_possible_with_reason() {
            Ok(NumberLengthType::IsPossible) => {}
            Ok(NumberLengthType::IsPossibleLocalOnly) => return Err(PhoneNumberError::TooShort),
            Err(error) => return Err(impossible(error)),
        }
        Self::from_e164(&number.format_as(PhoneNumberFormat::E164)).ok_or(PhoneNumberError::TooLong)
    }

    /// Takes back what [`Self::as_str`] gave out. Checks the shape alone, so
    /// that a number once stored stays readable when numbering plans change.
    pub fn from_e164(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        // ITU-T E.164: 15 digits at most, and no calling code begins with 0.
        let is_shaped = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        is_shaped.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as people in Japan read it: `090-1234-5678`, `03-1234-5678`,
    /// and `+1 415-555-2671` for another country's.
    pub fn national(&self) -> String {
        if let Some(mobile) = self.japanese_mobile() {
            return format!("0{}-{}-{}", &mobile[..2], &mobile[2..6], &mobile[6..]);
        }
        let format = match self.japanese() {
            Some(_) => PhoneNumberFormat::National,
            None => PhoneNumberFormat::International,
        };
        match PHONE_NUMBER_UTIL.parse(&self.0, None) {
            Ok(number) => number.format_as(format).into_owned(),
            Err(_) => self.0.clone(),
        }
    }

    /// The number for screens and mails that must not tell it: `090-****-5678`,
    /// and of others the last four digits.
    pub fn masked(&self) -> String {
        if let Some(mobile) = self.japanese_mobile() {
            return format!("0{}-****-{}", &mobile[..2], &mobile[6..]);
        }
        let shown = self.national();
        let hidden = shown.chars().filter(char::is_ascii_digit).count().saturating_sub(4);
        let mut passed = 0;
        let mask = |c: char| {
            passed += usize::from(c.is_ascii_digit());
            if c.is_ascii_digit() && passed <= hidden { '*' } else { c }
        };
        shown.chars().map(mask).collect()
    }

    /// The digits after Japan's calling code.
    fn japanese(&self) -> Option<&str> {
        self.0.strip_prefix("+81")
    }

    /// The digits after the calling code of a Japanese mobile: 060, 070, 080 or
    /// 090 and eight more, the first of them never 0. That leaves out the
    /// toll-free 0800 and the numbers of machines (providers.md 16; 060 since
    /// July 2026).
    fn japanese_mobile(&self) -> Option<&str> {
        let digits = self.japanese()?;
        let is_mobile = matches!(digits.as_bytes(), [b'6'..=b'9', b'0', b'1'..=b'9', rest @ ..] if rest.len() == 7);
        is_mobile.then_some(digits)
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The digits somebody would dial for `input`, with a leading `+` if it has one.
///
/// The library skips what it does not know and reads letters as keys; here
/// whatever is neither digit nor separator is an error.
fn dialled(input: &str) -> Result<String, PhoneNumberError> {
    let text: String = input.nfkc().filter(|c| !is_invisible(*c)).collect();
    let text = text.trim();
    if text.is_empty() {
        return Err(PhoneNumberError::Empty);
    }
    let mut dialled = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            _ if digit(c).is_some() => dialled.extend(digit(c)),
            '+' if dialled.is_empty() => dialled.push('+'),
            _ if is_separator(c) => {}
            _ if begins_extension(&text[at..]) && dialled.len() > 6 => {
                return Err(PhoneNumberError::Extension);
            }
            _ => return Err(PhoneNumberError::NotANumber),
        }
    }
    // `00` is the prefix to dial abroad in most of the world, but not from Japan.
    match dialled.strip_prefix("0081") {
        Some(national) => Ok(format!("+81{national}")),
        None => Ok(dialled),
    }
}

/// NFKC has made full-width digits ASCII; the Arabic ones have no such form.
fn digit(c: char) -> Option<char> {
    let value = match c {
        '0'..='9' => return Some(c),
        '\u{660}'..='\u{669}' => u32::from(c) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(c) - 0x6f0,
        _ => return None,
    };
    char::from_digit(value, 10)
}

/// Marks that come along when a number is copied from an address book.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Hyphens in all the ways keyboards make them (NFKC leaves most alone; ー is
/// the long-vowel sign next to the digits of a Japanese keyboard).
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | '・' | '.' | '/' | '(' | ')'
        )
}

fn begins_extension(rest: &str) -> bool {
    let marks = ["内線", "ext", "x", "#", ",", ";"];
    let rest = rest.to_lowercase();
    marks.iter().any(|mark| rest.starts_with(mark))
}

fn unreadable(error: ParseError) -> PhoneNumberError {
    match error {
        ParseError::InvalidCountryCode => PhoneNumberError::UnknownCountry,
        ParseError::NotANumber(_) => PhoneNumberError::NotANumber,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => PhoneNumberError::TooShort,
        ParseError::TooLongNsn => PhoneNumberError::TooLong,
    }
}

fn impossible(error: ValidationError) -> PhoneNumberError {
    match error {
        ValidationError::InvalidCountryCode => PhoneNumberError::UnknownCountry,
        ValidationError::TooShort => PhoneNumberError::TooShort,
        ValidationError::TooLong => PhoneNumberError::TooLong,
        ValidationError::InvalidLength => PhoneNumberError::NotANumber,
    }
}

#[cfg(test)]
mod tests;
