//! Mails and a server of other people's making (aiosmtpd), which fails on demand and
//! reads what it took with another language's library (R8).
//!
//! Needs the Python package `aiosmtpd` in the virtual environment that bin/test makes
//! (`TEST_VENV`, or target/venv). `TEST_MAIL_FAULTS` says how often each fault comes.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use henji::actions::send_mail as verbs;
use henji::config::{MailConfig, Secret};
use henji::domain::mail::MailState;
use henji::domain::user::{Actor, Caller};
use henji::jobs::{escalate_due, send_mail};
use henji::mail::Mailer;
use serde_json::{Value, json};

use super::mail::{now, with, write};
use crate::support::TestApp;
use crate::support::cast::{ADMIN, SATO, SUZUKI};
use crate::support::test_db::is_postgres;

/// Where the server fails, how, and whether it says that it always will.
const FAULTS: &[(&str, bool)] = &[
    ("banner_close", false),
    ("banner_421", false),
    ("banner_554", true),
    ("banner_garbage", false),
    ("ehlo_close", false),
    ("ehlo_421", false),
    ("ehlo_502", true),
    ("mail_close", false),
    ("mail_421", false),
    ("mail_451", false),
    ("mail_550", true),
    ("rcpt_close", false),
    ("rcpt_450", false),
    ("rcpt_452", false),
    ("rcpt_550", true),
    ("data_close", false),
    ("data_421", false),
    ("data_451", false),
    ("data_554", true),
    ("body_close", false),
    ("dot_451", false),
    ("dot_552", true),
    ("dot_close", false),
    (TAKEN_UNSAID, false),
];
/// It takes the mail, and the line breaks before it has said so.
const TAKEN_UNSAID: &str = "dot_taken";
/// Where the server says nothing more, and keeps the line.
const HANGS: &[&str] = &["banner_hang", "ehlo_hang", "rcpt_hang", "body_hang", "dot_hang"];
/// How often each comes in every run, and on the other database, which is not what it
/// is about.
const TIMES: usize = 25;
const TIMES_ELSEWHERE: usize = 2;
/// Mails that meet a fault side by side.
const AT_ONCE: usize = 25;
/// Long enough for a server that lives, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(2);

struct Postbox {
    process: Child,
    orders: ChildStdin,
    told: BufReader<ChildStdout>,
    url: String,
}

impl Postbox {
    fn open() -> Option<Self> {
        let Some(python) = python() else {
            eprintln!("SKIPPED: no TEST_VENV and no target/venv; bin/test makes one");
            return None;
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/postbox.py");
        let mut process = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let told = BufReader::new(process.stdout.take().unwrap());
        let mut postbox = Self { process, orders, told, url: String::new() };
        postbox.url = format!("smtp://127.0.0.1:{}", postbox.line()["port"]);
        Some(postbox)
    }

    /// The next mail meets `fault`; what was told until now.
    fn arm(&mut self, fault: &str) -> Vec<Value> {
        writeln!(self.orders, "{fault}").unwrap();
        let mut told = Vec::new();
        loop {
            match self.line() {
                line if line["armed"] == fault => return told,
                line => told.push(line),
            }
        }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.told.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("the postbox speaks JSON while it lives")
    }
}

impl Drop for Postbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn times() -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_MAIL_FAULTS").ok();
    let usual = if is_postgres() { TIMES_ELSEWHERE } else { TIMES };
    asked.map_or(usual, |times| times.parse().expect("TEST_MAIL_FAULTS is a number"))
}

/// How many mails meet a fault side by side, until it has come so often.
fn batches() -> impl Iterator<Item = usize> {
    let times = times();
    (0..times).step_by(AT_ONCE).map(move |from| AT_ONCE.min(times - from))
}

pub fn python() -> Option<PathBuf> {
    let venv = match std::env::var_os("TEST_VENV") {
        Some(venv) => PathBuf::from(venv),
        None => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/venv")),
    };
    let python = venv.join("bin/python");
    python.exists().then_some(python)
}

#[tokio::test]
async fn no_fault_of_a_server_loses_a_mail_or_doubles_one() {
    let Some(mut postbox) = Postbox::open() else { return };
    let app = with(postbox.url.clone()).await;
    let (mut taken, mut doubled) = (0, 0);
    for (fault, for_good) in FAULTS {
        for many in batches() {
            postbox.arm(&format!("{fault} {many}"));
            let mut mails = Vec::with_capacity(many);
            for _ in 0..many {
                mails.push(write(&app).await);
            }
            let tries = mails.iter().map(|id| verbs::run(&app, *id));
            let expected = if *for_good { MailState::Failed } else { MailState::Queued };
            for met in futures_util::future::join_all(tries).await {
                assert_eq!(met.unwrap(), Some(expected), "{fault}");
            }
            for id in &mails {
                assert!(now(&app, *id).await.failure.is_some(), "{fault}");
                if *for_good {
                    // Not by itself; once an administrator has mended what was wrong.
                    let house = Caller::house(Actor::operator());
                    verbs::retry(&app, house, *id).await.unwrap();
                }
            }
            if !*for_good {
                let early = send_mail::run_one(&app).await.unwrap();
                assert_eq!(early, 0, "{fault}: not before its time");
                app.advance(TimeDelta::minutes(1));
            }
            assert_eq!(send_mail::run_one(&app).await.unwrap(), many, "{fault}");
            for id in &mails {
                assert_eq!(now(&app, *id).await.state, MailState::Sent, "{fault}");
            }
            let told = postbox.arm("none");
            let met = told.iter().filter(|line| line["met"] == *fault).count();
            assert_eq!(met, many, "{fault}: {told:?}");
            let copies = told.iter().filter(|line| line["recipients"].is_array()).count();
            let each = if *fault == TAKEN_UNSAID { 2 } else { 1 };
            assert_eq!(copies, each * many, "{fault}: {told:?}");
            taken += many;
            doubled += copies - many;
        }
    }
    assert_eq!((taken, doubled), (FAULTS.len() * times(), times()));
    eprintln!("{taken} mails met a fault: none lost, {doubled} doubled after the final dot");
}

