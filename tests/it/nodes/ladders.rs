//! The ladders of mails of several nodes: each step once a wait, whoever looks, and
//! none after an answer, at whichever node it was given (R7).

use chrono::TimeDelta;
use henji::domain::id::ConversationId;
use henji::jobs::{escalate_due, send_mail};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::cast::SATO;
use crate::support::test_db::is_postgres;

/// Waits of each node.
const WAITS: usize = 40;
const STEPS: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_climb_as_one() {
    if !is_postgres() {
        return;
    }
    let here = TestApp::start().await;
    let there = TestApp::on(here.db().shared()).await;
    let path = format!("/inboxes/{}/escalation_policy", here.cast.reception);
    let step = |seconds: i64| json!({"trigger": "unanswered", "after_seconds": seconds, "to": ["supervisors"]});
    let ladder = json!({"hours": "always", "steps": [step(60), step(120)]});
    here.api().put(&path, ladder).await.expect(200);
    let mut waits: Vec<ConversationId> = Vec::new();
    for n in 0..WAITS {
        waits.push(here.handset(&format!("+8190111{n:05}")).sends("?").await);
        waits.push(there.handset(&format!("+8190222{n:05}")).sends("?").await);
    }
    // Some are answered at the node that they did not come to.
    let desk = there.sign_in(SATO).await;
    let answered = &waits[..10];
    for conversation in answered {
        desk.reply(*conversation, "お待たせしました").await;
    }
    for node in [&here, &there] {
        node.advance(TimeDelta::minutes(3));
    }
    // All look at once, and some answers come in the same moment.
    let (late, rest) = waits[10..].split_at(10);
    let looks = async || {
        let (a, b, c) = tokio::join!(
            escalate_due::run_one(&here),
            escalate_due::run_one(&there),
            escalate_due::run_one(&here)
        );
        a.unwrap() + b.unwrap() + c.unwrap()
    };
    let answers = async {
        for conversation in late {
            desk.reply(*conversation, "お待たせしました").await;
        }
    };
    let (taken, ()) = tokio::join!(looks(), answers);
    assert_eq!(looks().await, 0, "all of it was taken");
    let told = async |conversation: &ConversationId| {
        let lines = here.api().system_lines(*conversation).await;
        lines.iter().filter(|line| line.starts_with("escalated")).count()
    };
    let mut all = 0;
    for conversation in answered {
        assert_eq!(told(conversation).await, 0);
    }
    for conversation in late {
        all += told(conversation).await;
        assert_eq!(here.api().conversation(*conversation).await["waiting_since"], Value::Null);
    }
    for conversation in rest {
        assert_eq!(told(conversation).await, STEPS);
        all += STEPS;
    }
    assert_eq!(taken, all);
    let told = here.raw().number("select count(*) as n from nudges");
    assert_eq!(told, all as i64, "one supervisor, told once a step");
    // What was not told at once is gathered: all of it, whichever node writes it.
    for node in [&here, &there] {
        node.advance(henji::domain::nudge::WINDOW);
    }
    assert_eq!(looks().await, 0);
    let untold = "select count(*) as n from nudges where mail_id is null and due_at is not null";
    let over = TimeDelta::minutes(2);
    let mails = here.raw().number("select count(*) as n from mails");
    assert!(mails > 1 && mails < all as i64 / 4, "{mails} mails for {all} steps");
    // An answer might be taken back: what it ended rests for a moment.
    for node in [&here, &there] {
        node.advance(over);
    }
    looks().await;
    assert_eq!(here.raw().number(untold), 0);

    // And each mail leaves once, whichever node has it.
    let mut sent = 0;
    loop {
        let (a, b) = tokio::join!(send_mail::run_one(&here), send_mail::run_one(&there));
        match a.unwrap() + b.unwrap() {
            0 => break,
            some => sent += some,
        }
    }
    assert_eq!(sent as i64, mails);
    let files = |app: &TestApp| {
        std::fs::read_dir(&app.config.mail.folder).map_or(0, |folder| folder.count())
    };
    assert_eq!((files(&here) + files(&there)) as i64, mails);
    here.leaves_work();
    there.leaves_work();
}
