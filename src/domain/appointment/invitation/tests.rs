use chrono::TimeZone;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn invitation(zone: Tz, starts: &str) -> Invitation {
    let starts = at(starts);
    Invitation {
        uid: "0197-a1@henji.example.jp".into(),
        sequence: 0,
        starts,
        ends: starts + chrono::TimeDelta::minutes(45),
        zone,
        summary: "一次面接".into(),
        location: Some("本社 3F; 受付, 左".into()),
        description: "持ち物:\n履歴書".into(),
        organizer: ("採用 \"A\" 係".into(), "henji@example.jp".into()),
        attendees: vec![("佐藤, 花子".into(), "sato@example.jp".into())],
        stamped: at("2026-06-01T00:00:00Z"),
        method: Method::Request,
    }
}

/// Lines as a reader has them: unfolded, and each ended by CRLF.
fn unfolded(ics: &str) -> Vec<String> {
    assert!(ics.ends_with("\r\n"));
    let lines: Vec<&str> = ics.strip_suffix("\r\n").unwrap().split("\r\n").collect();
    let mut whole: Vec<String> = Vec::new();
    for line in lines {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.contains(['\r', '\n']), "{line:?}");
        match line.strip_prefix(' ') {
            Some(rest) => whole.last_mut().unwrap().push_str(rest),
            None => whole.push(line.to_owned()),
        }
    }
    whole
}

fn value(ics: &str, name: &str) -> String {
    let lines = unfolded(ics);
    let start = format!("{name}:");
    let found: Vec<&String> = lines.iter().filter(|line| line.starts_with(&start)).collect();
    assert_eq!(found.len(), 1, "{name} in {ics}");
    found[0][start.len()..].to_owned()
}

fn unescaped(value: &str) -> String {
    let mut words = String::new();
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next().unwrap() {
                'n' | 'N' => words.push('\n'),
                other => words.push(other),
            },
            c => words.push(c),
        }
    }
    words
}

/// What a calendar keeps of somebody's words: the ends of lines are one, and what has
/// no place in a text is gone.
fn kept(words: &str) -> String {
    let ends = |c: char| "\n\r\u{b}\u{c}\u{1c}\u{1d}\u{1e}\u{85}\u{2028}\u{2029}".contains(c);
    let plain = words.replace("\r\n", "\n");
    let one = plain.chars().map(|c| if ends(c) { '\n' } else { c });
    one.filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn zone_lines(zone: Tz, starts: &str) -> Vec<String> {
    let lines = unfolded(&ics(&invitation(zone, starts)));
    let from = lines.iter().position(|line| line == "BEGIN:VTIMEZONE").unwrap();
    let to = lines.iter().position(|line| line == "END:VTIMEZONE").unwrap();
    lines[from + 1..to].to_vec()
}

#[test]
fn a_request_says_who_when_and_where() {
    let lines = unfolded(&ics(&invitation(Tz::Asia__Tokyo, "2026-06-16T05:00:00Z")));
    for line in [
        "METHOD:REQUEST",
        "UID:0197-a1@henji.example.jp",
        "SEQUENCE:0",
        "DTSTAMP:20260601T000000Z",
        "DTSTART;TZID=Asia/Tokyo:20260616T140000",
        "DTEND;TZID=Asia/Tokyo:20260616T144500",
        "SUMMARY:一次面接",
        "LOCATION:本社 3F\\; 受付\\, 左",
        "DESCRIPTION:持ち物:\\n履歴書",
        "ORGANIZER;CN=\"採用 'A' 係\":mailto:henji@example.jp",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE;\
         CN=\"佐藤, 花子\":mailto:sato@example.jp",
        "STATUS:CONFIRMED",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line} in {lines:#?}");
    }
}

#[test]
fn a_cancellation_is_the_same_event_called_off() {
    let mut told = invitation(Tz::Asia__Tokyo, "2026-06-16T05:00:00Z");
    told.sequence = 2;
    told.method = Method::Cancel;
    let text = ics(&told);
    assert_eq!(value(&text, "METHOD"), "CANCEL");
    assert_eq!(value(&text, "STATUS"), "CANCELLED");
    assert_eq!(value(&text, "SEQUENCE"), "2");
    assert_eq!(value(&text, "UID"), told.uid);
    assert!(text.contains("ATTENDEE") && !text.contains("RSVP"));
}

#[test]
fn tokyo_never_changes_its_clocks() {
    let told = zone_lines(Tz::Asia__Tokyo, "2026-06-16T05:00:00Z");
    let expected = [
        "TZID:Asia/Tokyo",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0900",
        "TZOFFSETTO:+0900",
        "TZNAME:JST",
        "END:STANDARD",
    ];
    assert_eq!(told, expected);
}

#[test]
fn summer_time_is_told_as_the_rule_of_its_zone() {
    for (zone, rules) in [
        (
            Tz::Europe__Berlin,
            ["FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"],
        ),
        (
            Tz::America__New_York,
            ["FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"],
        ),
    ] {
        let told = zone_lines(zone, "2026-06-16T05:00:00Z").join("\n");
        for rule in rules {
            assert!(told.contains(&format!("RRULE:{rule}")), "{told}");
        }
        assert_eq!(told.matches("BEGIN:DAYLIGHT").count(), 1, "{told}");
        assert_eq!(told.matches("BEGIN:STANDARD").count(), 1, "{told}");
    }
    let berlin = zone_lines(Tz::Europe__Berlin, "2026-06-16T05:00:00Z").join("\n");
    assert!(berlin.contains(
        "BEGIN:DAYLIGHT\nDTSTART:20250330T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nTZNAME:CEST"
    ));
    assert!(berlin.contains(
        "BEGIN:STANDARD\nDTSTART:20251026T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nTZNAME:CET"
    ));
}

#[test]
fn clocks_that_follow_the_moon_are_told_one_by_one() {
    // Morocco's summer time pauses for Ramadan.
    let told = zone_lines(Tz::Africa__Casablanca, "2026-06-16T05:00:00Z").join("\n");
    assert!(!told.contains("RRULE"), "{told}");
    assert!(told.contains("DTSTART:19700101T000000"), "what was before: {told}");
    assert_eq!(told.matches("BEGIN:").count(), 1 + 2 * 3, "{told}");
}

#[test]
fn utc_needs_no_words() {
    let text = ics(&invitation(Tz::UTC, "2026-06-16T05:00:00Z"));
    assert_eq!(value(&text, "DTSTART"), "20260616T050000Z");
    assert!(!text.contains("VTIMEZONE"));
}

#[test]
fn a_feed_holds_what_stands_and_tells_each_zone_once() {
    let mut off = invitation(Tz::Asia__Tokyo, "2026-06-18T05:00:00Z");
    off.method = Method::Cancel;
    off.uid = "gone@henji".into();
    let events = [
        invitation(Tz::Asia__Tokyo, "2026-06-16T05:00:00Z"),
        invitation(Tz::Asia__Tokyo, "2026-06-17T05:00:00Z"),
        invitation(Tz::Europe__Berlin, "2027-01-17T05:00:00Z"),
        off,
    ];
    let text = feed("佐藤さんの面接", &events);
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 3);
    assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 2);
    assert_eq!(value(&text, "X-WR-CALNAME"), "佐藤さんの面接");
    for word in ["METHOD", "ATTENDEE", "ORGANIZER", "gone@henji"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert!(feed("x", &[]).contains("END:VCALENDAR\r\n"));
}

