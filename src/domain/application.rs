//! Applicants: somebody who applied for a job, and how far that has come (選考ステップ).
//!
//! A step moves by itself where the house knows what happened, and by a person's hand
//! everywhere. Each move is kept, so that reports are right whatever comes after it.

use chrono::{DateTime, TimeDelta, Utc};

use super::message::words;

pub mod report;
pub mod sheet;

/// Of the name of a job.
pub const LONGEST_JOB: usize = 100;
/// Of the name of a medium.
pub const LONGEST_MEDIUM: usize = 40;
/// Media of a house: a report of more is no table that anybody reads, and a house that
/// has more of them has mistyped some.
pub const MOST_MEDIA: i64 = 200;
/// Of the name that a source knows an application by.
pub const LONGEST_EXTERNAL_ID: usize = 200;
/// An application from before is a typing error.
pub const OLDEST: TimeDelta = TimeDelta::days(3 * 366);
/// Clocks of others may be ahead by so much.
pub const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// How far an application has come (product.md F-77).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// 応募
    Applied,
    /// 連絡中: the first text has been written.
    Contacting,
    /// 日程調整中: times were offered, or another is wanted.
    Scheduling,
    /// 確定: an interview is booked.
    Confirmed,
    /// 実施: its end has passed.
    Met,
    /// 結果連絡: told of the result.
    ResultTold,
    /// 辞退: the applicant wants no more.
    Declined,
    /// 不採用: we do not.
    Rejected,
    /// 対象外: it was no application - somebody twice, a prank, a wrong number. Reports
    /// pass it over.
    Void,
}

words!(Step {
    Applied = "applied",
    Contacting = "contacting",
    Scheduling = "scheduling",
    Confirmed = "confirmed",
    Met = "met",
    ResultTold = "result_told",
    Declined = "declined",
    Rejected = "rejected",
    Void = "void",
});

/// Why an application was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It came in.
    Received,
    /// A person said so.
    Hand,
    /// A text to the applicant was written.
    Text,
    /// Times were offered.
    Offer,
    /// One of them was booked.
    Booking,
    /// What was booked is off, another time is wanted.
    Change,
    /// The applicant said that they want none.
    Decline,
    /// The end of the interview has passed.
    Over,
}

words!(Cause {
    Received = "received",
    Hand = "hand",
    Text = "text",
    Offer = "offer",
    Booking = "booking",
    Change = "change",
    Decline = "decline",
    Over = "over",
});

impl Step {
    /// Nothing moves it on any more but a person.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Declined | Self::Rejected | Self::Void)
    }

    /// Those of applications that are under way.
    pub fn open() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|step| !step.is_end())
    }

    /// Where `cause` moves an application by itself; `None` where it stays.
    ///
    /// Never back, but for a change of what was booked: who is invited to a second
    /// interview has had the first one all the same.
    pub fn after(self, cause: Cause) -> Option<Self> {
        if self.is_end() {
            return None;
        }
        let next = match cause {
            Cause::Received | Cause::Hand => return None,
            Cause::Decline => return Some(Self::Declined),
            Cause::Change if self == Self::Confirmed => return Some(Self::Scheduling),
            Cause::Text => Self::Contacting,
            Cause::Offer | Cause::Change => Self::Scheduling,
            Cause::Booking => Self::Confirmed,
            Cause::Over => Self::Met,
        };
        (next.rank() > self.rank()).then_some(next)
    }

    fn rank(self) -> Option<usize> {
        Self::ALL.iter().position(|step| *step == self)
    }
}

/// Whether somebody may have applied then.
pub fn is_time(applied_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    applied_at <= now + AHEAD && applied_at > now - OLDEST
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAY: [(Cause, Step); 4] = [
        (Cause::Text, Step::Contacting),
        (Cause::Offer, Step::Scheduling),
        (Cause::Booking, Step::Confirmed),
        (Cause::Over, Step::Met),
    ];

    #[test]
    fn the_usual_way_goes_step_by_step() {
        let mut step = Step::Applied;
        for (cause, next) in WAY {
            step = step.after(cause).unwrap();
            assert_eq!(step, next);
        }
        // A house may skip any of them.
        for (cause, next) in WAY {
            assert_eq!(Step::Applied.after(cause), Some(next));
        }
    }

    #[test]
    fn nothing_goes_back_by_itself_but_what_was_booked() {
        for step in Step::open() {
            for cause in Cause::ALL.iter().copied() {
                let Some(next) = step.after(cause) else { continue };
                let is_back = next.rank() < step.rank();
                let is_change = (step, cause) == (Step::Confirmed, Cause::Change);
                assert_eq!(is_back, is_change, "{step:?} {cause:?}");
            }
        }
        assert_eq!(Step::Confirmed.after(Cause::Change), Some(Step::Scheduling));
        assert_eq!(Step::Met.after(Cause::Offer), None, "a second interview");
        assert_eq!(Step::Contacting.after(Cause::Text), None);
    }

    #[test]
    fn whoever_is_under_way_may_decline_and_an_end_is_one() {
        for step in Step::ALL.iter().copied() {
            let declined = step.after(Cause::Decline);
            assert_eq!(declined, (!step.is_end()).then_some(Step::Declined));
            for cause in Cause::ALL.iter().copied().filter(|_| step.is_end()) {
                assert_eq!(step.after(cause), None, "{step:?} {cause:?}");
            }
        }
        assert_eq!(Step::open().count(), 6);
    }

    #[test]
    fn nobody_applies_tomorrow_or_in_another_age() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert!(is_time(now, now) && is_time(now + AHEAD, now));
        assert!(!is_time(now + AHEAD + TimeDelta::seconds(1), now));
        assert!(!is_time(now - OLDEST, now));
    }
}
