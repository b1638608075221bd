//! Telephone numbers.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use unicode_normalization::UnicodeNormalization;

use super::message::words;

/// A telephone number in E.164: `+`, country code, number, digits only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// Why a text was not understood as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PhoneNumberError {
    #[error("the number is empty")]
    Empty,
    #[error("this is not a telephone number")]
    NotANumber,
    #[error("the number has too few digits")]
    TooShort,
    #[error("the number has too many digits")]
    TooLong,
    #[error("a text cannot be sent to an extension; enter the number alone")]
    Extension,
    #[error("no country has this calling code")]
    UnknownCountry,
}

words!(PhoneNumberError {
    Empty = "empty",
    NotANumber = "not_a_number",
    TooShort = "too_short",
    TooLong = "too_long",
    Extension = "extension",
    UnknownCountry = "unknown_country",
});

/// Why a number gets no texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CannotReceive {
    #[error("landlines cannot receive texts")]
    Landline,
    #[error("toll-free numbers cannot receive texts")]
    TollFree,
    #[error("IP phones cannot receive texts")]
    IpPhone,
    #[error("Navi-Dial and other special numbers cannot receive texts")]
    Navidial,
    #[error("this number belongs to a machine")]
    Machine,
    #[error("pagers cannot receive texts")]
    Pager,
    #[error("premium-rate numbers cannot receive texts")]
    Premium,
    #[error("no such number is in use")]
    InvalidNumber,
}

words!(CannotReceive {
    Landline = "landline",
    TollFree = "toll_free",
    IpPhone = "ip_phone",
    Navidial = "navidial",
    Machine = "machine",
    Pager = "pager",
    Premium = "premium",
    InvalidNumber = "invalid_number",
});

impl PhoneNumber {
    pub fn parse(input: &str) -> Result<Self, PhoneNumberError> {
        let text: String = input.nfkc().collect();
        let number = PHONE_NUMBER_UTIL
            .parse(text.trim(), Some(Region::JP))
            .map_err(|_error| PhoneNumberError::NotANumber)?;
        Self::from_e164(&number.format_as(PhoneNumberFormat::E164))
            .ok_or(PhoneNumberError::NotANumber)
    }

    pub fn from_e164(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let shaped = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        shaped.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn national(&self) -> String {
        self.0.clone()
    }

    pub fn masked(&self) -> String {
        self.0.clone()
    }

    pub fn sms_destination(&self) -> Result<(), CannotReceive> {
        Ok(())
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
