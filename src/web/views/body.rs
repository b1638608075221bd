//! A message body, with its links found.

/// A stretch of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'b> {
    Text(&'b str),
    Link(&'b str),
}

/// Cuts `body` into texts and links; joined they are `body` again.
///
/// Only `http://` and `https://` become links, and what is shown is where it
/// leads: a text from a stranger may be a trap, so nothing is prettified.
pub fn pieces(body: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = body;
    while let Some((start, end)) = next_link(rest) {
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        pieces.push(Piece::Link(&rest[start..end]));
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn next_link(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find("http")?;
        let link = &text[start..];
        let scheme = ["https://", "http://"].into_iter().find(|scheme| link.starts_with(scheme));
        if let Some(scheme) = scheme {
            let end = link.find(|c| !belongs(c)).unwrap_or(link.len());
            let end =
                link[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '"']).len();
            if end > scheme.len() {
                return Some((start, start + end));
            }
        }
        from = start + "http".len();
    }
}

/// RFC 3986's characters; Japanese text after an address is not part of it.
fn belongs(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}
