//! How a text is cut into the parts that are sent and billed.
//!
//! A text whose every character is in the GSM 03.38 alphabet takes one septet a
//! character; a single other character makes the whole text UCS-2, counted in
//! UTF-16 units (providers.md 15). Limits differ per route, so they are values.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::message::words;

pub mod gsm7;

/// The alphabet a text is carried in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// GSM 03.38, counted in septets.
    Gsm7,
    /// UTF-16, counted in 16-bit units.
    Ucs2,
}

words!(Encoding { Gsm7 = "gsm7", Ucs2 = "ucs2" });

/// How many units one part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartSize {
    /// When the text is a single part.
    pub single: u16,
    /// When there are several: each gives some room to its header.
    pub multi: u16,
}

/// How long a text may be on a route and how it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LengthProfile {
    pub gsm7: PartSize,
    pub ucs2: PartSize,
    pub max_parts: u16,
}

/// A text, counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Measure {
    pub encoding: Encoding,
    /// Septets or UTF-16 units of the whole text.
    pub units: usize,
    /// Units of each part, never empty.
    pub parts: Vec<u16>,
    /// The first character that makes the text UCS-2.
    pub first_ucs2: Option<char>,
    size: PartSize,
    max_parts: u16,
}

impl LengthProfile {
    /// Parts joined by an 8-bit reference: 140 octets less 6 of header. Ten
    /// parts are what Japanese carriers pass on (670 full-width characters).
    pub const STANDARD: Self = Self {
        gsm7: PartSize { single: 160, multi: 153 },
        ucs2: PartSize { single: 70, multi: 67 },
        max_parts: 10,
    };

    /// Parts joined by a 16-bit reference, 7 octets of header: 660 full-width
    /// characters in ten parts (Rakuten).
    pub const WIDE_REFERENCE: Self = Self {
        gsm7: PartSize { single: 160, multi: 152 },
        ucs2: PartSize { single: 70, multi: 66 },
        max_parts: 10,
    };

    /// Counts `text` as it stands; bodies are [`normalise_body`]d before.
    pub fn measure(&self, text: &str) -> Measure {
        let cut = Cut::new(self, text);
        let parts = cut.parts();
        Measure {
            encoding: cut.encoding,
            units: parts.iter().map(|part| part.units).sum(),
            parts: parts.iter().map(|part| clamped(part.units)).collect(),
            first_ucs2: cut.first_ucs2,
            size: cut.size,
            max_parts: self.max_parts,
        }
    }

    /// The texts of the parts, which joined give `text` again.
    ///
    /// A character is never split, neither a surrogate pair nor an escape pair;
    /// what a reader sees as one character stays whole where a part can hold it.
    pub fn split(&self, text: &str) -> Vec<String> {
        Cut::new(self, text).parts().iter().map(|part| part.text.to_owned()).collect()
    }
}

impl Measure {
    /// Billed parts, at least 1.
    pub fn segments(&self) -> u16 {
        clamped(self.parts.len()).max(1)
    }

    /// Units left in the last part.
    pub fn remaining(&self) -> u16 {
        let room = if self.parts.len() > 1 { self.size.multi } else { self.size.single };
        room.saturating_sub(self.parts.last().copied().unwrap_or(0))
    }

    /// Whether the route carries that many parts.
    pub fn fits(&self) -> bool {
        self.parts.len() <= usize::from(self.max_parts)
    }

    pub fn too_long(&self) -> bool {
        !self.fits()
    }

    /// The most parts the route carries.
    pub fn max_parts(&self) -> u16 {
        self.max_parts
    }
}

/// Makes a body what should be counted, stored and sent.
///
/// Line ends become LF and composed characters one character (NFC). Pasted
/// non-breaking spaces become spaces and invisible spaces vanish, because one of
/// them turns a 160-character text into three parts without anybody seeing why.
/// Never NFKC: it would turn ① into 1 and ㈱ into (株).
pub fn normalise_body(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter_map(repaired).nfc().collect()
}

fn repaired(c: char) -> Option<char> {
    match c {
        '\r' => Some('\n'),
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Some(' '),
        '\u{200b}' | '\u{2060}' | '\u{feff}' => None,
        other => Some(other),
    }
}

/// A text on its way to being cut.
struct Cut<'t> {
    text: &'t str,
    encoding: Encoding,
    first_ucs2: Option<char>,
    size: PartSize,
}

struct Part<'t> {
    text: &'t str,
    units: usize,
}

impl<'t> Cut<'t> {
    fn new(profile: &LengthProfile, text: &'t str) -> Self {
        let first_ucs2 = text.chars().find(|c| gsm7::septets(*c).is_none());
        let (encoding, size) = match first_ucs2 {
            None => (Encoding::Gsm7, profile.gsm7),
            Some(_) => (Encoding::Ucs2, profile.ucs2),
        };
        Self { text, encoding, first_ucs2, size }
    }

    fn parts(&self) -> Vec<Part<'t>> {
        let units = self.units(self.text);
        if units <= usize::from(self.size.single) {
            return vec![Part { text: self.text, units }];
        }
        let room = usize::from(self.size.multi);
        let mut parts = Vec::new();
        let (mut start, mut end, mut used) = (0, 0, 0);
        for piece in self.pieces(room) {
            let units = self.units(piece);
            if used > 0 && used + units > room {
                parts.push(Part { text: &self.text[start..end], units: used });
                (start, used) = (end, 0);
            }
            end += piece.len();
            used += units;
        }
        parts.push(Part { text: &self.text[start..end], units: used });
        parts
    }

    /// What is kept whole: grapheme clusters, or the characters of a cluster
    /// that no part could hold.
    fn pieces(&self, room: usize) -> impl Iterator<Item = &'t str> {
        self.text.graphemes(true).flat_map(move |cluster| {
            let whole = self.units(cluster) <= room;
            let ends = cluster
                .char_indices()
                .map(|(at, c)| at + c.len_utf8())
                .filter(move |end| !whole || *end == cluster.len());
            ends.scan(0, move |from, to| {
                let piece = &cluster[*from..to];
                *from = to;
                Some(piece)
            })
        })
    }

    fn units(&self, text: &str) -> usize {
        match self.encoding {
            Encoding::Gsm7 => text.chars().filter_map(gsm7::septets).map(usize::from).sum(),
            Encoding::Ucs2 => text.encode_utf16().count(),
        }
    }
}

fn clamped(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests;
