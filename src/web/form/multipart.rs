//! Forms that carry a file, as browsers send them (RFC 7578).

/// A field and what it holds; a file's content is no text yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    pub name: &'a str,
    pub is_file: bool,
    pub content: &'a [u8],
}

/// The parts of `body`; `None` where it is not what its type says.
pub fn parts<'a>(content_type: &str, body: &'a [u8]) -> Option<Vec<Part<'a>>> {
    let mut parts = Vec::new();
    read(content_type, body, &mut parts).map(|()| parts)
}

/// Those parts that are whole, of a form of which only the beginning was kept.
pub fn whole_parts<'a>(content_type: &str, body: &'a [u8]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let _where_it_ends = read(content_type, body, &mut parts);
    parts
}

fn read<'a>(content_type: &str, body: &'a [u8], parts: &mut Vec<Part<'a>>) -> Option<()> {
    let boundary = parameter(content_type, "boundary")?;
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(first.as_bytes())?;
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let (head, after) = split(rest, b"\r\n\r\n")?;
        let (content, after) = split(after, next.as_bytes())?;
        let head = std::str::from_utf8(head).ok()?;
        let is_disposition =
            |line: &&str| line.to_ascii_lowercase().starts_with("content-disposition:");
        let disposition = head.split("\r\n").find(is_disposition)?;
        let is_file = parameter(disposition, "filename").is_some();
        parts.push(Part { name: parameter(disposition, "name")?, is_file, content });
        rest = after;
    }
    Some(())
}

/// The value of `name="…"` or `name=…` after a semicolon.
fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(';').skip(1).find_map(|piece| {
        let (key, value) = piece.split_once('=')?;
        let is_it = key.trim().eq_ignore_ascii_case(name);
        is_it.then(|| value.trim().trim_matches('"'))
    })
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let first = at.first()?;
    let mut place = 0;
    loop {
        place += bytes[place..].iter().position(|byte| byte == first)?;
        if bytes[place..].starts_with(at) {
            return Some((&bytes[..place], &bytes[place + at.len()..]));
        }
        place += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=----WebKitX";

    #[test]
    fn fields_and_a_file_are_read() {
        let body = b"------WebKitX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n\
            ------WebKitX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\x8c\xda.csv\"\r\n\r\nx\r\n------WebKitX--";
        assert_eq!(parts(TYPE, body), None, "a head that is no text");
        let body = b"------WebKitX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n\
            ------WebKitX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
            Content-Type: text/csv\r\n\r\n\x93\x64\r\n--\r\nb\r\n------WebKitX--\r\n";
        let read = parts(TYPE, body).unwrap();
        assert_eq!(read[0], Part { name: "csrf", is_file: false, content: b"abc" });
        assert_eq!(read[1], Part { name: "file", is_file: true, content: b"\x93\x64\r\n--\r\nb" });
    }

    #[test]
    fn what_is_cut_off_is_no_form() {
        let body: &[u8] =
            b"------WebKitX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc\r\n------WebKitX--";
        assert_eq!(parts(TYPE, body).unwrap().len(), 1);
        for end in 0..body.len() - 1 {
            assert_eq!(parts(TYPE, &body[..end]), None, "{end}");
        }
        // Of two parts the first is whole as soon as the second begins.
        let mut longer = body[..body.len() - 2].to_vec();
        longer.extend(b"\r\nContent-Disposition: form-data; name=\"b\"; filename=\"b\"\r\n\r\nxyz");
        assert_eq!(parts(TYPE, &longer), None);
        assert_eq!(whole_parts(TYPE, &longer), parts(TYPE, body).unwrap());
        assert!(whole_parts(TYPE, &body[..40]).is_empty());
        assert_eq!(parts("multipart/form-data", body), None);
    }
}
