//! What a text can be sent from.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::message::words;
use super::phone_number::PhoneNumber;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SenderKind {
    /// An ordinary number.
    E164,
    /// 0120, 0800 or 0570: dialled inside Japan only.
    NationalSpecial,
    /// Five or six digits of one carrier or country (SoftBank: 2XXXXX).
    ShortCode,
    /// 0005…, shared by all Japanese carriers.
    CommonShortCode,
    /// A name. Cannot be answered.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SenderAddressError {
    #[error("the sender is empty")]
    Empty,
    #[error("a sender name has at most 11 characters")]
    NameTooLong,
    #[error("a sender name has only Latin letters, digits, spaces and + - _ & .")]
    NameCharacter,
    #[error("this is neither a telephone number, a short code nor a sender name")]
    NotASender,
}

words!(SenderAddressError {
    Empty = "empty",
    NameTooLong = "name_too_long",
    NameCharacter = "name_character",
    NotASender = "not_a_sender",
});

impl SenderAddress {
    pub fn parse(input: &str) -> Result<Self, SenderAddressError> {
        let text: String = input.nfkc().collect();
        let number = PhoneNumber::parse(&text).map_err(|_error| SenderAddressError::NotASender)?;
        Ok(Self { kind: SenderKind::E164, text: number.as_str().to_owned() })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn kind(&self) -> SenderKind {
        self.kind
    }

    pub fn usually_receives_replies(&self) -> bool {
        !matches!(self.kind, SenderKind::Alphanumeric | SenderKind::NationalSpecial)
    }
}

impl fmt::Display for SenderAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
