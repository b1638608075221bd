use chrono::NaiveDate;

use super::*;

mod corpus;
mod properties;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, day).unwrap()
}

fn choice(number: u8, on: u32, hour: u32, minute: u32) -> Choice {
    let at = |hour| day(on).and_hms_opt(hour, minute, 0).unwrap();
    Choice { number, starts: at(hour), ends: at(hour + 1) }
}

/// 6/15(月)10:00, 6/16(火)14:00, 6/17(水)18:30; 4 is none of them.
fn three() -> [Choice; 3] {
    [choice(1, 15, 10, 0), choice(2, 16, 14, 0), choice(3, 17, 18, 30)]
}

/// Two on one day and two at one time: 6/16(火)10:00, 6/16(火)14:00, 6/17(水)14:00.
fn close() -> [Choice; 3] {
    [choice(1, 16, 10, 0), choice(2, 16, 14, 0), choice(3, 17, 14, 0)]
}

fn offered(text: &str) -> Answer {
    read(text, &Asked::Slots { choices: &three(), other: Some(4) }, day(12))
}

fn reminded(text: &str) -> Answer {
    read(text, &Asked::Attendance, day(15))
}

fn unasked(text: &str) -> Answer {
    read(text, &Asked::Nothing, day(15))
}

#[test]
fn the_span_is_what_decided() {
    for (text, span) in [
        ("お世話になっております。②でお願いします。山田です", "②でお願いします"),
        ("はい、候補２", "候補２"),
        ("2️⃣ please", "2️⃣ please"),
        ("2でもいいですか", "2"),
        ("たぶん１６日の午後", "１６日の午後"),
        ("よろしく", ""),
    ] {
        let answer = offered(text);
        assert_eq!(&text[answer.span.clone()], span, "{text}: {answer:?}");
    }
}

#[test]
fn two_that_agree_are_one() {
    for text in ["2番。16日14時でお願いします", "2です。2でお願いします", "2番、火曜の14時"]
    {
        let answer = offered(text);
        assert_eq!((answer.reading, answer.is_sure), (Reading::Chosen(2), true), "{text}");
    }
    assert!(!offered("2番。17日でお願いします").is_sure);
}

#[test]
fn a_number_means_what_was_asked() {
    let sure = |answer: Answer| answer.is_sure.then_some(answer.reading);
    assert_eq!(sure(offered("2")), Some(Reading::Chosen(2)));
    assert_eq!(sure(reminded("2")), Some(Reading::Reschedule));
    assert_eq!(sure(unasked("2")), None);
    let without_other = Asked::Slots { choices: &three(), other: None };
    assert_eq!(sure(read("4", &without_other, day(12))), None);
    let none = Asked::Slots { choices: &[], other: None };
    assert_eq!(sure(read("1", &none, day(12))), None);
}

#[test]
fn what_speaks_against_the_answer_leaves_it_to_a_person() {
    for text in [
        "3でお願いします。当日はよろしくお願いします",
        "2, see you then",
        "yes 3",
        "ok, change",
        "日程変更、承知しました",
        "change noted",
        "3を希望します",
        "3番目でお願いします",
        "山田さん遅れます",
        "山田より遅れます",
        "John attending",
        "3 3",
    ] {
        assert!(!reminded(text).is_sure, "{text}");
    }
    for text in [
        "4で参加します",
        "二番目の希望",
        "鈴木 一",
        "佐藤 2、鈴木 2",
        "I'll take one",
        "thank you 2",
        "母と申します。2でお願いします",
    ] {
        assert!(!offered(text).is_sure, "{text}");
    }
    for text in
        ["3でお願いします。ありがとうございました", "はい、辞退します", "山田です。遅れます"]
    {
        assert!(reminded(text).is_sure, "{text}");
    }
}

#[test]
fn a_date_that_is_also_a_number_is_not_sure() {
    let choices = [choice(1, 1, 10, 0), choice(2, 3, 14, 0), choice(3, 2, 18, 0)];
    let asked = Asked::Slots { choices: &choices, other: Some(4) };
    for text in ["2日", "3日でお願いします", "2、3日", "2日の方で", "the 2nd"] {
        assert!(!read(text, &asked, day(1)).is_sure, "{text}");
    }
    let answer = read("6月2日でお願いします", &asked, day(1));
    assert_eq!((answer.reading, answer.is_sure), (Reading::Chosen(3), true));
}

#[test]
fn an_hour_that_may_be_of_the_afternoon_is_not_sure() {
    let choices = [choice(1, 15, 2, 0), choice(2, 15, 14, 0)];
    let asked = Asked::Slots { choices: &choices, other: None };
    assert_eq!(read("15日の2時で", &asked, day(12)).reading, Reading::AnyOf(vec![1, 2]));
    let answer = read("15日の午後2時で", &asked, day(12));
    assert_eq!((answer.reading, answer.is_sure), (Reading::Chosen(2), true));
}

#[test]
fn a_day_of_today_is_only_suggested() {
    let answer = read("明後日でお願いします", &offer(&three()), day(14));
    assert_eq!((answer.reading, answer.is_sure), (Reading::Chosen(2), false));
}

fn offer(choices: &[Choice]) -> Asked<'_> {
    Asked::Slots { choices, other: Some(4) }
}

#[test]
fn a_number_with_a_weekday_may_be_a_date() {
    // Wednesday the third, and Wednesday the tenth under the number 3.
    let choices = [choice(1, 3, 10, 0), choice(2, 9, 14, 0), choice(3, 10, 10, 0)];
    for text in ["3(水)でお願いします", "3の10時で", "3の水曜"] {
        assert!(!read(text, &offer(&choices), day(1)).is_sure, "{text}");
    }
    let answer = read("3でお願いします", &offer(&choices), day(1));
    assert_eq!((answer.reading, answer.is_sure), (Reading::Chosen(3), true));
}

#[test]
fn ten_is_a_number_where_ten_are_offered() {
    let choices: Vec<Choice> =
        (1..=9).map(|n| choice(n, u32::from(n) + 9, 8 + u32::from(n), 0)).collect();
    let asked = Asked::Slots { choices: &choices, other: Some(10) };
    let ten = read("10でお願いします", &asked, day(1));
    assert_eq!((ten.reading, ten.is_sure), (Reading::NoneFits, true));
    for text in ["10日", "10日でお願いします", "10時で", "9時で", "①0", "1 0"] {
        assert!(!read(text, &asked, day(1)).is_sure, "{text}");
    }
}

#[test]
fn a_text_without_end_is_read_in_no_time() {
    for piece in ["参加します2番", "2", "二", "2026/", "お願い", "1.2.", "か\u{3099}"] {
        assert!(!offered(&piece.repeat(50_000)).is_sure, "{piece}");
    }
}

#[test]
fn a_long_story_is_for_a_person() {
    let thanks = "ありがとうございます。".repeat(20);
    assert!(!offered(&format!("{thanks}2でお願いします")).is_sure);
}
