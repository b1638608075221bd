//! Which numbers can be sent a text.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberType};

use super::PhoneNumber;
use crate::domain::message::words;

/// Why a number gets no texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CannotReceive {
    #[error("landlines cannot receive texts")]
    Landline,
    #[error("toll-free numbers cannot receive texts")]
    TollFree,
    /// Japan's 050: most providers do not deliver there.
    #[error("IP phones cannot receive texts")]
    IpPhone,
    /// Japan's 0570 and its like elsewhere.
    #[error("Navi-Dial numbers cannot receive texts")]
    Navidial,
    /// Japan's 020 for data and machines.
    #[error("this number belongs to a machine")]
    Machine,
    #[error("pagers cannot receive texts")]
    Pager,
    #[error("premium-rate numbers cannot receive texts")]
    Premium,
    #[error("no telephone has this number")]
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
    /// Whether a text may be sent to the number, as far as the number tells.
    ///
    /// In Japan only mobiles receive texts. Elsewhere mobiles do, and numbers of
    /// countries where mobiles and landlines cannot be told apart.
    pub fn sms_destination(&self) -> Result<(), CannotReceive> {
        if self.japanese_mobile().is_some() {
            return Ok(());
        }
        let kind = match PHONE_NUMBER_UTIL.parse(self.as_str(), None) {
            Ok(number) => number.get_type(),
            Err(_) => PhoneNumberType::Unknown,
        };
        let is_foreign = self.japanese().is_none();
        match kind {
            PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile if is_foreign => Ok(()),
            _ => Err(self.refusal(kind)),
        }
    }

    fn refusal(&self, kind: PhoneNumberType) -> CannotReceive {
        // The library calls all of 020 pagers; since the pagers went, only 0204
        // is left to them (providers.md 16).
        if let Some(machine) = self.japanese().and_then(|digits| digits.strip_prefix("20")) {
            return match machine.as_bytes() {
                [b'4', ..] => CannotReceive::Pager,
                _ => CannotReceive::Machine,
            };
        }
        match kind {
            PhoneNumberType::FixedLine => CannotReceive::Landline,
            PhoneNumberType::TollFree => CannotReceive::TollFree,
            PhoneNumberType::VoIP => CannotReceive::IpPhone,
            PhoneNumberType::UAN => CannotReceive::Navidial,
            PhoneNumberType::Pager => CannotReceive::Pager,
            PhoneNumberType::PremiumRate | PhoneNumberType::SharedCost => CannotReceive::Premium,
            _ => CannotReceive::InvalidNumber,
        }
    }
}
