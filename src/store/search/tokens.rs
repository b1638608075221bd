//! Pieces of text as the index keeps them: keyed hashes, which say nothing to
//! who has the index and not the key file.
//!
//! What they do tell is how often each occurs (SECURITY.md).

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use uuid::Uuid;

use crate::domain::id::ContactId;
use crate::domain::search::{Gram, Number, Text, Word, four_digits};
use crate::store::seal::Vault;

/// Pairs kept with their tokens: as many as everyday Japanese has, 3 MB.
const KEPT: usize = 65_536;

const BODY: &str = "body";
const NAME: &str = "name";
const NUMBER: &str = "number";
const CONTACT: &str = "contact";

/// Tokens of what is looked for: of each word one of the ways, in each way all.
pub(super) type Asked = Vec<Vec<Vec<i32>>>;

/// Pairs seen before: a text repeats what others said.
#[derive(Default)]
pub(super) struct Tokens(Mutex<HashMap<Gram, i32>>);

impl Tokens {
    /// Of a message.
    pub(super) fn of_message(&self, vault: &Vault, contact: ContactId, body: &str) -> Vec<i32> {
        let mut kept = self.0.lock().expect("no code panics with the tokens");
        if kept.len() >= KEPT {
            kept.clear();
        }
        let grams = Gram::all_of(Text::of(body).as_str());
        let mut tokens: BTreeSet<i32> = grams
            .into_iter()
            .map(|gram| *kept.entry(gram).or_insert_with(|| of_gram(vault, BODY, gram)))
            .collect();
        tokens.insert(of_contact(vault, contact.0));
        tokens.into_iter().collect()
    }
}

/// Of a contact's name and numbers.
pub(super) fn of_person(vault: &Vault, names: &[String], numbers: &[String]) -> Vec<i32> {
    let mut tokens = BTreeSet::new();
    for spelling in names.iter().flat_map(|name| spellings(name)) {
        tokens.extend(Gram::all_of(&spelling).into_iter().map(|gram| of_gram(vault, NAME, gram)));
    }
    for number in numbers {
        let number = Number::of(number);
        tokens.extend(number.grams().map(|digits| of_digits(vault, digits)));
    }
    tokens.into_iter().collect()
}

/// A name made comparable, and the same without its spaces: 山田 花子 is looked
/// for as 山田花子.
pub(super) fn spellings(name: &str) -> [String; 2] {
    let spaced = Text::of(name).into_string();
    let joined = spaced.split_whitespace().collect();
    [spaced, joined]
}

/// How a word in a message is asked for.
pub(super) fn in_bodies(vault: &Vault, word: &Word) -> Vec<i32> {
    Gram::asked_of(&word.text).into_iter().map(|gram| of_gram(vault, BODY, gram)).collect()
}

/// How a word in a contact's name or numbers is asked for.
pub(super) fn in_people(vault: &Vault, word: &Word) -> Vec<Vec<i32>> {
    let name = Gram::asked_of(&word.text).into_iter().map(|gram| of_gram(vault, NAME, gram));
    let number = word.digits.as_deref().map(|digits| {
        let known: BTreeSet<&str> = four_digits(digits).collect();
        known.into_iter().map(|digits| of_digits(vault, digits)).collect()
    });
    [name.collect()].into_iter().chain(number).collect()
}

/// The mark of everything one contact said or was told.
pub(super) fn of_contact(vault: &Vault, contact: Uuid) -> i32 {
    vault.search_token(CONTACT, contact.as_bytes())
}

fn of_digits(vault: &Vault, digits: &str) -> i32 {
    vault.search_token(NUMBER, digits.as_bytes())
}

fn of_gram(vault: &Vault, field: &str, gram: Gram) -> i32 {
    let mut letters = [0; 8];
    let (first, second) = match gram {
        Gram::Pair(first, second) => (first, Some(second)),
        Gram::Single(letter) => (letter, None),
    };
    letters[..4].copy_from_slice(&u32::from(first).to_be_bytes());
    // No letter is U+0000 here, so that no pair is taken for a letter.
    letters[4..].copy_from_slice(&second.map_or(0, u32::from).to_be_bytes());
    vault.search_token(field, &letters)
}
