//! What a caller hears of a phone menu, step by step.
//!
//! One function for each step, and all of them pure: the provider's voice, the
//! simulator's keypad and whoever wants to read a menu say the same words. Nothing is
//! said for ever: who presses no key that leads anywhere hears a goodbye in the end.

use super::{Flow, MenuOption, Outcome, Speech};

/// How often a menu is said, or a number asked for, in one call.
pub const MOST_ATTEMPTS: u32 = 3;
/// Digits of a mobile number as somebody in Japan types it: 11, or the 10 that older
/// ones had.
pub const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 10..=11;

/// One step: what is said, and what is waited for then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub lines: Vec<Line>,
    pub next: Next,
}

/// A sentence or a few, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub language: String,
    pub text: String,
}

/// What follows the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A key of the menu.
    Key {
        /// Keys of the longest choice.
        longest: usize,
        /// # is a choice and ends none.
        takes_hash: bool,
        /// Which time it is, from 1.
        attempt: u32,
    },
    /// A mobile number, ended with #, for the text of `digit`.
    Number {
        digit: String,
        attempt: u32,
    },
    /// They are put through to this number; [`Script::broken`] is said where nobody
    /// answers there.
    Connect {
        operator: String,
    },
    HangUp,
}

/// The words of the product, for what the house has none of its own for.
pub trait Words {
    fn speech(&self, speech: Speech, language: &str) -> String;
    /// That `digit` is pressed for `topic`.
    fn choice(&self, topic: &str, digit: &str, language: &str) -> String;
}

/// A flow as it is spoken.
#[derive(Clone, Copy)]
pub struct Script<'a> {
    pub flow: &'a Flow,
    /// The language of options that name none.
    pub house: &'a str,
    pub words: &'a dyn Words,
}

impl<'a> Script<'a> {
    /// Somebody rings.
    pub fn start(&self) -> Turn {
        if self.flow.options.is_empty() {
            return self.end(Speech::TryLater, &self.languages());
        }
        self.menu(Some(Speech::Greeting), 1)
    }

    /// The option of the keys that were pressed when the menu was said for the
    /// `attempt`th time.
    ///
    /// # Errors
    /// What is said where none has these keys, or none was pressed.
    pub fn pressed(&self, keys: &str, attempt: u32) -> Result<&'a MenuOption, Turn> {
        let wrong = || match attempt {
            ..MOST_ATTEMPTS => self.menu(Some(Speech::Again), attempt + 1),
            _ => self.farewell(&self.languages()),
        };
        self.flow.option(keys.trim()).ok_or_else(wrong)
    }

    /// The number that was typed when it was asked for the `attempt`th time.
    ///
    /// # Errors
    /// What is said where it cannot be one.
    pub fn typed(&self, option: &MenuOption, keys: &str, attempt: u32) -> Result<String, Turn> {
        let keys = keys.trim().trim_end_matches('#');
        let is_number = NUMBER_DIGITS.contains(&keys.len())
            && keys.starts_with('0')
            && keys.bytes().all(|key| key.is_ascii_digit());
        match is_number {
            true => Ok(keys.to_owned()),
            false => Err(self.ask_number(option, attempt)),
        }
    }

    /// What became of the key; a number was asked for `attempt` times before, 0 where
    /// none was.
    pub fn answered(
        &self,
        option: &MenuOption,
        outcome: Outcome,
        suggests_operator: bool,
        attempt: u32,
    ) -> Turn {
        if matches!(outcome, Outcome::CannotSms(_)) {
            return self.ask_number(option, attempt);
        }
        let language = self.language(option);
        match &self.flow.operator {
            Some(operator) if suggests_operator => Turn {
                lines: vec![
                    self.line(outcome.speech(), language),
                    self.line(Speech::Operator, language),
                ],
                next: Next::Connect { operator: operator.clone() },
            },
            _ => self.end(outcome.speech(), &[language]),
        }
    }

    /// Something broke, or no person answered: they are told, and the call ends.
    pub fn broken(&self) -> Turn {
        self.end(Speech::TryLater, &self.languages())
    }

    /// The languages that a menu is said in: the house's first, where it is one of
    /// them.
    pub fn languages(&self) -> Vec<&'a str> {
        let Flow { sayings, options, .. } = self.flow;
        // Who is greeted in a language is told the choices in it.
        let said = sayings.iter().filter(|saying| saying.speech == Speech::Menu);
        let said = said.map(|saying| saying.language.as_str());
        let all = options.iter().map(|option| self.language(option)).chain(said);
        let mut languages = Vec::new();
        for language in all {
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
        if languages.is_empty() {
            languages.push(self.house);
        }
        languages.sort_by_key(|language| *language != self.house);
        languages
    }

    fn language(&self, option: &'a MenuOption) -> &'a str {
        option.language.as_deref().unwrap_or(self.house)
    }

    /// The menu after some words, each language by itself.
    fn menu(&self, before: Option<Speech>, attempt: u32) -> Turn {
        let mut lines = Vec::new();
        for language in self.languages() {
            lines.extend(before.map(|speech| self.line(speech, language)));
            lines.extend(self.choices(language));
        }
        let keys = self.flow.options.iter().map(|option| option.digit.as_str());
        let next = Next::Key {
            longest: keys.clone().map(str::len).max().unwrap_or(1),
            takes_hash: keys.clone().any(|digit| digit.contains('#')),
            attempt,
        };
        Turn { lines, next }
    }

    /// The house's own words, or a sentence for each option in `language`.
    pub fn choices(&self, language: &str) -> Vec<Line> {
        let line = |text: String| Line { language: language.to_owned(), text };
        if let Some(own) = self.flow.saying(Speech::Menu, language) {
            return vec![line(own.to_owned())];
        }
        let options = self.flow.options.iter();
        let here = options.filter(|option| self.language(option) == language);
        here.map(|option| line(self.words.choice(&option.topic, &option.digit, language))).collect()
    }

    /// Asks for a number once more, or says that it is over.
    fn ask_number(&self, option: &MenuOption, attempt: u32) -> Turn {
        let language = option.language.as_deref().unwrap_or(self.house);
        if attempt >= MOST_ATTEMPTS {
            return self.end(Speech::CannotSend, &[language]);
        }
        let next = Next::Number { digit: option.digit.clone(), attempt: attempt + 1 };
        Turn { lines: vec![self.line(Speech::AskMobile, language)], next }
    }

    fn end(&self, speech: Speech, languages: &[&str]) -> Turn {
        let said = languages.iter().flat_map(|language| {
            [self.line(speech, language), self.line(Speech::Goodbye, language)]
        });
        Turn { lines: said.collect(), next: Next::HangUp }
    }

    fn farewell(&self, languages: &[&str]) -> Turn {
        let said = languages.iter().map(|language| self.line(Speech::Goodbye, language));
        Turn { lines: said.collect(), next: Next::HangUp }
    }

    fn line(&self, speech: Speech, language: &str) -> Line {
        let own = self.flow.saying(speech, language).map(str::to_owned);
        let text = own.unwrap_or_else(|| self.words.speech(speech, language));
        Line { language: language.to_owned(), text }
    }
}

#[cfg(test)]
mod tests;
