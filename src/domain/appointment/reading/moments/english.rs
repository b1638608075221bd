//! Days and times in English.

use chrono::Weekday;

use super::{Atom, Half, starts};
use crate::domain::appointment::reading::folding::Letter;
use crate::domain::appointment::reading::numbers;

/// June 16, 16 June, Jun 16th, the 16th of June, 16th.
pub(super) fn date(letters: &[Letter]) -> Option<(Atom, usize)> {
    if let Some((month, mut at)) = month(letters) {
        at += usize::from(starts(letters, at, "."));
        at += usize::from(starts(letters, at, " "));
        let (day, length, _) = day(letters.get(at..)?)?;
        return Some((dated(Some(month), day), at + length));
    }
    let (day, length, is_ordinal) = day(letters)?;
    let mut at = length + usize::from(starts(letters, length, " "));
    at += if starts(letters, at, "of ") { 3 } else { 0 };
    if let Some((month, length)) = letters.get(at..).and_then(month) {
        return Some((dated(Some(month), day), at + length));
    }
    is_ordinal.then_some((dated(None, day), length))
}

fn dated(month: Option<u32>, day: u32) -> Atom {
    Atom::Date { year: None, month, day, is_slashed: false }
}

/// The day, its letters, and whether it was written as one (16th).
fn day(letters: &[Letter]) -> Option<(u32, usize, bool)> {
    let number = numbers::read(letters)?;
    if !number.is_plain || number.is_kanji || !(1..=31).contains(&number.value) {
        return None;
    }
    let after = number.length;
    let is_ordinal = ["st", "nd", "rd", "th"]
        .iter()
        .any(|end| starts(letters, after, end) && ends(letters, after + 2));
    let length = after + if is_ordinal { 2 } else { 0 };
    ends(letters, length).then_some((number.value, length, is_ordinal))
}

fn month(letters: &[Letter]) -> Option<(u32, usize)> {
    const MONTHS: &[&[&str]] = &[
        &["january", "jan"],
        &["february", "feb"],
        &["march", "mar"],
        &["april", "apr"],
        &["may"],
        &["june", "jun"],
        &["july", "jul"],
        &["august", "aug"],
        &["september", "sept", "sep"],
        &["october", "oct"],
        &["november", "nov"],
        &["december", "dec"],
    ];
    MONTHS.iter().zip(1..).find_map(|(words, month)| Some((month, word_of(letters, words)?)))
}

/// Weekdays and parts of the day.
pub(super) fn word(letters: &[Letter]) -> Option<(Atom, usize)> {
    const WORDS: &[(Atom, &[&str])] = &[
        (Atom::Weekday(Weekday::Mon), &["monday", "mon"]),
        (Atom::Weekday(Weekday::Tue), &["tuesday", "tues", "tue"]),
        (Atom::Weekday(Weekday::Wed), &["wednesday", "weds", "wed"]),
        (Atom::Weekday(Weekday::Thu), &["thursday", "thurs", "thur", "thu"]),
        (Atom::Weekday(Weekday::Fri), &["friday", "fri"]),
        (Atom::Weekday(Weekday::Sat), &["saturday", "sat"]),
        (Atom::Weekday(Weekday::Sun), &["sunday", "sun"]),
        (Atom::Half(Half::Am), &["in the morning", "morning"]),
        (Atom::Half(Half::Pm), &["in the afternoon", "afternoon"]),
        (Atom::Vague, &["in the evening", "evening", "next", "this", "noon", "midday", "night"]),
    ];
    WORDS.iter().find_map(|(atom, words)| Some((*atom, word_of(letters, words)?)))
}

/// "pm" with a blank or without, and "p.m."; how many letters it takes.
pub(super) fn suffix(letters: &[Letter], at: usize) -> (Option<Half>, usize) {
    let blank = usize::from(starts(letters, at, " "));
    let words = [("a.m.", Half::Am), ("p.m.", Half::Pm), ("am", Half::Am), ("pm", Half::Pm)];
    let found = words.iter().find(|(word, _)| {
        starts(letters, at + blank, word) && ends(letters, at + blank + word.len())
    });
    found.map_or((None, 0), |(word, half)| (Some(*half), blank + word.len()))
}

fn word_of(letters: &[Letter], words: &[&str]) -> Option<usize> {
    let word = words.iter().find(|word| starts(letters, 0, word) && ends(letters, word.len()))?;
    Some(word.len())
}

/// Whether no Latin word goes on at `at`.
fn ends(letters: &[Letter], at: usize) -> bool {
    letters.get(at).is_none_or(|next| !next.letter.is_ascii_alphanumeric())
}
