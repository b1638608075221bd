//! The piece of a text that shows why it was found.

use unicode_segmentation::UnicodeSegmentation;

use super::query::Word;
use super::text::Text;

/// Letters before the first word found, and in all: two lines of a list.
const BEFORE: usize = 24;
const LENGTH: usize = 110;

/// A run of letters, found or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub text: String,
    pub found: bool,
}

/// A number as it is shown, with the digits marked that were looked for.
pub fn marked_number(shown: &str, words: &[Word]) -> Vec<Part> {
    let at: Vec<usize> =
        shown.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let asked = words.iter().filter_map(|word| word.digits.as_deref());
    // Japan's calling code is not shown.
    let asked = asked
        .map(|part| part.strip_prefix("81").filter(|_| !digits.contains(part)).unwrap_or(part));
    let found = asked
        .filter_map(|part| digits.find(part).map(|from| (at[from], at[from + part.len() - 1])));
    let found: Vec<(usize, usize)> = found.collect();
    let mut parts = Vec::new();
    for (at, c) in shown.char_indices() {
        let is_found = found.iter().any(|(from, to)| (*from..=*to).contains(&at));
        push(&mut parts, c.encode_utf8(&mut [0; 4]), is_found);
    }
    parts
}

/// The text around the first of `words`, on one line, each of them marked.
pub fn excerpt(body: &str, words: &[Word]) -> Vec<Part> {
    let text = Text::of(body);
    let mut places: Vec<_> = words.iter().flat_map(|word| text.places_of(&word.text)).collect();
    places.sort_unstable();
    let first = places.first().map_or(0, |(begin, _)| *begin);
    let pieces: Vec<(usize, &str)> = body.grapheme_indices(true).collect();
    let at = pieces.partition_point(|(begin, _)| *begin < first);
    let is_short = pieces.len() <= LENGTH;
    let begin = if is_short { 0 } else { at.saturating_sub(BEFORE) };
    let end = pieces.len().min(begin + LENGTH);
    let mut parts: Vec<Part> = Vec::new();
    if begin > 0 {
        push(&mut parts, "…", false);
    }
    for (at, piece) in &pieces[begin..end] {
        let found = places.iter().any(|(from, to)| (*from..*to).contains(at));
        let is_gap = piece.chars().all(char::is_whitespace) && !found;
        push(&mut parts, if is_gap { " " } else { piece }, found);
    }
    if end < pieces.len() {
        push(&mut parts, "…", false);
    }
    parts
}

fn push(parts: &mut Vec<Part>, text: &str, found: bool) {
    match parts.last_mut() {
        Some(last) if last.found == found => last.text.push_str(text),
        _ => parts.push(Part { text: text.to_owned(), found }),
    }
}
