//! Card numbers and My Numbers (個人番号), which do not belong in a text.
//!
//! SMS is not encrypted between the ends, so such a number is kept from going
//! out and hidden where it came in. A check digit alone finds one in ten of all
//! numbers of that length (reliability-and-security.md 2.3): a finding is certain
//! only if the words beside it say so too.

use std::cmp::Reverse;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::message::words;

mod checksum;
mod digits;

use digits::Candidate;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindingKind {
    CardNumber,
    MyNumber,
}

words!(FindingKind { CardNumber = "card_number", MyNumber = "my_number" });

/// What was found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    pub kind: FindingKind,
    /// The words around name it: block. Otherwise warn, it may be an order number.
    pub certain: bool,
}

/// The gravest finding in `text`: a certain one before a doubtful one, a long
/// number before a shorter one, and then the first.
///
/// Numbers are found in any width, in kanji, and cut by spaces, hyphens or line
/// ends; so the last texts of a conversation, joined by a space, show a number
/// that was sent in pieces.
pub fn inspect(text: &str) -> Option<Finding> {
    let gravity = |(finding, candidate): &(Finding, Candidate)| {
        (!finding.certain, Reverse(candidate.values().len()))
    };
    findings(text).min_by_key(gravity).map(|(finding, _)| finding)
}

/// `text` with every digit of what was found hidden, except the last four of a
/// card, by which its owner tells it from others.
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    let mut hidden: Vec<Range<usize>> = findings(text)
        .flat_map(|(finding, candidate)| match finding.kind {
            FindingKind::CardNumber => candidate.places(4),
            FindingKind::MyNumber => candidate.places(0),
        })
        .collect();
    hidden.sort_by_key(|place| place.start);
    for place in hidden {
        if place.start >= copied {
            masked.push_str(&text[copied..place.start]);
            masked.push('*');
            copied = place.end;
        }
    }
    masked.push_str(&text[copied..]);
    masked
}

fn findings(text: &str) -> impl Iterator<Item = (Finding, Candidate)> {
    digits::candidates(text).into_iter().filter_map(|candidate| {
        let finding = judge(text, &candidate)?;
        Some((finding, candidate))
    })
}

fn judge(text: &str, candidate: &Candidate) -> Option<Finding> {
    let values = candidate.values();
    let kind = if checksum::is_card(&values) {
        FindingKind::CardNumber
    } else if checksum::is_my_number(&values) {
        FindingKind::MyNumber
    } else {
        return None;
    };
    let nearby = nearby(text, candidate.span());
    let says = |words: &[&str]| words.iter().any(|word| nearby.contains(word));
    let certain = match kind {
        FindingKind::CardNumber => says(CARD_WORDS),
        FindingKind::MyNumber => says(MY_NUMBER_WORDS),
    };
    let is_harmless = kind == FindingKind::MyNumber
        && (is_telephone(&values) || is_timestamp(&values) || says(OTHER_NUMBER_WORDS));
    let is_written_abroad = text[..candidate.span().start].ends_with(['+', '＋']);
    if certain || candidate.is_set_apart && !is_harmless && !is_written_abroad {
        return Some(Finding { kind, certain });
    }
    None
}

const CARD_WORDS: &[&str] = &[
    "カード番号",
    "クレジット",
    "クレカ",
    "有効期限",
    "セキュリティコード",
    "cvv",
    "cvc",
    "cardnumber",
    "creditcard",
];

const MY_NUMBER_WORDS: &[&str] = &["マイナンバー", "個人番号", "通知カード", "mynumber"];

/// Names of the twelve-digit numbers customers really text about.
const OTHER_NUMBER_WORDS: &[&str] = &[
    "伝票番号",
    "追跡番号",
    "送り状",
    "問い合わせ番号",
    "問合せ番号",
    "問合番号",
    "注文番号",
    "受注番号",
    "予約番号",
    "受付番号",
];

/// How far a word may stand from the number it names (2.3, step 7).
const CONTEXT: usize = 20;

/// What stands within [`CONTEXT`] characters on either side, folded.
fn nearby(text: &str, span: Range<usize>) -> String {
    let before = &text[..span.start];
    let from = before.char_indices().rev().take(CONTEXT).last().map_or(span.start, |(at, _)| at);
    let folded = |part: &str| -> String {
        let kept = part.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace());
        kept.collect()
    };
    let after: String = text[span.end..].chars().take(CONTEXT).collect();
    // A mark between the two, so that no word is made of both sides.
    format!("{}|{}", folded(&before[from..]), folded(&after))
}

/// `819012345678`: every tenth mobile written so passes for a My Number.
fn is_telephone(values: &[u8]) -> bool {
    matches!(values, [8, 1, 6..=9, 0, 1..=9, ..])
}

/// `202611221030`, a time to the minute.
fn is_timestamp(values: &[u8]) -> bool {
    let number = |range: Range<usize>| values[range].iter().fold(0, |n, d| n * 10 + u32::from(*d));
    (1900..2100).contains(&number(0..4))
        && (1..=12).contains(&number(4..6))
        && (1..=31).contains(&number(6..8))
        && number(8..10) < 24
        && number(10..12) < 60
}

#[cfg(test)]
mod tests;
