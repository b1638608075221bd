use chrono::NaiveDateTime;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// June 2026, of somebody in Tokyo.
fn read_in_tokyo(text: &str) -> Result<BusyTimes, BusyError> {
    let wanted = Wanted {
        zone: Tz::Asia__Tokyo,
        window: at("2026-05-31T15:00:00Z")..at("2026-06-30T15:00:00Z"),
        owner: &["sato@example.jp"],
        is_ours: &|uid| uid.ends_with("@henji.example.jp"),
    };
    read(text, &wanted)
}

fn calendar(inside: &str) -> String {
    let inside = inside.trim_end().replace('\n', "\r\n");
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}\r\nEND:VCALENDAR\r\n")
}

fn event(inside: &str) -> String {
    format!("BEGIN:VEVENT\nUID:1\n{}\nEND:VEVENT\n", inside.trim())
}

/// `16 14:00-15:00`, by the clocks of Tokyo; the day again where it ends on another.
fn shown(times: &BusyTimes) -> Vec<String> {
    let local = |at: DateTime<Utc>| at.with_timezone(&Tz::Asia__Tokyo).naive_local();
    let end = |from: NaiveDateTime, to: NaiveDateTime| match from.date() == to.date() {
        true => to.format("%H:%M").to_string(),
        false => to.format("%-d %H:%M").to_string(),
    };
    let one = |span: &Busy| {
        let (from, to) = (local(span.from), local(span.to));
        format!("{}-{}", from.format("%-d %H:%M"), end(from, to))
    };
    times.spans.iter().map(one).collect()
}

fn busy(inside: &str) -> Vec<String> {
    let times = read_in_tokyo(&calendar(inside)).unwrap();
    assert_eq!(times.unread, 0, "{inside}");
    shown(&times)
}

#[test]
fn times_are_those_of_their_zone() {
    let berlin = "16 22:00-23:30";
    for (start, expected) in [
        ("DTSTART:20260616T130000Z\nDTEND:20260616T143000Z", berlin),
        (
            "DTSTART;TZID=Europe/Berlin:20260616T150000\nDTEND;TZID=Europe/Berlin:20260616T163000",
            berlin,
        ),
        ("DTSTART;TZID=\"W. Europe Standard Time\":20260616T150000\nDURATION:PT1H30M", berlin),
        (
            "DTSTART;TZID=\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\":20260616T150000\nDURATION:PT90M",
            berlin,
        ),
        ("DTSTART;TZID=Tokyo Standard Time:20260616T220000\nDURATION:PT90M", berlin),
        // Without a zone, or with one nobody knows, it is the owner's.
        ("DTSTART:20260616T220000\nDURATION:PT90M", berlin),
        ("DTSTART;TZID=Nowhere:20260616T220000\nDURATION:PT90M", berlin),
        ("DTSTART;TZID=Asia/Tokyo:20260616T230000\nDTEND:20260616T163000Z", "16 23:00-17 01:30"),
        ("DTSTART;VALUE=DATE:20260616", "16 00:00-17 00:00"),
        ("DTSTART:20260616", "16 00:00-17 00:00"),
        ("DTSTART;VALUE=DATE:20260616\nDTEND;VALUE=DATE:20260618", "16 00:00-18 00:00"),
        ("DTSTART;VALUE=DATE:20260616\nDTEND;VALUE=DATE:20260616", "16 00:00-17 00:00"),
        ("DTSTART;VALUE=DATE:20260616\nDURATION:P2D", "16 00:00-18 00:00"),
    ] {
        assert_eq!(busy(&event(start)), [expected], "{start}");
    }
}

#[test]
fn a_zone_that_only_the_calendar_knows_is_as_it_says() {
    let zone = "BEGIN:VTIMEZONE\nTZID:Kaisha\nBEGIN:STANDARD\nDTSTART:16011028T030000\n\
        TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\n\
        END:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010325T020000\nTZOFFSETFROM:+0100\n\
        TZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n";
    let summer = event("DTSTART;TZID=Kaisha:20260616T150000\nDURATION:PT1H");
    assert_eq!(busy(&format!("{zone}{summer}")), ["16 22:00-23:00"]);
    let known = zone.replace("TZID:Kaisha", "TZID:Kaisha\nX-LIC-LOCATION:Asia/Tokyo");
    assert_eq!(busy(&format!("{known}{summer}")), ["16 15:00-16:00"]);
}

