//! Fills in what a script leaves open.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;

use super::random::Random;

/// Who speaks to whom, and when.
pub struct Setting<'a> {
    pub contact: &'a str,
    pub agent: &'a str,
    /// Somebody else who answers there.
    pub colleague: &'a str,
    pub at: DateTime<Utc>,
    pub zone: Tz,
    pub is_english: bool,
}

/// One of the wordings of `text`, with names, dates and numbers in it.
pub fn worded(text: &str, setting: &Setting<'_>, random: &mut Random) -> String {
    let mut filled = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find(['[', '{']) {
        filled.push_str(&rest[..at]);
        let close = if rest[at..].starts_with('[') { ']' } else { '}' };
        let end = rest[at..].find(close).map_or(rest.len() - 1, |end| at + end);
        let inside = &rest[at + 1..end];
        if close == ']' {
            let wordings: Vec<&str> = inside.split('|').collect();
            let chosen = *random.pick(wordings.as_slice());
            filled.push_str(&worded(chosen, setting, random));
        } else {
            filled.push_str(&value(inside, setting, random));
        }
        rest = &rest[end + 1..];
    }
    filled.push_str(rest);
    filled
}

fn value(name: &str, setting: &Setting<'_>, random: &mut Random) -> String {
    match name {
        "name" => setting.contact.to_owned(),
        "agent" => setting.agent.to_owned(),
        "colleague" => setting.colleague.to_owned(),
        "date" => date(setting, random),
        "time" => format!("{}:{}", random.between(9, 18), random.pick(&["00", "30"])),
        "number" => format!("{:08}", random.between(10_000_000, 99_999_999)),
        "amount" if setting.is_english => format!("¥{}", thousands(random)),
        "amount" => format!("{}円", thousands(random)),
        "url" => format!("https://sms.example.jp/r/{}", code(random)),
        unknown => format!("{{{unknown}}}"),
    }
}

/// A working day of the next two weeks.
fn date(setting: &Setting<'_>, random: &mut Random) -> String {
    const WEEKDAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
    let mut day = setting.at.with_timezone(&setting.zone) + TimeDelta::days(random.between(1, 14));
    while day.weekday().num_days_from_monday() > 4 {
        day += TimeDelta::days(1);
    }
    if setting.is_english {
        return day.format("%a %-d %b").to_string();
    }
    let weekday = WEEKDAYS[day.weekday().num_days_from_monday() as usize];
    format!("{}月{}日({weekday})", day.month(), day.day())
}

fn thousands(random: &mut Random) -> String {
    format!("{},{:03}", random.between(1, 28), random.between(0, 99) * 10)
}

fn code(random: &mut Random) -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";
    (0..6).map(|_| char::from(*random.pick(LETTERS))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(is_english: bool) -> Setting<'static> {
        // A Friday.
        let at = "2026-11-20T03:00:00Z".parse().unwrap();
        let (contact, agent, colleague) = ("高橋", "佐藤", "伊藤");
        Setting { contact, agent, colleague, at, zone: Tz::Asia__Tokyo, is_english }
    }

    #[test]
    fn nothing_is_left_open() {
        let text = "{name}様 {agent}です。[{date} {time}|明日]に{amount}、{number} {url}";
        for seed in 0..100 {
            let filled = worded(text, &setting(false), &mut Random::new(seed));
            assert!(filled.starts_with("高橋様 佐藤です。"), "{filled}");
            assert!(!filled.contains(['{', '}', '[', ']', '|']), "{filled}");
        }
    }

    #[test]
    fn interviews_are_on_working_days() {
        for seed in 0..100 {
            let filled = worded("{date}", &setting(false), &mut Random::new(seed));
            assert!(!filled.contains("(土)") && !filled.contains("(日)"), "{filled}");
        }
        let filled = worded("{date}", &setting(true), &mut Random::new(1));
        assert!(filled.is_ascii() && !filled.starts_with('S'), "{filled}");
    }
}
