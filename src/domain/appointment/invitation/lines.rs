//! Lines of iCalendar: escaped, folded, ended by CRLF (RFC 5545 3.1 and 3.3.11).

/// Octets of a line, its end aside (RFC 5545 3.1).
const WIDEST: usize = 75;

pub(super) struct Lines(String);

impl Lines {
    pub fn new() -> Self {
        Self(String::new())
    }

    /// A property whose value is ours: nothing in it is escaped.
    pub fn put(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{value}"));
    }

    /// A property whose value is somebody's words.
    pub fn text(&mut self, name: &str, words: &str) {
        self.put(name, &escaped(words));
    }

    /// A property that names somebody.
    pub fn person(&mut self, property: &str, name: &str, address: &str) {
        let name = quotable(name);
        let address = bare(address);
        match name.is_empty() {
            true => self.put(property, &format!("mailto:{address}")),
            false => self.put(&format!("{property};CN=\"{name}\""), &format!("mailto:{address}")),
        }
    }

    pub fn finish(self) -> String {
        self.0
    }

    /// Breaks between characters; each line after the first begins with a space, which
    /// counts.
    fn fold(&mut self, line: &str) {
        let mut width = 0;
        for c in line.chars() {
            if width + c.len_utf8() > WIDEST {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(c);
            width += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// Words as TEXT has them (RFC 5545 3.3.11). Whatever some reader may take for the end
/// of a line becomes `\n`; other control characters have no place in a calendar.
fn escaped(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    let mut rest = words.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\r' => {
                rest.next_if_eq(&'\n');
                escaped.push_str("\\n");
            }
            c if ends_a_line(c) => escaped.push_str("\\n"),
            '\t' => escaped.push(c),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// All that any reader splits lines at (UAX 14, Python's `splitlines`).
fn ends_a_line(c: char) -> bool {
    matches!(c, '\n' | '\u{b}'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A name between quotes, which cannot hold any itself (RFC 5545 3.2).
fn quotable(name: &str) -> String {
    let plain = name.chars().map(|c| match c {
        '"' => '\'',
        c if c.is_control() || ends_a_line(c) => ' ',
        c => c,
    });
    plain.collect::<String>().trim().to_owned()
}

/// An address without what could end it.
fn bare(address: &str) -> String {
    let is_unsafe = |c: char| c.is_control() || c.is_whitespace() || ends_a_line(c) || c == '"';
    address.chars().filter(|c| !is_unsafe(*c)).collect()
}
