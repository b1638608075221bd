//! Which choices the days and times of a text mean.

use chrono::{Datelike, NaiveDate, Timelike, Weekday};

use super::{Atom, Half, full_hour};
use crate::domain::appointment::reading::Choice;

type HourMinute = (u32, u32);

/// What a text says of when, put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    date: Option<(Option<u32>, Option<u32>, u32, bool)>,
    weekday: Option<Weekday>,
    /// Hour, minute, and when it ends.
    clock: Option<(u32, u32, Option<HourMinute>)>,
    half: Option<Half>,
    is_vague: bool,
    pub atoms: usize,
}

impl Moment {
    /// Whether `atom` could be added; two days or two times are not one moment.
    pub fn add(&mut self, atom: Atom) -> bool {
        self.atoms += 1;
        match atom {
            Atom::Date { year, month, day, is_slashed } => {
                self.date.replace((year, month, day, is_slashed)).is_none()
            }
            Atom::Weekday(day) => self.weekday.replace(day).is_none(),
            Atom::Half(half) => self.half.replace(half).is_none() && self.clock.is_none(),
            Atom::Clock { hour, minute, half, ends } => {
                if let Some(half) = half
                    && self.half.replace(half).is_some_and(|before| before != half)
                {
                    return false;
                }
                self.clock.replace((hour, minute, ends)).is_none()
            }
            Atom::Vague => {
                self.is_vague = true;
                true
            }
        }
    }

    /// Sets the day, where a text names it by today.
    pub fn on(&mut self, day: NaiveDate) -> bool {
        self.is_vague = true;
        self.atoms += 1;
        let year = u32::try_from(day.year()).ok();
        self.date.replace((year, Some(day.month()), day.day(), false)).is_none()
    }

    /// Whether it bounds nothing: 来週, 夕方.
    pub fn is_open(&self) -> bool {
        self.date.is_none() && self.weekday.is_none() && self.clock.is_none() && self.half.is_none()
    }

    pub fn is_vague(&self) -> bool {
        self.is_vague
    }

    pub fn has_clock(&self) -> bool {
        self.clock.is_some()
    }

    /// The numbers of the choices it can mean, and whether there is a doubt even
    /// about a single one. `top` is the highest number offered: what is not
    /// higher may be the number of a choice.
    pub fn resolve(&self, choices: &[Choice], top: u8, is_japanese: bool) -> (Vec<u8>, bool) {
        let fits = |choice: &&Choice, is_later: bool| {
            self.fits_day(choice) && self.fits_time(choice, is_later)
        };
        let found = |is_later: bool| -> Vec<u8> {
            choices.iter().filter(|choice| fits(choice, is_later)).map(|c| c.number).collect()
        };
        let (exact, later) = (found(false), found(true));
        let is_doubtful = self.is_vague
            || !later.is_empty()
            || self.is_taken_for_a_number(u32::from(top))
            || self.is_either_way(is_japanese);
        let mut numbers = [exact, later].concat();
        numbers.sort_unstable();
        numbers.dedup();
        (numbers, is_doubtful)
    }

    fn fits_day(&self, choice: &Choice) -> bool {
        let starts = choice.starts;
        self.weekday.is_none_or(|day| starts.weekday() == day)
            && self.date.is_none_or(|(year, month, day, _)| {
                starts.day() == day
                    && month.is_none_or(|month| starts.month() == month)
                    && year.is_none_or(|year| i64::from(starts.year()) == i64::from(year))
            })
    }

    /// `is_later`: takes 2時 for 14:00, as many do.
    fn fits_time(&self, choice: &Choice, is_later: bool) -> bool {
        let at = choice.starts;
        let Some((hour, minute, ends)) = self.clock else {
            let is_pm = at.hour() >= 12;
            return !is_later && self.half.is_none_or(|half| is_pm == (half == Half::Pm));
        };
        let hour = match (is_later, self.half) {
            (true, None) if hour < 12 => hour + 12,
            (true, _) => return false,
            (false, Some(Half::Am)) if hour > 12 => return false,
            (false, half) => full_hour(hour, half),
        };
        (at.hour(), at.minute()) == (hour, minute)
            && ends.is_none_or(|ends| ends == (choice.ends.hour(), choice.ends.minute()))
    }

    fn is_taken_for_a_number(&self, top: u32) -> bool {
        let day_alone =
            self.weekday.is_none() && matches!(self.date, Some((_, None, day, _)) if day <= top);
        let pair = self.weekday.is_none()
            && self.clock.is_none()
            && matches!(self.date, Some((_, Some(month), day, true)) if month <= top && day <= top);
        let hour_alone = self.date.is_none()
            && self.weekday.is_none()
            && self.half.is_none()
            && matches!(self.clock, Some((hour, 0, None)) if hour <= top);
        let half_alone = self.date.is_none() && self.weekday.is_none() && self.clock.is_none();
        day_alone || pair || hour_alone || half_alone
    }

    /// Whether 6/7 might be the sixth of July.
    fn is_either_way(&self, is_japanese: bool) -> bool {
        let may_turn = matches!(
            self.date,
            Some((_, Some(month), day, true)) if day <= 12 && day != month
        );
        may_turn && self.weekday.is_none() && !is_japanese
    }
}
