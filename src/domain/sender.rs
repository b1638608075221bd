//! What a text can be sent from.
//!
//! In Japan a sender is often no telephone number at all: carriers show 0120,
//! 0570, a 0005 code or five digits. Reading those as numbers would turn
//! `200000` into `+81200000` (providers.md 16), so each kind is told first.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::message::words;
use super::phone_number::{PhoneNumber, PhoneNumberError, is_invisible, is_separator};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SenderKind {
    /// An ordinary number.
    E164,
    /// 0120, 0800, 0570 and their like, which have a meaning inside Japan alone.
    NationalSpecial,
    /// Five or six digits known to one carrier or country (SoftBank: 2XXXXX).
    ShortCode,
    /// 0005…, one code at all Japanese carriers (共通ショートコード).
    CommonShortCode,
    /// A name, which nobody can answer.
    Alphanumeric,
}

words!(SenderKind {
    E164 = "e164",
    NationalSpecial = "national_special",
    ShortCode = "short_code",
    CommonShortCode = "common_short_code",
    Alphanumeric = "alphanumeric",
});

/// A number or name we send from, as it is registered at the provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SenderAddress {
    kind: SenderKind,
    text: String,
}

/// Why a text cannot be a sender, in words for who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SenderAddressError {
    #[error("the sender is empty")]
    Empty,
    #[error("a sender name has at most 11 characters")]
    NameTooLong,
    #[error("a sender name has Latin letters, digits, spaces and + - _ & . only")]
    NameCharacter,
    #[error("{0}")]
    Number(#[from] PhoneNumberError),
}

impl SenderAddress {
    /// Reads a sender as it is entered. An ordinary number becomes E.164, all
    /// else stays as it is written, because that is how it is registered.
    pub fn parse(input: &str) -> Result<Self, SenderAddressError> {
        let text: String = input.nfkc().filter(|c| !is_invisible(*c)).collect();
        let text = text.trim();
        if text.is_empty() {
            return Err(SenderAddressError::Empty);
        }
        if text.chars().any(|c| c.is_alphabetic() && !is_separator(c)) {
            return Self::named(text);
        }
        let kind = code_kind(text);
        let text = match kind {
            SenderKind::E164 => PhoneNumber::parse(text)?.as_str().to_owned(),
            _ => text.to_owned(),
        };
        Ok(Self { kind, text })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn kind(&self) -> SenderKind {
        self.kind
    }

    /// The address without its hyphens, by which two spellings of one sender
    /// are found to be the same: providers write `0120123456`.
    pub fn key(&self) -> String {
        match self.kind {
            SenderKind::Alphanumeric => self.text.to_lowercase(),
            _ => bare(&self.text),
        }
    }

    /// Whether replies to such a sender usually arrive: the answer to propose
    /// where a sender is set up. Its contract may say otherwise.
    pub fn usually_receives_replies(&self) -> bool {
        match self.kind {
            SenderKind::E164 | SenderKind::ShortCode | SenderKind::CommonShortCode => true,
            SenderKind::NationalSpecial | SenderKind::Alphanumeric => false,
        }
    }

    fn named(text: &str) -> Result<Self, SenderAddressError> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || " +-_&.".contains(c);
        if !text.chars().all(is_allowed) {
            return Err(SenderAddressError::NameCharacter);
        }
        // 3GPP TS 23.040 9.1.2.5: an address has room for 11 septets.
        if text.len() > 11 {
            return Err(SenderAddressError::NameTooLong);
        }
        Ok(Self { kind: SenderKind::Alphanumeric, text: text.to_owned() })
    }
}

impl fmt::Display for SenderAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The kind of a sender without letters, by its first digits and its length.
fn code_kind(text: &str) -> SenderKind {
    let digits = bare(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return SenderKind::E164;
    }
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| digits.starts_with(prefix));
    match digits.len() {
        // 8 to 10 digits are in use; the published vectors have one of 12.
        8..=12 if begins(&["0005"]) => SenderKind::CommonShortCode,
        5..=6 if !begins(&["0"]) => SenderKind::ShortCode,
        10 if begins(&["0120", "0570", "0180", "0990"]) => SenderKind::NationalSpecial,
        11 if begins(&["0800"]) => SenderKind::NationalSpecial,
        _ => SenderKind::E164,
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !is_separator(*c)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn parse(text: &str) -> SenderAddress {
        SenderAddress::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn senders_are_kept_as_the_published_vectors_say() {
        let json = include_str!("../../tests/fixtures/domain/sender.json");
        let vectors: Vec<Value> = serde_json::from_str(json).unwrap();
        assert_eq!(vectors.len(), 7);
        for vector in vectors {
            let sender = parse(vector["text"].as_str().unwrap());
            assert_eq!(sender.as_str(), vector["store_as"].as_str().unwrap(), "{vector}");
            assert_eq!(sender.kind().word(), vector["kind"].as_str().unwrap(), "{vector}");
        }
    }

    #[test]
    fn ordinary_numbers_become_e164() {
        for (text, e164) in [
            ("+815012345678", "+815012345678"),
            ("050-1234-5678", "+815012345678"),
            ("０９０－１２３４－５６７８", "+819012345678"),
            ("03ー1234ー5678", "+81312345678"),
            ("+1 (415) 555-2671", "+14155552671"),
            ("+81120123456", "+81120123456"),
        ] {
            let sender = parse(text);
            assert_eq!((sender.kind(), sender.as_str()), (SenderKind::E164, e164), "{text}");
        }
    }

    #[test]
    fn every_length_of_a_common_short_code_is_one() {
        for text in ["00051234", "000512345", "0005123456"] {
            assert_eq!(parse(text).kind(), SenderKind::CommonShortCode, "{text}");
        }
    }

    #[test]
    fn marks_of_an_address_book_do_not_make_a_code_a_number() {
        assert_eq!(parse("\u{202a}200000\u{202c}").as_str(), "200000");
    }

    #[test]
    fn two_spellings_of_a_sender_have_one_key() {
        assert_eq!(parse("0120-123-456").key(), parse("0120123456").key());
        assert_eq!(parse("ＨＥＮＪＩ").key(), parse("Henji").key());
        assert_ne!(parse("+81120123456").key(), parse("0120123456").key());
    }

    #[test]
    fn a_name_cannot_be_answered() {
        for (text, answered) in [
            ("HENJI", false),
            ("0120-123-456", false),
            ("050-1234-5678", true),
            ("200000", true),
            ("0005123456", true),
        ] {
            assert_eq!(parse(text).usually_receives_replies(), answered, "{text}");
        }
    }

    #[test]
    fn what_is_no_sender_says_why() {
        for (text, error) in [
            ("　", SenderAddressError::Empty),
            ("Henji Support", SenderAddressError::NameTooLong),
            ("返事", SenderAddressError::NameCharacter),
            ("Café", SenderAddressError::NameCharacter),
            ("123", SenderAddressError::Number(PhoneNumberError::TooShort)),
            ("ヘンジー", SenderAddressError::NameCharacter),
            ("200#000", SenderAddressError::Number(PhoneNumberError::NotANumber)),
            ("@", SenderAddressError::Number(PhoneNumberError::NotANumber)),
        ] {
            assert_eq!(SenderAddress::parse(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_sender_read_again_is_the_same(text in "\\PC{0,14}") {
            if let Ok(sender) = SenderAddress::parse(&text) {
                prop_assert_eq!(SenderAddress::parse(sender.as_str()), Ok(sender));
            }
        }
    }
}
