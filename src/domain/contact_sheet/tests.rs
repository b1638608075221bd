use proptest::prelude::*;

use super::*;
use crate::domain::contact_field::FieldKind;

#[test]
fn columns_of_the_house_are_read_as_their_fields_are() {
    let field = |n: u128, name: &str, kind| ContactField {
        id: FieldId(uuid::Uuid::from_u128(n)),
        name: name.into(),
        kind,
        choices: vec!["法人".into()],
        position: 1,
        archived_at: None,
    };
    let own = [field(1, "契約日", FieldKind::Date), field(2, "区分", FieldKind::Choice)];
    let text = "電話番号,区分,契約日,メモ\n09012345678,法人,2026/6/1,x\n08012345678,,,\n";
    let sheet = Sheet::read(text.as_bytes(), &own).unwrap();
    assert_eq!(sheet.ignored, ["メモ"]);
    let values = [(own[0].id, "2026-06-01".to_owned()), (own[1].id, "法人".to_owned())];
    assert_eq!(sheet.rows[0].values, values);
    assert_eq!(sheet.rows[1].values, []);
    let again = Sheet::read(sheet.rewritten(&own).as_bytes(), &own).unwrap();
    assert_eq!(again.rows, sheet.rows);
    let wrong = Sheet::read("tel,契約日\n09012345678,来月\n".as_bytes(), &own).unwrap();
    let problem = CellProblem::Value(ValueProblem::NotADate);
    assert_eq!(wrong.faults, [Fault { line: 2, column: Column::Own(own[0].id), problem }]);
    assert!(wrong.rows.is_empty());
    // The same row again is no change; another value, or one that was not there, is.
    let kept: HashMap<FieldId, String> = values.into_iter().collect();
    assert_eq!(sheet.rows[0].change(Some((None, &kept))), Change::Unchanged);
    assert_eq!(sheet.rows[0].change(Some((None, &HashMap::new()))), Change::Changed);
    assert_eq!(sheet.rows[1].change(Some((Some("山田"), &kept))), Change::Unchanged);
}

fn read(text: &str) -> Sheet {
    Sheet::read(text.as_bytes(), &[]).unwrap()
}

fn row(number: &str, name: &str) -> SheetRow {
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    SheetRow { number: PhoneNumber::from_e164(number).unwrap(), name, values: vec![] }
}

#[test]
fn a_file_of_any_encoding_and_heading_is_read() {
    let hanako = vec![row("+819012345678", "髙橋 花子"), row("+818011112222", "")];
    let text = "名前,電話番号\r\n髙橋 花子,090-1234-5678\r\n,08011112222\r\n";
    let marked = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
    let windows = SHIFT_JIS.encode(text).0.into_owned();
    assert_ne!(windows, text.as_bytes());
    for file in [text.as_bytes(), &marked, &windows] {
        let sheet = Sheet::read(file, &[]).unwrap();
        assert_eq!((sheet.rows, sheet.faults), (hanako.clone(), vec![]));
    }
    for text in [
        "氏名\t携帯番号\n髙橋 花子\t＋８１ ９０ １２３４ ５６７８\n\t8011112222",
        "Phone, NAME ,x\n\"090 1234 5678\",\"髙橋 花子\",1\n\n080-1111-2222\n",
        "メモ,ＴＥＬ,お名前\n\"a\nb\",09012345678,髙橋 花子\n,080-1111-2222,",
    ] {
        let sheet = read(text);
        assert_eq!((sheet.rows, sheet.faults), (hanako.clone(), vec![]), "{text}");
    }
    assert_eq!(read("Phone,メモ,,x\n09012345678").ignored, ["メモ", "x"]);
}

