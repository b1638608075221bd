//! Timers of several nodes: each goes off once, not before its time and not after
//! it was cancelled, whatever becomes of the nodes and of their clocks (R7, R9).
//!
//! `TEST_TIMERS` says how many. The timers are snoozes: what ends one is a row,
//! an event and an entry of the audit log, as with every timer of the house.

use std::collections::HashMap;
use std::env::consts::ARCH;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use henji::clock::Clock;
use reqwest::Method;
use serde_json::json;

use crate::campaigns::beside_others;
use crate::support::binary::Binary;
use crate::support::raw::Raw;
use crate::support::test_db::is_postgres;
use crate::support::webhook::inbound;

/// A hundredth of the campaign, for every run.
const TIMERS: usize = 1_000;
const AT_ONCE: usize = 32;
/// How far the clocks of the first and the last node are off, in seconds.
const ERRORS: [i64; 3] = [300, 0, -300];
/// The first timer goes off after this, or after twice what it took to fill the
/// house where that is longer; the last one [`SPREAD`] later.
const FIRST: Duration = Duration::from_secs(6);
const SPREAD: usize = 8;
/// Nodes look for what is due every 5 s; one may be stopped for 3 s.
const LATE: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timers_go_off_once_and_in_time() {
    if !is_postgres() {
        return;
    }
    let late = TimeDelta::from_std(beside_others(LATE)).unwrap();
    let mut nodes = nodes().await;
    let filling = Instant::now();
    let conversations = open(&nodes).await;
    let first = TimeDelta::from_std(FIRST.max(filling.elapsed() * 2)).unwrap();
    let set_at = Clock::default().now();
    let due = |n: usize| set_at + first + TimeDelta::seconds((n % SPREAD) as i64);
    put_aside(&nodes, &conversations, due).await;
    // Every fourth is cancelled: it is over before its time.
    let cancelled = cancel(&nodes[1], &conversations).await;
    let last = due(SPREAD - 1);
    while Clock::default().now() < last + late {
        trouble(&mut nodes).await;
        if woken(&mut nodes[1].db().raw()) >= conversations.len() as i64 {
            break;
        }
    }
    // None goes off again.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let mut raw = nodes[1].db().raw();
    let wakes = raw.texts(
        "select object_id || ' ' || to_char(at, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') as t \
         from audit_entries where action = 'conversation.wake' order by at",
    );
    let at = |id: &str| -> Vec<DateTime<Utc>> {
        let own = wakes.iter().filter_map(|line| line.strip_prefix(id));
        own.map(|at| at.trim().parse().unwrap()).collect()
    };
    for (n, id) in conversations.iter().enumerate() {
        let [at] = at(id)[..] else { panic!("timer {n} went off {} times", at(id).len()) };
        if let Some(answered) = cancelled.get(&n) {
            // What was still asked when its time came may have gone off by itself.
            assert!(at < due(n) || *answered >= due(n), "timer {n}, cancelled, went off at {at}");
        } else {
            assert!(at >= due(n), "timer {n} went off {} early", due(n) - at);
            assert!(at < due(n) + late, "timer {n} went off {} late", at - due(n));
        }
    }
    assert!(
        cancelled.iter().any(|(n, answered)| *answered < due(*n)),
        "none was cancelled in time"
    );
    nodes.iter_mut().for_each(Binary::kill);
}

/// Three nodes, of which the first and the last believe in another time.
async fn nodes() -> Vec<Binary> {
    // Of Debian's package of that name.
    let faketime = format!("/usr/lib/{}-linux-gnu/faketime/libfaketime.so.1", ARCH);
    assert!(Path::new(&faketime).exists(), "{faketime} is missing: see bin/lib.sh");
    let first = Binary::set_up("warn");
    let mut nodes = vec![first.another(), first.another()];
    nodes.insert(0, first);
    for (node, error) in nodes.iter_mut().zip(ERRORS) {
        if error != 0 {
            node.surround("LD_PRELOAD", &faketime);
            node.surround("FAKETIME", format!("{error:+}s"));
            node.surround("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        node.start();
        node.answers().await;
    }
    // The control: their machines' clocks are really off. HTTP's own date is read from them.
    for (node, error) in nodes.iter().zip(ERRORS) {
        let answer = node.http.get(format!("{}/livez", node.url)).send().await.unwrap();
        let date = answer.headers()["date"].to_str().unwrap();
        let off = DateTime::parse_from_rfc2822(date).unwrap().to_utc() - Clock::default().now();
        assert!((off.num_seconds() - error).abs() < 30, "{date} is {off} off");
    }
    nodes
}

/// As many conversations as there are timers.
async fn open(nodes: &[Binary]) -> Vec<String> {
    let timers = timers();
    let posts = (0..timers).map(|n| {
        let node = &nodes[1];
        let text = inbound(&format!("T{n}"), &format!("+8190{n:08}"), "後で").to_string();
        node.signer.request(&node.http, Clock::default().now(), "inbound", text).send()
    });
    let mut posts = futures_util::stream::iter(posts).buffer_unordered(AT_ONCE);
    while let Some(answer) = posts.next().await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    let mut raw = nodes[1].db().raw();
    let conversations = raw.texts("select id::text as t from conversations");
    assert_eq!(conversations.len(), timers);
    conversations
}

/// At every node in turn.
async fn put_aside(
    nodes: &[Binary],
    conversations: &[String],
    due: impl Fn(usize) -> DateTime<Utc>,
) {
    let puts = conversations.iter().enumerate().map(|(n, id)| {
        let node = &nodes[n % nodes.len()];
        let until = json!({ "until": due(n).to_rfc3339() });
        node.api(Method::PUT, &format!("/conversations/{id}/snooze")).json(&until).send()
    });
    let mut puts = futures_util::stream::iter(puts).buffer_unordered(AT_ONCE);
    while let Some(answer) = puts.next().await {
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }
}

/// One node is stopped for a while, another one killed.
async fn trouble(nodes: &mut [Binary]) {
    let turn = Instant::now();
    let stopped = usize::from(henji::store::seal::random::<1>()[0]) % nodes.len();
    let killed = (stopped + 1) % nodes.len();
    nodes[stopped].signal("STOP");
    nodes[killed].kill();
    nodes[killed].start();
    tokio::time::sleep(Duration::from_secs(2).saturating_sub(turn.elapsed())).await;
    nodes[stopped].signal("CONT");
    nodes[killed].answers().await;
}

/// Every fourth timer; when its end was acknowledged.
async fn cancel(node: &Binary, conversations: &[String]) -> HashMap<usize, DateTime<Utc>> {
    let cancels = conversations.iter().enumerate().step_by(4).map(|(n, id)| {
        let request = node.api(Method::DELETE, &format!("/conversations/{id}/snooze")).send();
        async move {
            assert_eq!(request.await.unwrap().status(), 200);
            (n, Clock::default().now())
        }
    });
    futures_util::stream::iter(cancels).buffer_unordered(AT_ONCE).collect().await
}

fn woken(raw: &mut Raw) -> i64 {
    raw.count("audit_entries", "where action = 'conversation.wake'")
}

fn timers() -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_TIMERS").ok();
    asked.map_or(TIMERS, |timers| timers.parse().expect("TEST_TIMERS is a number"))
}
