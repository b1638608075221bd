//! The GSM 03.38 default alphabet.
//!
//! What is not in it is never replaced by something similar: the text becomes
//! UCS-2 instead (providers.md 15).

/// The basic table; a character's place is its code. U+001B at 0x1B is the
/// escape to the extension table and stands for no character of its own.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Reached through the escape, two septets each.
const EXTENSION: [(char, u8); 10] = [
    ('\u{c}', 0x0a),
    ('^', 0x14),
    ('{', 0x28),
    ('}', 0x29),
    ('\\', 0x2f),
    ('[', 0x3c),
    ('~', 0x3d),
    (']', 0x3e),
    ('|', 0x40),
    ('€', 0x65),
];

const ESCAPE: u8 = 0x1b;

/// The septets `c` takes, `None` where the alphabet does not have it.
pub fn septets(c: char) -> Option<u8> {
    match code(c)? {
        Code::Basic(_) => Some(1),
        Code::Extension(_) => Some(2),
    }
}

/// The text with one septet in each octet, as SMPP carries it. `None` where a
/// character is not in the alphabet.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let mut septets = Vec::with_capacity(text.len());
    for c in text.chars() {
        match code(c)? {
            Code::Basic(code) => septets.push(code),
            Code::Extension(code) => septets.extend([ESCAPE, code]),
        }
    }
    Some(septets)
}

enum Code {
    Basic(u8),
    Extension(u8),
}

fn code(c: char) -> Option<Code> {
    if c.is_ascii_alphanumeric() || c == ' ' {
        return u8::try_from(c).ok().map(Code::Basic);
    }
    if c == char::from(ESCAPE) {
        return None;
    }
    if let Some((_, code)) = EXTENSION.iter().find(|(known, _)| *known == c) {
        return Some(Code::Extension(*code));
    }
    let place = BASIC.chars().position(|known| known == c)?;
    u8::try_from(place).ok().map(Code::Basic)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_whole_table_is_the_published_one() {
        let json = include_str!("../../../tests/fixtures/domain/gsm7_table.json");
        let table = &serde_json::from_str::<Vec<Value>>(json).unwrap()[0];
        let basic = table["basic_without_esc"].as_str().unwrap();
        assert_eq!(hex(basic).as_deref(), table["basic_hex"].as_str());
        for (character, code) in table["extension"].as_object().unwrap() {
            assert_eq!(hex(character).as_deref(), code.as_str(), "{character}");
        }
        let known = (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| septets(*c).is_some());
        assert_eq!(known.count(), 127 + 10);
    }

    #[test]
    fn texts_are_encoded_as_the_published_vectors_say() {
        let json = include_str!("../../../tests/fixtures/domain/gsm7.json");
        let vectors: Vec<Value> = serde_json::from_str(json).unwrap();
        assert_eq!(vectors.len(), 13);
        for vector in vectors {
            let encoded = hex(vector["text"].as_str().unwrap());
            assert_eq!(encoded.as_deref(), vector["hex"].as_str(), "{vector}");
        }
    }

    #[test]
    fn a_raw_escape_is_not_a_character() {
        assert_eq!(encode("\u{1b}"), None);
    }

    fn hex(text: &str) -> Option<String> {
        Some(encode(text)?.iter().map(|septet| format!("{septet:02x}")).collect())
    }
}
