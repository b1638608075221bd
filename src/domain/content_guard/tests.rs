use proptest::prelude::*;

use super::*;

const CERTAIN_CARD: Option<Finding> =
    Some(Finding { kind: FindingKind::CardNumber, certain: true });
const LIKELY_CARD: Option<Finding> =
    Some(Finding { kind: FindingKind::CardNumber, certain: false });
const CERTAIN_MY_NUMBER: Option<Finding> =
    Some(Finding { kind: FindingKind::MyNumber, certain: true });
const LIKELY_MY_NUMBER: Option<Finding> =
    Some(Finding { kind: FindingKind::MyNumber, certain: false });

#[test]
fn a_card_is_found_in_every_spelling() {
    for text in [
        "4111111111111111",
        "4111-1111-1111-1111",
        "４１１１　１１１１　１１１１　１１１１",
        "4111.1111.1111.1111 12/28 123",
        "4111 1111\n1111 1111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "四一一一ー一一一一ー一一一一ー一一一一",
        "4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣",
        "41\u{200b}1111\u{200b}1111111111",
        "2026/11/22 に 4111111111111111",
        "注文は2026/11/22 4111111111111111です",
        "3782-822463-10005",
    ] {
        assert_eq!(inspect(text), LIKELY_CARD, "{text}");
    }
}

#[test]
fn words_beside_a_number_make_it_certain() {
    for text in [
        "カード番号は4111-1111-1111-1111です",
        "4111 1111 1111 1111 有効期限 12/28",
        "ｸﾚｼﾞｯﾄ: 4111111111111111",
        "4111111111111111 CVV 123",
        "card number 4111111111111111",
    ] {
        assert_eq!(inspect(text), CERTAIN_CARD, "{text}");
    }
    for text in [
        "マイナンバーは983205673214です",
        "個人番号　９８３２－０５６７－３２１４",
        "ﾏｲﾅﾝﾊﾞｰ 9832 0567 3214",
    ] {
        assert_eq!(inspect(text), CERTAIN_MY_NUMBER, "{text}");
    }
    assert_eq!(inspect("983205673214"), LIKELY_MY_NUMBER);
    assert_eq!(inspect("マイナンバーは983205673210です"), None);
}

#[test]
fn words_count_within_twenty_characters() {
    let apart = |gap: usize| inspect(&format!("個人番号{}983205673214", "あ".repeat(gap)));
    assert_eq!(apart(16), CERTAIN_MY_NUMBER);
    assert_eq!(apart(17), LIKELY_MY_NUMBER);
}

#[test]
fn the_certain_finding_is_told_first() {
    let text = "983205673214 を受け取りました。担当者よりご連絡します。カード番号 4111111111111111";
    assert_eq!(inspect(text), CERTAIN_CARD);
}

#[test]
fn a_card_is_not_taken_for_the_my_number_inside_it() {
    // Its first twelve digits pass as a My Number.
    assert!(checksum::is_my_number(&[4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]));
    assert_eq!(inspect("4111 1111 1111 1111 4111"), LIKELY_CARD);
}

#[test]
fn a_number_sent_in_pieces_shows_when_joined() {
    let parts = ["カード番号は 4111 1111", "1111 1111 です"];
    assert_eq!(parts.map(inspect), [None, None]);
    assert_eq!(inspect(&parts.join(" ")), CERTAIN_CARD);
}

#[test]
fn harmless_numbers_are_left_alone() {
    for text in [
        "",
        "090-1234-5678",
        "+81 90 1234 5678",
        "0120-123-456",
        "本日10:30に2026/11/22の件で",
        "2026-11-22 10.30",
        "伝票番号 983205673214",
        "お問い合わせ番号：9832-0567-3214",
        "法人番号 7000012050002",
        "4901234567894",
        "98320567321498320567",
        "+49 8320 5673 2146",
    ] {
        assert_eq!(inspect(text), None, "{text}");
    }
}

#[test]
fn a_label_of_another_number_does_not_hide_a_named_one() {
    assert_eq!(inspect("受付番号ではなくマイナンバー 983205673214"), CERTAIN_MY_NUMBER);
}

#[test]
fn a_mask_hides_the_number_and_nothing_else() {
    for (text, masked) in [
        ("カード番号は4111-1111-1111-1111です", "カード番号は****-****-****-1111です"),
        ("マイナンバー９８３２０５６７３２１４。", "マイナンバー************。"),
        ("090-1234-5678に10時", "090-1234-5678に10時"),
        ("4111 1111 1111 1111 12/28", "**** **** **** 1111 12/28"),
    ] {
        assert_eq!(mask(text), masked);
    }
    assert_eq!(inspect(&mask("983205673214と4111111111111111")), None);
}