#[test]
fn what_takes_no_time_keeps_nobody_busy() {
    let when = "DTSTART:20260616T010000Z\nDTEND:20260616T020000Z";
    for free in [
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
        "status:cancelled",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "ATTENDEE;CN=\"Sato\";PARTSTAT=DECLINED:mailto:Sato@example.jp",
    ] {
        assert!(busy(&event(&format!("{when}\n{free}"))).is_empty(), "{free}");
    }
    for taken in [
        "TRANSP:OPAQUE",
        "STATUS:TENTATIVE",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:tanaka@example.jp",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:sato@example.jp",
        "DESCRIPTION:TRANSP:TRANSPARENT\n STATUS:CANCELLED",
    ] {
        assert_eq!(busy(&event(&format!("{when}\n{taken}"))), ["16 10:00-11:00"], "{taken}");
    }
    assert!(busy(&event("DTSTART:20260616T010000Z")).is_empty(), "a moment");
    assert!(busy(&event("DTSTART:20260616T010000Z\nDTEND:20260616T000000Z")).is_empty());
    let alarm = "BEGIN:VALARM\nTRIGGER:-PT5M\nDURATION:PT9H\nEND:VALARM";
    assert_eq!(busy(&event(&format!("{when}\n{alarm}"))), ["16 10:00-11:00"]);
    let task = "BEGIN:VTODO\nDTSTART:20260616T010000Z\nDUE:20260616T020000Z\nEND:VTODO";
    assert!(busy(task).is_empty());
}

#[test]
fn an_interview_of_ours_is_not_in_its_own_way() {
    let when = "DTSTART:20260616T010000Z\nDURATION:PT1H";
    let ours = "040000008200E00074C5B7101A82E0080000000000000000000000000000000000000000\
        270000007643616C2D5569640100000030313937406865\n 6E6A692E6578616D706C652E6A7000";
    for (uid, expected) in [("0197@henji.example.jp", 0), (ours, 0), ("0197@other.example.jp", 1)] {
        let text = event(when).replace("UID:1", &format!("UID:{uid}"));
        assert_eq!(busy(&text).len(), expected, "{uid}");
    }
}

