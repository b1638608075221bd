//! A text made comparable, with the way back to how it was written.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// A text with compatibility forms, width and case made equal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    comparable: String,
    /// Where each piece of the original begins: in `comparable`, in the original.
    begins: Vec<(usize, usize)>,
    length: usize,
}

impl Text {
    /// Piece by piece, a letter with its marks at a time, so that a place found
    /// in the comparable text is a place in the one people see.
    pub fn of(original: &str) -> Self {
        let mut comparable = String::with_capacity(original.len());
        let mut begins = Vec::with_capacity(original.len());
        for (at, piece) in original.grapheme_indices(true) {
            begins.push((comparable.len(), at));
            match piece.as_bytes() {
                [byte] if byte.is_ascii() => comparable.push(char::from(byte.to_ascii_lowercase())),
                _ => comparable.extend(piece.nfkc().flat_map(char::to_lowercase).nfkc()),
            }
        }
        Self { comparable, begins, length: original.len() }
    }

    pub fn as_str(&self) -> &str {
        &self.comparable
    }

    pub fn into_string(self) -> String {
        self.comparable
    }

    /// Where in the original `word` stands, in whole letters; each place once,
    /// none over another.
    pub fn places_of(&self, word: &str) -> Vec<(usize, usize)> {
        if word.is_empty() {
            return Vec::new();
        }
        let found = self.comparable.match_indices(word);
        found.map(|(at, word)| (self.begin(at), self.end(at + word.len()))).collect()
    }

    /// Where the piece begins that `at` lies in.
    fn begin(&self, at: usize) -> usize {
        let piece = self.begins.partition_point(|(begin, _)| *begin <= at);
        self.begins[..piece].last().map_or(0, |(_, original)| *original)
    }

    /// Where the first piece begins that does not lie before `at`.
    fn end(&self, at: usize) -> usize {
        let piece = self.begins.partition_point(|(begin, _)| *begin < at);
        self.begins.get(piece).map_or(self.length, |(_, original)| *original)
    }
}
