//! Digits in a text, however they are written.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// Consecutive groups of digits that together are as long as a number we look for.
#[derive(Clone, Debug)]
pub struct Candidate {
    digits: Vec<Digit>,
    /// Whether it stands by itself, rather than being cut out of a longer row of
    /// groups: `4111 1111 1111 1111` does, three of its groups and a year do not.
    pub is_set_apart: bool,
}

#[derive(Clone, Copy, Debug)]
struct Digit {
    value: u8,
    start: usize,
    end: usize,
    /// Separators between it and the digit before.
    gap: usize,
}

/// The gap where something else than separators stands between.
const APART: usize = usize::MAX;

/// 12 My Number; 14, 15, 16 and 19 cards.
const LENGTHS: [usize; 5] = [12, 14, 15, 16, 19];

/// The usual ways to group a card's number, which count even inside a longer
/// row: it is often followed by its expiry date.
const CARD_GROUPS: [&[usize]; 3] = [&[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];

/// More than this between two digits separates two numbers.
const MOST_SEPARATORS: usize = 3;

impl Candidate {
    pub fn values(&self) -> Vec<u8> {
        self.digits.iter().map(|digit| digit.value).collect()
    }

    /// From the first digit to the last, in bytes of the text.
    pub fn span(&self) -> Range<usize> {
        let start = self.digits.first().map_or(0, |digit| digit.start);
        let end = self.digits.last().map_or(0, |digit| digit.end);
        start..end
    }

    /// Where the digits stand, all but the last `kept` of them.
    pub fn places(&self, kept: usize) -> Vec<Range<usize>> {
        let hidden = self.digits.len().saturating_sub(kept);
        self.digits[..hidden].iter().map(|digit| digit.start..digit.end).collect()
    }
}

/// Every row of whole groups in `text` of a length we look for.
///
/// Never a part of a group: twelve digits inside a number of twenty are no number.
pub fn candidates(text: &str) -> Vec<Candidate> {
    rows(text).iter().flat_map(|row| windows(row)).collect()
}

type Group = Vec<Digit>;

fn windows(row: &[Group]) -> Vec<Candidate> {
    let mut windows = Vec::new();
    for from in 0..row.len() {
        let mut length = 0;
        for to in from..row.len() {
            length += row[to].len();
            if length > LENGTHS[LENGTHS.len() - 1] {
                break;
            }
            if LENGTHS.contains(&length) {
                windows.push(Candidate {
                    digits: row[from..=to].concat(),
                    is_set_apart: is_set_apart(row, from..to + 1),
                });
            }
        }
    }
    windows
}

fn is_set_apart(row: &[Group], window: Range<usize>) -> bool {
    let lengths: Vec<usize> = row[window.clone()].iter().map(Vec::len).collect();
    let is_alike = |group: Option<&Group>| group.is_some_and(|group| group.len() == lengths[0]);
    let before = window.start.checked_sub(1).and_then(|at| row.get(at));
    let is_even = lengths.iter().all(|length| *length == lengths[0]);
    lengths.len() == row.len()
        || lengths.len() == 1
        || CARD_GROUPS.contains(&lengths.as_slice())
        || is_even && !is_alike(before) && !is_alike(row.get(window.end))
}

/// Groups of adjoining digits, in rows that only separators hold together.
fn rows(text: &str) -> Vec<Vec<Group>> {
    let digits = digits(text);
    let rows = digits.chunk_by(|_, digit| digit.gap <= MOST_SEPARATORS);
    let groups = |row: &[Digit]| row.chunk_by(|_, digit| digit.gap == 0).map(Group::from).collect();
    rows.map(groups).collect()
}

fn digits(text: &str) -> Vec<Digit> {
    let mut digits = Vec::new();
    let mut gap = APART;
    for (start, c) in text.char_indices() {
        match mark(c) {
            Mark::Digits(values) => {
                let end = start + c.len_utf8();
                for value in values {
                    digits.push(Digit { value, start, end, gap });
                    gap = 0;
                }
            }
            Mark::Separator => gap = gap.saturating_add(1),
            Mark::Nothing => {}
            Mark::Other => gap = APART,
        }
    }
    digits
}

enum Mark {
    /// Usually one; ⑫ is two.
    Digits(Vec<u8>),
    Separator,
    /// What does not show.
    Nothing,
    Other,
}

fn mark(c: char) -> Mark {
    if let Some(value) = digit(c) {
        return Mark::Digits(vec![value]);
    }
    if is_separator(c) {
        return Mark::Separator;
    }
    if is_invisible(c) {
        return Mark::Nothing;
    }
    if c.is_ascii() {
        return Mark::Other;
    }
    let folded: Vec<char> = c.nfkc().collect();
    match (folded.iter().copied().map(digit).collect::<Option<Vec<u8>>>(), folded.as_slice()) {
        (Some(values), _) => Mark::Digits(values),
        (None, [single]) if is_separator(*single) => Mark::Separator,
        _ => Mark::Other,
    }
}

fn digit(c: char) -> Option<u8> {
    const KANJI: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let value = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '零' => 0,
        _ => u32::try_from(KANJI.iter().position(|kanji| *kanji == c)?).ok()?,
    };
    u8::try_from(value).ok()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | '・' | '.' | '/')
}

/// Zero-width characters, and what turns digits into key-cap emoji.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0f}' | '\u{20e3}'
    )
}
