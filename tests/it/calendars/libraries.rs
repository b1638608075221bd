//! What we write is read by others, and what they write by us.
//!
//! Needs the Python package `icalendar` in the virtual environment that bin/test makes
//! (`TEST_VENV`, or target/venv). `TEST_CALENDARS` says how many calendars are tried.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use henji::domain::appointment::busy::{self, Wanted};
use henji::domain::appointment::invitation::{Invitation, Method, feed, ics};
use serde_json::{Value, json};

const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/calendar_peer.py");

fn invitation(zone: Tz, starts: &str) -> Invitation {
    let starts: DateTime<Utc> = starts.parse().unwrap();
    Invitation {
        uid: "0197a1-7@henji.example.jp".into(),
        sequence: 0,
        starts,
        ends: starts + TimeDelta::minutes(45),
        zone,
        summary: "一次面接(エンジニア職)、田中様; 持ち物は\\なし, 念のためもう一度お読みください"
            .into(),
        location: Some("本社 3F\n受付".into()),
        description: "https://meet.example.jp/x?y=1,2\r\n\r\nEND:VEVENT\r\nご不明な点は人事まで。"
            .into(),
        organizer: ("採用 \"A\" チーム".into(), "henji@example.jp".into()),
        attendees: vec![
            ("佐藤, 花子".into(), "sato@example.jp".into()),
            ("Tanaka; Ken".into(), "tanaka+interview@example.jp".into()),
        ],
        stamped: "2026-06-01T03:04:05Z".parse().unwrap(),
        method: Method::Request,
    }
}