#[tokio::test]
async fn a_server_that_hangs_is_left_and_asked_again() {
    if is_postgres() {
        return;
    }
    let Some(mut postbox) = Postbox::open() else { return };
    let url = postbox.url.clone();
    let app = TestApp::start_with(move |app| {
        let smtp_url = Some(Secret::new(&url));
        let mail = app.config.mail.clone();
        let config = MailConfig { smtp_url, smtp_patience: PATIENCE, ..mail };
        app.mailer = Mailer::new(&config).unwrap();
    })
    .await;
    for fault in HANGS {
        for many in batches() {
            postbox.arm(&format!("{fault} {many}"));
            let mut mails = Vec::with_capacity(many);
            for _ in 0..many {
                mails.push(write(&app).await);
            }
            let begun = Instant::now();
            let tries = mails.iter().map(|id| verbs::run(&app, *id));
            for state in futures_util::future::join_all(tries).await {
                assert_eq!(state.unwrap(), Some(MailState::Queued), "{fault}");
            }
            assert!(begun.elapsed() >= PATIENCE, "{fault}");
            let told = postbox.arm("none");
            assert_eq!(told.len(), many, "{fault}: all met it, none was taken: {told:?}");
            app.advance(TimeDelta::minutes(1));
            while send_mail::run_one(&app).await.unwrap() > 0 {}
            for id in mails {
                assert_eq!(now(&app, id).await.state, MailState::Sent, "{fault}");
            }
            let told = postbox.arm("none");
            let copies = told.iter().filter(|line| line["recipients"].is_array()).count();
            assert_eq!(copies, many, "{fault}: {told:?}");
        }
    }
}

#[tokio::test]
async fn letters_are_read_back_as_they_were_meant_in_both_languages() {
    let Some(mut postbox) = Postbox::open() else { return };
    let app = with(postbox.url.clone()).await;
    let admin = app.sign_in(ADMIN).await;
    let fields =
        [("name", "受付"), ("locale", "en"), ("time_zone", "Asia/Tokyo"), ("undo_seconds", "0")];
    admin.put(&format!("/settings/inboxes/{}", app.cast.reception), &fields).await.expect(303);
    // The address reads the inbox's language, Suzuki her own.
    let step = json!({"trigger": "unanswered", "after_seconds": 120, "to": ["supervisors", "boss@example.jp"]});
    let path = format!("/inboxes/{}/escalation_policy", app.cast.reception);
    app.api().put(&path, json!({"hours": "always", "steps": [step]})).await.expect(200);
    let conversation = app.handset("+819012345678").sends("口座番号は1234567です").await;
    let name = "髙橋 <b>花子</b>, \"x\"";
    let contact = format!("/conversations/{conversation}/contact");
    app.sign_in(SATO).await.put(&contact, &[("name", name)]).await.expect(303);
    app.advance(TimeDelta::minutes(2));
    assert_eq!(escalate_due::run_one(&app).await.unwrap(), 1);
    // The first is taken, and the line breaks: the same letter comes twice.
    postbox.arm(TAKEN_UNSAID);
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 2);
    app.advance(TimeDelta::minutes(1));
    assert_eq!(send_mail::run_one(&app).await.unwrap(), 1);

    let told = postbox.arm("none");
    let letters: Vec<&Value> = told.iter().filter(|line| line["recipients"].is_array()).collect();
    assert_eq!(letters.len(), 3, "{told:?}");
    let names: std::collections::BTreeSet<&str> =
        letters.iter().map(|letter| letter["mail"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 2, "the same letter has the same name");
    let take = format!("/conversations/{conversation}/taking");
    for letter in &letters {
        let header = |name: &str| letter["headers"][name].as_array().cloned().unwrap_or_default();
        let (subject, lead) = match letter["address"].as_str().unwrap() {
            "boss@example.jp" => {
                assert_eq!(letter["name"], "");
                (
                    format!("Waiting for an answer: {name} (受付)"),
                    format!("{name} has been waiting in 受付 for 2 minutes."),
                )
            }
            address => {
                assert_eq!((address, &letter["name"]), (SUZUKI.email, &json!(SUZUKI.name)));
                (
                    format!("返信待ち: {name}様(受付)"),
                    format!("受付で{name}様が2分返信を待っています。"),
                )
            }
        };
        assert_eq!(letter["recipients"], json!([letter["address"]]));
        assert_eq!(letter["subject"], subject.as_str());
        assert_eq!(letter["defects"], json!([]));
        assert_eq!(header("Auto-Submitted"), ["auto-generated"]);
        assert_eq!(
            header("References"),
            letters[0]["headers"]["References"].as_array().unwrap()[..]
        );
        assert_eq!(header("In-Reply-To"), header("References"));
        assert_eq!(header("List-Id").len(), 1);
        let (plain, html) = (letter["plain"].as_str().unwrap(), letter["html"].as_str().unwrap());
        assert!(plain.contains(&lead), "{plain}");
        assert!(!html.contains("<b>花子"), "{html}");
        for body in [plain, html] {
            assert!(body.contains(&take), "{body}");
            assert!(!body.contains("1234567"), "no text of a message: {body}");
        }
    }
    drop::<TestApp>(app);
}