#[test]
fn what_repeats_is_found_in_the_window() {
    for (rule, expected) in [
        ("FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20260612T000000Z", vec!["2", "4", "9", "11"]),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", vec!["11", "25"]),
        ("FREQ=MONTHLY;BYDAY=3WE", vec!["17"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", vec!["30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,31", vec!["30"]),
        ("FREQ=YEARLY;BYMONTH=6;BYDAY=1MO", vec!["1"]),
        ("FREQ=YEARLY;BYWEEKNO=25", vec!["18"]),
        ("FREQ=YEARLY;BYYEARDAY=-185", vec!["30"]),
        ("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=31", vec![]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", vec![]),
        ("FREQ=DAILY;INTERVAL=400", vec!["2"]),
    ] {
        let text =
            event(&format!("DTSTART;TZID=Asia/Tokyo:20250501T090000\nDURATION:PT1H\nRRULE:{rule}"));
        let text = match rule.contains("WKST") {
            true => text.replace("20250501", "20260514"),
            false if rule.contains("400") => text.replace("20250501", "20250428"),
            false => text,
        };
        let expected: Vec<String> =
            expected.iter().map(|day| format!("{day} 09:00-10:00")).collect();
        assert_eq!(busy(&text), expected, "{rule}");
    }
}

#[test]
fn the_last_one_counts_by_the_clocks_of_the_event() {
    // As Google writes it: the end of the last day, in UTC.
    let text = "DTSTART;TZID=Asia/Tokyo:20260601T160000\nDURATION:PT1H\n\
                RRULE:FREQ=DAILY;UNTIL=20260603T145959Z";
    assert_eq!(busy(&event(text)), ["1 16:00-17:00", "2 16:00-17:00", "3 16:00-17:00"]);
    let days = "DTSTART;VALUE=DATE:20260601\nRRULE:FREQ=WEEKLY;UNTIL=20260608";
    assert_eq!(busy(&event(days)), ["1 00:00-2 00:00", "8 00:00-9 00:00"]);
}

#[test]
fn a_weekly_hour_stays_where_it_is_when_clocks_are_changed() {
    let text = calendar(&event(
        "DTSTART;TZID=Europe/Berlin:20260101T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY",
    ));
    let wanted = Wanted {
        zone: Tz::Asia__Tokyo,
        window: at("2026-03-25T00:00:00Z")..at("2026-04-03T00:00:00Z"),
        owner: &[],
        is_ours: &|_| false,
    };
    let found = read(&text, &wanted).unwrap();
    let starts: Vec<DateTime<Utc>> = found.spans.iter().map(|span| span.from).collect();
    assert_eq!(starts, [at("2026-03-26T08:00:00Z"), at("2026-04-02T07:00:00Z")]);
}

#[test]
fn single_times_are_left_out_moved_and_added() {
    let weekly = "DTSTART;TZID=Asia/Tokyo:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\n";
    let others = "EXDATE;TZID=Asia/Tokyo:20260608T090000\nRDATE;TZID=Asia/Tokyo:20260610T090000\n\
                  RDATE;VALUE=PERIOD:20260611T000000Z/PT2H,20260612T000000Z/20260612T003000Z";
    let text = event(&format!("{weekly}{others}"));
    let all = [
        "1 09:00-10:00",
        "10 09:00-10:00",
        "11 09:00-11:00",
        "12 09:00-09:30",
        "15 09:00-10:00",
        "22 09:00-10:00",
        "29 09:00-10:00",
    ];
    assert_eq!(busy(&text), all);
    let by_day =
        text.replace("EXDATE;TZID=Asia/Tokyo:20260608T090000", "EXDATE;VALUE=DATE:20260608");
    assert_eq!(busy(&by_day), all);
    let in_utc = text.replace("EXDATE;TZID=Asia/Tokyo:20260608T090000", "EXDATE:20260608T000000Z");
    assert_eq!(busy(&in_utc), all);

    // Later versions of one time have another SEQUENCE than the whole.
    let moved = event(
        "RECURRENCE-ID;TZID=Asia/Tokyo:20260615T090000\nSEQUENCE:4\n\
         DTSTART;TZID=Asia/Tokyo:20260616T130000\nDTEND;TZID=Asia/Tokyo:20260616T140000",
    );
    let off = event(
        "RECURRENCE-ID:20260622T000000Z\nSTATUS:CANCELLED\nDTSTART:20260622T000000Z\nDURATION:PT1H",
    );
    let other = moved
        .replace("UID:1", "UID:2")
        .replace("20260615T09", "20260601T09")
        .replace("T13", "T18")
        .replace("T14", "T19");
    let found = busy(&format!("{moved}{}{off}{other}", event(weekly)));
    assert_eq!(
        found,
        ["1 09:00-10:00", "8 09:00-10:00", "16 13:00-14:00", "16 18:00-19:00", "29 09:00-10:00"]
    );
}

#[test]
fn one_time_may_stand_for_all_that_follow() {
    let weekly = event("DTSTART;TZID=Asia/Tokyo:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY");
    let later = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Tokyo:20260615T090000\n\
         DTSTART;TZID=Asia/Tokyo:20260616T130000\nDURATION:PT30M",
    );
    let found = busy(&format!("{weekly}{later}"));
    assert_eq!(
        found,
        ["1 09:00-10:00", "8 09:00-10:00", "16 13:00-13:30", "23 13:00-13:30", "30 13:00-13:30"]
    );
}

#[test]
fn an_event_reaches_into_the_window_and_spans_touch() {
    let text = "BEGIN:VEVENT\nUID:1\nDTSTART:20260501T000000Z\nDTEND:20260601T030000Z\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:2\nDTSTART:20260601T030000Z\nDTEND:20260601T040000Z\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:3\nDTSTART:20260601T033000Z\nDTEND:20260601T034500Z\nEND:VEVENT\n";
    assert_eq!(busy(text), ["1 00:00-13:00"]);
    let yearly = event("DTSTART;VALUE=DATE:20200101\nDTEND;VALUE=DATE:20201231\nRRULE:FREQ=YEARLY");
    assert_eq!(busy(&yearly).len(), 1);
}

#[test]
fn a_free_busy_answer_is_read_too() {
    let text = "BEGIN:VFREEBUSY\nDTSTART:20260601T000000Z\nDTEND:20260701T000000Z\n\
        FREEBUSY:20260602T010000Z/PT1H,20260603T010000Z/20260603T020000Z\n\
        FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260604T010000Z/PT1H\n\
        FREEBUSY;FBTYPE=FREE:20260605T010000Z/PT1H\nEND:VFREEBUSY";
    assert_eq!(busy(text), ["2 10:00-11:00", "3 10:00-11:00", "4 10:00-11:00"]);
}

#[test]
fn what_is_not_understood_is_counted_and_not_taken_for_free_time() {
    for (inside, spans) in [
        ("SUMMARY:no start", 0),
        ("DTSTART:20269999T010000Z", 0),
        ("DTSTART:tomorrow", 0),
        ("DTSTART:20260616T010000Z\nDURATION:PT1H\nRRULE:FREQ=MINUTELY", 1),
        ("DTSTART:20260616T010000Z\nDURATION:PT1H\nRRULE:FREQ=FORTNIGHTLY", 1),
        ("DTSTART:20260616T010000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=soon", 1),
        ("DTSTART:20260616T010000Z\nDURATION:PT1H\nRDATE:soon", 1),
        ("DTSTART:20260616T010000Z\nDTEND:late", 0),
        ("DTSTART:20260616T010000Z\nDURATION:PT1H\nRECURRENCE-ID:soon", 1),
    ] {
        let found = read_in_tokyo(&calendar(&event(inside))).unwrap();
        assert_eq!((found.spans.len(), found.unread), (spans, 1), "{inside}");
    }
}

/// A list is walked for each day: what no year has so many of is no rule of a meeting.
#[test]
fn a_list_longer_than_a_year_is_not_walked() {
    let listed = |name: &str, entries: usize| {
        let list = vec!["16"; entries].join(",");
        let rule = format!("RRULE:FREQ=MONTHLY;{name}={list}");
        calendar(&event(&format!("DTSTART:20260516T010000Z\nDURATION:PT1H\n{rule}")))
    };
    for name in ["BYMONTHDAY", "BYHOUR", "BYSETPOS"] {
        assert_eq!(read_in_tokyo(&listed(name, 366)).unwrap().unread, 0, "{name}");
        assert_eq!(read_in_tokyo(&listed(name, 367)).unwrap().unread, 1, "{name}");
    }
}

#[test]
fn what_is_no_whole_calendar_is_refused() {
    let whole = calendar(&event("DTSTART:20260616T010000Z\nDURATION:PT1H"));
    assert_eq!(shown(&read_in_tokyo(&whole).unwrap()), ["16 10:00-11:00"]);
    for end in [20, 60, whole.len() - 30, whole.len() - 3] {
        assert_eq!(read_in_tokyo(&whole[..end]).unwrap_err(), BusyError::CutOff, "{end}");
    }
    for text in ["", "<html>", "VERSION:2.0", "BEGIN:VCARD\r\nEND:VCARD\r\n"] {
        assert_eq!(read_in_tokyo(text).unwrap_err(), BusyError::NoCalendar, "{text}");
    }
    let unix = format!("\u{feff}{}", whole.replace("\r\n", "\n"));
    assert_eq!(read_in_tokyo(&unix).unwrap().spans.len(), 1);
    let twice = format!("{whole}{}", whole.replace("0616", "0617"));
    assert_eq!(read_in_tokyo(&twice).unwrap().spans.len(), 2);
}

/// Whatever it says, a calendar is read or refused before anybody notices: some 0.2 s of
/// a release build, twenty times that here.
#[test]
fn no_calendar_burns_time_or_memory() {
    let many = |inside: &str, times: usize| {
        let one = event(inside);
        calendar(&(0..times).map(|n| one.replace("UID:1", &format!("UID:{n}"))).collect::<String>())
    };
    let rule = |rule: &str| format!("DTSTART:19000101T000000Z\nDURATION:PT1H\nRRULE:{rule}");
    let list = |of: std::ops::Range<u32>| of.map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let each_second =
        format!("BYHOUR={};BYMINUTE={};BYSECOND={}", list(0..24), list(0..60), list(0..60));
    let dates =
        |name: &str| format!("{name}:{}\n", vec!["20260616T010000Z"; 7_000].join(",")).repeat(80);
    let repeated =
        |name: &str| calendar(&event(&format!("{}{}", dates(name), rule("FREQ=HOURLY"))));
    let later: String = (0..40_000)
        .map(|n| {
            event(&format!(
                "RECURRENCE-ID;RANGE=THISANDFUTURE:19{:02}0101T000000Z\nDTSTART:20260101T000000Z",
                n % 100
            ))
        })
        .collect();
    let texts = [
        (many(&rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), 40_000), None),
        (
            many(&rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=1"), 2_000),
            Some(BusyError::TooMuch),
        ),
        (many(&rule("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"), 40_000), Some(BusyError::TooMuch)),
        (many(&rule("FREQ=SECONDLY"), 40_000), None),
        (many(&rule("FREQ=DAILY;COUNT=4000000000"), 1_000), Some(BusyError::TooMuch)),
        (many(&rule(&format!("FREQ=DAILY;{each_second}")), 1), Some(BusyError::TooMuch)),
        (many(&rule(&format!("FREQ=YEARLY;BYDAY=MO;{each_second}")), 1), Some(BusyError::TooMuch)),
        (
            many(
                "DTSTART:00010101T000000Z\nDTEND:99991231T000000Z\nRRULE:FREQ=DAILY;INTERVAL=65535",
                10_000,
            ),
            None,
        ),
        (repeated("EXDATE"), None),
        (repeated("RDATE"), None),
        (calendar(&format!("{later}{}", event(&rule("FREQ=HOURLY")))), Some(BusyError::TooMuch)),
        (many("DTSTART:20260616T010000Z", MOST_EVENTS + 1), Some(BusyError::TooMuch)),
        (calendar(&"BEGIN:VEVENT\n".repeat(10)), Some(BusyError::TooMuch)),
        (calendar(&format!("EXDATE:{}", "x".repeat(1 << 20))), Some(BusyError::TooMuch)),
        (calendar(&"CATEGORIES:,,,,,,,,,,,,,,,,,,,,,,,,\n".repeat(200_000)), None),
        (calendar(&format!("X:{}", "y\n z".repeat(1_500_000))), None),
        (" ".repeat(LONGEST + 1), Some(BusyError::TooMuch)),
    ];
    for (text, error) in texts {
        let began = std::time::Instant::now();
        let found = read_in_tokyo(&text);
        let said = text.get(..200).unwrap_or_default();
        assert_eq!(found.err(), error, "{said}");
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "{said}");
    }
}

proptest! {
    #[test]
    fn nothing_that_comes_makes_it_stumble(
        lines in proptest::collection::vec(
            (
                proptest::sample::select(vec![
                    "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID",
                    "UID", "BEGIN", "END", "FREEBUSY", "TZID", "TZOFFSETFROM", "TZOFFSETTO",
                    "DTSTART;VALUE=DATE", "DTSTART;TZID=a", "ATTENDEE;PARTSTAT=DECLINED", " ",
                ]),
                prop_oneof![
                    "[0-9TZ]{8,16}", "P[0-9WDTHMS]{0,12}", "FREQ=[A-Z]{5,8};[A-Z]{5,8}=[-0-9A-Z,]{0,12}",
                    "(FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY))(;(INTERVAL|COUNT|BYDAY|BYMONTHDAY|BYSETPOS|BYWEEKNO|BYMONTH|BYYEARDAY|BYHOUR|WKST|UNTIL)=(-?[0-9]{1,5}|-?[0-9]?MO|9999[0-9]{4})){0,3}",
                    "(VEVENT|VTIMEZONE|STANDARD|DAYLIGHT|VCALENDAR|VFREEBUSY|VALARM)", ".{0,30}",
                    "[-+][0-9]{4}", "(0001|1970|2026|9999)(01|06|12)(01|16|31)(T(00|23)(00|59)00Z?)?",
                ],
            ),
            0..25,
        ),
    ) {
        let inside: String =
            lines.iter().map(|(name, value)| format!("{name}:{value}\r\n")).collect();
        let window = at("2026-05-31T15:00:00Z")..at("2026-06-30T15:00:00Z");
        for text in [calendar(&inside), calendar(&event(&inside))] {
            if let Ok(found) = read_in_tokyo(&text) {
                let spans = &found.spans;
                prop_assert!(spans.iter().all(|span| window.start <= span.from && span.from < span.to && span.to <= window.end));
                prop_assert!(spans.windows(2).all(|pair| pair[0].to < pair[1].from));
            }
        }
    }
}
