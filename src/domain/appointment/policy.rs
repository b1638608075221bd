//! When an inbox writes to candidates by itself, as whoever leads its recruiters sets it.

use chrono::TimeDelta;

/// The evening before, 19:00, and the morning of the day, 8:00 (product.md F-76).
const EVE: u32 = 19;
const MORNING: u32 = 8;
/// Texts that nobody waits for leave between these hours of the day.
const FROM: u32 = 8;
const UNTIL: u32 = 21;
/// Who has not answered for so long gets one more text, and is called after that
/// (product.md 9.2, step 5).
const FOLLOW_UP: TimeDelta = TimeDelta::hours(24);
const CALL: TimeDelta = TimeDelta::hours(72);

/// "Tomorrow" is told from noon on, "today" while there is a day to come: (first, last).
pub const EVES: (u32, u32) = (12, 21);
pub const MORNINGS: (u32, u32) = (6, 16);
/// Whoever works in shifts is told at six or at ten in the evening; earlier and later
/// everybody's sleep is disturbed.
pub const FROMS: (u32, u32) = (6, 12);
pub const UNTILS: (u32, u32) = (16, 22);
/// Two weeks later nobody knows what is asked about.
pub const SOONEST_FOLLOW_UP: TimeDelta = TimeDelta::hours(1);
pub const LATEST_FOLLOW_UP: TimeDelta = TimeDelta::days(14);
/// As long as times can be held.
pub const SOONEST_CALL: TimeDelta = TimeDelta::hours(2);
pub const LATEST_CALL: TimeDelta = super::LONGEST_HELD;

/// What an inbox goes by. Hours are its own clock's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The reminder of the day before; nobody gets one where there is none.
    pub eve: Option<u32>,
    /// The reminder of the day itself.
    pub morning: Option<u32>,
    /// Texts that nobody waits for leave from this hour on,
    pub from: u32,
    /// and not from this one on.
    pub until: u32,
    /// After the offer, to whoever has not answered; never where there is none.
    pub follow_up: Option<TimeDelta>,
    /// After the offer, a person is to telephone.
    pub call: TimeDelta,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            eve: Some(EVE),
            morning: Some(MORNING),
            from: FROM,
            until: UNTIL,
            follow_up: Some(FOLLOW_UP),
            call: CALL,
        }
    }
}

/// What keeps a policy from being kept to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("the reminder of the day before is at no hour on offer")]
    Eve,
    #[error("the reminder of the day before would leave while texts rest")]
    EveRests,
    #[error("the reminder of the day is at no hour on offer")]
    Morning,
    #[error("the reminder of the day would leave while texts rest")]
    MorningRests,
    #[error("texts begin at no hour on offer")]
    From,
    #[error("texts end at no hour on offer")]
    Until,
    #[error("the text that asks again comes too soon or too late")]
    FollowUp,
    #[error("the call comes too soon or too late")]
    Call,
    #[error("the call comes before the text that asks again")]
    CallFirst,
}

impl Policy {
    /// Everything that is wrong with it, in the order of a form's fields.
    pub fn check(&self) -> Vec<PolicyError> {
        let hours = [
            (within(self.from, FROMS), PolicyError::From),
            (within(self.until, UNTILS), PolicyError::Until),
        ];
        let mut wrong: Vec<PolicyError> =
            hours.into_iter().filter(|(ok, _)| !ok).map(|(_, why)| why).collect();
        let reminders = [
            (self.eve, EVES, PolicyError::Eve, PolicyError::EveRests),
            (self.morning, MORNINGS, PolicyError::Morning, PolicyError::MorningRests),
        ];
        // Where the hours themselves are wrong, nothing can be within them.
        let is_known = wrong.is_empty();
        for (hour, offered, unknown, rests) in reminders {
            match hour {
                Some(hour) if !within(hour, offered) => wrong.push(unknown),
                Some(hour) if is_known && self.rests_at(hour) => wrong.push(rests),
                _ => {}
            }
        }
        let follow_up = self.follow_up.unwrap_or(SOONEST_FOLLOW_UP);
        if !(SOONEST_FOLLOW_UP..=LATEST_FOLLOW_UP).contains(&follow_up) {
            wrong.push(PolicyError::FollowUp);
        }
        match self.call {
            call if !(SOONEST_CALL..=LATEST_CALL).contains(&call) => wrong.push(PolicyError::Call),
            call if self.follow_up.is_some_and(|asked| asked >= call) => {
                wrong.push(PolicyError::CallFirst);
            }
            _ => {}
        }
        wrong
    }

    /// Whether texts that nobody waits for rest at that hour.
    pub fn rests_at(&self, hour: u32) -> bool {
        hour < self.from || hour >= self.until
    }
}

fn within(hour: u32, (first, last): (u32, u32)) -> bool {
    (first..=last).contains(&hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_to_is_named() {
        let usual = Policy::default();
        let hours = TimeDelta::hours;
        for (policy, expected) in [
            (usual, vec![]),
            (Policy { eve: None, morning: None, follow_up: None, ..usual }, vec![]),
            (Policy { eve: Some(20), until: 21, ..usual }, vec![]),
            // The last hour is the one at which texts end.
            (Policy { eve: Some(21), ..usual }, vec![PolicyError::EveRests]),
            (Policy { eve: Some(11), ..usual }, vec![PolicyError::Eve]),
            (Policy { eve: Some(22), ..usual }, vec![PolicyError::Eve]),
            (Policy { morning: Some(7), ..usual }, vec![PolicyError::MorningRests]),
            (Policy { morning: Some(7), from: 7, ..usual }, vec![]),
            (Policy { morning: Some(5), ..usual }, vec![PolicyError::Morning]),
            (Policy { morning: Some(17), ..usual }, vec![PolicyError::Morning]),
            // Who begins later or ends sooner has to move the reminders, too.
            (Policy { from: 9, ..usual }, vec![PolicyError::MorningRests]),
            (Policy { until: 19, ..usual }, vec![PolicyError::EveRests]),
            (Policy { from: 5, eve: Some(21), ..usual }, vec![PolicyError::From]),
            (Policy { from: 13, ..usual }, vec![PolicyError::From]),
            (Policy { until: 15, ..usual }, vec![PolicyError::Until]),
            (Policy { until: 23, ..usual }, vec![PolicyError::Until]),
            (Policy { follow_up: Some(hours(0)), ..usual }, vec![PolicyError::FollowUp]),
            (
                Policy { follow_up: Some(hours(337)), call: hours(400), ..usual },
                vec![PolicyError::FollowUp],
            ),
            (Policy { follow_up: Some(hours(336)), call: hours(337), ..usual }, vec![]),
            (Policy { follow_up: Some(hours(72)), ..usual }, vec![PolicyError::CallFirst]),
            (Policy { follow_up: None, call: hours(1), ..usual }, vec![PolicyError::Call]),
            (Policy { call: hours(721), ..usual }, vec![PolicyError::Call]),
            (
                Policy { eve: Some(21), morning: Some(7), call: hours(24), ..usual },
                vec![PolicyError::EveRests, PolicyError::MorningRests, PolicyError::CallFirst],
            ),
        ] {
            assert_eq!(policy.check(), expected, "{policy:?}");
        }
    }
}
