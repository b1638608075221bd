//! Days, times of day and parts of the day, and which choices they mean.

use chrono::{Datelike, NaiveDate, Timelike, Weekday};

use super::folding::Letter;
use super::{Choice, numbers};

mod english;

/// One word of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Atom {
    Date {
        year: Option<u32>,
        month: Option<u32>,
        day: u32,
        is_slashed: bool,
    },
    Weekday(Weekday),
    /// `ends` where a span was written (14:00-15:00).
    Clock {
        hour: u32,
        minute: u32,
        half: Option<Half>,
        ends: Option<(u32, u32)>,
    },
    Half(Half),
    /// 夕方, 朝: part of a day without bounds that all agree on.
    Vague,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Before noon.
    Am,
    Pm,
}

/// The atom that begins `letters`, and how many letters it takes.
pub fn read(letters: &[Letter]) -> Option<(Atom, usize)> {
    let readers: [fn(&[Letter]) -> Option<(Atom, usize)>; 6] =
        [date, clock, weekday, half, english::date, english::word];
    readers.iter().filter_map(|read| read(letters)).max_by_key(|(_, length)| *length)
}

fn starts(letters: &[Letter], at: usize, word: &str) -> bool {
    word.chars().enumerate().all(|(n, c)| letters.get(at + n).is_some_and(|l| l.letter == c))
}

fn starts_any<'a>(letters: &[Letter], at: usize, words: &[&'a str]) -> Option<&'a str> {
    words.iter().find(|word| starts(letters, at, word)).copied()
}

/// 6/16, 6月16日, 16日, 2026年6月16日, 2026/6/16.
fn date(letters: &[Letter]) -> Option<(Atom, usize)> {
    let first = numbers::read(letters)?;
    let at = first.length;
    if !(2000..2200).contains(&first.value) {
        return day_of_month(letters).or_else(|| day(letters));
    }
    starts_any(letters, at, &["/", "年"])?;
    let (mut atom, length) = day_of_month(letters.get(at + 1..)?)?;
    if let Atom::Date { year, is_slashed, .. } = &mut atom {
        *year = Some(first.value);
        // Behind a year there is but one order.
        *is_slashed = false;
    }
    Some((atom, at + 1 + length))
}

fn day(letters: &[Letter]) -> Option<(Atom, usize)> {
    const GOES_ON: &[&str] = &[
        "後",
        "前",
        "間",
        "目",
        "以",
        "程",
        "ほど",
        "くらい",
        "ぐらい",
        "中",
        "まで",
        "おき",
        "連",
    ];
    let day = small(letters)?;
    let after = day.length + 1;
    let is_day = starts(letters, day.length, "日") && starts_any(letters, after, GOES_ON).is_none();
    (is_day && (1..=31).contains(&day.value)).then_some((dated(None, day.value, false), after))
}

fn day_of_month(letters: &[Letter]) -> Option<(Atom, usize)> {
    let month = small(letters)?;
    let is_slashed = starts(letters, month.length, "/");
    if !is_slashed && !starts(letters, month.length, "月") {
        return None;
    }
    let begin = month.length + 1;
    let day = small(letters.get(begin..)?)?;
    let at = begin + day.length;
    let is_named = starts(letters, at, "日");
    if starts(letters, at, "/") || !is_slashed && !is_named {
        return None;
    }
    let is_date = (1..=12).contains(&month.value) && (1..=31).contains(&day.value);
    is_date.then_some((dated(Some(month.value), day.value, is_slashed), at + usize::from(is_named)))
}

/// A number of at most two digits.
fn small(letters: &[Letter]) -> Option<numbers::Number> {
    numbers::read(letters).filter(|number| number.is_kanji || number.length <= 2)
}

fn dated(month: Option<u32>, day: u32, is_slashed: bool) -> Atom {
    Atom::Date { year: None, month, day, is_slashed }
}

