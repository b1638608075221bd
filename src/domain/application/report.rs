//! What became of applications: by where they came from, and by who sees to them (R5).

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::id::{MediumId, UserId};

/// An answer within that is one to what was sent: whoever writes later does so for a
/// reason of their own.
pub const REPLY: TimeDelta = TimeDelta::days(7);

/// What a report counts of one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Story {
    pub medium: Option<MediumId>,
    pub recruiter: Option<UserId>,
    pub applied_at: DateTime<Utc>,
    /// Whether an interview was ever booked, whatever came of it.
    pub was_confirmed: bool,
    /// When a provider took the first text after the application.
    pub first_sent_at: Option<DateTime<Utc>>,
    /// The same of the first that arrived.
    pub first_delivered_at: Option<DateTime<Utc>>,
    /// When the applicant first wrote after that.
    pub replied_at: Option<DateTime<Utc>>,
}

/// What is counted of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// 有効応募
    pub applications: usize,
    /// Those of them that led to an interview's booking.
    pub confirmed: usize,
    /// Those of them whom a text reached.
    pub delivered: usize,
    /// Those of these who wrote back within [`REPLY`].
    pub replied: usize,
    /// How long each waited for the first text, the shortest first.
    waits: Vec<TimeDelta>,
}

impl Figures {
    pub fn of<'a>(stories: impl IntoIterator<Item = &'a Story>) -> Self {
        let mut all = Self::default();
        for story in stories {
            all.applications += 1;
            all.confirmed += usize::from(story.was_confirmed);
            all.delivered += usize::from(story.first_delivered_at.is_some());
            all.replied += usize::from(story.has_replied());
            all.waits.extend(story.first_sent_at.map(|sent| sent - story.applied_at));
        }
        all.waits.sort_unstable();
        all
    }

    /// 面談設定率, in percent; `None` of nothing.
    pub fn confirmed_share(&self) -> Option<f64> {
        share(self.confirmed, self.applications)
    }

    /// 返信率
    pub fn replied_share(&self) -> Option<f64> {
        share(self.replied, self.delivered)
    }

    /// How many were sent a text at all.
    pub fn contacted(&self) -> usize {
        self.waits.len()
    }

    /// 初回連絡までの時間: half of them waited for so long at most.
    pub fn median_wait(&self) -> Option<TimeDelta> {
        let upper = *self.waits.get(self.waits.len() / 2)?;
        match self.waits.len() % 2 {
            1 => Some(upper),
            _ => self.waits.get(self.waits.len() / 2 - 1).map(|lower| (*lower + upper) / 2),
        }
    }
}

impl Story {
    fn has_replied(&self) -> bool {
        let (Some(delivered), Some(replied)) = (self.first_delivered_at, self.replied_at) else {
            return false;
        };
        replied < delivered + REPLY
    }
}

/// To one digit after the point.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| (part as f64 * 1_000.0 / whole as f64).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn story(sent: Option<i64>, delivered: Option<i64>, replied: Option<i64>) -> Story {
        Story {
            medium: None,
            recruiter: None,
            applied_at: at(0),
            was_confirmed: replied.is_some(),
            first_sent_at: sent.map(at),
            first_delivered_at: delivered.map(at),
            replied_at: replied.map(at),
        }
    }

    #[test]
    fn of_nobody_there_is_no_share_and_no_time() {
        let none = Figures::of([]);
        assert_eq!(none, Figures::default());
        assert_eq!((none.confirmed_share(), none.replied_share()), (None, None));
        assert_eq!(none.median_wait(), None);
    }

    #[test]
    fn each_share_is_of_those_it_can_be_of() {
        const WEEK: i64 = 7 * 24 * 60;
        let all = [
            story(None, None, None),
            story(Some(3), None, None),
            story(Some(5), Some(5), Some(9)),
            story(Some(20), Some(20), Some(20 + WEEK)),
        ];
        let all = Figures::of(&all);
        assert_eq!((all.applications, all.confirmed, all.contacted()), (4, 2, 3));
        assert_eq!(all.confirmed_share(), Some(50.0));
        assert_eq!((all.delivered, all.replied), (2, 1), "a week later is too late");
        assert_eq!(all.replied_share(), Some(50.0));
        assert_eq!(all.median_wait(), Some(TimeDelta::minutes(5)));
    }

    #[test]
    fn of_an_even_number_the_middle_lies_between_two() {
        let waits = [30, 1, 4, 10].map(|minutes| story(Some(minutes), None, None));
        assert_eq!(Figures::of(&waits).median_wait(), Some(TimeDelta::minutes(7)));
        let one = [story(Some(4), None, None)];
        assert_eq!(Figures::of(&one).median_wait(), Some(TimeDelta::minutes(4)));
    }
}
