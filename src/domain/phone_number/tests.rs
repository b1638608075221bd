use proptest::prelude::*;
use serde_json::Value;

use super::{CannotReceive, PhoneNumber, PhoneNumberError};

fn vectors(json: &str) -> Vec<Value> {
    serde_json::from_str(json).expect("a list of vectors")
}

#[test]
fn numbers_are_read_as_the_published_vectors_say() {
    let vectors = vectors(include_str!("../../../tests/fixtures/domain/phone_parse.json"));
    assert_eq!(vectors.len(), 28);
    for vector in vectors {
        let id = vector["id"].as_str().unwrap();
        let parsed = PhoneNumber::parse(vector["text"].as_str().unwrap());
        match id {
            // The library alone misreads this one; we know the prefix.
            "phone-22" => assert_eq!(parsed.unwrap().as_str(), "+819012345678", "{id}"),
            // An emergency number is refused where it is read.
            "phone-21" => assert_eq!(parsed, Err(PhoneNumberError::TooShort), "{id}"),
            "phone-26" => assert_eq!(parsed, Err(PhoneNumberError::Extension), "{id}"),
            "phone-27" => assert_eq!(parsed, Err(PhoneNumberError::NotANumber), "{id}"),
            _ => {
                let number = parsed.unwrap_or_else(|error| panic!("{id}: {error}"));
                assert_eq!(number.as_str(), vector["parsed"]["e164"].as_str().unwrap(), "{id}");
                let is_japanese = number.as_str().starts_with("+81");
                let receives = is_japanese && number.sms_destination().is_ok();
                assert_eq!(receives, vector["jp_sms_destination"].as_bool().unwrap(), "{id}");
            }
        }
    }
}

#[test]
fn only_mobiles_receive_texts_in_japan() {
    let vectors = vectors(include_str!("../../../tests/fixtures/domain/jp_sms_destination.json"));
    assert_eq!(vectors.len(), 13);
    for vector in vectors {
        let e164 = vector["e164"].as_str().unwrap();
        let accepted = PhoneNumber::from_e164(e164).unwrap().sms_destination().is_ok();
        assert_eq!(accepted, vector["accept"].as_bool().unwrap(), "{}", vector["id"]);
    }
}

#[test]
fn a_refusal_says_what_the_number_is() {
    for (text, reason) in [
        ("03-1234-5678", CannotReceive::Landline),
        ("0120-123-456", CannotReceive::TollFree),
        ("0800-123-4567", CannotReceive::TollFree),
        ("050-1234-5678", CannotReceive::IpPhone),
        ("0570-001-234", CannotReceive::Navidial),
        ("020-1234-5678", CannotReceive::Machine),
        ("0200-1234-567890", CannotReceive::Machine),
        ("020-4123-4567", CannotReceive::Pager),
        ("0990-504-123", CannotReceive::Premium),
        ("060-0123-4567", CannotReceive::InvalidNumber),
        ("090-1234-567", CannotReceive::InvalidNumber),
        ("+1 800 555 2671", CannotReceive::TollFree),
        ("+44 20 7946 0958", CannotReceive::Landline),
    ] {
        let number = PhoneNumber::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(number.sms_destination(), Err(reason), "{text}");
    }
}

#[test]
fn mobiles_abroad_receive_texts() {
    for text in ["+1 415 555 2671", "+44 7911 123456", "010 82 10 1234 5678", "+63 917 123 4567"] {
        assert_eq!(PhoneNumber::parse(text).unwrap().sms_destination(), Ok(()), "{text}");
    }
}

#[test]
fn one_mobile_is_read_in_every_common_spelling() {
    for text in [
        "09012345678",
        " 090 1234 5678 ",
        "(090)1234-5678",
        "090.1234.5678",
        "090ー1234ー5678",
        "090−1234−5678",
        "０９０（１２３４）５６７８",
        "9012345678",
        "+819012345678",
        "+81(0)90-1234-5678",
        "＋８１　９０　１２３４　５６７８",
        "81-90-1234-5678",
        "010-81-90-1234-5678",
        "0081 90 1234 5678",
        "0081 090 1234 5678",
        "\u{202a}+81 90-1234-5678\u{202c}",
        "\u{feff}090-1234-5678",
    ] {
        let number = PhoneNumber::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(number.as_str(), "+819012345678", "{text}");
    }
}

