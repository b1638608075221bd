//! Whether a time can be given to one more candidate.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Interviewers, Span};
use crate::domain::id::OpeningId;

/// A time that was given to somebody, or that an interviewer's own calendar has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// None of a calendar's own.
    pub opening: Option<OpeningId>,
    pub span: Span,
    pub buffer: TimeDelta,
    pub interviewers: Interviewers,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// It is over, or has begun.
    Past,
    /// Every place is taken.
    Full,
    /// Who is met there is elsewhere then.
    Busy,
}

/// What keeps one more candidate from an opening of `capacity` places, `booked` of them
/// given; `taken` is what its interviewers have besides, the opening itself included or not.
pub fn clash(
    wanted: &Taken,
    (booked, capacity): (i32, i32),
    taken: &[Taken],
    now: DateTime<Utc>,
) -> Option<Clash> {
    if wanted.span.starts <= now {
        return Some(Clash::Past);
    }
    if booked >= capacity {
        return Some(Clash::Full);
    }
    let is_other = |one: &&Taken| one.opening.is_none() || one.opening != wanted.opening;
    let meets = |one: &Taken| {
        let buffer = one.buffer.max(wanted.buffer);
        wanted.span.with_buffer(buffer).overlaps(one.span)
            && wanted.interviewers.share(&one.interviewers)
    };
    taken.iter().filter(is_other).any(meets).then_some(Clash::Busy)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::InterviewerId;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::minutes(minute)
    }

    fn taken(opening: u128, from: i64, to: i64, who: &[u128]) -> Taken {
        let ids = who.iter().map(|n| InterviewerId(Uuid::from_u128(*n))).collect();
        Taken {
            opening: Some(OpeningId(Uuid::from_u128(opening))),
            span: Span { starts: at(from), ends: at(to) },
            buffer: TimeDelta::zero(),
            interviewers: Interviewers::new(ids),
        }
    }

    #[test]
    fn a_place_is_given_only_where_nothing_speaks_against_it() {
        let wanted = taken(1, 60, 90, &[7]);
        let buffered = Taken { buffer: TimeDelta::minutes(15), ..taken(2, 95, 120, &[7]) };
        let own = Taken { opening: None, ..taken(1, 80, 100, &[7]) };
        for (booked, others, now, expected) in [
            ((0, 1), vec![], 0, None),
            ((1, 1), vec![], 0, Some(Clash::Full)),
            ((9, 10), vec![wanted.clone()], 0, None),
            ((0, 1), vec![], 60, Some(Clash::Past)),
            ((0, 1), vec![taken(2, 90, 120, &[7])], 0, None),
            ((0, 1), vec![taken(2, 89, 120, &[7])], 0, Some(Clash::Busy)),
            ((0, 1), vec![taken(2, 60, 90, &[8])], 0, None),
            ((0, 1), vec![taken(2, 60, 90, &[8, 7])], 0, Some(Clash::Busy)),
            ((0, 1), vec![taken(2, 60, 90, &[])], 0, None),
            ((0, 1), vec![buffered], 0, Some(Clash::Busy)),
            ((0, 1), vec![own], 0, Some(Clash::Busy)),
        ] {
            assert_eq!(clash(&wanted, booked, &others, at(now)), expected, "{others:?}");
        }
        // An inbox without interviewers meets one at a time.
        let inbox = taken(1, 0, 30, &[]);
        assert_eq!(clash(&inbox, (0, 1), &[taken(2, 15, 45, &[])], at(-1)), Some(Clash::Busy));
    }
}
