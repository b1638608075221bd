use proptest::prelude::*;

use super::*;

/// What answers are made of, so that texts come near to what is understood.
const PIECES: &[&str] = &[
    "1",
    "2",
    "3",
    "4",
    "２",
    "②",
    "二",
    "2️⃣",
    "16",
    "10",
    "番",
    "番目",
    "で",
    "です",
    "を",
    "が",
    "に",
    "の",
    "お願いします",
    "希望します",
    "にします",
    "大丈夫です",
    "。",
    "、",
    " ",
    "\n",
    "?",
    "か",
    "は",
    "も",
    "以外",
    "無理です",
    "辞退します",
    "変更したい",
    "別の日",
    "10分",
    "遅れます",
    "16日",
    "6/16",
    "火曜",
    "14時",
    "午後",
    "14:00",
    "どれも",
    "どれでも",
    "だめです",
    "参加します",
    "すみません",
    "はい",
    "山田です",
    "ありがとうございます",
    "option ",
    "please",
    "the second one",
    "Tue",
    "2pm",
    "none",
    " or ",
    "not ",
    "I'd like ",
    "(",
    ")",
    "-",
    ".",
    "😊",
    "🙇‍♀️",
    "ﾃﾞ",
    "が\u{3099}",
    "上記以外",
    "一",
    "人",
    "時",
    "分",
    "日",
];

fn pieces() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 0..9)
        .prop_map(|pieces| pieces.concat())
}

fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        c => c,
    };
    text.chars().map(wide).collect()
}

fn all_ways(text: &str) -> [Answer; 3] {
    [offered(text), reminded(text), unasked(text)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        for answer in all_ways(&text) {
            prop_assert!(text.get(answer.span).is_some());
        }
    }

    #[test]
    fn what_decided_lies_in_the_text(text in pieces()) {
        for answer in all_ways(&text) {
            let decided = text.get(answer.span.clone());
            prop_assert!(decided.is_some(), "{:?}", answer);
            prop_assert!(answer.reading == Reading::Unclear || decided != Some(""), "{:?}", answer);
        }
    }

    #[test]
    fn only_what_acts_is_sure(text in pieces()) {
        let answer = offered(&text);
        let acts = matches!(answer.reading, Reading::Chosen(_) | Reading::NoneFits | Reading::Decline);
        prop_assert!(!answer.is_sure || acts, "{:?}", answer);
        let answer = unasked(&text);
        let acts = matches!(answer.reading, Reading::Reschedule | Reading::Decline | Reading::Late(_));
        prop_assert!(!answer.is_sure || acts, "{:?}", answer);
    }

    #[test]
    fn two_numbers_are_never_surely_one(
        before in pieces(), a in 1u8..=4, between in pieces(), b in 1u8..=4, after in pieces(),
    ) {
        prop_assume!(a != b);
        // Apart from other digits, or they would be one longer number or a time.
        let text = format!("{before}。{a}番 {between} {b}番{after}");
        let answer = offered(&text);
        prop_assert!(!answer.is_sure, "{text}: {:?}", answer);
    }

    #[test]
    fn a_question_is_never_sure(text in pieces(), end in "[?？]") {
        for answer in all_ways(&format!("{text}{end}")) {
            prop_assert!(!answer.is_sure, "{text}: {:?}", answer);
        }
    }

    #[test]
    fn one_unknown_word_is_enough_to_doubt(before in pieces(), after in pieces()) {
        for answer in all_ways(&format!("{before}鰯{after}")) {
            prop_assert!(!answer.is_sure, "{:?}", answer);
        }
    }

    #[test]
    fn width_changes_nothing(text in pieces()) {
        let wide = full_width(&text);
        for (narrow, wide) in all_ways(&text).into_iter().zip(all_ways(&wide)) {
            prop_assert_eq!((narrow.reading, narrow.is_sure), (wide.reading, wide.is_sure));
        }
    }

    #[test]
    fn a_ring_changes_nothing(number in 1u8..=4, after in "(番|でお願いします| please|を希望します|、10分| と3|)") {
        let ring = |first: u32| char::from_u32(first - 1 + u32::from(number)).unwrap();
        let plain = offered(&format!("{number}{after}"));
        for first in [0x2460, 0x24f5, 0x2776, 0x2780, 0x278a] {
            let ringed = offered(&format!("{}{after}", ring(first)));
            prop_assert_eq!((&plain.reading, plain.is_sure), (&ringed.reading, ringed.is_sure));
        }
    }

    #[test]
    fn a_number_not_offered_is_never_chosen(number in 4u8..=99, after in "(番|でお願いします|)") {
        let answer = offered(&format!("{number}{after}"));
        prop_assert!(!matches!(answer.reading, Reading::Chosen(_)), "{:?}", answer);
    }
}