#[test]
fn what_is_not_a_number_says_why() {
    for (text, error) in [
        ("", PhoneNumberError::Empty),
        ("　 \u{200b}", PhoneNumberError::Empty),
        ("佐藤", PhoneNumberError::NotANumber),
        ("+", PhoneNumberError::NotANumber),
        ("--", PhoneNumberError::NotANumber),
        ("090-1234-5678 佐藤", PhoneNumberError::NotANumber),
        ("1-800-FLOWERS", PhoneNumberError::NotANumber),
        ("090-1234+5678", PhoneNumberError::NotANumber),
        ("090-1234-567〇", PhoneNumberError::NotANumber),
        ("12", PhoneNumberError::TooShort),
        ("090-1234-5678-9012-3456-7890", PhoneNumberError::TooLong),
        ("03-1234-5678 内線12", PhoneNumberError::Extension),
        ("03-1234-5678 ext. 12", PhoneNumberError::Extension),
        ("03-1234-5678x12", PhoneNumberError::Extension),
        ("03-1234-5678#12", PhoneNumberError::Extension),
        ("+999 1234 5678", PhoneNumberError::UnknownCountry),
    ] {
        assert_eq!(PhoneNumber::parse(text), Err(error), "{text}");
    }
}

#[test]
fn numbers_are_shown_as_people_here_write_them() {
    for (e164, national, masked) in [
        ("+819012345678", "090-1234-5678", "090-****-5678"),
        ("+816012345678", "060-1234-5678", "060-****-5678"),
        ("+81312345678", "03-1234-5678", "**-****-5678"),
        ("+81120123456", "0120-123-456", "****-**3-456"),
        ("+14155552671", "+1 415-555-2671", "+* ***-***-2671"),
        ("+9991234567", "+9991234567", "+******4567"),
    ] {
        let number = PhoneNumber::from_e164(e164).unwrap();
        assert_eq!(number.national(), national);
        assert_eq!(number.masked(), masked);
        assert_eq!(number.to_string(), e164);
    }
}

#[test]
fn storage_is_trusted_for_all_but_the_shape() {
    for text in ["+819012345678", "+8100000000", "+1234567", "+123456789012345"] {
        assert_eq!(PhoneNumber::from_e164(text).unwrap().as_str(), text);
    }
    for text in ["", "+", "819012345678", "+0123456789", "+123456", "+1234567890123456", "+81 90"] {
        assert_eq!(PhoneNumber::from_e164(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        if let Ok(number) = PhoneNumber::parse(&text) {
            prop_assert_eq!(PhoneNumber::from_e164(number.as_str()), Some(number));
        }
    }

    #[test]
    fn a_number_read_back_from_any_of_its_forms_is_the_same(digits in "\\+81[6-9]0[1-9][0-9]{7}") {
        let number = PhoneNumber::from_e164(&digits).expect("shaped");
        prop_assert_eq!(number.sms_destination(), Ok(()));
        prop_assert_eq!(PhoneNumber::parse(&number.national()), Ok(number.clone()));
        prop_assert_eq!(PhoneNumber::parse(number.as_str()), Ok(number));
    }

    #[test]
    fn a_mask_hides_all_but_the_last_four_digits_of_a_foreign_number(
        digits in "\\+[1-79][0-9]{8,13}",
    ) {
        let number = PhoneNumber::from_e164(&digits).expect("shaped");
        let shown: String = number.masked().chars().filter(char::is_ascii_digit).collect();
        prop_assert!(digits.ends_with(&shown) && shown.len() == 4, "{}", number.masked());
    }
}
