//! Who rings, as telephone exchanges write it.

use unicode_normalization::UnicodeNormalization;

use crate::domain::message::words;
use crate::domain::phone_number::{self, PhoneNumber};

/// Why a caller gets no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CannotSms {
    /// The number is withheld, or what stands there is none.
    #[error("the caller withholds their number")]
    Anonymous,
    #[error("landlines cannot receive texts")]
    Landline,
    /// Japan's 050.
    #[error("IP phones cannot receive texts")]
    Voip,
    #[error("toll-free numbers cannot receive texts")]
    TollFree,
    /// Of another country, where the flow texts only Japan.
    #[error("numbers of other countries get no texts here")]
    Foreign,
    /// A machine, a Navi-Dial, a number nobody has.
    #[error("no telephone that receives texts has this number")]
    Other,
}

words!(CannotSms {
    Anonymous = "anonymous",
    Landline = "landline",
    Voip = "voip",
    TollFree = "toll_free",
    Foreign = "foreign",
    Other = "other",
});

/// Words spelt on the keys, as networks send them for a number they must not tell:
/// ANONYMOUS, RESTRICTED, BLOCKED, UNAVAILABLE, UNKNOWN, PRIVATE, WITHHELD.
const KEYED: [&str; 7] =
    ["266696687", "7378742833", "2562533", "86282452253", "8656696", "7748283", "94844353"];

/// The number of a caller that gets texts.
///
/// `caller` is what an exchange says: `+819012345678`, `09012345678`,
/// `sip:+81…@gateway`, `"A" <sip:…>`, `tel:…`, or one of the many ways to say that it
/// says nothing. What is no number was withheld, unless somebody typed it.
pub fn reach(caller: &str, typed: bool, foreign: bool) -> Result<PhoneNumber, CannotSms> {
    let bare = bare(caller);
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    let is_keyed = KEYED.contains(&digits.as_str()) && !bare.starts_with("+81");
    let is_nothing = digits.chars().all(|digit| digit == '0');
    let unreadable = if typed { CannotSms::Other } else { CannotSms::Anonymous };
    if !typed && (is_keyed || is_nothing) {
        return Err(CannotSms::Anonymous);
    }
    let number = PhoneNumber::parse(&bare).map_err(|_unreadable| unreadable)?;
    if !number.as_str().starts_with("+81") && !foreign {
        return Err(CannotSms::Foreign);
    }
    match number.sms_destination() {
        Ok(()) => Ok(number),
        Err(phone_number::CannotReceive::Landline) => Err(CannotSms::Landline),
        Err(phone_number::CannotReceive::IpPhone) => Err(CannotSms::Voip),
        Err(phone_number::CannotReceive::TollFree) => Err(CannotSms::TollFree),
        Err(_) => Err(CannotSms::Other),
    }
}

