//! The house's language and time, where a user or inbox says nothing else.

use chrono_tz::Tz;

use super::error::ConfigError;
use super::reader::Reader;

/// `HENJI_LOCALE`, `HENJI_TIME_ZONE`
#[derive(Clone, Debug)]
pub struct LanguageConfig {
    pub language: Language,
    pub time_zone: Tz,
}

/// A language henji speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Japanese,
    English,
}

impl LanguageConfig {
    pub(super) fn read(reader: &mut Reader) -> Result<Self, ConfigError> {
        Ok(Self {
            language: reader.get("HENJI_LOCALE", "ja", Language::from_code, |language| {
                language.code().to_owned()
            })?,
            time_zone: reader.get(
                "HENJI_TIME_ZONE",
                "Asia/Tokyo",
                |text| text.parse().ok(),
                |zone: &Tz| zone.name().to_owned(),
            )?,
        })
    }
}

impl Language {
    /// The tag of BCP 47, as in `<html lang>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Japanese, Self::English].into_iter().find(|language| language.code() == code)
    }
}