#[test]
fn every_wrong_cell_is_named_by_the_line_a_spreadsheet_shows() {
    let long = "あ".repeat(101);
    let text = format!(
        "電話番号,名前\n09012345678,一\n,二\nまだ,三\n03-1234-5678,四\n050-1234-5678,五\n\
         +81 90 1234 5678,六\n08011112222,{long}\n08022223333,〓田\n08033334444,八\n"
    );
    assert_eq!(read(&text).faults, read(&text.replace('\n', "\r\n")).faults);
    for ending in ["\n", "\r\n", "\r"] {
        let text = ["tel", "", "", "090-1234-5678,\"a\n\nb\"", "", "x"].join(ending);
        assert_eq!(read(&text).faults[0].line, 8, "{ending:?}");
    }
    let sheet = read(&text);
    let number = |line, problem| Fault { line, column: Column::Number, problem };
    let name = |line, problem| Fault { line, column: Column::Name, problem };
    assert_eq!(
        sheet.faults,
        [
            number(3, CellProblem::Missing),
            number(4, CellProblem::NotANumber),
            number(5, CellProblem::CannotReceive(CannotReceive::Landline)),
            number(6, CellProblem::CannotReceive(CannotReceive::IpPhone)),
            number(7, CellProblem::Repeated(2)),
            name(8, CellProblem::TooLong),
            name(9, CellProblem::LostLetter),
        ]
    );
    assert_eq!(sheet.rows.len(), 2);
}

#[test]
fn what_is_no_table_is_said_to_be_none() {
    let many = format!("tel\n{}", "09012345678\n".repeat(MOST_ROWS + 1));
    let large = vec![b'a'; LARGEST + 1];
    let wide: Vec<u8> = "tel,name\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (file, error) in [
        (&b""[..], SheetError::Empty),
        (b" \r\n \n", SheetError::Empty),
        (b"tel,name\n\n", SheetError::Empty),
        (b"name,mail\na,b", SheetError::NoNumbers),
        (b"\x89PNG\r\n\x1a\n\xff\xff", SheetError::NotText),
        (&wide, SheetError::NotText),
        (&large, SheetError::TooLarge),
        (many.as_bytes(), SheetError::TooManyRows),
    ] {
        assert_eq!(Sheet::read(file, &[]), Err(error));
    }
}

#[test]
fn a_letter_that_shift_jis_lacks_is_marked_and_not_read_back() {
    let rows = [
        vec!["電話番号".to_owned(), "名前".to_owned()],
        vec!["09012345678".to_owned(), "😀山".to_owned()],
    ];
    let file = write(&rows, Encoding::ShiftJis);
    assert_eq!(Sheet::read(&file, &[]).unwrap().faults[0].problem, CellProblem::LostLetter);
    assert_eq!(
        Sheet::read(&write(&rows, Encoding::Utf8), &[]).unwrap().rows[0].name.as_deref(),
        Some("😀山")
    );
}

#[test]
fn no_cell_is_a_formula() {
    for cell in ["=1+1", "+81", "-x", "@sum", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", "'=1"]
    {
        let harmless = harmless(cell);
        assert!(harmless.starts_with('\''), "{cell}");
        assert_eq!(plain(&harmless), cell.trim_end(), "{cell}");
    }
    for cell in ["山田", "'90s", "a=b", "090-1234-5678", ""] {
        assert_eq!(harmless(cell), cell);
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(names in prop::collection::vec("[ -~ぁ-ん＝＋'\"]{0,20}", 1..8)) {
        let mut rows = vec![vec!["電話番号".to_owned(), "名前".to_owned()]];
        let mut expected = Vec::new();
        for (n, name) in names.iter().enumerate() {
            let name = name.trim();
            rows.push(vec![format!("090-1234-{n:04}"), name.to_owned()]);
            expected.push(row(&format!("+81901234{n:04}"), name));
        }
        for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
            let file = write(&rows, encoding);
            let sheet = Sheet::read(&file, &[]).unwrap();
            prop_assert_eq!(&sheet.faults, &vec![]);
            prop_assert_eq!(&sheet.rows, &expected);
            let again = Sheet::read(sheet.rewritten(&[]).as_bytes(), &[]);
            prop_assert_eq!(again.map(|again| again.rows), Ok(expected.clone()));
        }
    }

    #[test]
    fn no_file_breaks_the_reader(file in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Sheet::read(&file, &[]);
        let _ = Sheet::read(&[b"tel,name\n".to_vec(), file].concat(), &[]);
    }
}
