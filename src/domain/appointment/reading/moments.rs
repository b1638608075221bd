//! Days, times of day and parts of the day as people write them.

use chrono::Weekday;

use super::folding::Letter;
use super::numbers;

mod english;
mod moment;

pub use moment::Moment;

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

type Reader = fn(&[Letter]) -> Option<(Atom, usize)>;

/// The atom that begins `letters`, and how many letters it takes.
pub fn read(letters: &[Letter]) -> Option<(Atom, usize)> {
    let readers: [Reader; 6] = [date, clock, weekday, half, english::date, english::word];
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
    let day = small(letters)?;
    let after = day.length + 1;
    let is_day = starts(letters, day.length, "日") && !goes_on(letters, after);
    (is_day && (1..=31).contains(&day.value)).then_some((dated(None, day.value, false), after))
}

/// Whether 日 is followed by what makes it no day: 2日後, 3日間.
fn goes_on(letters: &[Letter], at: usize) -> bool {
    const MORE: &[&str] = &[
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
    starts_any(letters, at, MORE).is_some()
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
    if is_named && goes_on(letters, at + 1) {
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
