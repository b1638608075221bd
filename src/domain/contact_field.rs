//! What an organisation keeps of its customers, in its own words: 会員番号, 契約日.

use chrono::{DateTime, NaiveDate, Utc};
use unicode_normalization::UnicodeNormalization;

use super::escalation::is_address;
use super::id::FieldId;
use super::merge_field;
use super::message::words;

/// Fields a house can have, archived ones among them.
pub const MOST: usize = 20;
/// Letters of a field's name: it stands in templates, between braces.
pub const LONGEST_NAME: usize = 30;
/// Letters of a value.
pub const LONGEST_VALUE: usize = 200;
/// Choices of a field.
pub const MOST_CHOICES: usize = 50;

/// Something a house keeps of each of its customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactField {
    pub id: FieldId,
    pub name: String,
    pub kind: FieldKind,
    /// Only of a choice.
    pub choices: Vec<String>,
    /// Where it stands among the others; the lowest comes first.
    pub position: i32,
    /// Since when it is no longer shown. Its values stay.
    pub archived_at: Option<DateTime<Utc>>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FieldKind {
    #[default]
    Text,
    /// Kept as `2026-11-22`.
    Date,
    /// One of the words the field has.
    Choice,
    /// Kept as `-1234.5`.
    Number,
    /// Where mail reaches them.
    Email,
}

words!(FieldKind { Text = "text", Date = "date", Choice = "choice", Number = "number",
    Email = "email",
});

/// Why a value is none of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueProblem {
    TooLong,
    NotText,
    NotADate,
    NotAChoice,
    NotANumber,
    NotAnAddress,
}

impl FieldKind {
    /// A value as it is kept; empty where there is none.
    pub fn read(self, choices: &[String], typed: &str) -> Result<String, ValueProblem> {
        let value = typed.trim();
        if value.is_empty() {
            return Ok(String::new());
        }
        if value.chars().count() > LONGEST_VALUE {
            return Err(ValueProblem::TooLong);
        }
        // A line break would end the line of a text somebody fills with it.
        if value.contains(char::is_control) {
            return Err(ValueProblem::NotText);
        }
        match self {
            Self::Text => Ok(value.to_owned()),
            Self::Date => date(value).ok_or(ValueProblem::NotADate),
            Self::Choice => {
                let known = choices.iter().find(|choice| folded(choice) == folded(value));
                known.cloned().ok_or(ValueProblem::NotAChoice)
            }
            Self::Number => number(value).ok_or(ValueProblem::NotANumber),
            Self::Email => {
                let folded: String = value.nfkc().collect();
                is_address(&folded).then_some(folded).ok_or(ValueProblem::NotAnAddress)
            }
        }
    }

    /// A kept value as it stands in a text to a customer.
    pub fn written(self, value: &str, in_japanese: bool) -> String {
        let date = || value.parse::<NaiveDate>().ok().filter(|_| self == Self::Date);
        match date() {
            Some(date) if in_japanese => date.format("%Y年%-m月%-d日").to_string(),
            _ => value.to_owned(),
        }
    }
}

/// Whether a field can be called so: its name stands in braces in templates and at
/// the head of a column, and must be nobody else's there.
pub fn is_name(name: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !"{}｛｝\"".contains(c);
    let name = name.trim();
    !name.is_empty()
        && name.chars().count() <= LONGEST_NAME
        && name.chars().all(is_plain)
        && merge_field::unknown(&format!("{{{{{name}}}}}"), |_| false).is_some()
}

/// A name, or a choice, as it is compared: width and case mean nothing.
pub fn folded(name: &str) -> String {
    name.trim().nfkc().flat_map(char::to_lowercase).collect()
}

/// As people write days: 2026-6-1, 2026/06/01, 2026年6月1日, 20260601, of any width.
fn date(text: &str) -> Option<String> {
    let text: String = text.nfkc().collect();
    let text = text.trim_end_matches('日').replace(['年', '月', '/', '.'], "-");
    let day = match text.len() {
        8 if !text.contains('-') => NaiveDate::parse_from_str(&text, "%Y%m%d").ok()?,
        _ => NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?,
    };
    let year = day.format("%Y").to_string();
    (year.len() == 4).then(|| day.to_string())
}

fn number(text: &str) -> Option<String> {
    let text: String = text.nfkc().filter(|c| !matches!(c, ',' | ' ')).collect();
    let (sign, digits) = match text.strip_prefix(['-', '−', '▲', '△']) {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    (is_digits(whole) && is_digits(part)).then(|| format!("{sign}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        use FieldKind::{Choice, Date, Email, Number, Text};
        use ValueProblem::{NotAChoice, NotADate, NotANumber, NotAnAddress, NotText, TooLong};
        let choices = ["個人".to_owned(), "VIP".to_owned()];
        let long = "あ".repeat(LONGEST_VALUE + 1);
        for (kind, typed, read) in [
            (Text, " A-1 ", Ok("A-1")),
            (Text, "一\n二", Err(NotText)),
            (Text, long.as_str(), Err(TooLong)),
            (Text, "", Ok("")),
            (Date, "2026-06-01", Ok("2026-06-01")),
            (Date, "２０２６／６／１", Ok("2026-06-01")),
            (Date, "2026年6月1日", Ok("2026-06-01")),
            (Date, "20260601", Ok("2026-06-01")),
            (Date, "2026-02-30", Err(NotADate)),
            (Date, "6/1", Err(NotADate)),
            (Date, "明日", Err(NotADate)),
            (Choice, "ｖｉｐ", Ok("VIP")),
            (Choice, "法人", Err(NotAChoice)),
            (Number, "１，２３４．５", Ok("1234.5")),
            (Number, "-3", Ok("-3")),
            (Number, "▲3", Ok("-3")),
            (Number, "3.", Err(NotANumber)),
            (Number, "1e9", Err(NotANumber)),
            (Number, "三", Err(NotANumber)),
            (Email, " hanako@example.jp ", Ok("hanako@example.jp")),
            (Email, "ｈａｎａｋｏ＠example.jp", Ok("hanako@example.jp")),
            (Email, "hanako", Err(NotAnAddress)),
            (Email, "a@example.jp, b@example.jp", Err(NotAnAddress)),
        ] {
            let found = kind.read(&choices, typed);
            assert_eq!(found.as_deref(), read.as_deref(), "{kind:?} {typed}");
        }
    }

    #[test]
    fn what_is_kept_is_read_as_itself() {
        for (kind, kept) in [
            (FieldKind::Text, "A-1"),
            (FieldKind::Date, "2026-06-01"),
            (FieldKind::Choice, "VIP"),
            (FieldKind::Number, "-1234.5"),
        ] {
            assert_eq!(kind.read(&["VIP".to_owned()], kept).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn a_day_is_written_as_letters_have_it() {
        assert_eq!(FieldKind::Date.written("2026-06-01", true), "2026年6月1日");
        assert_eq!(FieldKind::Date.written("2026-06-01", false), "2026-06-01");
        assert_eq!(FieldKind::Text.written("2026-06-01", true), "2026-06-01");
    }

    #[test]
    fn a_name_is_its_own_and_stands_between_braces() {
        for (name, is) in [
            ("会員番号", true),
            ("Member no.", true),
            ("氏名", false),
            ("ＮＡＭＥ", false),
            ("{x}", false),
            ("一\n二", false),
            (" ", false),
        ] {
            assert_eq!(is_name(name), is, "{name}");
        }
        assert!(is_name(&"あ".repeat(LONGEST_NAME)) && !is_name(&"あ".repeat(LONGEST_NAME + 1)));
    }
}
