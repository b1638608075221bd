use proptest::prelude::*;
use serde_json::Value;

use super::{Encoding, LengthProfile, normalise_body};

#[test]
fn texts_are_cut_as_the_published_vectors_say() {
    let json = include_str!("../../../tests/fixtures/domain/segmentation.json");
    let vectors: Vec<Value> = serde_json::from_str(json).unwrap();
    assert_eq!(vectors.len(), 26);
    for vector in vectors {
        let text = text_of(&vector);
        let encoding = vector["encoding"].as_str().unwrap().to_lowercase();
        for (profile, width) in
            [(LengthProfile::STANDARD, "8bit"), (LengthProfile::WIDE_REFERENCE, "16bit")]
        {
            let measure = profile.measure(&text);
            assert_eq!(measure.encoding.word(), encoding, "{vector}");
            if let Some(parts) = vector[format!("parts_{width}_ref")].as_array() {
                let parts: Vec<u64> = parts.iter().map(|part| part.as_u64().unwrap()).collect();
                let measured: Vec<u64> = measure.parts.iter().copied().map(u64::from).collect();
                assert_eq!(measured, parts, "{width} {vector}");
            }
            if let Some(count) = vector[format!("count_{width}_ref")].as_u64() {
                assert_eq!(u64::from(measure.segments()), count, "{width} {vector}");
            }
        }
    }
}

fn text_of(vector: &Value) -> String {
    let runs = vector["text_runs"].as_array().unwrap().iter();
    let times = |run: &Value| usize::try_from(run[1].as_u64().unwrap()).unwrap();
    runs.map(|run| run[0].as_str().unwrap().repeat(times(run))).collect()
}

#[test]
fn an_empty_text_is_one_empty_part() {
    let measure = LengthProfile::STANDARD.measure("");
    assert_eq!((measure.segments(), measure.units, measure.remaining()), (1, 0, 160));
    assert_eq!(LengthProfile::STANDARD.split(""), [""]);
}

#[test]
fn what_is_left_counts_in_the_last_part() {
    let left = |text: &str| LengthProfile::STANDARD.measure(text).remaining();
    assert_eq!(left(&"a".repeat(159)), 1);
    assert_eq!(left(&"a".repeat(161)), 145);
    assert_eq!(left(&"あ".repeat(70)), 0);
    assert_eq!(left(&"あ".repeat(71)), 63);
}

#[test]
fn ten_parts_are_the_most() {
    let standard = |count: usize| LengthProfile::STANDARD.measure(&"あ".repeat(count));
    assert!(standard(670).fits() && !standard(670).too_long());
    assert!(standard(671).too_long());
    assert!(LengthProfile::WIDE_REFERENCE.measure(&"あ".repeat(660)).fits());
    assert!(LengthProfile::WIDE_REFERENCE.measure(&"あ".repeat(661)).too_long());
}

#[test]
fn the_character_that_costs_is_named() {
    let measure = LengthProfile::STANDARD.measure("it’s “fine”");
    assert_eq!((measure.encoding, measure.first_ucs2), (Encoding::Ucs2, Some('’')));
    assert_eq!(LengthProfile::STANDARD.measure("it's [fine] €").first_ucs2, None);
}

#[test]
fn a_cluster_no_part_can_hold_is_cut_between_characters() {
    let zalgo = format!("e{}", "\u{301}".repeat(200));
    let parts = LengthProfile::STANDARD.split(&zalgo);
    assert_eq!(parts.iter().map(|part| part.chars().count()).collect::<Vec<_>>(), [67, 67, 67]);
    assert_eq!(parts.concat(), zalgo);
}

#[test]
fn a_family_stays_together() {
    let parts = LengthProfile::STANDARD.split(&format!("{}👨‍👩‍👧‍👦{}", "あ".repeat(60), "い".repeat(9)));
    assert_eq!(parts, ["あ".repeat(60), format!("👨‍👩‍👧‍👦{}", "い".repeat(9))]);
}

#[test]
fn a_non_breaking_space_does_not_double_the_price() {
    let pasted = format!("Hello{}\u{a0}\u{200b}bye", " ".repeat(150));
    let body = normalise_body(&pasted);
    assert_eq!(LengthProfile::STANDARD.measure(&pasted).segments(), 3);
    assert_eq!(LengthProfile::STANDARD.measure(&body).segments(), 1);
    assert!(body.ends_with("  bye"), "{body}");
}

#[test]
fn a_body_keeps_what_its_writer_meant() {
    for (written, kept) in [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("か\u{3099}", "が"),
        ("①㈱髙﨑ｱ", "①㈱髙﨑ｱ"),
        ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"),
        ("全角　空白", "全角　空白"),
        ("e\u{200b}\u{301}", "é"),
    ] {
        assert_eq!(normalise_body(written), kept);
    }
}

/// Characters in which every rule of cutting has something to decide.
fn bodies() -> impl Strategy<Value = String> {
    let gsm = "[a-e€^{}\n]{0,400}";
    let mixed = "[aあ😀€\u{301}\u{200d}👩🇯🇵\r\n𠮷]{0,200}";
    prop_oneof![gsm.prop_map(String::from), mixed.prop_map(String::from), any::<String>()]
}

fn profiles() -> impl Strategy<Value = LengthProfile> {
    prop_oneof![Just(LengthProfile::STANDARD), Just(LengthProfile::WIDE_REFERENCE)]
}

proptest! {
    #[test]
    fn parts_joined_are_the_text(text in bodies(), profile in profiles()) {
        prop_assert_eq!(profile.split(&text).concat(), text);
    }

    #[test]
    fn every_part_fits_and_is_as_long_as_measured(text in bodies(), profile in profiles()) {
        let measure = profile.measure(&text);
        let parts = profile.split(&text);
        let units = |part: &String| match measure.encoding {
            Encoding::Gsm7 => super::gsm7::encode(part).expect("GSM text").len(),
            Encoding::Ucs2 => part.encode_utf16().count(),
        };
        let counted: Vec<usize> = parts.iter().map(units).collect();
        let measured: Vec<usize> = measure.parts.iter().copied().map(usize::from).collect();
        prop_assert_eq!(&counted, &measured);
        prop_assert_eq!(counted.iter().sum::<usize>(), measure.units);
        let size = if measure.encoding == Encoding::Gsm7 { profile.gsm7 } else { profile.ucs2 };
        let room = if parts.len() == 1 { size.single } else { size.multi };
        prop_assert!(measured.iter().all(|part| *part <= usize::from(room)));
        prop_assert!(parts.len() == 1 || parts.iter().all(|part| !part.is_empty()));
    }

    #[test]
    fn normalising_twice_changes_nothing(text in any::<String>()) {
        let once = normalise_body(&text);
        prop_assert_eq!(normalise_body(&once), once);
    }
}
