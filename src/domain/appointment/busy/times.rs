//! Dates and times as a calendar writes them.

use calcard::common::PartialDateTime;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::zones::Zone;

/// A time in a calendar: as it is written, and the moment that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    pub local: NaiveDateTime,
    pub utc: DateTime<Utc>,
    /// A day as such, from one midnight to the next.
    pub is_day: bool,
}

/// How long something lasts, each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Exact(TimeDelta),
    /// Days as people count them, whatever the clocks do.
    Days(i64),
}

impl When {
    /// `None` for a date there is not.
    pub fn read(written: &PartialDateTime, zone: &Zone) -> Option<Self> {
        let (local, is_day) = local(written)?;
        let utc = match offset(written) {
            Some(offset) => local.and_utc() - TimeDelta::seconds(offset.local_minus_utc().into()),
            None => zone.utc(local),
        };
        Some(Self { local, utc, is_day })
    }

    /// The same in a zone: a time that is written in UTC repeats where its event is.
    pub fn in_zone(self, zone: &Zone) -> Self {
        match self.is_day {
            true => self,
            false => Self { local: zone.local(self.utc), ..self },
        }
    }
}

impl Length {
    pub fn after(self, local: NaiveDateTime, utc: DateTime<Utc>, zone: &Zone) -> DateTime<Utc> {
        let end = match self {
            Self::Exact(delta) => utc.checked_add_signed(delta),
            Self::Days(days) => {
                let local = TimeDelta::try_days(days).and_then(|d| local.checked_add_signed(d));
                local.map(|local| zone.utc(local))
            }
        };
        end.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    pub fn at_most(self) -> TimeDelta {
        match self {
            Self::Exact(delta) => delta,
            Self::Days(days) => TimeDelta::try_days(days).unwrap_or(TimeDelta::MAX),
        }
    }
}

/// What is written, and whether it is a day.
pub(super) fn local(written: &PartialDateTime) -> Option<(NaiveDateTime, bool)> {
    let (year, month, day) = (written.year?, written.month?, written.day?);
    let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())?;
    let Some(hour) = written.hour else { return Some((date.and_hms_opt(0, 0, 0)?, true)) };
    let (minute, second) = (written.minute.unwrap_or(0), written.second.unwrap_or(0));
    // A leap second is the last of its minute: calendars do not count it.
    Some((date.and_hms_opt(hour.into(), minute.into(), second.min(59).into())?, false))
}

pub(super) fn offset(written: &PartialDateTime) -> Option<FixedOffset> {
    let (hours, minutes) = (i32::from(written.tz_hour?), i32::from(written.tz_minute.unwrap_or(0)));
    let seconds = hours * 3600 + minutes * 60;
    FixedOffset::east_opt(if written.tz_minus { -seconds } else { seconds })
}
