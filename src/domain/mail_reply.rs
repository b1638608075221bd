//! Answers that come by e-mail: what such a mail is taken for.
//!
//! A text that reaches a customer in somebody else's name cannot be called back, so
//! that a mail counts only where nothing about it is in doubt. Whatever is goes back
//! to the user it should have come from, with the reason, and nothing is texted.

use super::message::words;

pub mod address;
pub mod automatic;
pub mod fields;
mod flowed;
mod html;
pub mod origin;
pub mod text;

pub use address::ReplyAddress;
pub use flowed::unflowed;
pub use html::text_of_html;
pub use text::own_words;

/// Why a mail was not taken for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The address is none of ours, or somebody changed it.
    UnknownAddress,
    /// Its time is over.
    Expired,
    /// It was answered to before.
    Used,
    /// A machine wrote it: an absence, a bounce, a list.
    Automatic,
    /// It cannot be read, or names several who wrote it.
    Unreadable,
    /// Somebody else wrote it than the one the address was made for.
    WrongSender,
    /// Our mail server does not vouch for who wrote it.
    Unvouched,
    /// The user is gone, or may no longer answer here.
    NotAllowed,
    /// The inbox takes no answers by mail any more.
    Off,
    /// There was more in the conversation than the user had been told.
    MovedOn,
    TooLarge,
    /// A text carries no files.
    Attachment,
    /// What was quoted cannot be told from what was written.
    Mixed,
    Empty,
    TooLong,
    OptedOut,
    /// It holds a card number or My Number, or digits that look like one.
    Secret,
    /// The contact cannot be reached, or the text is not finished.
    Unsendable,
}

words!(Refusal {
    UnknownAddress = "unknown_address",
    Expired = "expired",
    Used = "used",
    Automatic = "automatic",
    Unreadable = "unreadable",
    WrongSender = "wrong_sender",
    Unvouched = "unvouched",
    NotAllowed = "not_allowed",
    Off = "off",
    MovedOn = "moved_on",
    TooLarge = "too_large",
    Attachment = "attachment",
    Mixed = "mixed",
    Empty = "empty",
    TooLong = "too_long",
    OptedOut = "opted_out",
    Secret = "secret",
    Unsendable = "unsendable",
});

impl Refusal {
    /// Whether the user is told by mail. A machine that is answered answers again.
    pub fn is_told(self) -> bool {
        self != Self::Automatic
    }
}
