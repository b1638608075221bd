//! A message body, with its links and calls found.

use std::ops::Range;

/// A stretch of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'b> {
    Text(&'b str),
    Link(Link<'b>),
    /// A colleague's name in a note, with its `@`.
    Call(&'b str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'b> {
    /// Which link of the body it is, from 0.
    pub at: usize,
    pub address: &'b str,
    /// Where it really leads, if the address is written so that people read it
    /// otherwise: `https://bank.example@evil.example/`, or letters of other
    /// scripts in their ASCII form (RFC 3490).
    pub really: Option<&'b str>,
}

/// Cuts `body` into texts and links; joined they are `body` again.
///
/// Only `http://` and `https://` become links, and what is shown is where it
/// leads: a text from a stranger may be a trap, so nothing is prettified.
pub fn pieces(body: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut at) = (body, 0);
    while let Some((start, end)) = next_link(rest) {
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let address = &rest[start..end];
        pieces.push(Piece::Link(Link { at, address, really: hidden_host(address) }));
        rest = &rest[end..];
        at += 1;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The same, with the places in `calls` as pieces of their own; a link stays whole.
pub fn pieces_and_calls<'b>(body: &'b str, calls: &[Range<usize>]) -> Vec<Piece<'b>> {
    let mut at = 0;
    let mut all = Vec::new();
    for piece in pieces(body) {
        let Piece::Text(text) = piece else {
            at += piece.text().len();
            all.push(piece);
            continue;
        };
        let (begin, mut from) = (at, at);
        at += text.len();
        for call in calls.iter().filter(|call| call.start >= begin && call.end <= at) {
            if call.start > from {
                all.push(Piece::Text(&body[from..call.start]));
            }
            all.push(Piece::Call(&body[call.clone()]));
            from = call.end;
        }
        if from < at {
            all.push(Piece::Text(&body[from..at]));
        }
    }
    all
}

impl<'b> Piece<'b> {
    /// The stretch of the body it is.
    pub fn text(&self) -> &'b str {
        match self {
            Self::Text(text) | Self::Call(text) => text,
            Self::Link(link) => link.address,
        }
    }
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

/// The host of an address, unless it stands there plainly.
fn hidden_host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    // Browsers read a backslash as a slash; it is in no link of ours.
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |parts| parts);
    let is_encoded = host.to_ascii_lowercase().split('.').any(|label| label.starts_with("xn--"));
    let is_number = host.split(':').next()?.chars().all(|c| c.is_ascii_digit());
    (!user.is_empty() || is_encoded || is_number || host.contains('%')).then_some(host)
}

/// RFC 3986's characters; Japanese text after an address is not part of it.
fn belongs(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_not_where_one_looks_for_it_is_named() {
        for (address, really) in [
            ("https://www.example.jp/a@b?c#d", None),
            ("https://192.0.2.7:8443/a", None),
            ("http://bank.example@evil.example/login", Some("evil.example")),
            ("http://bank.example:443@evil.example:8080", Some("evil.example:8080")),
            ("https://XN--bnk-6ra.example/", Some("XN--bnk-6ra.example")),
            ("https://3221225991/", Some("3221225991")),
            ("https://evil%2eexample/", Some("evil%2eexample")),
        ] {
            assert_eq!(hidden_host(address), really, "{address}");
        }
    }
}
