//! Hours as people write them: `9:00-12:00, 13:00-18:00`.
//!
//! What is written back is the form they are stored in, `09:00-12:00 13:00-18:00`;
//! reading that gives the same spans again.

use super::{Span, merged};

/// Why hours could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrittenError {
    #[error("write hours as 9:00-12:00 13:00-18:00")]
    Malformed,
    /// A span belongs to one day.
    #[error("write hours past midnight as 22:00-24:00, and 0:00-6:00 for the day after")]
    PastMidnight,
}

/// Reads the hours of a day; nothing written is a day closed.
///
/// Full-width digits and every dash and tilde that keyboards have are taken, and
/// hours without minutes. Spans that overlap or touch become one.
pub fn read(text: &str) -> Result<Vec<Span>, WrittenError> {
    let plain: String = text.chars().map(plain).collect();
    // Blanks divide spans, but not a span from its own dash.
    let mut tight = String::with_capacity(plain.len());
    for part in plain.split_whitespace() {
        let joins = part.starts_with('-') || tight.ends_with('-');
        if !tight.is_empty() && !joins {
            tight.push(' ');
        }
        tight.push_str(part);
    }
    tight.split_whitespace().map(span).collect::<Result<_, _>>().map(merged)
}

/// Writes the hours of a day: empty for a day closed.
pub fn write(spans: &[Span]) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let spans: Vec<String> =
        spans.iter().map(|span| format!("{}-{}", clock(span.from), clock(span.to))).collect();
    spans.join(" ")
}

fn plain(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '：' => ':',
        '‐' | '‑' | '–' | '—' | '―' | '−' | '－' | 'ー' | '~' | '〜' | '～' => '-',
        ',' | '、' | '，' | ';' | '・' | '/' => ' ',
        other => other,
    }
}

fn span(text: &str) -> Result<Span, WrittenError> {
    let (from, to) = text.split_once('-').ok_or(WrittenError::Malformed)?;
    let (from, to) = (minutes(from)?, minutes(to)?);
    // An end at 0:00 is the midnight that ends the day.
    let to = if to == 0 { super::DAY } else { to };
    Span::new(from, to).ok_or(WrittenError::PastMidnight)
}

/// `9`, `9:30`, `24:00`.
fn minutes(text: &str) -> Result<u16, WrittenError> {
    let (hours, minutes) = text.split_once(':').unwrap_or((text, "00"));
    let number = |text: &str, longest: usize| -> Option<u16> {
        let is_number =
            (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if is_number { text.parse().ok() } else { None }
    };
    let (Some(hours), Some(minutes)) = (number(hours, 2), number(minutes, 2)) else {
        return Err(WrittenError::Malformed);
    };
    let sum = hours * 60 + minutes;
    if minutes < 60 && sum <= super::DAY { Ok(sum) } else { Err(WrittenError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> String {
        write(&read(text).unwrap())
    }

    #[test]
    fn people_write_hours_in_many_ways() {
        for text in [
            "9:00-12:00 13:00-18:00",
            "09:00-12:00,13:00-18:00",
            "13:00 - 18:00 、 9:00 - 12:00",
            "９：００〜１２：００、１３：００～１８：００",
            "9-12 13–18",
            " 9:00 – 10:30 / 10:00 – 12:00 / 13 - 18 ",
        ] {
            assert_eq!(again(text), "09:00-12:00 13:00-18:00", "{text}");
        }
        assert_eq!(again(""), "", "closed");
        assert_eq!(again("0-24"), "00:00-24:00");
        assert_eq!(again("22:00-0:00"), "22:00-24:00", "the midnight that ends the day");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["closed", "9:00", "9:00-", "-", "9:60-10:00", "9:00-24:01", "9:00-10:00-11:00"]
        {
            assert_eq!(read(text), Err(WrittenError::Malformed), "{text}");
        }
        for text in ["22:00-6:00", "9:00-9:00"] {
            assert_eq!(read(text), Err(WrittenError::PastMidnight), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_as_it_was(
            bounds in proptest::collection::vec((0u16..1440, 1u16..=1440), 0..6)
        ) {
            let spans = bounds.into_iter().filter_map(|(from, to)| Span::new(from, to)).collect();
            let spans = merged(spans);
            proptest::prop_assert_eq!(read(&write(&spans)), Ok(spans));
        }
    }
}