/// 14時, 14時半, 14:30, 午後2時, 2pm, 14:00~15:00.
fn clock(letters: &[Letter]) -> Option<(Atom, usize)> {
    let ((hour, minute, half), mut at) = time(letters)?;
    let mut ends = None;
    if let Some(link) = starts_any(letters, at, &["から", "~", "-", " - ", " ~ ", " to "]) {
        let after = at + link.chars().count();
        if let Some(((hour, minute, half), length)) = letters.get(after..).and_then(time) {
            ends = Some((full_hour(hour, half), minute));
            at = after + length;
        }
    }
    Some((Atom::Clock { hour, minute, half, ends }, at))
}

type Time = (u32, u32, Option<Half>);

fn time(letters: &[Letter]) -> Option<(Time, usize)> {
    let (before, begin) = match half(letters) {
        Some((Atom::Half(half), length)) => {
            (Some(half), length + usize::from(starts(letters, length, " ")))
        }
        _ => (None, 0),
    };
    let letters_of = letters.get(begin..)?;
    let hour = small(letters_of)?;
    let mut at = begin + hour.length;
    let mut minute = 0;
    let mut is_time = false;
    if starts(letters, at, ":") {
        let minutes = numbers::read(letters.get(at + 1..)?)?;
        if minutes.length != 2 {
            return None;
        }
        (minute, is_time) = (minutes.value, true);
        at += 1 + minutes.length;
    } else if starts(letters, at, "時") {
        is_time = true;
        at += 1;
        if starts_any(letters, at, &["間", "期", "給", "点", "計"]).is_some() {
            return None;
        }
        if starts(letters, at, "半") {
            minute = 30;
            at += 1;
        } else if let Some(minutes) = letters.get(at..).and_then(numbers::read)
            && starts(letters, at + minutes.length, "分")
        {
            minute = minutes.value;
            at += minutes.length + 1;
        }
    }
    let (after, length) = english::suffix(letters, at);
    at += length;
    let half = before.or(after);
    is_time |= after.is_some();
    (is_time && hour.value < 24 && minute < 60).then_some(((hour.value, minute, half), at))
}

/// 火曜日, 火曜, (火).
fn weekday(letters: &[Letter]) -> Option<(Atom, usize)> {
    const DAYS: &str = "月火水木金土日";
    let is_open = starts(letters, 0, "(");
    let at = usize::from(is_open);
    let day = letters.get(at)?.letter;
    let (_, day) = DAYS.chars().zip(WEEK).find(|(letter, _)| *letter == day)?;
    let word = starts_any(letters, at + 1, &["曜日", "曜"]);
    let length = at + 1 + word.map_or(0, |word| word.chars().count());
    let is_closed = starts(letters, length, ")");
    if is_open {
        return is_closed.then_some((Atom::Weekday(day), length + 1));
    }
    word.map(|_| (Atom::Weekday(day), length))
}

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

fn half(letters: &[Letter]) -> Option<(Atom, usize)> {
    const HALVES: &[(&str, Atom)] = &[
        ("午前中", Atom::Half(Half::Am)),
        ("午前", Atom::Half(Half::Am)),
        ("午後", Atom::Half(Half::Pm)),
        ("夕方", Atom::Vague),
        ("朝", Atom::Vague),
        ("昼", Atom::Vague),
        ("夜", Atom::Vague),
        ("晩", Atom::Vague),
        ("来週", Atom::Vague),
        ("再来週", Atom::Vague),
        ("今週", Atom::Vague),
    ];
    let (word, atom) = HALVES.iter().find(|(word, _)| starts(letters, 0, word))?;
    Some((*atom, word.chars().count()))
}

fn full_hour(hour: u32, half: Option<Half>) -> u32 {
    match half {
        Some(Half::Pm) if hour < 12 => hour + 12,
        Some(Half::Am) if hour == 12 => 0,
        _ => hour,
    }
}

/// What a text says of when, put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    date: Option<(Option<u32>, Option<u32>, u32, bool)>,
    weekday: Option<Weekday>,
    clock: Option<(u32, u32, Option<(u32, u32)>)>,
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
