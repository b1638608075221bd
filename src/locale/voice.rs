//! What the voice of a phone menu says, where the house has no words of its own.

use super::Locale;
use crate::domain::handoff::Speech;
use crate::domain::handoff::script::Words;

/// The product's own words, in each of its languages.
#[derive(Clone, Copy, Debug)]
pub struct Voice;

impl Words for Voice {
    fn speech(&self, speech: Speech, language: &str) -> String {
        spoken(language).speech(speech).to_owned()
    }

    fn choice(&self, topic: &str, digit: &str, language: &str) -> String {
        let t = spoken(language);
        t.speech_choice(t.keys(digit), topic)
    }
}

fn spoken(language: &str) -> Locale {
    Locale::from_tag(language).unwrap_or_default()
}

impl Locale {
    /// Keys as they are read out: one by one, signs by their names.
    fn keys(self, digit: &str) -> String {
        let key = |key: char| match key {
            '*' => self.speech_star().to_owned(),
            '#' => self.speech_hash().to_owned(),
            digit => digit.to_string(),
        };
        let pause = match self {
            Self::Ja => "、",
            Self::En => " ",
        };
        digit.chars().map(key).collect::<Vec<_>>().join(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_out_one_by_one() {
        assert_eq!(Voice.choice("返品・交換", "1", "ja"), "返品・交換は、1を押してください。");
        assert_eq!(Voice.choice("配送", "*2", "ja"), "配送は、米印、2を押してください。");
        assert_eq!(Voice.choice("English", "9#", "en"), "For English, press 9 hash.");
        assert_ne!(Voice.speech(Speech::Greeting, "en"), Voice.speech(Speech::Greeting, "ja"));
    }
}
