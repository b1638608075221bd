//! What became of the keys that callers pressed, over a span of days.
//!
//! Every figure is a count of calls or of their texts, so that all of them add up.
//! Shares say of what: a percentage without that is an opinion.

use std::ops::AddAssign;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// Rows of calls that nothing else needs are kept so long (docs/phone-menus/reports.md):
/// a month can stand beside the same one of the year before.
pub const KEPT: TimeDelta = TimeDelta::days(400);
/// Days of one report: a quarter of a year, whichever.
pub const LONGEST_SPAN: u64 = 92;
/// Who rings again within that was not helped by the text.
pub const AGAIN: TimeDelta = TimeDelta::hours(24);

/// What is counted of a key, an hour, or all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Calls in which the key was pressed (着信).
    pub calls: i64,
    /// Texts that a provider took (SMS送信).
    pub sent: i64,
    /// Texts of which a carrier said that they arrived (到達).
    pub delivered: i64,
    /// Texts whose link a person opened (クリック).
    pub opened: i64,
    /// Texts that were answered while answers belonged to the call (返信).
    pub replied: i64,
    /// Of those, or without an answer: somebody of ours wrote to the caller (有人対応).
    pub helped: i64,
    /// Texts whose caller rang the same menu again within [`AGAIN`] (再入電).
    pub again: i64,
    /// Texts that were accepted [`AGAIN`] ago or before, and those of them after which
    /// the caller rang again: only they can say how many stayed away.
    pub settled: i64,
    pub settled_again: i64,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, more: Self) {
        self.calls += more.calls;
        self.sent += more.sent;
        self.delivered += more.delivered;
        self.opened += more.opened;
        self.replied += more.replied;
        self.helped += more.helped;
        self.again += more.again;
        self.settled += more.settled;
        self.settled_again += more.settled_again;
    }
}

impl std::iter::Sum for Figures {
    fn sum<I: Iterator<Item = Self>>(each: I) -> Self {
        each.fold(Self::default(), |mut all, one| {
            all += one;
            all
        })
    }
}

impl Figures {
    /// あふれ呼削減: the share of callers who did not ring again, in percent. `None`
    /// while a day has passed after no text.
    pub fn stayed_away(&self) -> Option<f64> {
        share(self.settled - self.settled_again, self.settled)
    }

    /// A count of texts as a share of those that were sent.
    pub fn of_sent(&self, count: i64) -> Option<f64> {
        share(count, self.sent)
    }
}

/// In percent, to one digit after the point; `None` of nothing.
fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 * 1_000.0 / whole as f64).round() / 10.0)
}

/// Days of a calendar, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Why no such report is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    #[error("it ends before it begins")]
    Backwards,
    #[error("it is longer than {LONGEST_SPAN} days")]
    TooLong,
    #[error("it begins before what is kept")]
    TooOld,
}

impl Span {
    /// The seven days up to `today`.
    pub fn week(today: NaiveDate) -> Self {
        Self { from: today - Days::new(6), to: today }
    }

    /// Of days to come there is nothing to tell.
    ///
    /// # Errors
    /// Says which bound the days are beyond.
    pub fn new(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Result<Self, SpanError> {
        let to = to.min(today);
        match () {
            () if to < from => Err(SpanError::Backwards),
            () if (to - from).num_days().unsigned_abs() >= LONGEST_SPAN => Err(SpanError::TooLong),
            () if from < Self::oldest(today) => Err(SpanError::TooOld),
            () => Ok(Self { from, to }),
        }
    }

    /// The first day of which everything is kept.
    pub fn oldest(today: NaiveDate) -> NaiveDate {
        today - KEPT + TimeDelta::days(1)
    }

    /// The span in pieces within each of which `zone` keeps one distance from UTC.
    pub fn stretches(&self, zone: Tz) -> Vec<Stretch> {
        // No zone has changed at another minute since there were telephones.
        const STEP: TimeDelta = TimeDelta::minutes(30);
        let (begins, ends) = (midnight(zone, self.from), midnight(zone, self.to + Days::new(1)));
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut at = begins;
        while at < ends {
            let next = (at + STEP).min(ends);
            let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
            match stretches.last_mut() {
                Some(last) if last.offset_seconds == offset => last.to = next,
                _ => stretches.push(Stretch { from: at, to: next, offset_seconds: offset }),
            }
            at = next;
        }
        stretches
    }
}

/// From one moment to before another, and what a wall clock is ahead of UTC there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub offset_seconds: i32,
}

/// When a day begins: where the clocks leap over midnight, when they have.
fn midnight(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let hours = (0..4).map(|hour| day.and_time(NaiveTime::MIN) + TimeDelta::hours(hour));
    let begins = hours.filter_map(|at| zone.from_local_datetime(&at).earliest()).next();
    begins.map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        let none = Figures::default();
        assert_eq!((none.stayed_away(), none.of_sent(0)), (None, None));
        let some = Figures { sent: 3, settled: 8, settled_again: 1, ..none };
        assert_eq!((some.stayed_away(), some.of_sent(1)), (Some(87.5), Some(33.3)));
    }

    #[test]
    fn a_span_has_bounds() {
        let today = day("2026-11-23");
        let new = |from, to| Span::new(day(from), day(to), today);
        assert_eq!(new("2026-11-17", "2026-11-23"), Ok(Span::week(today)));
        assert_eq!(new("2026-11-17", "+262142-12-31"), Ok(Span::week(today)));
        assert_eq!(new("2026-11-24", "2026-11-24"), Err(SpanError::Backwards));
        assert_eq!(new("2026-11-23", "2026-11-22"), Err(SpanError::Backwards));
        assert!(new("2026-08-24", "2026-11-23").is_ok(), "92 days");
        assert_eq!(new("2026-08-23", "2026-11-23"), Err(SpanError::TooLong));
        assert_eq!(Span::oldest(today), day("2025-10-20"));
        assert!(new("2025-10-20", "2025-10-20").is_ok());
        assert_eq!(new("2025-10-19", "2025-10-20"), Err(SpanError::TooOld));
    }

    #[test]
    fn a_span_is_cut_where_clocks_are_changed() {
        let span = |from, to| Span { from: day(from), to: day(to) };
        let tokyo = span("2026-06-16", "2026-06-22").stretches(Tz::Asia__Tokyo);
        let [week] = tokyo[..] else { panic!("{tokyo:?}") };
        assert_eq!(week.from.to_rfc3339(), "2026-06-15T15:00:00+00:00");
        assert_eq!(week.to.to_rfc3339(), "2026-06-22T15:00:00+00:00");
        assert_eq!(week.offset_seconds, 9 * 3_600);

        let berlin = span("2026-10-24", "2026-10-25").stretches(Tz::Europe__Berlin);
        let [summer, winter] = berlin[..] else { panic!("{berlin:?}") };
        assert_eq!((summer.offset_seconds, winter.offset_seconds), (7_200, 3_600));
        assert_eq!(summer.to.to_rfc3339(), "2026-10-25T01:00:00+00:00");
        assert_eq!((summer.to, winter.to - summer.from), (winter.from, TimeDelta::hours(49)));

        // Half an hour, and midnight itself is leapt over.
        let howe = span("2026-10-04", "2026-10-04").stretches(Tz::Australia__Lord_Howe);
        assert_eq!(howe.iter().map(|one| one.offset_seconds).collect::<Vec<_>>(), [37_800, 39_600]);
        let beirut = span("2026-03-29", "2026-03-29").stretches(Tz::Asia__Beirut);
        assert_eq!(beirut[0].from.to_rfc3339(), "2026-03-28T22:00:00+00:00");
    }
}
