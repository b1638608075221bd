//! The address an answer is sent to: good for one conversation, one user, once.
//!
//! It names nobody. What it stands for is in the row of its id; the mark at its end
//! is made with a key of the house over that row, so that neither the address nor the
//! row can be made or changed by anybody else. Mail servers fold the case of what is
//! before the `@` and need not carry more than 64 octets of it (RFC 5321 4.5.3.1.1).

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Before the sign-marked part, so that a server's rules can tell it from other mail.
const PREFIX: &str = "r-";
/// RFC 4648 6 in lower case: no digit looks like a letter.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const ID: usize = 16;
const TIME: usize = 4;
/// 128 bits: nobody guesses them.
pub const MARK: usize = 16;
const LENGTH: usize = ID + TIME + MARK;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyAddress {
    pub id: Uuid,
    /// Minutes since 1970: until when it is good.
    pub until: u32,
    pub mark: [u8; MARK],
}

impl ReplyAddress {
    /// What is before the `@`: 60 characters.
    pub fn local_part(&self) -> String {
        let mut bytes = [0; LENGTH];
        bytes[..ID].copy_from_slice(self.id.as_bytes());
        bytes[ID..ID + TIME].copy_from_slice(&self.until.to_be_bytes());
        bytes[ID + TIME..].copy_from_slice(&self.mark);
        format!("{PREFIX}{}", written(&bytes))
    }

    /// Reads [`Self::local_part`] back, whatever became of its case.
    pub fn parse(local_part: &str) -> Option<Self> {
        let folded = local_part.to_ascii_lowercase();
        let bytes = read(folded.strip_prefix(PREFIX)?)?;
        let (id, rest) = bytes.split_at(ID);
        let (time, mark) = rest.split_at(TIME);
        Some(Self {
            id: Uuid::from_slice(id).ok()?,
            until: u32::from_be_bytes(time.try_into().ok()?),
            mark: mark.try_into().ok()?,
        })
    }
}

/// The minute that `at` falls into, as an address carries it.
pub fn minute(at: DateTime<Utc>) -> u32 {
    u32::try_from(at.timestamp().max(0) / 60).unwrap_or(u32::MAX)
}

/// What is before and behind the `@` of a path as SMTP has it.
pub fn parts(address: &str) -> Option<(&str, &str)> {
    let (local, domain) = address.rsplit_once('@')?;
    (!local.is_empty() && !domain.is_empty()).then_some((local, domain))
}

fn written(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// Exactly what [`written`] wrote: the bits left over are naught, or one address
/// would have several spellings.
fn read(text: &str) -> Option<[u8; LENGTH]> {
    let mut bytes = Vec::with_capacity(LENGTH);
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        held = held << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 255) as u8);
            held &= (1 << bits) - 1;
        }
    }
    let is_whole = bits < 5 && held == 0;
    is_whole.then_some(bytes).and_then(|bytes| bytes.try_into().ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_address_is_short_and_survives_folding(
            id: u128, until: u32, mark: [u8; MARK], cases: [bool; 64],
        ) {
            let address = ReplyAddress { id: Uuid::from_u128(id), until, mark };
            let text = address.local_part();
            prop_assert!(text.len() <= 64 && text.is_ascii());
            let folded: String = text
                .chars()
                .zip(cases)
                .map(|(c, upper)| if upper { c.to_ascii_uppercase() } else { c })
                .collect();
            prop_assert_eq!(ReplyAddress::parse(&folded), Some(address));
        }

        #[test]
        fn no_other_spelling_is_the_same_address(
            id: u128, until: u32, mark: [u8; MARK], at in 0_usize..60, other in "[ -~]",
        ) {
            let address = ReplyAddress { id: Uuid::from_u128(id), until, mark };
            let text = address.local_part();
            let mut changed = text.clone();
            changed.replace_range(at..=at, &other);
            prop_assume!(!changed.eq_ignore_ascii_case(&text));
            prop_assert_ne!(ReplyAddress::parse(&changed), Some(address));
        }

        #[test]
        fn nothing_makes_it_panic(text: String) {
            let _ = ReplyAddress::parse(&text);
        }
    }

    #[test]
    fn what_is_cut_or_longer_is_none() {
        let address = ReplyAddress { id: Uuid::from_u128(7), until: 9, mark: [5; MARK] };
        let text = address.local_part();
        assert_eq!(ReplyAddress::parse(&text), Some(address));
        for wrong in ["", "r-", &text[2..], &text[..59], &format!("{text}a"), &format!("{text}7")] {
            assert_eq!(ReplyAddress::parse(wrong), None, "{wrong}");
        }
    }
}
