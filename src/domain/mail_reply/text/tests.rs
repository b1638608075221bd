use proptest::prelude::*;

use super::*;

/// What clients write, and what of it somebody meant; `null` where that is in doubt.
const SAMPLES: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/mail_replies/samples.json"));

fn samples() -> Vec<(String, String, Option<String>)> {
    let samples: Vec<serde_json::Value> = serde_json::from_str(SAMPLES).unwrap();
    let text = |sample: &serde_json::Value, name: &str| sample[name].as_str().map(str::to_owned);
    samples
        .iter()
        .map(|s| (text(s, "client").unwrap(), text(s, "text").unwrap(), text(s, "own")))
        .collect()
}

#[test]
fn of_every_client_only_what_was_written_is_left() {
    let samples = samples();
    assert!(samples.len() > 45, "{}", samples.len());
    for (client, text, own) in samples {
        assert_eq!(own_words(&text).ok(), own, "{client}\n{text}");
        let dos = text.replace('\n', "\r\n");
        assert_eq!(own_words(&dos).ok(), own, "{client}, CRLF");
    }
}

#[test]
fn a_cutter_that_cuts_nothing_would_be_noticed() {
    let whole =
        samples().iter().filter(|(_, text, own)| own.as_deref() == Some(text.trim())).count();
    assert!(whole < samples().len() / 3, "{whole} samples have nothing to cut");
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(text: String, other in "[-> :\n@a一年/0-9<>＞#*]{0,120}") {
        let _ = own_words(&text);
        let _ = own_words(&other);
    }

    /// Whoever writes above a quote is heard in full, and the quote never.
    #[test]
    fn above_a_quote_everything_counts(
        answer in "[ぁ-んa-z0-9、。]{1,40}(\n[ぁ-んa-z0-9、。]{1,40}){0,3}",
        secret in "[A-Z]{6,12}",
        style in 0_usize..7,
        gap in "\n{1,3}",
    ) {
        let quoted = format!("> {secret}\n> {secret} {secret}\n");
        let introduced = match style {
            0 => format!("2026年11月22日(日) 14:13 返事 <henji@example.jp>:\n\n{quoted}"),
            1 => format!("On Sun, Nov 22, 2026 at 2:13 PM henji <henji@example.jp> wrote:\n{quoted}"),
            2 => format!("-----Original Message-----\nFrom: a@b.jp\nSent: now\n\n{secret}\n"),
            3 => format!("________________________________\n差出人: a@b.jp\n送信日時: 今\n\n{secret}\n"),
            5 => format!("2026年11月22日(日) 14:13 さくら電力\n<henji@example.jp>:\n\n{quoted}"),
            4 => format!("{MARKER}\n\n{secret}\n"),
            _ => quoted,
        };
        let own = own_words(&format!("{answer}{gap}{introduced}")).unwrap();
        prop_assert_eq!(own.split_whitespace().collect::<Vec<_>>(), answer.split_whitespace().collect::<Vec<_>>());
    }

    /// A line that is marked as quoted never gets through.
    #[test]
    fn no_marked_line_is_ever_sent(lines in prop::collection::vec(("(> ?|＞)?", "[a-zぁ-ん]{1,12}"), 1..12)) {
        let text: Vec<String> = lines.iter().map(|(mark, word)| format!("{mark}{word}")).collect();
        if let Ok(own) = own_words(&text.join("\n")) {
            prop_assert!(!own.lines().any(is_quoted), "{}", own);
        }
    }
}
