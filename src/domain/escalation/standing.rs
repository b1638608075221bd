//! How pressing something is that waits for a person.

use chrono::TimeDelta;

use super::super::message::words;

/// How long before its first step somebody sees it coming.
pub const SOON: TimeDelta = TimeDelta::minutes(15);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It has waited for longer than a step of its ladder allows.
    #[default]
    Overdue,
    /// It will have, before long.
    Soon,
    /// Somebody sees to it.
    InHand,
    /// It waited for too long, and is over.
    Solved,
}

words!(Standing { Overdue = "overdue", Soon = "soon", InHand = "in_hand", Solved = "solved" });

impl Standing {
    /// Of something that is not over; `None` while there is time. `told` says that a step
    /// was taken, `left` what remains until the next one, as far as it counts.
    pub fn of(told: bool, in_hand: bool, left: Option<TimeDelta>) -> Option<Self> {
        match left {
            _ if in_hand => Some(Self::InHand),
            _ if told => Some(Self::Overdue),
            Some(left) if left <= TimeDelta::zero() => Some(Self::Overdue),
            Some(left) if left <= SOON => Some(Self::Soon),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_told_of_is_overdue_until_somebody_sees_to_it() {
        let minutes = |n| Some(TimeDelta::minutes(n));
        for (told, in_hand, left, standing) in [
            (false, false, None, None),
            (false, false, minutes(16), None),
            (false, false, minutes(15), Some(Standing::Soon)),
            (false, false, minutes(0), Some(Standing::Overdue)),
            (true, false, minutes(30), Some(Standing::Overdue)),
            (true, false, None, Some(Standing::Overdue)),
            (true, true, minutes(1), Some(Standing::InHand)),
            (false, true, minutes(-5), Some(Standing::InHand)),
        ] {
            assert_eq!(Standing::of(told, in_hand, left), standing, "{told} {in_hand} {left:?}");
        }
    }
}
