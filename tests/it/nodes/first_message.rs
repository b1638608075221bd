//! A new customer writes to two nodes at the same moment.

use std::time::Instant;

use futures_util::future::join_all;
use henji::clock::Clock;

use crate::support::binary::Binary;
use crate::support::test_db::is_postgres;
use crate::support::webhook::inbound;

/// First messages of one new contact at the same moment (R2).
const AT_ONCE: usize = 200;
const ROUNDS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simultaneous_first_messages_make_one_conversation_and_no_failure() {
    if !is_postgres() {
        return tell("skipped: two nodes need PostgreSQL");
    }
    let mut here = Binary::set_up("warn");
    let mut there = here.another();
    here.start();
    there.start();
    here.answers().await;
    there.answers().await;
    let mut slowest = 0;
    for round in 0..ROUNDS {
        let number = format!("+8190100000{round:02}");
        let begun = Instant::now();
        let answers = join_all((0..AT_ONCE).map(|n| {
            let node = if n % 2 == 0 { &here } else { &there };
            let body = inbound(&format!("R{round}-{n}"), &number, &n.to_string()).to_string();
            node.signer.request(&node.http, Clock::default().now(), "inbound", body).send()
        }));
        for answer in answers.await {
            let answer = answer.unwrap();
            let status = answer.status().as_u16();
            assert_eq!(
                status,
                200,
                "{}\n{}{}",
                answer.text().await.unwrap(),
                here.log(),
                there.log()
            );
        }
        slowest = slowest.max(begun.elapsed().as_millis());
    }
    let mut raw = here.db().raw();
    assert_eq!(raw.count("contacts", ""), ROUNDS as i64);
    assert_eq!(raw.count("conversations", ""), ROUNDS as i64);
    assert_eq!(raw.count("messages", "where direction = 'inbound'"), (AT_ONCE * ROUNDS) as i64);
    tell(format_args!(
        "{ROUNDS} times {AT_ONCE} at once on two nodes: 0 failed, {slowest} ms at most"
    ));
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so, and figures are told")]
fn tell(what: impl std::fmt::Display) {
    println!("{what}");
}
