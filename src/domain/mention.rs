//! Who is called in a note: `@田中 一郎`, `@田中一郎`, `@田中`.
//!
//! Japanese has no spaces between words, so a name ends where it ends: the
//! longest one that fits is meant. An `@` that no name follows is a price or a
//! time, and calls nobody.

use std::ops::Range;

use super::id::UserId;

/// Somebody who might be called: a user, or a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person<Id = UserId> {
    pub id: Id,
    pub name: String,
}

/// Everybody whom `text` calls, each `@` for itself: one id where it is clear who
/// is meant, several where a family name alone fits more than one.
pub fn calls<Id: Copy + PartialEq>(text: &str, people: &[Person<Id>]) -> Vec<Vec<Id>> {
    found(text, people).into_iter().map(|(_, called)| called).collect()
}

/// Where `text` calls one of `people`, each from its `@` to the end of the name.
pub fn places<Id: Copy + PartialEq>(text: &str, people: &[Person<Id>]) -> Vec<Range<usize>> {
    found(text, people).into_iter().map(|(place, _)| place).collect()
}

fn found<Id: Copy + PartialEq>(text: &str, people: &[Person<Id>]) -> Vec<(Range<usize>, Vec<Id>)> {
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    for (at, letter) in text.char_indices() {
        let begins_word = !before.is_some_and(|before| before.is_ascii_alphanumeric());
        if matches!(letter, '@' | '＠') && begins_word {
            let from = at + letter.len_utf8();
            let (length, called) = called_at(&text[from..], people);
            if !called.is_empty() {
                let name: usize = text[from..].chars().take(length).map(char::len_utf8).sum();
                found.push((at..from + name, called));
            }
        }
        before = Some(letter);
    }
    found
}

/// Whose names begin `text`, the longest name that does, and its letters.
fn called_at<Id: Copy + PartialEq>(text: &str, people: &[Person<Id>]) -> (usize, Vec<Id>) {
    let mut longest = 0;
    let mut called = Vec::new();
    for person in people {
        let length = spellings(&person.name).iter().filter_map(|name| fits(text, name)).max();
        match length {
            Some(length) if length > longest => {
                longest = length;
                called = vec![person.id];
            }
            Some(length) if length == longest && !called.contains(&person.id) => {
                called.push(person.id);
            }
            _ => {}
        }
    }
    (longest, called)
}

/// The whole name, the whole name without spaces, and its first word.
fn spellings(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let mut spellings = vec![words.join(" "), words.concat()];
    spellings.extend(words.first().map(|word| (*word).to_owned()));
    spellings.retain(|spelling| !spelling.is_empty());
    spellings
}

/// How many letters of `text` the name takes up, if it begins it.
fn fits(text: &str, name: &str) -> Option<usize> {
    let mut rest = text.chars();
    let mut length = 0;
    for expected in name.chars() {
        let found = rest.next()?;
        let is_same = found.to_lowercase().eq(expected.to_lowercase())
            || (expected == ' ' && found.is_whitespace());
        if !is_same {
            return None;
        }
        length += 1;
    }
    // @Mari is not @Maria.
    let goes_on = name.ends_with(|last: char| last.is_ascii_alphanumeric())
        && rest.next().is_some_and(|next| next.is_ascii_alphanumeric());
    (!goes_on).then_some(length)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn people() -> Vec<Person> {
        ["田中 一郎", "田中 実", "佐藤 花", "Maria Santos", "Mari Ito", "渡辺"]
            .into_iter()
            .enumerate()
            .map(|(at, name)| Person { id: id(at), name: name.into() })
            .collect()
    }

    fn id(at: usize) -> UserId {
        UserId(Uuid::from_u128(at as u128 + 1))
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for (text, expected) in [
            ("@田中 一郎 お願いします", vec![vec![0]]),
            ("@田中　一郎さん", vec![vec![0]]),
            ("@田中一郎さんへ", vec![vec![0]]),
            ("＠佐藤さん、確認を", vec![vec![2]]),
            ("@佐藤 花と@田中 実", vec![vec![2], vec![1]]),
            ("@maria santos please", vec![vec![3]]),
            ("(@Mari)", vec![vec![4]]),
            ("済み。@渡辺", vec![vec![5]]),
            ("@田中さん", vec![vec![0, 1]]),
        ] {
            let expected: Vec<Vec<UserId>> =
                expected.into_iter().map(|ids| ids.into_iter().map(id).collect()).collect();
            assert_eq!(calls(text, &people()), expected, "{text}");
        }
    }

    #[test]
    fn a_call_ends_with_the_name() {
        for (text, expected) in [
            ("済み。@田中 一郎さん、＠佐藤と@Mari.", vec!["@田中 一郎", "＠佐藤", "@Mari"]),
            ("@500円、@山田", vec![]),
        ] {
            let found: Vec<&str> =
                places(text, &people()).into_iter().map(|place| &text[place]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_name_calls_nobody() {
        for text in ["@500円", "sato@佐藤.jp", "@ 佐藤", "@Mariana", "佐藤さん", "@", "@@", "@山田"]
        {
            assert_eq!(calls(text, &people()), Vec::<Vec<UserId>>::new(), "{text}");
        }
    }
}