/// Whether two ways of writing a number of ours are one.
pub fn is_same_number(one: &str, other: &str) -> bool {
    match (PhoneNumber::parse(&bare(one)), PhoneNumber::parse(&bare(other))) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Without what SIP puts around a number: name, scheme, host, parameters.
fn bare(caller: &str) -> String {
    let text: String = caller.nfkc().collect();
    let text = match (text.rfind('<'), text.rfind('>')) {
        (Some(from), Some(to)) if from < to => &text[from + 1..to],
        _ => text.as_str(),
    };
    let schemes = ["sips:", "sip:", "tel:"];
    let lower = text.trim().to_ascii_lowercase();
    let bare = schemes.iter().find_map(|scheme| lower.strip_prefix(scheme)).unwrap_or(&lower);
    bare.split(['@', ';']).next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_of_ours_is_one_however_it_is_written() {
        for called in
            ["050-1234-5678", "+815012345678", "０５０１２３４５６７８", "sip:05012345678@x"]
        {
            assert!(is_same_number(called, "+815012345678"), "{called}");
        }
        for other in ["050-1234-5679", "main", ""] {
            assert!(!is_same_number(other, "+815012345678"), "{other}");
        }
        assert!(!is_same_number("", ""));
    }

    #[test]
    fn a_mobile_is_reached_however_the_exchange_writes_it() {
        for caller in [
            "+819012345678",
            "09012345678",
            "090-1234-5678",
            "819012345678",
            "０９０１２３４５６７８",
            "sip:+819012345678@gateway.example.jp",
            "sips:09012345678@10.0.0.1:5061;user=phone",
            "\"山田\" <sip:+819012345678@example.jp>;tag=1928",
            "tel:+81-90-1234-5678",
            "SIP:+819012345678@EXAMPLE.JP",
        ] {
            let number =
                reach(caller, false, false).unwrap_or_else(|why| panic!("{caller}: {why}"));
            assert_eq!(number.as_str(), "+819012345678", "{caller}");
        }
        for mobile in ["06012345678", "07012345678", "08012345678"] {
            assert!(reach(mobile, false, false).is_ok(), "{mobile}");
        }
    }

    #[test]
    fn whoever_gets_no_text_is_told_by_kind() {
        for (caller, why) in [
            ("", CannotSms::Anonymous),
            ("anonymous", CannotSms::Anonymous),
            ("Anonymous", CannotSms::Anonymous),
            ("\"Anonymous\" <sip:anonymous@anonymous.invalid>", CannotSms::Anonymous),
            ("sip:Restricted@example.jp", CannotSms::Anonymous),
            ("+266696687", CannotSms::Anonymous),
            ("266696687", CannotSms::Anonymous),
            ("+86282452253", CannotSms::Anonymous),
            ("7378742833", CannotSms::Anonymous),
            ("unavailable", CannotSms::Anonymous),
            ("非通知", CannotSms::Anonymous),
            ("公衆電話", CannotSms::Anonymous),
            ("P", CannotSms::Anonymous),
            ("C", CannotSms::Anonymous),
            ("0", CannotSms::Anonymous),
            ("00000000000", CannotSms::Anonymous),
            ("201", CannotSms::Anonymous),
            ("+81312345678", CannotSms::Landline),
            ("03-1234-5678", CannotSms::Landline),
            // Suwa's 0266-69-6687 is a telephone, and no word.
            ("+81266696687", CannotSms::Landline),
            ("05012345678", CannotSms::Voip),
            ("+815012345678", CannotSms::Voip),
            ("0120123456", CannotSms::TollFree),
            ("0800-123-4567", CannotSms::TollFree),
            ("+14155552671", CannotSms::Foreign),
            ("+442071838750", CannotSms::Foreign),
            ("0570000123", CannotSms::Other),
            ("02012345678", CannotSms::Other),
        ] {
            assert_eq!(reach(caller, false, false), Err(why), "{caller}");
        }
    }

    #[test]
    fn other_countries_mobiles_are_reached_where_the_flow_says_so() {
        assert!(reach("+14155552671", false, true).is_ok());
        assert_eq!(reach("+442071838750", false, true), Err(CannotSms::Landline));
    }

    #[test]
    fn what_somebody_mistyped_was_not_withheld() {
        for typed in ["", "0901234", "266696687#", "0000"] {
            assert_eq!(reach(typed, true, false).unwrap_err(), CannotSms::Other, "{typed}");
        }
        assert_eq!(reach("0312345678", true, false), Err(CannotSms::Landline));
        assert!(reach("09012345678", true, false).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_an_exchange_sends_has_an_answer(caller in "\\PC{0,40}", typed: bool) {
            if let Ok(number) = reach(&caller, typed, false) {
                prop_assert!(number.as_str().starts_with("+81"));
                prop_assert!(number.sms_destination().is_ok());
            }
        }

        #[test]
        fn every_mobile_is_reached(kind in 6..=9u8, first in 1..=9u8, rest in 0..=9_999_999u32) {
            let number = format!("0{kind}0{first}{rest:07}");
            prop_assert!(reach(&number, false, false).is_ok());
        }
    }
}
