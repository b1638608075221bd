//! What somebody types to find something.

use chrono::NaiveDate;

use super::number::typed;
use super::text::Text;
use crate::domain::message::words;

/// Longer than any text somebody remembers a part of.
const LONGEST: usize = 200;
/// All of them must be there: more only make nothing of it.
const MOST_WORDS: usize = 10;

/// Words, all of which must be found, and days between which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub words: Vec<Word>,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day, all of it.
    pub to: Option<NaiveDate>,
}

/// Why a query is not looked for, in words for who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum QueryError {
    #[error("the search is too long; a few words are enough")]
    TooLong,
}

words!(QueryError { TooLong = "too_long" });

impl Query {
    /// Reads words with spaces between them, narrow or wide. `from:2026-11-01`
    /// and `to:2026-11-30` are days; what only looks like one is a word.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.chars().count() > LONGEST {
            return Err(QueryError::TooLong);
        }
        // A number with spaces in it is one number.
        if typed(Text::of(text.trim()).as_str()).is_some() {
            return Ok(Self { words: vec![Word::of(text.trim())], ..Self::default() });
        }
        let mut query = Self::default();
        for word in text.split_whitespace() {
            let word = Word::of(word);
            let day = |prefix| word.text.strip_prefix(prefix).and_then(day);
            if let Some(from) = day("from:") {
                query.from = Some(from);
            } else if let Some(to) = day("to:") {
                query.to = Some(to);
            } else if !word.text.is_empty() && !query.words.contains(&word) {
                query.words.push(word);
            }
        }
        if query.words.len() > MOST_WORDS {
            return Err(QueryError::TooLong);
        }
        Ok(query)
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.from.is_none() && self.to.is_none()
    }
}

/// One word, made comparable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// Its digits, where it may be part of a telephone number.
    pub digits: Option<String>,
}

impl Word {
    fn of(word: &str) -> Self {
        let text = Text::of(word).into_string();
        Self { digits: typed(&text), text }
    }

    /// Whether it stands in a text made comparable.
    pub fn is_in(&self, text: &str) -> bool {
        text.contains(&self.text)
    }
}

/// A day as people write it: 2026-11-22, 2026/11/22, 2026年11月22日.
fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim_end_matches('日').replace(['/', '年', '月', '.'], "-");
    NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()
}