#[test]
fn another_library_reads_the_request_the_change_and_the_end() {
    let mut texts = Vec::new();
    let mut expected = Vec::new();
    for (zone, starts, local) in [
        (Tz::Asia__Tokyo, "2026-06-16T05:00:00Z", "2026-06-16 14:00"),
        (Tz::Europe__Berlin, "2026-06-16T05:00:00Z", "2026-06-16 07:00"),
        (Tz::Europe__Berlin, "2026-12-16T05:00:00Z", "2026-12-16 06:00"),
        // The hours before and after the clocks are changed.
        (Tz::Europe__Berlin, "2026-03-29T00:59:00Z", "2026-03-29 01:59"),
        (Tz::Europe__Berlin, "2026-03-29T01:00:00Z", "2026-03-29 03:00"),
        (Tz::America__New_York, "2026-11-01T07:30:00Z", "2026-11-01 02:30"),
        (Tz::America__New_York, "2027-01-01T04:30:00Z", "2026-12-31 23:30"),
        (Tz::Australia__Sydney, "2026-01-10T00:00:00Z", "2026-01-10 11:00"),
        (Tz::Africa__Casablanca, "2026-02-20T10:00:00Z", "2026-02-20 10:00"),
        (Tz::Africa__Casablanca, "2026-06-16T10:00:00Z", "2026-06-16 11:00"),
    ] {
        let first = invitation(zone, starts);
        let moved =
            Invitation { sequence: 1, ends: first.ends + TimeDelta::hours(1), ..first.clone() };
        let off = Invitation { sequence: 2, method: Method::Cancel, ..moved.clone() };
        for told in [first, moved, off] {
            texts.push(ics(&told));
            expected.push((told, local));
        }
    }
    let Some(read) = read_by_others(&texts) else { return };
    assert_eq!(read.len(), expected.len());
    for (read, (told, local)) in read.iter().zip(expected) {
        let is_on = told.method == Method::Request;
        assert_eq!(read["method"], told.method.word());
        assert_eq!(read["wrong"], json!([]), "{read}");
        let event = &read["events"][0];
        let stamp = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        for (field, value) in [
            ("uid", json!(told.uid)),
            ("sequence", json!(told.sequence)),
            ("stamp", json!(stamp(told.stamped))),
            ("start", json!(stamp(told.starts))),
            ("end", json!(stamp(told.ends))),
            ("local", json!(local)),
            ("zone", json!(told.zone.name())),
            ("summary", json!(told.summary)),
            ("location", json!(told.location)),
            ("description", json!(told.description.replace("\r\n", "\n"))),
            ("status", json!(if is_on { "CONFIRMED" } else { "CANCELLED" })),
            ("organizer", json!(["mailto:henji@example.jp", "採用 'A' チーム"])),
            (
                "attendees",
                json!([
                    ["mailto:sato@example.jp", "佐藤, 花子"],
                    ["mailto:tanaka+interview@example.jp", "Tanaka; Ken"],
                ]),
            ),
        ] {
            assert_eq!(event[field], value, "{field} of {read}");
        }
        assert_eq!(read["events"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn another_library_reads_a_feed_and_so_do_we() {
    let events = [
        invitation(Tz::Asia__Tokyo, "2026-06-16T05:00:00Z"),
        invitation(Tz::Europe__Berlin, "2026-06-17T05:00:00Z"),
        invitation(Tz::Europe__Berlin, "2028-12-17T05:00:00Z"),
    ];
    let text = feed("佐藤さんの面接", &events);
    let Some(read) = read_by_others(std::slice::from_ref(&text)) else { return };
    assert_eq!(read[0]["name"], "佐藤さんの面接");
    let found = read[0]["events"].as_array().unwrap();
    let starts: Vec<&str> = found.iter().map(|event| event["start"].as_str().unwrap()).collect();
    assert_eq!(starts, ["2026-06-16T05:00:00Z", "2026-06-17T05:00:00Z", "2028-12-17T05:00:00Z"]);
    assert!(found.iter().all(|event| event["attendees"] == json!([])));

    let from: DateTime<Utc> = "2026-06-01T00:00:00Z".parse().unwrap();
    let window = from..from + TimeDelta::days(30);
    let is_ours = |uid: &str| uid.ends_with("@henji.example.jp");
    for (is_ours, count) in [(&is_ours as &dyn Fn(&str) -> bool, 0), (&|_| false, 2)] {
        let zone = Tz::Asia__Tokyo;
        let wanted = Wanted { zone, window: window.clone(), owner: &[], is_ours };
        assert_eq!(busy::read(&text, &wanted).unwrap().spans.len(), count);
    }
}

#[test]
fn we_find_the_owner_of_any_calendar_busy_when_others_do() {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_CALENDARS").ok();
    let count = asked.map_or(200, |count| count.parse().unwrap());
    let Some(lines) = peer(&["write", "7", &count.to_string()], "") else { return };
    assert_eq!(lines.len(), count);
    let mut spans = 0;
    for line in lines {
        let moment = |value: &Value| value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
        let wanted = Wanted {
            zone: line["zone"].as_str().unwrap().parse().unwrap(),
            window: moment(&line["from"])..moment(&line["to"]),
            owner: &[],
            is_ours: &|_| false,
        };
        let ics = line["ics"].as_str().unwrap();
        let found = busy::read(ics, &wanted).unwrap();
        let expected: Vec<busy::Busy> = line["spans"]
            .as_array()
            .unwrap()
            .iter()
            .map(|span| busy::Busy { from: moment(&span[0]), to: moment(&span[1]) })
            .collect();
        assert_eq!(found.spans, expected, "{} {:?}\n{ics}", wanted.zone, wanted.window);
        assert_eq!(found.unread, 0, "{ics}");
        spans += expected.len();
    }
    assert!(spans > count * 5, "{spans} spans are no test");
}

/// None where there is no such library.
pub fn read_by_others(texts: &[String]) -> Option<Vec<Value>> {
    peer(&["read"], &json!({"texts": texts}).to_string())
}

fn peer(arguments: &[&str], asked: &str) -> Option<Vec<Value>> {
    let Some(python) = python() else {
        eprintln!("SKIPPED: no TEST_VENV and no target/venv; bin/test makes one");
        return None;
    };
    let mut peer = Command::new(python)
        .arg(PEER)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    peer.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let output = peer.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    Some(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn python() -> Option<PathBuf> {
    let venv = match std::env::var_os("TEST_VENV") {
        Some(venv) => PathBuf::from(venv),
        None => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/venv")),
    };
    let python = venv.join("bin/python");
    python.exists().then_some(python)
}
