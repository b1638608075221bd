//! Answers by mail, through the door they come in by, handed over by another
//! language's library: the right person's reaches the handset once, anybody else's nobody.
//!
//! Needs Python in the virtual environment that bin/test makes (`TEST_VENV`, or
//! target/venv).

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use chrono::TimeDelta;
use henji::actions::people;
use henji::config::ReplyConfig;
use henji::domain::id::ConversationId;
use henji::domain::mail_reply::Refusal;
use henji::domain::user::{Actor, Caller};
use henji::jobs::{escalate_due, send_mail};
use henji::mail::incoming;
use henji::store::{mail_replies, mails};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::mail_servers::python;
use crate::away::until_ready;
use crate::support::TestApp;
use crate::support::cast::{SATO, TANAKA};
use crate::support::gate::Gate;
use crate::support::template::furnished;
use crate::support::test_db::{TestDb, is_postgres};

const HANDSET: &str = "+819012345678";
const GOOD: &str = "dkim=pass header.d=example.jp";

/// A house that takes answers by mail, and a server beside it that hands them over.
struct House {
    app: TestApp,
    port: u16,
    answerer: Answerer,
    _stop: watch::Sender<bool>,
}

struct Answerer {
    process: Child,
    orders: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Drop for Answerer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl House {
    async fn open() -> Option<Self> {
        let db = tokio::task::spawn_blocking(|| furnished().copy()).await.unwrap();
        Self::on(db).await
    }

    async fn on(db: TestDb) -> Option<Self> {
        let Some(python) = python() else {
            eprintln!("SKIPPED: no TEST_VENV and no target/venv; bin/test makes one");
            return None;
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/answerer.py");
        let mut process = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let told = BufReader::new(process.stdout.take().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        let config = ReplyConfig {
            listen,
            domain: "reply.example.jp".into(),
            authserv: "mx.example.jp".into(),
            networks: vec![henji::config::Network::parse("127.0.0.1").unwrap()],
        };
        let app = TestApp::with(db, move |app| {
            app.letterhead.replies = Some(config.domain.clone());
            app.config.replies = Some(config);
        })
        .await;
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(henji::intake::run((*app).clone(), listener, stopped));
        let house = Caller::house(Actor::operator());
        henji::actions::mail_replies::set(&app, house, app.cast.reception, true).await.unwrap();
        // Each wait has a letter of its own: one about several offers no answer.
        let steps = json!({"hours": "always", "window_seconds": 0, "steps": [
            {"trigger": "unanswered", "after_seconds": 120, "to": ["assignee", "boss@example.jp"]},
        ]});
        let path = format!("/inboxes/{}/escalation_policy", app.cast.reception);
        app.api().put(&path, steps).await.expect(200);
        let answerer = Answerer { process, orders, told };
        Some(Self { app, port: listen.port(), answerer, _stop: stop })
    }

    /// Somebody waits for Tanaka: the conversation, and where the answer goes.
    async fn waits(&self, handset: &str) -> (ConversationId, String) {
        let conversation = self.app.handset(handset).sends("届いたURLが開けません").await;
        let tanaka = self.app.cast.id(TANAKA).to_string();
        let path = format!("/conversations/{conversation}/assignment");
        self.app.api().put(&path, json!({ "user_id": tanaka })).await.expect(200);
        self.app.advance(TimeDelta::minutes(2));
        assert_eq!(escalate_due::run_one(&self.app).await.unwrap(), 1);
        let letters = self.letters(Some(conversation)).await;
        let to =
            letters.iter().find_map(|(to, letter)| (to == TANAKA.email).then(|| reply_to(letter)));
        let others = letters.iter().filter(|(to, _)| to != TANAKA.email);
        assert!(
            others.clone().count() > 0 && others.into_iter().all(|(_, l)| reply_to(l).is_none())
        );
        (conversation, to.flatten().expect("Tanaka may answer by mail"))
    }

    /// Every letter about a conversation, as it was sent: to whom, and what.
    async fn letters(&self, about: Option<ConversationId>) -> Vec<(String, String)> {
        send_mail::run_one(&self.app).await.unwrap();
        let mails = self.app.store.read(|db| mails::page_before(db, None, 100)).await.unwrap();
        let folder = &self.app.config.mail.folder;
        let letter = |id| std::fs::read_to_string(folder.join(format!("{id}.eml"))).unwrap();
        let about = mails.into_iter().filter(|mail| mail.conversation == about);
        about.map(|mail| (mail.to, letter(mail.id))).collect()
    }

    /// What the door said to a mail of Tanaka's, but for what `other` says.
    fn hands_over(&mut self, to: &str, other: Value) -> Vec<u64> {
        let mut order = json!({
            "port": self.port, "to": to, "from": "田中 一郎 <tanaka@example.jp>",
            "sender": "tanaka@example.jp", "text": "はい、お調べします。", "id": "<1@example.jp>",
            "head": [format!("Authentication-Results: mx.example.jp; {GOOD}"),
                     "Received: from out.example.jp by mx.example.jp with ESMTPS"],
        });
        order.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        writeln!(self.answerer.orders, "{order}").unwrap();
        let mut line = String::new();
        self.answerer.told.read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).expect("the answerer speaks JSON");
        told["codes"].as_array().unwrap().iter().map(|code| code.as_u64().unwrap()).collect()
    }

    /// What is on record of mails that were refused, the newest first.
    async fn refused(&self) -> Vec<(Refusal, bool)> {
        let refused = self.app.store.read(|db| mail_replies::refused(db, 100)).await.unwrap();
        refused.iter().map(|refused| (refused.reason, refused.mail.is_some())).collect()
    }

    async fn texts(&self, conversation: ConversationId) -> Vec<String> {
        let lines = self.app.api().timeline(conversation).await;
        let sent = lines.iter().filter(|line| line["direction"] == "outbound");
        sent.map(|line| line["body"].as_str().unwrap().to_owned()).collect()
    }
}

fn reply_to(letter: &str) -> Option<String> {
    let line = letter.lines().find_map(|line| line.strip_prefix("Reply-To: "))?;
    Some(line.trim_matches(['<', '>', ' ', '\r']).to_owned())
}

/// What cannot be put on disk is not taken: the server keeps it and comes again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_comes_while_the_database_is_away_has_to_come_again() {
    if !is_postgres() {
        eprintln!("SKIPPED: a SQLite file does not go away");
        return;
    }
    let owner = TestApp::start().await;
    let gate = Gate::before(owner.db().url());
    let Some(mut house) = House::on(owner.db().behind(&gate)).await else { return };
    let (conversation, to) = house.waits(HANDSET).await;
    gate.shut();
    for protocol in ["lmtp", "smtp"] {
        assert_eq!(house.hands_over(&to, json!({ "protocol": protocol })), [451], "{protocol}");
    }
    let sent = "where direction = 'outbound'";
    assert_eq!(owner.raw().count("messages", sent), 0);
    gate.open();
    until_ready(&house.app).await;
    assert_eq!(house.hands_over(&to, json!({"times": 2})), [250, 250]);
    assert_eq!(house.texts(conversation).await, ["はい、お調べします。"]);
    assert_eq!(house.refused().await, []);
    house.app.settle().await;
    assert_eq!(house.app.simulator.handset(HANDSET).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_by_mail_reaches_the_handset_once() {
    let Some(mut house) = House::open().await else { return };
    let (conversation, to) = house.waits(HANDSET).await;
    assert!(to.split('@').next().unwrap().len() <= 64, "{to}");
    // Handed over three times, by a server that folds case.
    let codes = house.hands_over(&to.to_uppercase(), json!({"times": 3}));
    assert_eq!(codes, [250, 250, 250]);
    assert_eq!(house.texts(conversation).await, ["はい、お調べします。"]);
    assert_eq!(house.refused().await, [], "a server that says it twice is told nothing");
    house.app.settle().await;
    assert_eq!(house.app.simulator.handset(HANDSET).len(), 1);
    // It is Tanaka's, says how it came, and the wait is over.
    let lines = house.app.api().timeline(conversation).await;
    let text = lines.iter().find(|line| line["direction"] == "outbound").unwrap();
    assert_eq!(text["author_id"], house.app.cast.id(TANAKA).to_string());
    assert!(house.app.api().system_lines(conversation).await.contains(&"by_mail".to_owned()));
    house.app.advance(TimeDelta::hours(1));
    assert_eq!(escalate_due::run_one(&house.app).await.unwrap(), 0);
    let page = house.app.sign_in(TANAKA).await.get(&format!("/conversations/{conversation}")).await;
    assert!(page.expect(200).text.contains("田中 一郎さんがメールで返信しました"));
    // Answered once more, it is refused and explained.
    assert_eq!(house.hands_over(&to, json!({"id": "<2@example.jp>", "text": "もう一度"})), [250]);
    assert_eq!(house.texts(conversation).await.len(), 1);
    assert_eq!(house.refused().await, [(Refusal::Used, true)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_to_write_a_mail_is_read_and_only_the_answer_is_sent() {
    let Some(mut house) = House::open().await else { return };
    let styles = ["utf-8", "iso-2022-jp", "base64", "alternative", "html", "below", "bare"];
    for (n, style) in styles.iter().enumerate() {
        let (conversation, to) = house.waits(&format!("+81901234{n:04}")).await;
        let protocol = if n % 2 == 0 { "lmtp" } else { "smtp" };
        let codes = house.hands_over(&to, json!({"style": style, "protocol": protocol}));
        assert_eq!(codes, [250], "{style}");
        assert_eq!(house.texts(conversation).await, ["はい、お調べします。"], "{style}");
    }
    assert_eq!(house.refused().await, []);
    house.app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_doubt_it_reaches_nobody_and_is_explained() {
    let Some(mut house) = House::open().await else { return };
    let (conversation, to) = house.waits(HANDSET).await;
    let received = "Received: from out.example.jp by mx.example.jp";
    let (local, domain) = to.split_once('@').unwrap();
    let mut changed = local.to_owned();
    let at = local.len() - 10;
    changed.replace_range(at..=at, if local[at..].starts_with('a') { "b" } else { "a" });
    let changed = format!("{changed}@{domain}");
    let ours =
        |said: &str| json!([format!("Authentication-Results: mx.example.jp; {said}"), received]);
    let forged = json!([
        received,
        "Received: from x by y",
        format!("Authentication-Results: mx.example.jp; {GOOD}")
    ]);
    let elsewhere = json!([format!("Authentication-Results: mx.evil.jp; {GOOD}"), received]);
    let long = "あ".repeat(336);
    let cases = [
        (Refusal::WrongSender, true, json!({"from": "sato@example.jp"})),
        (Refusal::WrongSender, true, json!({"from": "\"tanaka@example.jp\" <x@example.jp>"})),
        (Refusal::Unreadable, true, json!({"from": "tanaka@example.jp, x@example.jp"})),
        (Refusal::Unreadable, true, json!({"more": ["From: x@evil.jp"]})),
        (Refusal::Unvouched, true, json!({"head": ours("dkim=fail header.d=example.jp")})),
        (Refusal::Unvouched, true, json!({"head": ours("dkim=pass header.d=evil.jp")})),
        (Refusal::Unvouched, true, json!({"head": forged})),
        (Refusal::Unvouched, true, json!({"head": elsewhere})),
        (Refusal::UnknownAddress, true, json!({"to": changed})),
        (Refusal::Automatic, false, json!({"more": ["Auto-Submitted: auto-replied"]})),
        (Refusal::Automatic, false, json!({"subject": "自動返信: 不在です"})),
        (Refusal::Automatic, false, json!({"sender": ""})),
        (Refusal::Automatic, false, json!({"more": ["List-Id: <a.example.jp>"]})),
        (Refusal::Attachment, true, json!({"style": "attachment"})),
        (Refusal::Empty, true, json!({"text": ""})),
        (Refusal::TooLong, true, json!({"text": long})),
        (
            Refusal::Mixed,
            true,
            json!({"style": "bare", "text": "はい https://henji.example.jp/conversations/0192"}),
        ),
        (Refusal::Secret, true, json!({"style": "bare", "text": "4111 1111 1111 1111"})),
    ];
    for (n, (reason, told, other)) in cases.into_iter().enumerate() {
        let mut other = other.as_object().unwrap().clone();
        other.insert("id".into(), json!(format!("<case{n}@example.jp>")));
        let to = other.get("to").map_or(to.clone(), |to| to.as_str().unwrap().to_owned());
        // An explanation is one: five of them fill an hour.
        house.app.advance(TimeDelta::minutes(16));
        assert_eq!(house.hands_over(&to, Value::Object(other.clone())), [250], "{other:?}");
        assert_eq!(house.refused().await[0].0, reason, "{other:?}");
        assert_eq!(house.refused().await.len(), n + 1);
        let heard = house.refused().await[0].1;
        assert!(heard || !told, "{other:?} is not explained");
        assert!(!heard || reason != Refusal::Automatic, "{other:?}");
    }
    assert_eq!(house.texts(conversation).await, [""; 0]);
    // Told to Tanaka at the address we know, in the words of the reason, and to nobody else.
    let letters = house.letters(Some(conversation)).await;
    let refusals: Vec<_> = letters.iter().filter(|(_, l)| l.contains("<refusal.")).collect();
    assert!(refusals.len() > 10, "{}", refusals.len());
    assert!(refusals.iter().all(|(to, _)| to == TANAKA.email));
    let words = |reason| henji::locale::Locale::Ja.mail_refusal(reason);
    let said = |reason| {
        refusals.iter().any(|(_, letter)| {
            incoming::body(letter.as_bytes()).unwrap().text.contains(words(reason))
        })
    };
    assert!(said(Refusal::WrongSender) && said(Refusal::Secret) && !said(Refusal::Used));
    // The same mail once more tells nobody anything.
    let before = house.refused().await.len();
    house.hands_over(&to, json!({"text": "", "id": "<case14@example.jp>"}));
    assert_eq!(house.refused().await.len(), before);
    // The control: nothing was wrong with the address, and it is still good.
    assert_eq!(house.hands_over(&to, json!({})), [250]);
    assert_eq!(house.texts(conversation).await, ["はい、お調べします。"]);
    house.app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_answer_any_more_does_not_and_nobody_answers_twice() {
    let Some(mut house) = House::open().await else { return };
    let operator = || Caller::house(Actor::operator());
    // Somebody answered meanwhile.
    let (first, to) = house.waits(HANDSET).await;
    house.app.sign_in(SATO).await.reply(first, "こちらで対応します").await;
    house.hands_over(&to, json!({"id": "<a@example.jp>"}));
    assert_eq!(house.refused().await[0], (Refusal::MovedOn, true));
    assert_eq!(house.texts(first).await, ["こちらで対応します"]);
    // Its time is over.
    let (second, to) = house.waits("+819087654321").await;
    house.app.advance(TimeDelta::days(7));
    house.hands_over(&to, json!({"id": "<b@example.jp>"}));
    assert_eq!(house.refused().await[0], (Refusal::Expired, true));
    // The inbox takes none any more.
    let (_, to) = house.waits("+819087654322").await;
    let set = |on| {
        henji::actions::mail_replies::set(&house.app, operator(), house.app.cast.reception, on)
    };
    set(false).await.unwrap();
    house.hands_over(&to, json!({"id": "<c@example.jp>"}));
    assert_eq!(house.refused().await[0], (Refusal::Off, true));
    let set = |on| {
        henji::actions::mail_replies::set(&house.app, operator(), house.app.cast.reception, on)
    };
    set(true).await.unwrap();
    // A mail for others than us is not taken at all.
    assert_eq!(house.hands_over("x@example.jp", json!({})), [550]);
    assert_eq!(house.hands_over("nobody@reply.example.jp", json!({"id": "<d@example.jp>"})), [250]);
    assert_eq!(house.refused().await[0].0, Refusal::UnknownAddress);
    // Who is not known hears nothing of us.
    let stranger = json!({"id": "<e@evil.jp>", "from": "x@evil.jp", "sender": "x@evil.jp",
        "head": ["Authentication-Results: mx.example.jp; dkim=pass header.d=evil.jp", "Received: by mx.example.jp"]});
    house.hands_over("nobody@reply.example.jp", stranger);
    assert_eq!(house.refused().await[0], (Refusal::UnknownAddress, false));
    // Tanaka is gone.
    let (fourth, to) = house.waits("+819087654323").await;
    people::disable(&house.app, operator(), TANAKA.email.into()).await.unwrap();
    house.hands_over(&to, json!({"id": "<f@example.jp>"}));
    assert_eq!(house.refused().await[0], (Refusal::NotAllowed, false));
    for conversation in [second, fourth] {
        assert_eq!(house.texts(conversation).await, [""; 0]);
    }
    house.app.settle().await;
}
