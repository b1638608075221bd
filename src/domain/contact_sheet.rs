//! Contacts as a table, the way spreadsheets read and write it.
//!
//! Written as UTF-8 or as Windows in Japan writes Shift_JIS (CP932). A file is
//! taken as a whole or not at all: every row that cannot be is named with its
//! line, so that one look at the list is enough to mend it.

use std::collections::HashMap;

use encoding_rs::SHIFT_JIS;

use super::contact_field::{ContactField, ValueProblem, folded};
use super::id::FieldId;
use super::message::words;
use super::phone_number::{CannotReceive, PhoneNumber, PhoneNumberError};
use super::search::Text;

mod cell;
#[cfg(test)]
mod tests;

pub use cell::{harmless, plain};

/// Bytes of a file: some ten times what the rows take.
pub const LARGEST: usize = 1024 * 1024;
/// Rows of a file: as many as one transaction takes in a second.
pub const MOST_ROWS: usize = 2_000;
/// Letters of a name.
pub const LONGEST_NAME: usize = 100;
/// What stands in a file for a letter that its encoding did not have.
pub const LOST_LETTER: char = '〓';

/// A table that was read, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub rows: Vec<SheetRow>,
    pub faults: Vec<Fault>,
    /// Columns that mean nothing here, by their headings.
    pub ignored: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    pub number: PhoneNumber,
    /// None leaves the name as it is.
    pub name: Option<String>,
    /// Of the house's own fields, as they are kept; an empty cell leaves what is there.
    pub values: Vec<(FieldId, String)>,
}

/// What taking a row in changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Added,
    Changed,
    Unchanged,
}

impl SheetRow {
    /// `known` is the name of whoever has the number already, and what is kept of them.
    pub fn change(&self, known: Option<(Option<&str>, &HashMap<FieldId, String>)>) -> Change {
        let Some((name, values)) = known else { return Change::Added };
        let is_named = self.name.as_deref().is_none_or(|new| name == Some(new));
        let is_kept = |(id, value): &(FieldId, String)| values.get(id) == Some(value);
        match is_named && self.values.iter().all(is_kept) {
            true => Change::Unchanged,
            false => Change::Changed,
        }
    }
}

/// A cell that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As a spreadsheet counts them: the heading is line 1.
    pub line: u64,
    pub column: Column,
    pub problem: CellProblem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Number,
    Name,
    Own(FieldId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellProblem {
    Missing,
    NotANumber,
    CannotReceive(CannotReceive),
    /// The number stands in an earlier line too.
    Repeated(u64),
    TooLong,
    Value(ValueProblem),
    /// A letter was lost when the file was written.
    LostLetter,
}

/// Why a file is no table of contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SheetError {
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than 1 MB")]
    TooLarge,
    #[error("the file is neither UTF-8 nor Shift_JIS text")]
    NotText,
    #[error("no column is called 電話番号 or phone")]
    NoNumbers,
    #[error("the file has more than 2,000 rows")]
    TooManyRows,
}

words!(SheetError {
    Empty = "empty",
    TooLarge = "too_large",
    NotText = "not_text",
    NoNumbers = "no_numbers",
    TooManyRows = "too_many_rows",
});

/// How a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// With a mark in front, without which Excel takes it for Shift_JIS.
    #[default]
    Utf8,
    ShiftJis,
}

words!(Encoding { Utf8 = "utf-8", ShiftJis = "shift_jis" });

/// Headings by which a column of numbers, or of names, is known.
pub(super) const NUMBERS: [&str; 9] = [
    "電話番号",
    "携帯電話番号",
    "携帯番号",
    "携帯電話",
    "番号",
    "tel",
    "phone",
    "phone number",
    "mobile",
];
pub(super) const NAMES: [&str; 6] = ["名前", "氏名", "お名前", "顧客名", "name", "full name"];

/// Whether a column of numbers or of names is called so.
pub fn is_heading(name: &str) -> bool {
    is_one_of(name, &NUMBERS) || is_one_of(name, &NAMES)
}

