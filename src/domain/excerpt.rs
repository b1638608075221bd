//! The beginning of a text, with what tells of people hidden, for a mail.
//!
//! Mail passes through hands that may not read what customers write. An inbox may want
//! to see at a glance what a text is about all the same: it gets the words without
//! numbers, mail addresses and names. Hidden too much is no harm here.

use unicode_normalization::UnicodeNormalization;

use super::message::words;

/// What of a text stands in a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Excerpt {
    #[default]
    None,
    Masked,
}

words!(Excerpt { None = "none", Masked = "masked" });

/// Characters of a text that are shown: enough to tell a complaint from a question.
const LONGEST: usize = 60;
/// However long what is hidden is, no more than this many stars stand for it.
const STARS: usize = 4;
/// As many kanji numerals in a row are a number.
const KANJI_NUMBER: usize = 3;
/// Characters before a form of address that may be a name.
const LONGEST_NAME: usize = 8;
/// What follows a name in Japanese, and what goes before one in English.
const AFTER_NAMES: &[&str] =
    &["様", "さま", "さん", "氏", "と申します", "といいます", "と言います"];
const BEFORE_NAMES: &[&str] =
    &["my name is ", "this is ", "i am ", "i'm ", "mr. ", "ms. ", "mrs. "];

/// What of `text` may stand in a mail; `names` are those known of the customer. In one
/// line, and in the same width throughout.
pub fn masked(text: &str, names: &[&str]) -> String {
    let text = plain(text);
    let chars: Vec<char> = text.chars().collect();
    let lower: Vec<char> = chars.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let mut hidden = vec![false; chars.len()];
    hide_numbers(&chars, &mut hidden);
    hide_addresses(&chars, &mut hidden);
    for name in names {
        hide_name(&plain(name).to_lowercase(), &lower, &mut hidden);
    }
    hide_by_address_forms(&chars, &lower, &mut hidden);
    shown(&chars, &hidden)
}

fn plain(text: &str) -> String {
    let flat: String = text.nfkc().map(|c| if c.is_control() { ' ' } else { c }).collect();
    flat.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn hide_numbers(chars: &[char], hidden: &mut [bool]) {
    let mut from = 0;
    for at in 0..=chars.len() {
        if at < chars.len() && chars[at].is_numeric() {
            hidden[at] = true;
        }
        if at < chars.len() && "〇零一二三四五六七八九".contains(chars[at]) {
            continue;
        }
        if at - from >= KANJI_NUMBER {
            hidden[from..at].fill(true);
        }
        from = at + 1;
    }
}

fn hide_addresses(chars: &[char], hidden: &mut [bool]) {
    let is_part = |c: &char| c.is_alphanumeric() && c.is_ascii() || "._%+-".contains(*c);
    for at in (0..chars.len()).filter(|at| chars[*at] == '@') {
        let before = chars[..at].iter().rev().take_while(|c| is_part(c)).count();
        let after = chars[at + 1..].iter().take_while(|c| is_part(c)).count();
        if before > 0 && after > 0 {
            hidden[at - before..=at + after].fill(true);
        }
    }
}

/// The whole name and each of its words.
fn hide_name(name: &str, lower: &[char], hidden: &mut [bool]) {
    let whole: String = name.split(' ').collect();
    for part in name.split(' ').chain([whole.as_str()]) {
        let part: Vec<char> = part.chars().collect();
        let is_latin = part.iter().all(char::is_ascii);
        // A letter alone is an initial: it would hide half of what is written.
        if part.is_empty() || is_latin && part.len() < 2 {
            continue;
        }
        for at in places(&part, lower) {
            let end = at + part.len();
            let is_word = |at: Option<&char>| at.is_none_or(|c| !c.is_ascii_alphanumeric());
            let stands_alone =
                is_word(at.checked_sub(1).and_then(|at| lower.get(at))) && is_word(lower.get(end));
            if !is_latin || stands_alone {
                hidden[at..end].fill(true);
            }
        }
    }
}

/// Names nobody has noted: by what people put behind or before them.
fn hide_by_address_forms(chars: &[char], lower: &[char], hidden: &mut [bool]) {
    let is_of_name = |c: &char| matches!(c, '\u{3400}'..='\u{9fff}' | 'ァ'..='ヺ' | 'ー' | '々');
    for form in AFTER_NAMES {
        let form: Vec<char> = form.chars().collect();
        for at in places(&form, lower) {
            let before = chars[..at].iter().rev().take(LONGEST_NAME);
            let name = before.take_while(|c| is_of_name(c) || **c == ' ').count();
            hidden[at - name..at].fill(true);
        }
    }
    for form in BEFORE_NAMES {
        let form: Vec<char> = form.chars().collect();
        for at in places(&form, lower) {
            let mut next = at + form.len();
            while chars.get(next).is_some_and(|c| c.is_uppercase()) {
                let word = chars[next..].iter().take_while(|c| c.is_alphabetic()).count();
                hidden[next..next + word].fill(true);
                next += word + 1;
            }
        }
    }
}

fn places(part: &[char], within: &[char]) -> Vec<usize> {
    let windows = within.windows(part.len()).enumerate();
    windows.filter(|(_, window)| *window == part).map(|(at, _)| at).collect()
}

fn shown(chars: &[char], hidden: &[bool]) -> String {
    let (mut shown, mut stars) = (String::new(), 0);
    for (n, (c, is_hidden)) in chars.iter().zip(hidden).enumerate() {
        if n == LONGEST {
            shown.push('…');
            break;
        }
        stars = if *is_hidden { stars + 1 } else { 0 };
        match stars {
            0 => shown.push(*c),
            1..=STARS => shown.push('*'),
            _ => {}
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_addresses_and_names_are_hidden_and_the_rest_is_read() {
        for (text, shown) in [
            ("届いたURLが開けません", "届いたURLが開けません"),
            ("口座は1234567です", "口座は****です"),
            ("０９０－１２３４－５６７８へ", "***-****-****へ"),
            ("暗証番号は三四五六です。一度確認を", "暗証番号は****です。一度確認を"),
            ("①を希望", "*を希望"),
            ("taro.y+1@example.co.jpまで", "****まで"),
            ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "****"),
            ("@home で", "@home で"),
            ("髙橋です。高橋 花子と申します", "**です。****と申します"),
            ("ハナコです", "ハナコです"),
            ("佐藤様にお願いします", "**様にお願いします"),
            ("ｽｽﾞｷさんはいますか", "***さんはいますか"),
            ("Hello, this is Mary Ann calling", "Hello, this is **** *** calling"),
            ("I am waiting", "I am waiting"),
            ("HANAKO here, not hanakoya", "**** here, not hanakoya"),
            ("改行\r\nも\t一つ", "改行 も 一つ"),
            ("", ""),
        ] {
            assert_eq!(masked(text, &["髙橋 花子", "Hanako"]), shown, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_after_it_was_masked() {
        let text = format!("{}taro@example.jp", "あ".repeat(LONGEST - 2));
        let shown = masked(&text, &[]);
        assert_eq!(shown, format!("{}**…", "あ".repeat(LONGEST - 2)));
    }

    proptest! {
        #[test]
        fn no_digit_and_no_known_name_is_ever_shown(text in "\\PC{0,80}", name in "[a-z]{3,8}") {
            let said = format!("{text} {name} {text}");
            let shown = masked(&said, &[&name]);
            prop_assert!(!shown.chars().any(char::is_numeric), "{}", shown);
            prop_assert!(!shown.split(' ').any(|word| word == name), "{}", shown);
        }
    }
}
