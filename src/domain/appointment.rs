//! Interview times by text: some are offered, the candidate answers with a number, one
//! is booked.
//!
//! An *opening* is the time itself, shared by all who are offered it; an *offer* is what
//! one candidate was sent, a numbered *slot* of it for each opening; an *appointment* is
//! a booked one. A slot is held while its offer is open: that keeps the time from nobody,
//! because most candidates take another, but recruiters see it.

use chrono::{DateTime, TimeDelta, Utc};

use super::id::InterviewerId;
use super::message::words;

mod book;
pub mod busy;
pub mod feed_token;
pub mod free;
pub mod invitation;
pub mod own_calendar;
pub mod page;
pub mod plan;
pub mod policy;
pub mod reading;

pub use book::{Clash, Taken, clash};

/// Numbers of one digit, one of them for "none of these".
pub const MOST_SLOTS: usize = 8;
/// How many come with an offer that henji makes by itself (product.md 9.2, step 2).
pub const NEXT_SLOTS: usize = 3;
/// How long slots are held where nobody says otherwise: until they are called (product.md
/// 9.2, step 5). Its step 2 has 24 hours, after which the text that asks again would be a
/// list of times that nobody holds.
pub const HELD: TimeDelta = TimeDelta::hours(72);
pub const LONGEST_HELD: TimeDelta = TimeDelta::days(30);
/// Nobody is invited to what begins sooner.
pub const SOONEST: TimeDelta = TimeDelta::minutes(5);
/// Nobody is offered by itself what begins sooner: whoever is met has to hear of it.
pub const NOTICE: TimeDelta = TimeDelta::hours(3);
/// Times beyond are typing errors.
pub const FURTHEST: TimeDelta = TimeDelta::days(366);
pub const LONGEST_MINUTES: i64 = 12 * 60;
pub const LONGEST_BUFFER: i64 = 4 * 60;
/// A group interview of more is a mass meeting.
pub const MOST_PLACES: i64 = 500;
pub const LONGEST_TITLE: usize = 40;
pub const LONGEST_LOCATION: usize = 200;
pub const MOST_INTERVIEWERS: usize = 5;

/// How an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfferState {
    /// The candidate has not answered (未返信).
    Open,
    /// A person has to look (要調整).
    NeedsPerson,
    Booked,
    Declined,
    /// Nobody answered in time: its slots are held no longer.
    Expired,
    /// Another offer came after it.
    Replaced,
    /// A recruiter took it back.
    Withdrawn,
}

words!(OfferState {
    Open = "open",
    NeedsPerson = "needs_person",
    Booked = "booked",
    Declined = "declined",
    Expired = "expired",
    Replaced = "replaced",
    Withdrawn = "withdrawn",
});

impl OfferState {
    /// Whether an answer may still choose one of its slots.
    pub fn takes_answers(self) -> bool {
        matches!(self, Self::Open | Self::NeedsPerson)
    }
}

/// Why a person is wanted for an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    /// None of the times suits (別日希望).
    OtherTime,
    /// The answer is not clear.
    Unclear,
    /// All were taken, and there is no other time to offer.
    NothingFree,
    /// No answer for days: to be called (電話する).
    Call,
}

words!(Wish {
    OtherTime = "other_time",
    Unclear = "unclear",
    NothingFree = "nothing_free",
    Call = "call",
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlotState {
    /// 仮押さえ
    Held,
    Booked,
    /// The candidate took another, or none.
    Released,
    /// Others were first.
    Full,
}

words!(SlotState { Held = "held", Booked = "booked", Released = "released", Full = "full" });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AppointmentState {
    /// 確定
    Booked,
    /// The candidate asked for another time.
    Changed,
    /// The candidate will not come.
    Declined,
    /// We called it off.
    Canceled,
}

words!(AppointmentState {
    Booked = "booked",
    Changed = "changed",
    Declined = "declined",
    Canceled = "canceled",
});

/// What an answer seems to say, for whoever looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    Chosen,
    AnyOf,
    NoneFits,
    Attends,
    Reschedule,
    Decline,
    Late,
    Unclear,
}

words!(Hint {
    Chosen = "chosen",
    AnyOf = "any_of",
    NoneFits = "none_fits",
    Attends = "attends",
    Reschedule = "reschedule",
    Decline = "decline",
    Late = "late",
    Unclear = "unclear",
});

impl From<&reading::Reading> for Hint {
    fn from(reading: &reading::Reading) -> Self {
        use reading::Reading;
        match reading {
            Reading::Chosen(_) => Self::Chosen,
            Reading::AnyOf(_) => Self::AnyOf,
            Reading::NoneFits => Self::NoneFits,
            Reading::Attends => Self::Attends,
            Reading::Reschedule => Self::Reschedule,
            Reading::Decline => Self::Decline,
            Reading::Late(_) => Self::Late,
            Reading::Unclear => Self::Unclear,
        }
    }
}

/// What time brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskKind {
    /// The slots are held no longer.
    Expire,
    /// One more text to whoever has not answered.
    FollowUp,
    /// Somebody should telephone.
    Call,
    /// The evening before.
    RemindEve,
    /// The morning of the day.
    RemindDay,
    /// The interviewers' calendars are told of it.
    Invite,
    /// They are told that it is off.
    Cancel,
    /// They are told that the candidate is late.
    Late,
    /// It is over: the candidate was met.
    Over,
}

words!(TaskKind {
    Expire = "expire",
    FollowUp = "follow_up",
    Call = "call",
    RemindEve = "remind_eve",
    RemindDay = "remind_day",
    Invite = "invite",
    Cancel = "cancel",
    Late = "late",
    Over = "over",
});

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    pub starts: DateTime<Utc>,
    pub ends: DateTime<Utc>,
}

impl Span {
    pub fn lasting(starts: DateTime<Utc>, length: TimeDelta) -> Self {
        Self { starts, ends: starts + length }
    }

    /// Whether they share a moment; one that begins as the other ends does not.
    pub fn overlaps(self, other: Self) -> bool {
        self.starts < other.ends && other.starts < self.ends
    }

    /// Longer by `buffer` at both ends.
    pub fn with_buffer(self, buffer: TimeDelta) -> Self {
        Self { starts: self.starts - buffer, ends: self.ends + buffer }
    }
}

/// Who is met: nobody named is the inbox itself, which meets one at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interviewers(Vec<InterviewerId>);

impl Interviewers {
    /// In any order, each once.
    pub fn new(mut ids: Vec<InterviewerId>) -> Self {
        ids.sort();
        ids.dedup();
        Self(ids)
    }

    pub fn ids(&self) -> &[InterviewerId] {
        &self.0
    }

    /// Whether somebody, or the inbox, would have to be in two places.
    pub fn share(&self, other: &Self) -> bool {
        match (self.0.is_empty(), other.0.is_empty()) {
            (true, true) => true,
            (false, false) => self.0.iter().any(|id| other.0.contains(id)),
            _ => false,
        }
    }
}
