//! Numbers as people write them.

use super::folding::Letter;

/// A number at the beginning of some letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    pub value: u32,
    /// How many letters it takes.
    pub length: usize,
    /// Written as one writes the number of a choice: up to two digits, none of
    /// them a leading zero.
    pub is_plain: bool,
    pub is_kanji: bool,
    pub has_point: bool,
}

/// The whole number that begins `letters`; never a part of a longer one.
pub fn read(letters: &[Letter]) -> Option<Number> {
    let first = letters.first()?;
    if first.is_enclosed {
        return enclosed(letters, first);
    }
    if first.letter.is_ascii_digit() {
        return Some(digits(letters));
    }
    kanji(letters)
}

fn enclosed(letters: &[Letter], first: &Letter) -> Option<Number> {
    let ring: Vec<u32> = letters
        .iter()
        .take_while(|letter| letter.is_enclosed && letter.from == first.from)
        .filter_map(|letter| letter.letter.to_digit(10))
        .collect();
    let value = ring.iter().fold(0, |value, digit| value * 10 + digit);
    Some(Number {
        value,
        length: ring.len(),
        is_plain: value > 0,
        is_kanji: false,
        has_point: false,
    })
}

/// Digits and, so that 1.5 is no 1, what stands behind a point or as thousands.
fn digits(letters: &[Letter]) -> Number {
    let run = run(letters);
    let value = letters[..run].iter().filter_map(|l| l.letter.to_digit(10));
    let value = value.fold(0u32, |value, digit| value.saturating_mul(10).saturating_add(digit));
    let mut length = run;
    while letters.get(length).is_some_and(|l| l.letter == '.')
        && self::run(&letters[length + 1..]) > 0
    {
        length += 1 + self::run(&letters[length + 1..]);
    }
    let is_plain = length == run && run <= 2 && letters[0].letter != '0';
    Number { value, length, is_plain, is_kanji: false, has_point: length > run }
}

fn run(letters: &[Letter]) -> usize {
    letters.iter().take_while(|l| l.letter.is_ascii_digit() && !l.is_enclosed).count()
}

/// 一 to 九十九. 一二 is none: nobody knows what it means.
fn kanji(letters: &[Letter]) -> Option<Number> {
    const DIGITS: &str = "一二三四五六七八九";
    let digit = |l: &Letter| match l.letter {
        '壱' => Some(1),
        '弐' => Some(2),
        '十' => Some(10),
        c => DIGITS.chars().zip(1..).find(|(digit, _)| *digit == c).map(|(_, value)| value),
    };
    let digits: Vec<u32> = letters.iter().map_while(digit).take(4).collect();
    let value = match digits[..] {
        [value] => value,
        [tens @ 1..=9, 10] => tens * 10,
        [10, ones @ 1..=9] => 10 + ones,
        [tens @ 1..=9, 10, ones @ 1..=9] => tens * 10 + ones,
        _ => return None,
    };
    Some(Number { value, length: digits.len(), is_plain: true, is_kanji: true, has_point: false })
}
