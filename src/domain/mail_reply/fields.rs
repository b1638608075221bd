//! The fields at the head of a mail, in their order: who put which on top is what
//! tells a server's own words from those of strangers.

/// A field, its lines joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// In lower case.
    pub name: String,
    pub value: String,
}

/// The fields of a mail, the topmost first.
///
/// `None` where a line is neither a field nor part of one: what another program makes
/// of such a head is not known.
pub fn fields(mail: &[u8]) -> Option<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    for line in mail.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Some(fields);
        }
        let line = String::from_utf8_lossy(line);
        if line.starts_with([' ', '\t']) {
            let last = fields.last_mut()?;
            last.value.push(' ');
            last.value.push_str(line.trim());
            continue;
        }
        let (name, value) = line.split_once(':')?;
        let name = name.trim_end_matches([' ', '\t']);
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_name {
            return None;
        }
        fields.push(Field { name: name.to_ascii_lowercase(), value: value.trim().to_owned() });
    }
    Some(fields)
}

/// The value of the first field called `name`.
pub fn first<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
}

/// Who wrote a mail, where it names exactly one mailbox in exactly one `From`.
///
/// Programs disagree about anything else, and the server that vouches for a mail may
/// have read another name than we would.
pub fn author(fields: &[Field]) -> Option<String> {
    let mut named = fields.iter().filter(|field| field.name == "from");
    let from = named.next()?;
    if named.next().is_some() { None } else { only_mailbox(&from.value) }
}

/// The address of `Name <a@b>` or `a@b`, in lower case.
pub fn only_mailbox(value: &str) -> Option<String> {
    let bare = without_comments(value)?;
    let bare = bare.trim();
    let Some((name, rest)) = split_outside_quotes(bare, '<')? else { return addr_spec(bare) };
    if split_outside_quotes(name, '@')?.is_some() {
        return None;
    }
    for special in [',', ':', ';', '>'] {
        if split_outside_quotes(name, special)?.is_some() {
            return None;
        }
    }
    addr_spec(rest.strip_suffix('>')?)
}

/// `None` where a quote is never closed.
fn split_outside_quotes(text: &str, at: char) -> Option<Option<(&str, &str)>> {
    let (mut quoted, mut escaped, mut found) = (false, false, None);
    for (n, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if c == at && !quoted && found.is_none() => found = Some(n),
            _ => {}
        }
    }
    let split = found.map(|n| (&text[..n], &text[n + at.len_utf8()..]));
    (!quoted).then_some(split)
}

/// Comments may stand anywhere, and within each other. `None` where one is never closed.
pub(super) fn without_comments(value: &str) -> Option<String> {
    let (mut bare, mut depth, mut quoted, mut escaped) = (String::new(), 0_u32, false, false);
    for c in value.chars() {
        let was_escaped = std::mem::take(&mut escaped);
        match c {
            _ if was_escaped => {}
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => {
                depth += 1;
                continue;
            }
            ')' if !quoted => {
                depth = depth.checked_sub(1)?;
                bare.push(' ');
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            bare.push(c);
        }
    }
    (depth == 0 && !quoted).then_some(bare)
}

/// Docomo and au once gave out addresses with dots in a row: those are quoted, or should be.
fn addr_spec(text: &str) -> Option<String> {
    let (local, domain) = text.trim().rsplit_once('@')?;
    let local = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')).unwrap_or(local);
    let is_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let is_domain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let fits = !local.is_empty()
        && local.chars().all(is_local)
        && !domain.is_empty()
        && domain.chars().all(is_domain)
        && !domain.starts_with('.')
        && !domain.ends_with('.');
    fits.then(|| format!("{local}@{domain}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_keep_their_order_and_are_unfolded() {
        let read = fields(b"A: 1\r\nb:\r\n\t2\r\n  3\r\nA : 4\r\n\r\nC: no field\r\n").unwrap();
        let read: Vec<_> = read.iter().map(|f| (f.name.as_str(), f.value.as_str())).collect();
        assert_eq!(read, [("a", "1"), ("b", " 2 3"), ("a", "4")]);
        assert_eq!(fields(b"A: 1\r\nFrom here on\r\n\r\n"), None);
        assert_eq!(fields(b" A: 1\r\n\r\n"), None);
    }

    #[test]
    fn who_wrote_it_is_one_mailbox_in_one_field() {
        for (from, author) in [
            ("sato@example.jp", Some("sato@example.jp")),
            ("Sato@Example.JP", Some("sato@example.jp")),
            ("=?UTF-8?B?5L2Q6Jek?= <sato@example.jp>", Some("sato@example.jp")),
            ("\"Sato, Hana\" <sato@example.jp>", Some("sato@example.jp")),
            ("\"boss@example.jp\" <sato@example.jp>", Some("sato@example.jp")),
            ("佐藤 花 (受付) <sato@example.jp>", Some("sato@example.jp")),
            ("\"a..b\"@docomo.ne.jp", Some("a..b@docomo.ne.jp")),
            ("sato@example.jp, evil@example.com", None),
            ("<sato@example.jp>, <evil@example.com>", None),
            ("sato@example.jp <evil@example.com>", None),
            ("<sato@example.jp> <evil@example.com>", None),
            ("<sato@example.jp> evil@example.com", None),
            ("Team: sato@example.jp, evil@example.com;", None),
            ("\"sato@example.jp", None),
            ("sato@example.jp (", None),
            ("sato@@example.jp", None),
            ("sa to@example.jp", None),
            ("佐藤@example.jp", None),
            ("", None),
        ] {
            assert_eq!(only_mailbox(from).as_deref(), author, "{from}");
        }
        let twice = fields(b"From: a@x.jp\r\nFROM: a@x.jp\r\n\r\n").unwrap();
        assert_eq!(author(&twice), None, "twice the same is twice");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(mail: Vec<u8>, value: String) {
            let _ = fields(&mail);
            let _ = only_mailbox(&value);
        }

        #[test]
        fn nobody_is_read_out_of_a_name(name in "[a-z@<> ,:;()\"\\\\.]{0,24}") {
            let read = only_mailbox(&format!("{name} <sato@example.jp>"));
            prop_assert!(read.is_none() || read.as_deref() == Some("sato@example.jp"), "{:?}", read);
        }
    }
}
