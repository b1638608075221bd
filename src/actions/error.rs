//! Why a verb was refused.
//!
//! `Invalid` names a field and a problem the caller can cure; the web edge tells
//! it in the user's language, the API in English.

use crate::domain::content_guard::FindingKind;
use crate::domain::conversation::TransitionError;
use crate::domain::id::MessageId;
use crate::domain::phone_number::CannotReceive;
use crate::journal::JournalError;
use crate::store::{AsStoreError, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    #[error(transparent)]
    Store(StoreError),
    /// The caller sees the thing, but their role may not do this to it.
    #[error("your role may not do this")]
    Forbidden,
    #[error("{field}: {problem}")]
    Invalid { field: &'static str, problem: Problem },
    /// Others wrote into the conversation after the caller last looked.
    #[error("the conversation has moved on")]
    MovedOn { since: Vec<MessageId> },
    /// The same idempotency key came with another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// What was asked for was done, or became impossible, before.
    #[error("it is too late for that")]
    TooLate,
    #[error(transparent)]
    Journal(JournalError),
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    Missing,
    Malformed,
    TooShort,
    /// Among the first somebody would try.
    Guessable,
    TooLong,
    TooMany,
    Unknown,
    Taken,
    NotAPhoneNumber,
    CannotReceive(CannotReceive),
    OptedOut,
    /// Only of advertising: the text may be for something else.
    NoAdvertising,
    /// Advertising to whoever has not agreed to it.
    NoConsent,
    /// They said no at that time, or later.
    BeforeStop,
    InFuture,
    NoSender,
    NotReachable,
    InPast,
    /// Beyond what anybody plans.
    TooFar,
    Closed,
    /// A place for a name that no merge field is called by.
    UnknownField,
    /// A merge field that nothing has filled.
    Unfilled,
    /// A card number or My Number, by its digits and the words beside it.
    Secret(FindingKind),
    /// Digits that may be one: the sender has to look and say that they are not.
    Doubtful(FindingKind),
    /// A colleague who may not see the inbox.
    NotHere,
    /// Fits more than one.
    Ambiguous,
    /// No hours of a day.
    NotHours,
    /// Hours that go on into the day after.
    PastMidnight,
    NotADate,
    NotAChoice,
    /// No amount.
    NotAFigure,
    /// No mail address.
    NotAnAddress,
    /// A place for somebody's data, where none may be.
    PersonalData,
    /// A place for a link to a page that nobody has stored.
    UnknownLink,
    /// A host that links may not lead to.
    ForeignHost,
    /// Pictures as some telephones keep them, which hardly any browser shows.
    Heic,
    /// Neither JPEG, PNG nor WebP, whatever it is called, or broken.
    NotAPicture,
    /// Something still goes by it.
    InUse,
    Wrong,
}

impl Problem {
    /// The word translations and scripts know the problem by.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::TooShort => "too_short",
            Self::Guessable => "guessable",
            Self::TooLong => "too_long",
            Self::TooMany => "too_many",
            Self::Unknown => "unknown",
            Self::Taken => "taken",
            Self::NotAPhoneNumber => "not_a_phone_number",
            Self::CannotReceive(_) => "cannot_receive",
            Self::OptedOut | Self::NoAdvertising => "opted_out",
            Self::NoConsent => "no_consent",
            Self::BeforeStop => "before_stop",
            Self::InFuture => "in_future",
            Self::NoSender => "no_sender",
            Self::NotReachable => "not_reachable",
            Self::InPast => "in_past",
            Self::TooFar => "too_far",
            Self::Closed => "closed",
            Self::UnknownField => "unknown_field",
            Self::Unfilled => "unfilled",
            Self::Secret(kind) => kind.word(),
            Self::Doubtful(_) => "doubtful",
            Self::NotHere => "not_here",
            Self::Ambiguous => "ambiguous",
            Self::NotHours => "not_hours",
            Self::PastMidnight => "past_midnight",
            Self::NotADate => "not_a_date",
            Self::NotAChoice => "not_a_choice",
            Self::NotAFigure => "not_a_number",
            Self::NotAnAddress => "not_an_address",
            Self::PersonalData => "personal_data",
            Self::UnknownLink => "unknown_link",
            Self::ForeignHost => "foreign_host",
            Self::Heic => "heic",
            Self::NotAPicture => "not_a_picture",
            Self::InUse => "in_use",
            Self::Wrong => "wrong",
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::Missing => "is missing",
            Self::Malformed => "is not in the expected form",
            Self::TooShort => "is too short",
            Self::Guessable => "is too easy to guess",
            Self::TooLong => "is too long",
            Self::TooMany => "is more than there may be",
            Self::Unknown => "is not known",
            Self::Taken => "is taken already",
            Self::NotAPhoneNumber => "is not a phone number",
            Self::CannotReceive(why) => {
                return write!(f, "cannot receive texts: {}", why.word());
            }
            Self::OptedOut => "has asked to receive no texts",
            Self::NoAdvertising => "is advertising, which they have asked not to receive",
            Self::NoConsent => "is advertising, and no consent to it is on record",
            Self::BeforeStop => "must be after they last said no",
            Self::InFuture => "must not be in the future",
            Self::NoSender => "has no number to send from",
            Self::NotReachable => "cannot be reached with these settings",
            Self::InPast => "must be in the future",
            Self::TooFar => "must be within a year",
            Self::Closed => "is closed; reopen it first",
            Self::UnknownField => "has a merge field of no known name",
            Self::Unfilled => "has a merge field that nothing has filled",
            Self::Secret(FindingKind::CardNumber) => "holds a card number",
            Self::Secret(FindingKind::MyNumber) => "holds a My Number",
            Self::Doubtful(_) => "holds digits that may be a card number or My Number",
            Self::NotHere => "names somebody who may not see this inbox",
            Self::Ambiguous => "fits more than one person; write the full name",
            Self::NotHours => "must be hours such as 9:00-12:00 13:00-18:00",
            Self::PastMidnight => "must end by midnight; put the rest on the day after",
            Self::NotADate => "must be a day such as 2026-11-22",
            Self::NotAChoice => "must be one of the choices of the field",
            Self::NotAFigure => "must be a number such as -1234.5",
            Self::NotAnAddress => "must be an e-mail address such as name@example.jp",
            Self::PersonalData => "holds a place for personal data, which no address may",
            Self::UnknownLink => "names a page for links that nobody has stored",
            Self::ForeignHost => "leads to a host that an administrator has not allowed",
            Self::Heic => "is a HEIC or AVIF picture; send it as JPEG",
            Self::NotAPicture => "is no JPEG, PNG or WebP picture that can be read",
            Self::InUse => "is still in use",
            Self::Wrong => "is not right",
        };
        f.write_str(text)
    }
}

impl ActionError {
    pub fn invalid(field: &'static str, problem: Problem) -> Self {
        Self::Invalid { field, problem }
    }
}

impl From<StoreError> for ActionError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<TransitionError> for ActionError {
    fn from(error: TransitionError) -> Self {
        match error {
            TransitionError::Closed => Self::invalid("conversation", Problem::Closed),
            TransitionError::SnoozeInPast => Self::invalid("until", Problem::InPast),
        }
    }
}

impl AsStoreError for ActionError {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}