/// Ways to write a digit, and what stands between two of them.
const SCRIPTS: [fn(u8) -> String; 5] = [
    |digit| digit.to_string(),
    |digit| char::from_u32(0xff10 + u32::from(digit)).map(String::from).unwrap(),
    |digit| "〇一二三四五六七八九".chars().nth(digit.into()).map(String::from).unwrap(),
    |digit| format!("{digit}\u{fe0f}\u{20e3}"),
    |digit| char::from_u32(0x1d7ce + u32::from(digit)).map(String::from).unwrap(),
];
const BETWEEN: [&str; 8] = ["", " ", "　", "-", "－", "ー", " - ", "\u{200b}"];

fn spelled(digits: &[u8], script: usize, between: usize, group: usize) -> String {
    let groups = digits.chunks(group).map(|group| group.iter().map(|d| SCRIPTS[script](*d)));
    groups.map(Iterator::collect::<String>).collect::<Vec<_>>().join(BETWEEN[between])
}

#[test]
fn every_number_is_found_in_forty_spellings() {
    for seed in 0..250_u64 {
        let my_number = completed(seed * 399_999_959_993 + 11, 11, checksum::is_my_number);
        let card = completed(400_000_000_000_000 + seed * 77_777_777_777, 15, checksum::is_card);
        for spelling in 0..SCRIPTS.len() * BETWEEN.len() {
            let (script, between) = (spelling % SCRIPTS.len(), spelling / SCRIPTS.len());
            let written = spelled(&my_number, script, between, 4);
            assert_eq!(inspect(&format!("個人番号 {written}")), CERTAIN_MY_NUMBER, "{written}");
            let written = spelled(&card, script, between, 4);
            assert_eq!(inspect(&format!("カード番号は{written}")), CERTAIN_CARD, "{written}");
        }
    }
}

/// The last `length` digits of `number` and the check digit that passes.
fn completed(number: u64, length: usize, passes: fn(&[u8]) -> bool) -> Vec<u8> {
    let text = format!("{number:0>length$}");
    let mut digits: Vec<u8> = text.bytes().rev().take(length).map(|b| b - b'0').collect();
    digits.reverse();
    digits.push(0);
    let last = digits.len() - 1;
    digits[last] = (0..10)
        .find(|check| {
            digits[last] = *check;
            passes(&digits)
        })
        .expect("one of ten check digits passes");
    digits
}

#[test]
fn no_telephone_number_or_time_is_ever_found() {
    for n in 0..20_000_u64 {
        let number = 10_000_000 + n * 4_493 % 90_000_000;
        let (head, middle, tail) = (6 + n % 4, number / 10_000, number % 10_000);
        let (month, day, hour) = (1 + n % 12, 1 + n % 28, n % 24);
        for text in [
            format!("0{head}0-{middle:04}-{tail:04}"),
            format!("81{head}0{middle:04}{tail:04}"),
            format!("+81 {head}0 {middle:04} {tail:04}"),
            format!("03-{middle:04}-{tail:04} / 0{head}0-{middle:04}-{tail:04}"),
            format!("2026{month:02}{day:02}{hour:02}30"),
            format!("2026/{month:02}/{day:02} {hour}:30-{hour}:45"),
        ] {
            assert_eq!(inspect(&text), None, "{text}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_can_be_inspected_and_masked(text in any::<String>()) {
        let masked = mask(&text);
        prop_assert_eq!(masked == text, inspect(&text).is_none());
    }

    #[test]
    fn a_mask_leaves_nothing_certain(text in "[0-9０-９一二 \\-カード番号個人]{0,80}") {
        let masked = mask(&text);
        prop_assert!(inspect(&masked).is_none(), "{} -> {}", text, masked);
    }

    #[test]
    fn separators_may_stand_anywhere(
        cuts in prop::collection::vec(prop::sample::select(&BETWEEN[..]), 12),
    ) {
        let digits = "983205673214".chars().zip(cuts).map(|(digit, cut)| format!("{digit}{cut}"));
        let text: String = digits.collect();
        prop_assert_eq!(inspect(&text), LIKELY_MY_NUMBER);
        prop_assert_eq!(inspect(&format!("マイナンバー:{text}")), CERTAIN_MY_NUMBER);
    }
}
