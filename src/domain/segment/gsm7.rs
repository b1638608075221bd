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
