//! A message: one text in either direction, a note, or a line the system wrote.

use super::segment::Encoding;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the handset to us (MO).
    Inbound,
    /// From us to the handset (MT).
    Outbound,
    /// Neither: an internal note or a system line never leaves the house.
    Internal,
}

/// What a line of the timeline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A text message.
    Sms,
    /// A note for colleagues. Never sent.
    Note,
    /// Something that happened, told in the timeline ("closed by Sato").
    System,
}

/// Why a text is sent. Decides which opt-outs and quiet hours apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A person answers a person (会話).
    Conversation,
    /// A notice about something the contact asked for (通知).
    Notice,
    /// A one-time code (認証).
    Verification,
    /// A payment reminder (督促).
    Dunning,
    /// Advertising (広告): 特定電子メール法 applies.
    Advertising,
}

/// How a text is carried and billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billing {
    pub encoding: Encoding,
    /// Billed parts, 1 or more.
    pub segments: u16,
}

impl Purpose {
    /// What a person may say of a text of theirs; one-time codes are sent by programs.
    pub const BY_HAND: [Self; 4] =
        [Self::Conversation, Self::Notice, Self::Dunning, Self::Advertising];

    /// Reads the purpose a form names; a form without one answers a person.
    pub fn by_hand(word: &str) -> Self {
        let named = Self::BY_HAND.into_iter().find(|purpose| purpose.word() == word);
        named.unwrap_or(Self::Conversation)
    }
}

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in the order of the definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in the database, the API and CSS classes.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// Reads [`Self::word`] back.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}
pub(crate) use words;

words!(Direction { Inbound = "inbound", Outbound = "outbound", Internal = "internal" });
words!(MessageKind { Sms = "sms", Note = "note", System = "system" });
words!(Purpose {
    Conversation = "conversation",
    Notice = "notice",
    Verification = "verification",
    Dunning = "dunning",
    Advertising = "advertising",
});
