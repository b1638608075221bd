//! A text made comparable, each letter knowing where it was written.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// One comparable letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    pub letter: char,
    /// The bytes of the text that it came from, always whole characters.
    pub from: usize,
    pub to: usize,
    /// The grapheme it came from was a number in a ring, a box or Roman letters,
    /// which ends with itself: ①② are two numbers, 12 is one.
    pub is_enclosed: bool,
}

/// How many letters are looked at: three times the longest text that a phone
/// sends. What stands behind them makes no answer, only work.
const MOST: usize = 2_000;

/// Width, case, kana, quotes, dashes, blanks and spellings of the same word made
/// equal, so that the lists of words hold each word once.
pub fn folded(text: &str) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len().min(MOST));
    for (from, grapheme) in text.grapheme_indices(true) {
        fold(grapheme, from, &mut letters);
        if letters.len() > MOST {
            break;
        }
    }
    spelled(&letters)
}

/// The same for a word of our lists.
pub fn folded_word(word: &str) -> Vec<char> {
    folded(word).iter().map(|letter| letter.letter).collect()
}

fn fold(grapheme: &str, from: usize, letters: &mut Vec<Letter>) {
    let to = from + grapheme.len();
    let mut add = |letter: char, is_enclosed: bool| {
        let follows_blank =
            letters.last().is_none_or(|last: &Letter| matches!(last.letter, ' ' | '\n'));
        if letter != ' ' || !follows_blank {
            letters.push(Letter { letter, from, to, is_enclosed });
        }
    };
    if let Some(number) = enclosed(grapheme) {
        number.to_string().chars().for_each(|digit| add(digit, true));
        return;
    }
    if grapheme.contains(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}']) {
        return add('\n', false);
    }
    let seen = grapheme.chars().filter(|c| !is_unseen(*c)).collect::<String>();
    for letter in seen.nfkc().flat_map(char::to_lowercase).nfkc() {
        add(alike(letter), false);
    }
}

/// The number that a grapheme shows in a ring, a box or Roman letters.
///
/// NFKC knows the white rings but not the black ones nor the keys of a telephone,
/// and it would join two of them to a longer number.
fn enclosed(grapheme: &str) -> Option<u32> {
    const ROWS: &[(Range<u32>, u32)] = &[
        (0x2460..0x2474, 1),  // ① to ⑳
        (0x24eb..0x24f5, 11), // ⓫ to ⓴
        (0x24f5..0x24ff, 1),  // ⓵ to ⓾
        (0x2776..0x2780, 1),  // ❶ to ❿
        (0x2780..0x278a, 1),  // ➀ to ➉
        (0x278a..0x2794, 1),  // ➊ to ➓
        (0x3251..0x3260, 21), // ㉑ to ㉟
        (0x2160..0x216c, 1),  // Ⅰ to Ⅻ
        (0x2170..0x217c, 1),  // ⅰ to ⅻ
    ];
    let mut letters = grapheme.chars();
    let first = letters.next()?;
    if grapheme.contains('\u{20e3}') {
        if !letters.all(|letter| is_unseen(letter) || letter == '\u{20e3}') {
            return None;
        }
        return first.nfkc().next()?.to_digit(10);
    }
    if !letters.all(is_unseen) {
        return None;
    }
    let at = u32::from(first);
    ROWS.iter().find(|(row, _)| row.contains(&at)).map(|(row, begins)| at - row.start + begins)
}

/// Letters that only shape the one before: joiners, variants, skin, gender.
fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '♀' | '♂')
}

fn alike(letter: char) -> char {
    match letter {
        'ァ'..='ヶ' => char::from_u32(u32::from(letter) - 0x60).unwrap_or(letter),
        '’' | '‘' | '`' | '´' | '′' => '\'',
        '“' | '”' | '″' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '─' => '-',
        '〜' | '∼' | '～' => '~',
        '、' | '，' => ',',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Ways to write the same word, in the order in which they are tried.
const SPELLINGS: &[(&str, &str)] = &[
    ("致し", "いたし"),
    ("頂", "いただ"),
    ("戴", "いただ"),
    ("下さい", "ください"),
    ("下さり", "くださり"),
    ("宜し", "よろし"),
    ("有難う", "ありがとう"),
    ("有り難う", "ありがとう"),
    ("御願", "お願"),
    ("おねがい", "お願い"),
    ("御座い", "ござい"),
    ("御世話", "お世話"),
    ("御", "ご"),
    ("出来", "でき"),
    ("良い", "いい"),
    ("よいです", "いいです"),
    ("申訳", "申し訳"),
    ("申しわけ", "申し訳"),
    ("もうしわけ", "申し訳"),
    ("すいません", "すみません"),
    ("済みません", "すみません"),
    ("為", "ため"),
    ("何れ", "いずれ"),
    ("分かりました", "わかりました"),
    ("通り", "どおり"),
    ("とおり", "どおり"),
    ("駄目", "だめ"),
    ("全て", "すべて"),
    ("ありません", "ないです"),
    ("ございません", "ないです"),
];

fn spelled(letters: &[Letter]) -> Vec<Letter> {
    let mut said = Vec::with_capacity(letters.len());
    let mut at = 0;
    while at < letters.len() {
        let Some((written, meant)) = spelling(&letters[at..]) else {
            said.push(letters[at]);
            at += 1;
            continue;
        };
        let length = written.chars().count();
        let (from, to) = (letters[at].from, letters[at + length - 1].to);
        said.extend(meant.chars().map(|letter| Letter { letter, from, to, is_enclosed: false }));
        at += length;
    }
    said
}

fn spelling(letters: &[Letter]) -> Option<&'static (&'static str, &'static str)> {
    SPELLINGS.iter().find(|(written, _)| {
        written.chars().enumerate().all(|(n, c)| letters.get(n).is_some_and(|l| l.letter == c))
    })
}
