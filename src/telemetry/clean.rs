//! Makes a log record safe to read.

/// One line: control and bidirectional characters escaped, numbers masked.
pub(super) fn record(text: &str) -> String {
    let mut line = escape(&mask_numbers(text.trim_end_matches('\n')));
    line.push('\n');
    line
}

/// Writes characters that act on a terminal, or on the order of others, as
/// `\u{…}`.
fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len() + 1), |mut out, c| {
        if acts(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
        out
    })
}

fn acts(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

/// Leaves the last four digits of whatever looks like a telephone number:
/// `+` and 8 to 15 digits (E.164), or 10 to 15 digits that stand alone.
///
/// Runs inside a word or beside a hyphen are left: UUIDs have such.
fn mask_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let length = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (run, after) = from.split_at(length);
        out.push_str(before);
        if is_number(&out, run, after) {
            out.push('…');
            out.push_str(&run[run.len() - 4..]);
        } else {
            out.push_str(run);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_number(before: &str, run: &str, after: &str) -> bool {
    let is_international = before.ends_with('+') || before.ends_with("%2B");
    let joins = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let stands_alone = !before.ends_with(joins)
        && !after.starts_with(|c: char| c.is_alphanumeric() || "-_".contains(c));
    match run.len() {
        8..=15 if is_international => true,
        10..=15 => stands_alone,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_stays_one_line() {
        assert_eq!(record("a\nINFO b\r\u{1b}[31m\n"), "a\\u{a}INFO b\\u{d}\\u{1b}[31m\n");
    }

    #[test]
    fn bidirectional_and_invisible_characters_are_shown() {
        for c in ['\u{202e}', '\u{2066}', '\u{200f}', '\u{61c}', '\u{2028}', '\u{feff}', '\u{9b}'] {
            let line = record(&format!("x{c}y"));
            assert!(!line.contains(c), "{line}");
            assert!(line.contains(&format!("\\u{{{:x}}}", u32::from(c))), "{line}");
        }
        assert_eq!(record("返信 👍"), "返信 👍\n");
    }

    #[test]
    fn telephone_numbers_are_masked() {
        for (text, expected) in [
            ("to=+819012345678", "to=+…5678\n"),
            ("to=%2B819012345678&x", "to=%2B…5678&x\n"),
            ("from 09012345678.", "from …5678.\n"),
            ("from \"0312345678\"", "from \"…5678\"\n"),
            ("+8190-1234-5678", "+8190-1234-5678\n"),
        ] {
            assert_eq!(record(text), expected);
        }
    }

    #[test]
    fn ids_times_and_counts_are_left() {
        for text in [
            "2026-11-22T01:02:03.123456Z",
            "message.id=019a9b3c-0000-7000-8000-123456789012",
            "message.id=019a9b3c-0000-7000-8000-a1234567890f",
            "seq=123456789 duration_ms=1234",
            "SM01234567890123456789012345678901",
        ] {
            assert_eq!(record(text), format!("{text}\n"));
        }
    }
}
