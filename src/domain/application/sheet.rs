//! Applicants as a table, the way job boards write it (応募者CSV).
//!
//! Read as tables of contacts are: UTF-8 or Shift_JIS, commas or tabs, as a whole or not
//! at all, every cell that cannot be taken named with its line.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use super::{LONGEST_EXTERNAL_ID, LONGEST_JOB, LONGEST_MEDIUM, is_time};
use crate::domain::contact_field::folded;
use crate::domain::contact_sheet::{
    self, CellProblem, MOST_ROWS, NAMES, NUMBERS, SheetError, decoded, is_lost, line_of, plain,
    readable, unfit,
};
use crate::domain::phone_number::PhoneNumber;

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
    pub line: u64,
    pub number: PhoneNumber,
    pub name: Option<String>,
    pub job: Option<String>,
    pub medium: Option<String>,
    /// A name or a mail address of one of ours.
    pub recruiter: Option<String>,
    pub applied_at: Option<DateTime<Utc>>,
    pub external_id: Option<String>,
}

/// A cell that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As a spreadsheet counts them: the heading is line 1.
    pub line: u64,
    pub column: Column,
    pub problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Number,
    Name,
    Job,
    Medium,
    Recruiter,
    AppliedAt,
    ExternalId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    Cell(CellProblem),
    /// No time, or none at which anybody applied.
    NotATime,
    /// Nobody of ours is called so, or several are.
    Nobody,
}

impl Column {
    pub const ALL: [Self; 7] = [
        Self::Number,
        Self::Name,
        Self::Job,
        Self::Medium,
        Self::Recruiter,
        Self::AppliedAt,
        Self::ExternalId,
    ];

    /// What it is called in the tables that people have; the first in ours.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Number => &NUMBERS,
            Self::Name => &NAMES,
            Self::Job => &["応募職種", "職種", "求人", "求人名", "応募求人", "job", "position"],
            Self::Medium => {
                &["応募経路", "媒体", "応募媒体", "求人媒体", "媒体名", "経路", "medium", "source"]
            }
            Self::Recruiter => &["担当", "担当者", "採用担当", "採用担当者", "recruiter"],
            Self::AppliedAt => &[
                "応募日時",
                "応募日",
                "応募日付",
                "エントリー日時",
                "applied_at",
                "applied at",
                "applied",
            ],
            Self::ExternalId => {
                &["応募id", "応募番号", "エントリーid", "管理番号", "external_id", "application id"]
            }
        }
    }
}

impl Sheet {
    /// Reads a file: a heading, and a row for each application. Times without a zone are
    /// those of `zone`.
    pub fn read(file: &[u8], zone: Tz, now: DateTime<Utc>) -> Result<Self, SheetError> {
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
        let is_called =
            |cell: &str, column: Column| column.names().contains(&folded(cell).as_str());
        let place = |column| heading.iter().position(|cell| is_called(cell, column));
        let places = Column::ALL.map(place);
        if places[0].is_none() {
            return Err(SheetError::NoNumbers);
        }
        let is_unknown = |(at, _): &(usize, &str)| !places.contains(&Some(*at));
        let ignored = heading.iter().enumerate().filter(is_unknown);
        let ignored = ignored.map(|(_, cell)| cell.trim().to_owned());
        let mut sheet =
            Self { ignored: ignored.filter(|cell| !cell.is_empty()).collect(), ..Self::default() };
        let mut lines: HashMap<String, u64> = HashMap::new();
        let mut count = 0;
        for record in records.filter_map(Result::ok) {
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            count += 1;
            if count > MOST_ROWS {
                return Err(SheetError::TooManyRows);
            }
            let cell = |at: Option<usize>| plain(at.and_then(|at| record.get(at)).unwrap_or(""));
            sheet.take(line_of(&record, &text), places.map(cell), &mut lines, (zone, now));
        }
        match count {
            0 => Err(SheetError::Empty),
            _ => Ok(sheet),
        }
    }

    fn take(
        &mut self,
        line: u64,
        [number, name, job, medium, recruiter, applied, external]: [&str; 7],
        lines: &mut HashMap<String, u64>,
        (zone, now): (Tz, DateTime<Utc>),
    ) {
        let before = self.faults.len();
        let mut fault = |column, problem| self.faults.push(Fault { line, column, problem });
        let mut text = |column, cell: &str, longest| match within(cell, longest) {
            Ok(text) => text,
            Err(problem) => {
                fault(column, Problem::Cell(problem));
                None
            }
        };
        let job = text(Column::Job, job, LONGEST_JOB);
        let medium = text(Column::Medium, medium, LONGEST_MEDIUM);
        let recruiter = text(Column::Recruiter, recruiter, contact_sheet::LONGEST_NAME);
        let external_id = text(Column::ExternalId, external, LONGEST_EXTERNAL_ID);
        if let Some(problem) = unfit(name) {
            fault(Column::Name, Problem::Cell(problem));
        }
        let applied_at = match applied {
            "" => None,
            _ => time(applied, zone).filter(|at| is_time(*at, now)),
        };
        if applied_at.is_none() && !applied.is_empty() {
            fault(Column::AppliedAt, Problem::NotATime);
        }
        if let Some(id) = &external_id
            && let Some(first) = lines.insert(id.clone(), line)
        {
            fault(Column::ExternalId, Problem::Cell(CellProblem::Repeated(first)));
        }
        let number = match readable(number) {
            Ok(number) => number,
            Err(problem) => {
                fault(Column::Number, Problem::Cell(problem));
                return;
            }
        };
        if self.faults.len() == before {
            let name = Some(name.to_owned()).filter(|name| !name.is_empty());
            let row =
                SheetRow { line, number, name, job, medium, recruiter, applied_at, external_id };
            self.rows.push(row);
        }
    }