impl Sheet {
    /// Reads a file: a heading, and a row for each contact. A comma or a tab stands
    /// between cells, whichever the heading has. `own` are the house's own fields,
    /// each in the column that is called like it.
    pub fn read(file: &[u8], own: &[ContactField]) -> Result<Self, SheetError> {
        let text = decoded(file)?;
        let heading = text.lines().next().unwrap_or_default();
        let delimiter = if heading.contains('\t') { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        // What was decoded is text, and rows may have any length: nothing can fail.
        let heading = records.next().and_then(Result::ok).ok_or(SheetError::Empty)?;
        let kind = |names: &[&str]| heading.iter().position(|cell| is_one_of(cell, names));
        let number = kind(&NUMBERS).ok_or(SheetError::NoNumbers)?;
        let name = kind(&NAMES);
        let column = |field: &ContactField| {
            heading.iter().position(|cell| folded(cell) == folded(&field.name))
        };
        let own: Vec<(usize, &ContactField)> =
            own.iter().filter_map(|field| Some((column(field)?, field))).collect();
        let is_own = |at| own.iter().any(|(column, _)| *column == at);
        let is_unknown =
            |(at, _): &(usize, &str)| *at != number && Some(*at) != name && !is_own(*at);
        let ignored = heading.iter().enumerate().filter(is_unknown);
        let ignored = ignored.map(|(_, cell)| cell.trim().to_owned());
        let mut sheet =
            Self { ignored: ignored.filter(|cell| !cell.is_empty()).collect(), ..Self::default() };
        let mut lines: HashMap<String, u64> = HashMap::new();
        for record in records.filter_map(Result::ok) {
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if sheet.rows.len() + sheet.faults.len() >= MOST_ROWS {
                return Err(SheetError::TooManyRows);
            }
            let line = line_of(&record, &text);
            let cell = |at: Option<usize>| plain(at.and_then(|at| record.get(at)).unwrap_or(""));
            let own: Vec<(&ContactField, &str)> =
                own.iter().map(|(at, field)| (*field, cell(Some(*at)))).collect();
            sheet.take(line, cell(Some(number)), cell(name), &own, &mut lines);
        }
        match sheet.rows.is_empty() && sheet.faults.is_empty() {
            true => Err(SheetError::Empty),
            false => Ok(sheet),
        }
    }

    /// The rows alone, in a form that is read as the same rows.
    pub fn rewritten(&self, own: &[ContactField]) -> String {
        let mut heading = [NUMBERS[0], NAMES[0]].map(str::to_owned).to_vec();
        heading.extend(own.iter().map(|field| field.name.clone()));
        let value = |row: &SheetRow, field: &ContactField| {
            let found = row.values.iter().find(|(id, _)| *id == field.id);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let row = |row: &SheetRow| {
            let mut cells =
                vec![row.number.as_str().to_owned(), row.name.clone().unwrap_or_default()];
            cells.extend(own.iter().map(|field| value(row, field)));
            cells
        };
        let rows: Vec<Vec<String>> =
            std::iter::once(heading).chain(self.rows.iter().map(row)).collect();
        String::from_utf8_lossy(&lines(&rows)).into_owned()
    }

    fn take(
        &mut self,
        line: u64,
        number: &str,
        name: &str,
        own: &[(&ContactField, &str)],
        lines: &mut HashMap<String, u64>,
    ) {
        let mut fault = |column, problem| self.faults.push(Fault { line, column, problem });
        let mut is_good = true;
        let number = match readable(number) {
            Ok(number) => Some(number),
            Err(problem) => {
                fault(Column::Number, problem);
                None
            }
        };
        if let Some(number) = &number
            && let Some(first) = lines.get(number.as_str())
        {
            fault(Column::Number, CellProblem::Repeated(*first));
            is_good = false;
        }
        if let Some(problem) = unfit(name) {
            fault(Column::Name, problem);
            is_good = false;
        }
        let mut values = Vec::new();
        for (field, cell) in own {
            let read = match cell.contains(is_lost) {
                true => Err(CellProblem::LostLetter),
                false => field.kind.read(&field.choices, cell).map_err(CellProblem::Value),
            };
            match read {
                Ok(value) if value.is_empty() => {}
                Ok(value) => values.push((field.id, value)),
                Err(problem) => {
                    fault(Column::Own(field.id), problem);
                    is_good = false;
                }
            }
        }
        let Some(number) = number else { return };
        lines.entry(number.as_str().to_owned()).or_insert(line);
        if is_good {
            let name = Some(name.to_owned()).filter(|name| !name.is_empty());
            self.rows.push(SheetRow { number, name, values });
        }
    }
}

/// The reader stands before the empty lines that it then passes over.
pub(super) fn line_of(record: &csv::StringRecord, text: &str) -> u64 {
    let Some(place) = record.position() else { return 0 };
    let from = usize::try_from(place.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    place.line() + rest.iter().take_while(|byte| **byte == b'\n').count() as u64
}

pub(super) fn readable(number: &str) -> Result<PhoneNumber, CellProblem> {
    let number = PhoneNumber::parse(number).map_err(|error| match error {
        PhoneNumberError::Empty => CellProblem::Missing,
        _ => CellProblem::NotANumber,
    })?;
    number.sms_destination().map_err(CellProblem::CannotReceive)?;
    Ok(number)
}

pub(super) fn unfit(name: &str) -> Option<CellProblem> {
    if name.chars().count() > LONGEST_NAME {
        return Some(CellProblem::TooLong);
    }
    name.contains(is_lost).then_some(CellProblem::LostLetter)
}

pub(super) fn is_lost(c: char) -> bool {
    c == LOST_LETTER || c == char::REPLACEMENT_CHARACTER
}

fn is_one_of(cell: &str, names: &[&str]) -> bool {
    let cell = Text::of(cell.trim());
    names.contains(&cell.as_str())
}

pub(super) fn decoded(file: &[u8]) -> Result<String, SheetError> {
    if file.len() > LARGEST {
        return Err(SheetError::TooLarge);
    }
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let text = match std::str::from_utf8(file) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(file);
            text.ok_or(SheetError::NotText)?.into_owned()
        }
    };
    // UTF-16, or no text at all.
    match text.contains('\0') {
        true => Err(SheetError::NotText),
        false if text.trim().is_empty() => Err(SheetError::Empty),
        // Lines are counted, so that they end in one way alone.
        false => Ok(text.replace("\r\n", "\n").replace('\r', "\n")),
    }
}

/// Writes a table, each cell such that no spreadsheet computes it. A letter that
/// Shift_JIS does not have becomes [`LOST_LETTER`].
pub fn write(rows: &[Vec<String>], encoding: Encoding) -> Vec<u8> {
    let text = lines(rows);
    match encoding {
        Encoding::Utf8 => [b"\xEF\xBB\xBF".to_vec(), text].concat(),
        Encoding::ShiftJis => shift_jis(&String::from_utf8_lossy(&text)),
    }
}

pub(super) fn lines(rows: &[Vec<String>]) -> Vec<u8> {
    let ending = csv::Terminator::CRLF;
    let mut writer = csv::WriterBuilder::new().terminator(ending).from_writer(Vec::new());
    for row in rows {
        let cells = row.iter().map(|cell| harmless(cell).into_owned());
        writer.write_record(cells).expect("memory takes rows, all of one length");
    }
    writer.into_inner().expect("memory takes rows")
}

fn shift_jis(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut letter = [0; 4];
    for c in text.chars() {
        let (encoded, _, is_lost) = SHIFT_JIS.encode(c.encode_utf8(&mut letter));
        match is_lost {
            true => bytes.extend_from_slice(&SHIFT_JIS.encode("〓").0),
            false => bytes.extend_from_slice(&encoded),
        }
    }
    bytes
}