proptest! {
    #[test]
    fn any_words_survive_the_way(
        summary in ".{0,120}",
        location in "[\\PC\r\n\\\\;,:\"]{0,200}",
        description in "(\r\nBEGIN:VEVENT\r\n|\\\\n|\u{2028}|.|\u{85}){0,60}",
        name in ".{0,80}",
    ) {
        let told = Invitation {
            summary: summary.clone(),
            location: Some(format!("x{location}")),
            description: format!("x{description}"),
            organizer: (name, "a\r\nX:b@example.jp".into()),
            ..invitation(Tz::Asia__Tokyo, "2026-06-16T05:00:00Z")
        };
        let text = ics(&told);
        let lines = unfolded(&text);
        prop_assert_eq!(unescaped(&value(&text, "SUMMARY")), kept(&summary));
        prop_assert_eq!(unescaped(&value(&text, "LOCATION")), kept(&format!("x{location}")));
        prop_assert_eq!(unescaped(&value(&text, "DESCRIPTION")), kept(&format!("x{description}")));
        // What people write makes no line of its own, for whoever splits at whatever.
        let plain = ics(&invitation(Tz::Asia__Tokyo, "2026-06-16T05:00:00Z"));
        prop_assert_eq!(lines.len(), unfolded(&plain).len());
        let ends = text.contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}']);
        prop_assert!(!ends, "a line ends where it must not");
    }

    #[test]
    fn the_rules_of_a_zone_give_the_moment_back(
        zone in proptest::sample::select(vec![
            Tz::Asia__Tokyo, Tz::Europe__Berlin, Tz::America__New_York, Tz::Australia__Sydney,
            Tz::Africa__Casablanca, Tz::Europe__Dublin, Tz::Asia__Kolkata, Tz::Africa__Cairo,
            Tz::America__Santiago, Tz::Australia__Lord_Howe, Tz::Asia__Gaza, Tz::America__Sao_Paulo,
        ]),
        minute in 0_i64..(15 * 366 * 24 * 60),
    ) {
        let starts = Utc.with_ymd_and_hms(2018, 1, 1, 0, 0, 0).unwrap()
            + chrono::TimeDelta::minutes(minute);
        let told = Invitation { starts, ends: starts, ..invitation(zone, "2026-06-16T05:00:00Z") };
        let text = ics(&told).replace("TZID=", "TZID=X-").replace("TZID:", "TZID:X-");
        let read = super::super::busy::moment(&text);
        // The hour that comes twice is one of two moments.
        let again = starts.with_timezone(&zone).naive_local();
        let moments = zone.from_local_datetime(&again);
        prop_assert!(
            [moments.earliest(), moments.latest()].into_iter().flatten().any(|at| Some(at.to_utc()) == read),
            "{:?} for {}: {}", read, starts, text
        );
    }
}
