//! Passwords that are tried first, however long they are.
//!
//! Length is asked for elsewhere; here are the three ways to be long and still
//! no secret: being known, being made of what everybody knows about the person
//! and the house, and being made of nearly nothing.

use unicode_normalization::UnicodeNormalization;

/// Those of 12 characters or more among the 30,000 most common passwords (from
/// the frequency lists of zxcvbn 4.5, MIT): shorter ones are refused anyway.
const COMMON: &str = include_str!("common.txt");

/// What passwords are made of when nobody thinks: words that say what they are
/// for, and rows of the keyboard.
const FILLERS: [&str; 16] = [
    "password",
    "passwort",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "pasuwado",
    "パスワード",
    "henji",
    "admin",
    "welcome",
    "letmein",
    "login",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwerty",
];

/// Characters that must be left when all of the above is taken away.
const OWN: usize = 6;
/// Different characters, at least.
const DIFFERENT: usize = 5;
/// A shorter word of a name is part of too many other words.
const SHORTEST_CONTEXT: usize = 3;

/// Whether `password` would be among the first somebody tries who knows
/// `context`: names, addresses, the organisation.
pub fn is_guessable(password: &str, context: &[&str]) -> bool {
    let password = folded(password);
    is_common(&password) || is_monotonous(&password) || is_made_of_context(&password, context)
}

fn is_common(password: &str) -> bool {
    let bare = password.trim_matches(|c: char| !c.is_alphanumeric());
    COMMON.lines().any(|common| common == password || common == bare)
}

/// `aaaaaaaaaaaa`, `121212121212`, `abcdefghijkl`, `123456789012`.
fn is_monotonous(password: &str) -> bool {
    let letters: Vec<char> = password.chars().collect();
    let mut different = letters.clone();
    different.sort_unstable();
    different.dedup();
    let is_step = |pair: &&[char]| u32::from(pair[0]).abs_diff(u32::from(pair[1])) <= 1;
    let steps = letters.windows(2).filter(is_step).count();
    different.len() < DIFFERENT || letters.len() - steps < DIFFERENT
}

fn is_made_of_context(password: &str, context: &[&str]) -> bool {
    let context = context.iter().map(|text| folded(text)).collect::<Vec<_>>();
    let mut words: Vec<&str> = context
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= SHORTEST_CONTEXT)
        .chain(FILLERS)
        .collect();
    // The longest first, or `admin` would leave a piece of `administrator`.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = password.to_owned();
    for word in words {
        rest = rest.replace(word, "");
    }
    let is_changed = rest.len() < password.len();
    // A year or a number behind a name is no secret either.
    let own = rest.chars().filter(|c| c.is_alphabetic()).count();
    is_changed && own < OWN && rest.chars().filter(|c| c.is_alphanumeric()).count() < 2 * OWN
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: [&str; 4] =
        ["佐藤 花", "hanako.sato@sakura-denryoku.example.jp", "さくら電力", "受付センター"];

    #[test]
    fn what_is_tried_first_is_refused() {
        for password in [
            "1qaz2wsx3edc",
            "1QAZ2wsx3edc!",
            "１ｑａｚ２ｗｓｘ３ｅｄｃ",
            "aaaaaaaaaaaaaaa",
            "121212121212",
            "abcdefghijklmno",
            "123456789012345",
            "987654321098",
            "password-2026!!",
            "Password2026Password",
            "qwertyuiop12345",
            "hanako-sato-2026",
            "SakuraDenryoku",
            "sakura.denryoku.2026",
            "henji-henji-henji",
            "さくら電力さくら電力さくら電力",
            "パスワードパスワード12",
        ] {
            assert!(is_guessable(password, &CONTEXT), "{password}");
        }
    }

    #[test]
    fn a_phrase_of_ones_own_is_taken() {
        for password in [
            "correct horse battery",
            "correct horse 返事 battery",
            "a long enough pass phrase",
            "hanako likes grilled fish",
            "朝の電車は二両目がすいている",
            "さくら電力の受付は三階の奥",
            "fourteen chars",
            "Xk4-vR8_qTz1mWp",
            "2026年の夏はとても暑かった",
        ] {
            assert!(!is_guessable(password, &CONTEXT), "{password}");
        }
    }

    #[test]
    fn the_list_holds_only_what_is_long_enough_to_matter() {
        assert!(COMMON.lines().count() > 200);
        assert!(COMMON.lines().all(|common| common.chars().count() >= crate::password::MIN_LENGTH));
        assert!(COMMON.lines().all(|common| folded(common) == common));
    }
}
