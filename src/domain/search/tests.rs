use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

fn comparable(text: &str) -> String {
    Text::of(text).into_string()
}

fn word(text: &str) -> Word {
    Query::parse(text).unwrap().words.remove(0)
}

/// What an index and the look after it make of a word.
fn finds(text: &str, asked: &str) -> bool {
    let (text, word) = (comparable(text), word(asked));
    Gram::asked_of(&word.text).is_subset(&Gram::all_of(&text)) && word.is_in(&text)
}

#[test]
fn width_case_and_compatibility_make_no_difference() {
    for (written, asked) in [
        ("面接の候補日です", "面接"),
        ("ﾒﾝｾﾂは５月", "メンセツ"),
        ("メンセツは5月", "ﾒﾝｾﾂ"),
        ("ｶﾞｽの開栓", "ガス"),
        ("ABCビル", "ａｂｃ"),
        ("㈱さくら", "(株)"),
        ("15:00でお願いします", "15:00"),
        ("駅で待つ", "駅"),
        ("か\u{3099}き", "がき"),
        ("①番", "1番"),
        ("終わり。切り替え", "。切"),
    ] {
        assert!(finds(written, asked), "{asked} in {written}");
    }
    assert!(!finds("面談の候補日", "面接"));
    assert!(!finds("面 接", "面接"), "a space is a space");
}

#[test]
fn pairs_do_not_reach_over_marks() {
    let grams = Gram::all_of("明日、15:00");
    assert!(grams.contains(&Gram::Pair('明', '日')));
    assert!(!grams.contains(&Gram::Pair('日', '1')));
    assert!(!grams.contains(&Gram::Pair('5', '0')));
    assert!(grams.contains(&Gram::Single('明')));
    assert!(!grams.contains(&Gram::Single('1')));
    assert_eq!(Gram::asked_of("面接"), [Gram::Pair('面', '接')].into());
    assert_eq!(Gram::asked_of("駅"), [Gram::Single('駅')].into());
    assert_eq!(Gram::asked_of("a"), [].into());
}

#[test]
fn words_and_days_are_told_apart() {
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let query = Query::parse("　面接 from:2026-11-01　TO:2026/11/30 候補日 面接").unwrap();
    let words: Vec<_> = query.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["面接", "候補日"]);
    assert_eq!((query.from, query.to), (day("2026-11-01"), day("2026-11-30")));
    assert_eq!(Query::parse("from:2026年1月5日").unwrap().from, day("2026-01-05"));
    assert_eq!(Query::parse("from:昨日").unwrap().words[0].text, "from:昨日");
    assert!(Query::parse(" 　").unwrap().is_empty());
    assert_eq!(Query::parse(&"あ".repeat(201)), Err(QueryError::TooLong));
    assert_eq!(Query::parse("あ い う え お か き く け こ さ"), Err(QueryError::TooLong));
}

#[test]
fn a_number_is_known_by_any_four_of_its_digits() {
    let number = Number::of("+819012345678");
    for part in [
        "1234",
        "090-1234-5678",
        "０９０１２３４５６７８",
        "090 1234 5678",
        "+81 90 1234 5678",
        "+81(0)90-1234-5678",
        "0081-90-1234-5678",
        "010 81 90 1234 5678",
        "819012345678",
        "5678",
        "0-12345",
    ] {
        let digits = word(part).digits.unwrap_or_else(|| panic!("{part} is a number"));
        assert!(number.holds(&digits), "{part}");
        let known: BTreeSet<_> = number.grams().collect();
        assert!(four_digits(&digits).all(|gram| known.contains(gram)), "{part}");
    }
    assert!(!number.holds(&word("9999").digits.unwrap()));
    for no_number in ["123", "12a4", "面接1234", "+", "----"] {
        assert_eq!(word(no_number).digits, None, "{no_number}");
    }
    assert!(Number::of("+14155552671").holds("4155"));
    assert!(Number::of("+819012345678").holds("0901"), "as dialled at home");
}

