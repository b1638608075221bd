//! The answers of `tests/corpus`, and how many of them act by themselves.

use std::collections::BTreeMap;

use super::*;

const JAPANESE: &str = include_str!("../../../../../tests/corpus/appointment_answers_ja.tsv");
const ENGLISH: &str = include_str!("../../../../../tests/corpus/appointment_answers_en.tsv");

/// An answer, what was asked (`slots` of three days, `close` on two), its reading
/// or `-`, and whether it `must be sure`, `may be sure` or is `never sure`.
struct Line {
    place: String,
    answer: String,
    asked: &'static str,
    /// `None` where it matters only that nothing acts on it.
    reading: Option<Reading>,
    sure: &'static str,
}

fn lines(file: &'static str, name: &str) -> Vec<Line> {
    let line = |(n, line): (usize, &'static str)| {
        let fields: Vec<&'static str> = line.split('\t').collect();
        let [answer, asked, reading, sure] = fields[..] else { panic!("{name}:{}: {line}", n + 1) };
        Line {
            place: format!("{name}:{}: {answer} ({asked})", n + 1),
            answer: answer.replace("\\n", "\n"),
            asked,
            reading: (reading != "-").then(|| reading_of(reading)),
            sure,
        }
    };
    file.lines().enumerate().filter(|(_, line)| !line.starts_with("# ")).map(line).collect()
}

fn reading_of(written: &str) -> Reading {
    let mut words = written.split(' ');
    let kind = words.next().unwrap();
    let numbers: Vec<u16> = words.map(|number| number.parse().unwrap()).collect();
    let small = |number: &u16| u8::try_from(*number).unwrap();
    match kind {
        "chosen" => Reading::Chosen(small(&numbers[0])),
        "any" => Reading::AnyOf(numbers.iter().map(small).collect()),
        "none" => Reading::NoneFits,
        "attends" => Reading::Attends,
        "reschedule" => Reading::Reschedule,
        "decline" => Reading::Decline,
        "late" => Reading::Late(numbers.first().copied()),
        "unclear" => Reading::Unclear,
        other => panic!("no reading: {other}"),
    }
}

fn read_line(line: &Line) -> Answer {
    match line.asked {
        "slots" => offered(&line.answer),
        "close" => read(&line.answer, &offer(&close()), day(12)),
        "attendance" => reminded(&line.answer),
        "nothing" => unasked(&line.answer),
        other => panic!("{}: asked {other}?", line.place),
    }
}

/// How many were read as expected, of how many.
type Counts = BTreeMap<&'static str, (usize, usize)>;

fn judge(lines: &[Line]) -> (Counts, Vec<String>, Vec<String>) {
    let (mut counts, mut wrong, mut unread) = (Counts::new(), Vec::new(), Vec::new());
    for line in lines {
        let answer = read_line(line);
        let is_right = line.reading.as_ref() == Some(&answer.reading);
        if answer.is_sure && (!is_right || line.sure == "never sure") {
            wrong.push(format!("{} is surely {:?}", line.place, answer.reading));
        }
        if line.reading.is_none() {
            assert_eq!(line.sure, "never sure", "{}", line.place);
            continue;
        }
        let is_met = is_right && (line.sure != "must be sure" || answer.is_sure);
        let count = counts.entry(line.sure).or_default();
        *count = (count.0 + usize::from(is_met), count.1 + 1);
        if !is_met {
            unread.push(format!("{}: {} -> {answer:?}", line.sure, line.place));
        }
    }
    (counts, wrong, unread)
}

/// Below which share of its lines, in percent, each kind must not fall.
fn holds(file: &'static str, name: &str, least: usize, floors: [(&str, usize); 3]) {
    let lines = lines(file, name);
    assert!(lines.len() >= least, "{name} has {} answers", lines.len());
    let (counts, wrong, unread) = judge(&lines);
    for line in &unread {
        eprintln!("{line}");
    }
    assert!(wrong.is_empty(), "wrongly sure:\n{}", wrong.join("\n"));
    for (kind, floor) in floors {
        let (met, all) = counts.get(kind).copied().unwrap_or_default();
        eprintln!("{name}: {kind}: {met} of {all} read as expected");
        assert!(met * 100 >= all * floor, "{name}: {kind}: only {met} of {all}");
    }
}

#[test]
fn japanese_answers_are_never_surely_wrong() {
    let floors = [("must be sure", 99), ("may be sure", 90), ("never sure", 90)];
    holds(JAPANESE, "appointment_answers_ja.tsv", 4_000, floors);
}

#[test]
fn english_answers_are_never_surely_wrong() {
    let floors = [("must be sure", 99), ("may be sure", 90), ("never sure", 90)];
    holds(ENGLISH, "appointment_answers_en.tsv", 2_000, floors);
}

/// The sure lines say what recall is of each reading.
#[test]
fn every_reading_is_reached_surely() {
    let mut sure: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in lines(JAPANESE, "ja").iter().chain(&lines(ENGLISH, "en")) {
        if line.sure == "must be sure" {
            let kind = format!("{:?}", line.reading.as_ref().unwrap());
            let kind = kind.split('(').next().unwrap().to_owned();
            let count = sure.entry(kind).or_default();
            *count = (count.0 + usize::from(read_line(line).is_sure), count.1 + 1);
        }
    }
    eprintln!("sure of each reading: {sure:?}");
    for kind in ["Chosen", "NoneFits", "Attends", "Reschedule", "Decline", "Late"] {
        let (found, all) = sure.get(kind).copied().unwrap_or_default();
        assert!(all > 0 && found * 100 >= all * 95, "{kind}: {found} of {all}");
    }
}
