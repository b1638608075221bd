//! Cells that a spreadsheet would take for a formula (CWE-1236, ASVS 1.2.10).

use std::borrow::Cow;

/// What a formula begins with, in narrow letters or wide ones.
const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The cell as text: an apostrophe in front keeps it from being computed.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    let cell = Cow::Borrowed(cell);
    match cell.contains('\0') || cell.starts_with(BEGINNINGS) || is_guarded(&cell) {
        true => Cow::Owned(format!("'{}", cell.replace('\0', ""))),
        false => cell,
    }
}

/// Takes back what [`harmless`] put in front.
pub fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(BEGINNINGS) || is_guarded(rest) => rest,
        _ => cell,
    }
}

/// Whether it already looks as if it had been guarded, so that guarding it again
/// can be told from that.
fn is_guarded(cell: &str) -> bool {
    let rest = cell.trim_start_matches('\'');
    rest.len() < cell.len() && rest.starts_with(BEGINNINGS)
}