#[test]
fn an_excerpt_shows_the_words_as_they_were_written() {
    let marked = |body: &str, asked: &str| -> String {
        let query = Query::parse(asked).unwrap();
        let parts = excerpt(body, &query.words).into_iter();
        parts.map(|p| if p.found { format!("[{}]", p.text) } else { p.text }).collect()
    };
    assert_eq!(marked("ﾒﾝｾﾂは\n１５時です", "メンセツ 15"), "[ﾒﾝｾﾂ]は [１５]時です");
    assert_eq!(marked("ｶﾞｽとｶﾞｽ", "ガス"), "[ｶﾞｽ]と[ｶﾞｽ]");
    assert_eq!(marked("㈱さくら", "株"), "[㈱]さくら");
    assert_eq!(marked("面接面接", "面接"), "[面接面接]");
    let long = format!("{}面接{}", "あ".repeat(300), "い".repeat(300));
    let shown = marked(&long, "面接");
    assert!(shown.starts_with("…あ") && shown.ends_with("い…"), "{shown}");
    assert!(shown.contains("あ[面接]い") && shown.chars().count() < 120, "{shown}");
    assert_eq!(marked("何もない", "面接"), "何もない");
}

#[test]
fn the_digits_asked_for_are_marked_in_a_number() {
    let marked = |asked: &str| -> String {
        let words = Query::parse(asked).unwrap().words;
        let parts = marked_number("090-1234-5678", &words).into_iter();
        parts.map(|p| if p.found { format!("[{}]", p.text) } else { p.text }).collect()
    };
    assert_eq!(marked("2345"), "090-1[234-5]678");
    assert_eq!(marked("+81 90 1234"), "0[90-1234]-5678");
    assert_eq!(marked("5678"), "090-1234-[5678]");
    assert_eq!(marked("山田"), "090-1234-5678");
}

/// Letters as they turn up in texts, and some that rarely do.
fn texts() -> impl Strategy<Value = String> {
    proptest::string::string_regex(
        "[ぁ-んァ-ヶｦ-ﾟ亜-熙一-龠々ーa-zA-Z0-9Ａ-Ｚ０-９、。 \n・:/㈱①ﾞﾟ\u{301}\u{3099}αΣςıİßǅ]{0,40}",
    )
    .unwrap()
}

proptest! {
    #[test]
    fn a_text_is_found_by_every_two_letters_of_it(text in texts()) {
        let whole = comparable(&text);
        let letters: Vec<char> = whole.chars().collect();
        for two in letters.windows(2) {
            let two: String = two.iter().collect();
            if two.chars().any(char::is_whitespace) {
                continue;
            }
            prop_assert!(finds(&text, &two), "{two:?} in {text:?}");
        }
    }

    #[test]
    fn and_by_every_two_letters_as_they_were_written(text in "[ぁ-んァ-ヶ一-龠a-zA-Z0-9Ａ-Ｚ０-９、。]{2,40}") {
        let letters: Vec<char> = text.chars().collect();
        for two in letters.windows(2) {
            let two: String = two.iter().collect();
            prop_assert!(finds(&text, &two), "{two:?} in {text:?}");
        }
    }

    #[test]
    fn what_is_comparable_stays_as_it_is(text in texts()) {
        let once = comparable(&text);
        prop_assert_eq!(comparable(&once), once);
    }

    #[test]
    fn places_are_whole_letters_of_the_original(text in texts(), at in 0..40_usize) {
        let whole = Text::of(&text);
        let word: String = whole.as_str().chars().skip(at).take(2).collect();
        for (begin, end) in whole.places_of(&word) {
            prop_assert!(begin < end && text.is_char_boundary(begin) && text.is_char_boundary(end));
        }
    }

    #[test]
    fn no_query_is_too_strange(text in "\\PC{0,220}") {
        let _ = Query::parse(&text);
        let _ = excerpt(&text, &Query::parse(text.get(..3).unwrap_or("x")).unwrap_or_default().words);
    }
}
