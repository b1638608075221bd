//! When somebody is not told: the nights and days they keep for themselves, and a
//! pause of the moment. What comes meanwhile waits for them, unread.
//!
//! Notifications, sounds and pushes go by it, and mails to a person may.

use chrono::{DateTime, Days, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::business_hours::{BusinessHours, Span};

/// Minutes in a day.
const DAY: u16 = 24 * 60;
/// When the morning begins that a pause lasts to, where no night is kept.
const MORNING: u16 = 8 * 60;
/// Up to this hour, tomorrow is the morning that comes.
const SMALL_HOURS: u32 = 4;

/// Which days of the week, from Monday.
pub type Weekdays = [bool; 7];

/// A night that is kept: from one time of day to another, which is the next day's where
/// it is not later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Night {
    from: u16,
    to: u16,
    /// The days it begins on.
    on: Weekdays,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietTimes {
    pub zone: Tz,
    pub night: Option<Night>,
    /// Days that are kept whole.
    pub days: Weekdays,
    pub paused_until: Option<DateTime<Utc>>,
}

impl Night {
    /// Minutes of the day; `None` for what is no time, or no time at all.
    pub fn new(from: u16, to: u16, on: Weekdays) -> Option<Self> {
        (from < DAY && to < DAY && from != to).then_some(Self { from, to, on })
    }

    pub fn from(&self) -> u16 {
        self.from
    }

    pub fn to(&self) -> u16 {
        self.to
    }

    pub fn on(&self) -> Weekdays {
        self.on
    }
}

impl QuietTimes {
    /// Nothing is kept.
    pub fn none(zone: Tz) -> Self {
        Self { zone, night: None, days: [false; 7], paused_until: None }
    }

    /// Until when nobody is told who is not told at `now`; `None` for whoever is.
    /// What is kept for good is said to end in a year.
    pub fn quiet_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let paused = self.paused_until.filter(|until| *until > now);
        let from = paused.unwrap_or(now);
        let kept = self.kept();
        // A pause that ends within a night ends with it.
        if !kept.is_open(from) {
            return paused;
        }
        let closed = kept.closed(from);
        Some(closed.map_or(from + Days::new(365), |closed| closed.from))
    }

    /// The quiet times that begin within `ahead` or have begun, for a page that stays
    /// open: from and to, in order.
    pub fn ahead(
        &self,
        now: DateTime<Utc>,
        ahead: TimeDelta,
    ) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let (mut times, mut at, end) = (Vec::new(), now, now + ahead);
        while at < end {
            match self.quiet_until(at) {
                Some(until) => {
                    times.push((at, until));
                    at = until;
                }
                None => match self.next_after(at) {
                    Some(next) => at = next,
                    None => break,
                },
            }
        }
        times
    }

    /// When the pause "until tomorrow morning" ends: the end of the night that is kept,
    /// or eight o'clock; in the small hours that is this morning.
    pub fn tomorrow_morning(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let morning = match self.night {
            Some(night) if night.to <= night.from => night.to,
            _ => MORNING,
        };
        let mornings = [Span::new(morning, DAY)].into_iter().flatten().collect::<Vec<_>>();
        let week = std::array::from_fn(|_| mornings.clone());
        let hours = BusinessHours::new(self.zone, week, false, Default::default());
        let small_hours = now.with_timezone(&self.zone).hour() < SMALL_HOURS;
        // From the next opening on: of today in the small hours, else of tomorrow.
        let from = match hours.closed(now) {
            Some(closed) if closed.from <= now && small_hours => closed.until,
            Some(closed) if closed.from <= now => {
                closed.until.and_then(|today| hours.closed(today)).and_then(|night| night.until)
            }
            Some(closed) => closed.until,
            None => None,
        };
        from.unwrap_or(now + Days::new(1))
    }

    fn next_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // The first moment that is open for any time at all.
        self.kept().after(at, TimeDelta::microseconds(1)).map(|it| it - TimeDelta::microseconds(1))
    }

    /// As hours: "open" is kept.
    fn kept(&self) -> BusinessHours {
        let mut week: [Vec<Span>; 7] = Default::default();
        for day in 0..7 {
            if self.days[day] {
                week[day].extend(Span::new(0, DAY));
            }
            let Some(night) = self.night.filter(|night| night.on[day]) else { continue };
            if night.from < night.to {
                week[day].extend(Span::new(night.from, night.to));
            } else {
                week[day].extend(Span::new(night.from, DAY));
                week[(day + 1) % 7].extend(Span::new(0, night.to));
            }
        }
        BusinessHours::new(self.zone, week, false, Default::default())
    }
}

#[cfg(test)]
mod tests;