    /// The rows alone, in a form that is read as the same rows.
    pub fn rewritten(&self) -> String {
        let heading = Column::ALL.map(|column| column.names()[0].to_owned()).to_vec();
        let row = |row: &SheetRow| {
            let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
            vec![
                row.number.as_str().to_owned(),
                text(&row.name),
                text(&row.job),
                text(&row.medium),
                text(&row.recruiter),
                row.applied_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
                text(&row.external_id),
            ]
        };
        let rows: Vec<Vec<String>> =
            std::iter::once(heading).chain(self.rows.iter().map(row)).collect();
        String::from_utf8_lossy(&contact_sheet::lines(&rows)).into_owned()
    }
}

/// `None` for an empty cell.
fn within(cell: &str, longest: usize) -> Result<Option<String>, CellProblem> {
    match () {
        () if cell.is_empty() => Ok(None),
        () if cell.chars().count() > longest => Err(CellProblem::TooLong),
        () if cell.contains(is_lost) => Err(CellProblem::LostLetter),
        () => Ok(Some(cell.to_owned())),
    }
}

/// As people and programs write times: with a zone, with a time of day, or a day alone,
/// which is its midnight.
fn time(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    let text: String = text.nfkc().collect();
    let text = text.replace(['年', '月', '/', '.'], "-").replace(['日', 'T'], " ");
    let mut parts = text.split_whitespace();
    let day = NaiveDate::parse_from_str(parts.next()?, "%Y-%m-%d").ok()?;
    let clock = match parts.next() {
        None => NaiveTime::MIN,
        Some(clock) => {
            let clock = clock.replace('時', ":").replace('分', "");
            let read = |form| NaiveTime::parse_from_str(&clock, form).ok();
            read("%H:%M:%S").or_else(|| read("%H:%M"))?
        }
    };
    match parts.next() {
        None => zone.from_local_datetime(&NaiveDateTime::new(day, clock)).earliest(),
        Some(_) => None,
    }
    .map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKYO: Tz = Tz::Asia__Tokyo;

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-11-23T12:00:00Z").unwrap().with_timezone(&Utc)
    }

    fn read(text: &str) -> Sheet {
        Sheet::read(text.as_bytes(), TOKYO, now()).unwrap()
    }

    #[test]
    fn a_job_boards_table_is_read() {
        let sheet = read(
            "応募ID,氏名,電話番号,応募職種,応募媒体,採用担当,応募日時,備考\n\
             A-1,山田花子,090-1234-5678,営業,Indeed,鈴木,2026/11/23 10:15,急ぎ\n\
             ,,080 1234 5678,,,,,\n",
        );
        assert_eq!(sheet.faults, []);
        assert_eq!(sheet.ignored, ["備考"]);
        let [first, second] = &sheet.rows[..] else { panic!("{sheet:?}") };
        assert_eq!((first.line, first.number.as_str()), (2, "+819012345678"));
        assert_eq!(first.applied_at.unwrap().to_rfc3339(), "2026-11-23T01:15:00+00:00");
        let texts = [&first.name, &first.job, &first.medium, &first.recruiter, &first.external_id];
        assert_eq!(
            texts.map(|text| text.as_deref().unwrap()),
            ["山田花子", "営業", "Indeed", "鈴木", "A-1"]
        );
        assert_eq!((&second.name, second.applied_at), (&None, None));
        assert_eq!(read(&sheet.rewritten()).rows, sheet.rows);
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        for (text, at) in [
            ("2026-11-23T10:15:00+09:00", Some("2026-11-23T01:15:00+00:00")),
            ("2026/1/3 9:05", Some("2026-01-03T00:05:00+00:00")),
            ("２０２６年１１月２３日 9時05分", Some("2026-11-23T00:05:00+00:00")),
            ("2026-11-23 10:15:30", Some("2026-11-23T01:15:30+00:00")),
            ("2026.11.23", Some("2026-11-22T15:00:00+00:00")),
            ("11/23", None),
            ("2026-11-23 朝", None),
            ("2026-11-23 10:15 頃", None),
            ("2026-02-30", None),
        ] {
            let found = time(text, TOKYO).map(|at| at.to_rfc3339());
            assert_eq!(found.as_deref(), at, "{text}");
        }
    }

    #[test]
    fn every_cell_that_cannot_be_taken_is_named() {
        let long = "職".repeat(LONGEST_JOB + 1);
        let sheet = read(&format!(
            "電話番号,応募職種,応募日時,応募ID\n\
             090-1234-5678,営業,2026-11-23,A\n\
             03-1234-5678,{long},2027-01-01,A\n\
             ,営〓業,昨日,B\n"
        ));
        assert_eq!(sheet.rows.len(), 1);
        let found: Vec<(u64, Column)> =
            sheet.faults.iter().map(|one| (one.line, one.column)).collect();
        let each = [Column::Job, Column::AppliedAt, Column::ExternalId, Column::Number];
        let mut wanted: Vec<(u64, Column)> = each.map(|column| (3, column)).to_vec();
        wanted.extend([Column::Job, Column::AppliedAt, Column::Number].map(|it| (4, it)));
        assert_eq!(found, wanted);
        assert!(
            sheet.faults.iter().any(|one| one.problem == Problem::Cell(CellProblem::Repeated(2))),
            "{sheet:?}"
        );
    }

    #[test]
    fn a_table_without_numbers_is_none() {
        let read = |text: &str| Sheet::read(text.as_bytes(), TOKYO, now());
        assert_eq!(read("氏名,応募職種\n山田,営業\n"), Err(SheetError::NoNumbers));
        assert_eq!(read("電話番号\n\n"), Err(SheetError::Empty));
    }
}
