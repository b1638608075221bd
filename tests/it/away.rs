//! The database goes away and comes back (R14, design.md 2.14): what was
//! acknowledged is there, once and in order, and nobody was left hanging.

use std::time::{Duration, Instant};

use henji::jobs::replay;
use henji::journal::Journal;
use serde_json::json;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::cast::SATO;
use crate::support::gate::Gate;
use crate::support::test_app::PATIENCE;
use crate::support::test_db::is_postgres;
use crate::support::webhook::{inbound, receipt};

mod killed;
mod start;

const HANDSET: &str = "+819012345678";
/// No request may hang longer, whatever the database does.
const LONGEST: Duration = Duration::from_secs(3);
/// Each of these texts is short: its record is far below this.
const NO_ROOM: u64 = 64;

/// A house behind a door to its database; the first part keeps the database.
async fn house() -> Option<(TestApp, Gate, TestApp)> {
    if !is_postgres() {
        told("skipped: a SQLite file does not go away: see disk_full");
        return None;
    }
    let owner = TestApp::start().await;
    let gate = Gate::before(owner.db().url());
    let app = TestApp::on(owner.db().behind(&gate)).await;
    Some((owner, gate, app))
}

#[tokio::test]
async fn webhooks_are_acknowledged_and_filed_in_order_once_it_is_back() {
    let Some((owner, gate, app)) = house().await else { return };
    let sent = owner.api().send(HANDSET, "ご予約は？").await;
    app.deliver().await;
    app.simulator.idle().await;
    let reference = app.api().message(sent).await["provider_ref"].as_str().unwrap().to_owned();

    gate.shut();
    let texts = ["一", "二", "三", "配信停止", "四"];
    for (n, text) in texts.iter().enumerate() {
        let body = inbound(&format!("REF{n}"), HANDSET, text);
        in_time(app.webhook("inbound", &body)).await.expect(200);
    }
    in_time(app.webhook("receipts", &receipt(&reference, "delivered"))).await.expect(200);
    // A forgery is not kept: whose word it is cannot be asked now.
    let forged = app.http.post(format!("{}/hooks/simulator/nobody/inbound", app.url)).body("{}");
    assert_eq!(in_time(Answer::to(forged)).await.status, 503);
    // Nobody but the journal has them.
    assert_eq!(owner.raw().count("messages", "where direction = 'inbound'"), 0);
    assert_eq!(app.journal.as_ref().unwrap().waiting(), 6);
    let metrics = Answer::to(app.http.get(format!("{}/metrics", app.url)));
    let metrics = in_time(metrics).await.text;
    assert!(metrics.contains("henji_journal_records 6\n"), "{metrics}");
    assert!(metrics.contains("henji_database_up 0\n"), "{metrics}");
    assert!(metrics.contains("henji_inbound_total{result=\"journaled\"} 5"), "{metrics}");
    // What lies on the disk shows nobody.
    let file = std::fs::read(app.config.files.journal()).unwrap();
    for secret in [HANDSET, "配信停止", "simulator", "x-simulator"] {
        assert!(!file.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
    }

    gate.open();
    until_ready(&app).await;
    // It is back, and others wait: the newcomer does not overtake them.
    app.webhook("inbound", &inbound("REF9", HANDSET, "五")).await.expect(200);
    assert_eq!(app.journal.as_ref().unwrap().waiting(), 7);
    assert_eq!(replay::run_one(&app, app.journal.as_ref().unwrap()).await.unwrap(), 7);
    let conversation = app.handset(HANDSET).conversation().await;
    let expected = ["ご予約は？", "一", "二", "三", "配信停止", "四", "五"];
    assert_eq!(app.api().texts(conversation).await, expected);
    assert_eq!(app.raw().count("receipts", &format!("where provider_ref = '{reference}'")), 1);
    assert_eq!(app.raw().count("quarantine", ""), 0);

    // Offered once more it is known; the file is empty, and so is the way round.
    app.webhook("inbound", &inbound("REF0", HANDSET, "一")).await.expect(200);
    assert_eq!(app.api().texts(conversation).await, expected);
    assert_eq!((app.journal.as_ref().unwrap().waiting(), journal_length(&app)), (0, 8));
}

#[tokio::test]
async fn newcomers_wait_for_the_last_few_instead_of_queueing_up() {
    let Some((_owner, gate, app)) = house().await else { return };
    gate.shut();
    for text in ["一", "二"] {
        app.webhook("inbound", &inbound(text, HANDSET, text)).await.expect(200);
    }
    gate.open();
    until_ready(&app).await;
    let journal = app.journal.as_ref().unwrap();
    let newcomer = inbound("三", HANDSET, "三");
    let (newcomer, filed) = tokio::join!(app.webhook("inbound", &newcomer), async {
        // Until the newcomer has come.
        tokio::time::sleep(Duration::from_millis(200)).await;
        replay::run_one(&app, journal).await.unwrap()
    });
    newcomer.expect(200);
    assert_eq!(
        (filed, journal.waiting()),
        (2, 0),
        "it queued up: texts that keep coming never end"
    );
    let conversation = app.handset(HANDSET).conversation().await;
    assert_eq!(app.api().texts(conversation).await, ["一", "二", "三"]);
}

#[tokio::test]
async fn pages_and_the_api_say_so_at_once_and_recover_by_themselves() {
    let Some((_owner, gate, app)) = house().await else { return };
    let sato = app.sign_in(SATO).await;
    for silent in [false, true] {
        if silent {
            gate.fall_silent()
        } else {
            gate.shut()
        }
        let page = in_time(sato.get("/conversations")).await.expect(503);
        assert!(page.text.contains("データベースにつながりません"), "{}", page.text);
        assert!(page.header("retry-after").parse::<u32>().unwrap() > 0);
        let english = app.http.get(format!("{}/session/new", app.url));
        let english = english.header("accept-language", "en").header("accept", "text/html");
        let english = in_time(Answer::to(english)).await.expect(503);
        assert!(english.text.contains("The database cannot be reached"), "{}", english.text);
        let answer = in_time(app.api().get("/conversations")).await.expect(503);
        assert_eq!(answer.json()["reason"], "database_away");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        let order = app.api().order(HANDSET, "?", json!({}));
        assert_eq!(in_time(app.api().post("/messages", order)).await.status, 503);
        let ready = in_time(Answer::to(app.http.get(format!("{}/readyz", app.url)))).await;
        assert_eq!((ready.status, &ready.json()["database"]), (503, &json!("unreachable")));
        let alive = in_time(Answer::to(app.http.get(format!("{}/livez", app.url)))).await;
        assert_eq!(alive.status, 200);
        gate.open();
        until_ready(&app).await;
        sato.get("/conversations").await.expect(200);
        app.api().get("/conversations").await.expect(200);
        let order = app.api().order(HANDSET, "また", json!({}));
        app.api().post("/messages", order).await.expect(201);
    }
    app.settle().await;
}

#[tokio::test]
async fn a_server_that_says_nothing_holds_up_no_webhook() {
    let Some((_owner, gate, app)) = house().await else { return };
    gate.fall_silent();
    for n in 0..3 {
        let body = inbound(&format!("REF{n}"), HANDSET, &n.to_string());
        in_time(app.webhook("inbound", &body)).await.expect(200);
    }
    gate.open();
    until_ready(&app).await;
    replay::run_one(&app, app.journal.as_ref().unwrap()).await.unwrap();
    let conversation = app.handset(HANDSET).conversation().await;
    assert_eq!(app.api().texts(conversation).await, ["0", "1", "2"]);
}

#[tokio::test]
async fn with_a_full_journal_the_provider_is_told_to_come_back() {
    if !is_postgres() {
        return told("skipped: a SQLite file does not go away: see disk_full");
    }
    let owner = TestApp::start().await;
    let gate = Gate::before(owner.db().url());
    let db = owner.db().behind(&gate);
    let path = db.folder().join("small.journal");
    let app = TestApp::with(db, move |app| {
        app.journal = Some(Journal::open_with(&path, app.store.clone(), NO_ROOM).unwrap());
    })
    .await;
    gate.shut();
    for route in ["inbound", "receipts"] {
        let body = match route {
            "inbound" => inbound("REF1", HANDSET, "満員"),
            _ => receipt("REF1", "delivered"),
        };
        let answer = in_time(app.webhook(route, &body)).await.expect(503);
        assert_eq!(answer.header("retry-after"), "5");
    }
    gate.open();
    until_ready(&app).await;
    assert_eq!(app.raw().count("messages", ""), 0);
    app.webhook("inbound", &inbound("REF1", HANDSET, "満員")).await.expect(200);
    assert_eq!(app.raw().count("messages", ""), 1);
}

#[tokio::test]
async fn what_can_no_longer_be_read_comes_to_a_person_and_once() {
    let Some((owner, gate, app)) = house().await else { return };
    gate.shut();
    // Genuine, and no text of ours: its number is missing.
    app.webhook("inbound", &json!({"id": "REF1"})).await.expect(200);
    app.webhook("inbound", &inbound("REF2", HANDSET, "次")).await.expect(200);
    let file = std::fs::read(app.config.files.journal()).unwrap();
    gate.open();
    until_ready(&app).await;
    let journal = app.journal.as_ref().unwrap();
    assert_eq!(replay::run_one(&app, journal).await.unwrap(), 2);
    // A crash before the file was emptied: the same records once more.
    let copy = owner.db().folder().join("again.journal");
    std::fs::write(&copy, &file).unwrap();
    let again = Journal::open(&copy, app.store.clone()).unwrap();
    assert_eq!(replay::run_one(&app, &again).await.unwrap(), 2);
    assert_eq!(app.raw().count("quarantine", ""), 1);
    assert_eq!(app.raw().count("messages", "where direction = 'inbound'"), 1);
}

async fn in_time<T>(answer: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let answer = answer.await;
    assert!(begun.elapsed() < LONGEST, "it took {:?}", begun.elapsed());
    answer
}

/// Until it can be worked with again, without anybody's doing.
pub async fn until_ready(app: &TestApp) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let ready = Answer::to(app.http.get(format!("{}/readyz", app.url))).await;
        if ready.status == 200 {
            return;
        }
        assert!(Instant::now() < deadline, "{}", ready.text);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn journal_length(app: &TestApp) -> u64 {
    std::fs::metadata(app.config.files.journal()).unwrap().len()
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so, and figures are told")]
fn told(what: impl std::fmt::Display) {
    println!("{what}");
}
