use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_301_400 + seconds, 0).unwrap()
}

fn keyword(matching: Matching, words: &[&str]) -> Rule {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Rule { occasion: Occasion::Keyword, matching, words, body: "返事".into() }
}

fn policy(rules: Vec<Rule>) -> Policy {
    Policy { rules, ..Policy::default() }
}

#[test]
fn words_are_found_where_they_must_stand_however_they_are_written() {
    use Matching::{Contains, Exact, Prefix};
    for (matching, word, text, fits) in [
        (Exact, "営業時間", "営業時間", true),
        (Exact, "営業時間", "「営業時間」。", true),
        (Exact, "営業時間", "営業時間は？", false),
        (Exact, "ヨヤク", "ﾖﾔｸ", true),
        (Exact, "ヨヤク", "よやく", true),
        (Exact, "キャンセル", "きゃんせる", true),
        (Exact, "ガス", "ｶﾞｽ", true),
        (Exact, "URL", "ｕｒｌ", true),
        (Exact, "1", "１", true),
        (Exact, "1", "11", false),
        (Prefix, "予約", "予約 11月3日", true),
        (Prefix, "予約", "　 予 約 したい", true),
        (Prefix, "予約", "明日予約したい", false),
        (Contains, "予約", "明日予約したい", true),
        (Contains, "住所", "じゅうしょ", false),
        (Contains, "parking", "Is there a PARKING lot?", true),
        (Contains, "予約", "", false),
    ] {
        let rules = policy(vec![keyword(matching, &["ほか", word])]);
        let arrived = Arrived { text, is_first: false, is_open: true };
        assert_eq!(rules.fitting(arrived).count() == 1, fits, "{matching:?} {word} {text}");
    }
}

#[test]
fn the_first_rule_that_fits_comes_first() {
    let rule = |occasion| Rule { occasion, ..Rule::default() };
    let rules = policy(vec![
        keyword(Matching::Contains, &["住所"]),
        rule(Occasion::FirstContact),
        rule(Occasion::OutsideHours),
    ]);
    let fitting = |text, is_first, is_open| {
        let fitting = rules.fitting(Arrived { text, is_first, is_open });
        fitting.map(|rule| rule.occasion).collect::<Vec<_>>()
    };
    use Occasion::{FirstContact, Keyword, OutsideHours};
    assert_eq!(fitting("住所は", true, false), [Keyword, FirstContact, OutsideHours]);
    assert_eq!(fitting("もしもし", true, true), [FirstContact]);
    assert_eq!(fitting("もしもし", false, false), [OutsideHours]);
    assert_eq!(fitting("もしもし", false, true), []);
}

#[test]
fn it_says_nothing_twice_over_nobody_and_to_no_machine() {
    let rules = policy(vec![]);
    let hours = |n: i64| at(n * 3_600);
    let none = Before::default();
    for (before, text, now, expected) in [
        (none, "もしもし", at(0), Ok(())),
        (Before { replied_at: Some(at(0)), ..none }, "また", hours(11), Err(Silence::Replied)),
        (Before { replied_at: Some(at(0)), ..none }, "また", hours(12), Ok(())),
        (Before { talked_at: Some(at(0)), ..none }, "はい", at(1_799), Err(Silence::Talking)),
        (Before { talked_at: Some(at(0)), ..none }, "はい", at(1_800), Ok(())),
        (Before { sent_at: Some(at(0)), ..none }, "受付ました", at(2), Err(Silence::Machine)),
        (Before { sent_at: Some(at(0)), ..none }, "はい", at(3), Ok(())),
        (none, "※このメッセージは自動返信です", at(0), Err(Silence::Machine)),
        (none, "【送信専用】返信は不要です", at(0), Err(Silence::Machine)),
        (none, "This is an Automatic Reply.", at(0), Err(Silence::Machine)),
        (none, "ＡＵＴＯ－ＲＥＰＬＹ", at(0), Err(Silence::Machine)),
        (none, "自動ドアが動きません", at(0), Ok(())),
    ] {
        assert_eq!(rules.speaks(text, before, now), expected, "{before:?} {text}");
    }
}

/// Two machines that each answer whatever comes, and a road that takes `seconds`.
/// How many texts they send, of at most `most`.
fn texts_between(pause: TimeDelta, seconds: i64, most: usize) -> usize {
    let rules = Policy { pause, ..Policy::default() };
    let mut told: [Before; 2] = [Before::default(); 2];
    let (mut now, mut sent) = (0, 0);
    for turn in 0..most {
        let side = &mut told[turn % 2];
        now += seconds;
        // A person began it: the first side has sent nothing by rule yet.
        if rules.speaks("承りました", *side, at(now)).is_err() {
            break;
        }
        (side.replied_at, side.sent_at) = (Some(at(now)), Some(at(now)));
        sent += 1;
    }
    sent
}

#[test]
fn two_machines_stop_after_one_each() {
    for seconds in [0, 1, 5, 60, 3_600] {
        assert!(texts_between(PAUSE, seconds, 100) <= 2, "{seconds}");
    }
    // Without a pause they would not: the road above leads somewhere.
    assert_eq!(texts_between(TimeDelta::zero(), 60, 100), 100);
}

#[test]
fn a_policy_names_the_rule_that_cannot_be_kept_to() {
    let some = keyword(Matching::Exact, &["予約"]);
    assert_eq!(policy(vec![some.clone(); 8]).check(), Ok(()));
    assert_eq!(policy(vec![some.clone(); 9]).check(), Err(PolicyError::TooManyRules));
    for pause in [TimeDelta::minutes(59), TimeDelta::days(31)] {
        assert_eq!(Policy { pause, ..Policy::default() }.check(), Err(PolicyError::Pause));
    }
    let long = "長".repeat(51);
    for words in [vec![], vec!["。"], vec![long.as_str()], vec!["予約"; 51]] {
        let rules = policy(vec![some.clone(), keyword(Matching::Exact, &words)]);
        assert_eq!(rules.check(), Err(PolicyError::Words(1)), "{words:?}");
    }
}
