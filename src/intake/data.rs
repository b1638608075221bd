//! The mail itself, as it comes in pieces (RFC 5321 4.1.1.4).
//!
//! It ends with a dot between two CRLF and with nothing else: what another server
//! takes for an end, a stranger may have put into the middle of a mail.

/// Octets of a mail that are kept: an answer with a picture in its signature.
pub const KEPT: usize = 2 * 1024 * 1024;
/// Octets of a mail that are listened to at all.
pub const MOST: usize = 64 * 1024 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    LineStart,
    Dot,
    DotReturn,
    Text,
    Return,
}

/// A mail on its way in.
#[derive(Debug, Default)]
pub struct Data {
    at: At,
    kept: Vec<u8>,
    seen: usize,
}

/// A mail that is all there.
#[derive(Debug, PartialEq, Eq)]
pub struct Letter {
    pub bytes: Vec<u8>,
    pub is_whole: bool,
}

impl Data {
    /// How many octets of `piece` are the mail's, and whether it ends there.
    pub fn take(&mut self, piece: &[u8]) -> (usize, bool) {
        for (n, byte) in piece.iter().copied().enumerate() {
            self.at = match (self.at, byte) {
                (At::DotReturn, b'\n') => return (n + 1, true),
                (At::LineStart, b'.') => At::Dot,
                (At::Dot, b'\r') => At::DotReturn,
                (At::DotReturn, byte) => {
                    self.keep(b'\r');
                    self.within(byte)
                }
                (At::Return, b'\n') => {
                    self.keep(b'\n');
                    At::LineStart
                }
                (_, byte) => self.within(byte),
            };
        }
        (piece.len(), false)
    }

    fn within(&mut self, byte: u8) -> At {
        self.keep(byte);
        if byte == b'\r' { At::Return } else { At::Text }
    }

    fn keep(&mut self, byte: u8) {
        self.seen += 1;
        if self.kept.len() < KEPT {
            self.kept.push(byte);
        }
    }

    pub fn is_too_much(&self) -> bool {
        self.seen > MOST
    }

    pub fn letter(self) -> Letter {
        Letter { is_whole: self.seen == self.kept.len(), bytes: self.kept }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut data = Data::default();
        for (n, piece) in pieces.iter().enumerate() {
            let (used, is_over) = data.take(piece);
            if is_over {
                let rest = [&piece[used..], &pieces[n + 1..].concat()].concat();
                return Some((data.letter().bytes, rest));
            }
        }
        None
    }

    #[test]
    fn only_a_dot_on_a_line_of_its_own_ends_it() {
        for (sent, mail, rest) in [
            ("a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n"),
            (".\r\n", "", ""),
            ("..\r\n...a\r\n.\r\n", ".\r\n..a\r\n", ""),
            (".a\r\n.\r\n", "a\r\n", ""),
        ] {
            let read = read(&[sent.as_bytes()]).unwrap();
            assert_eq!(read, (mail.as_bytes().to_vec(), rest.as_bytes().to_vec()), "{sent:?}");
        }
        for smuggled in ["a\n.\n", "a\n.\r\n", "a\r.\r", "a\r\n.\n", "a\r\n.\r", "a\r\n.\rb\r\n"] {
            assert_eq!(read(&[smuggled.as_bytes()]), None, "{smuggled:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        let mut data = Data::default();
        data.take(&vec![b'a'; KEPT]);
        assert!(!data.is_too_much());
        data.take(b"b\r\n.\r\n");
        let letter = data.letter();
        assert_eq!((letter.bytes.len(), letter.is_whole), (KEPT, false));
    }

    proptest! {
        /// However it is cut into pieces, and whatever is in it, it arrives as it was.
        #[test]
        fn it_arrives_as_it_was(
            lines in prop::collection::vec("[.a\r\n]{0,5}", 0..6),
            cuts in prop::collection::vec(1_usize..5, 1..20),
        ) {
            let mail: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            let stuffed = format!("\r\n{mail}").replace("\r\n.", "\r\n..");
            let sent = format!("{}.\r\nQUIT", &stuffed[2..]);
            let (mut pieces, mut rest) = (Vec::new(), sent.as_bytes());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            prop_assert_eq!(read(&pieces), Some((mail.into_bytes(), b"QUIT".to_vec())));
        }
    }
}
