//! How long: 10分, 1時間半, "10 minutes".

use super::folding::Letter;
use super::numbers;

/// The minutes that begin `letters`, and how many letters they take.
pub fn read(letters: &[Letter]) -> Option<(u16, usize)> {
    if let Some(found) = words(letters) {
        return Some(found);
    }
    let number = numbers::read(letters)?;
    // 十分 is "enough" far more often than ten minutes.
    if number.has_point || number.is_kanji && number.value == 10 {
        return None;
    }
    let value = u16::try_from(number.value).ok()?;
    let at = number.length;
    let blank = usize::from(starts(letters, at, " "));
    if starts(letters, at, "時間") {
        let hours = value.checked_mul(60)?;
        let at = at + 2;
        if starts(letters, at, "半") {
            return Some((hours.checked_add(30)?, at + 1));
        }
        return match letters.get(at..).and_then(minutes) {
            Some((more, length)) => Some((hours.checked_add(more)?, at + length)),
            None => Some((hours, at)),
        };
    }
    let units = ["minutes", "minute", "mins", "min"];
    if let Some(unit) = units.iter().find(|unit| starts(letters, at + blank, unit)) {
        return Some((value, at + blank + unit.len()));
    }
    let hours = ["hours", "hour", "hrs", "hr"];
    if let Some(unit) = hours.iter().find(|unit| starts(letters, at + blank, unit)) {
        return Some((value.checked_mul(60)?, at + blank + unit.len()));
    }
    minutes(letters)
}

fn minutes(letters: &[Letter]) -> Option<(u16, usize)> {
    let number = numbers::read(letters).filter(|number| !number.has_point)?;
    let at = number.length;
    let goes_on = ["後", "前", "以", "間", "早", "経", "待"];
    let is_minutes =
        starts(letters, at, "分") && !goes_on.iter().any(|word| starts(letters, at + 1, word));
    let value = u16::try_from(number.value).ok()?;
    is_minutes.then_some((value, at + 1))
}

fn words(letters: &[Letter]) -> Option<(u16, usize)> {
    const WORDS: &[(&str, u16)] =
        &[("half an hour", 30), ("an hour", 60), ("a quarter of an hour", 15)];
    let (word, minutes) = WORDS.iter().find(|(word, _)| starts(letters, 0, word))?;
    Some((*minutes, word.len()))
}

fn starts(letters: &[Letter], at: usize, word: &str) -> bool {
    word.chars().enumerate().all(|(n, c)| letters.get(at + n).is_some_and(|l| l.letter == c))
}
