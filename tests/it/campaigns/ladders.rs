//! Three nodes climb their ladders while they are killed, stopped and cut off from each
//! other: each step is told once, none early, none after its wait is over (R7).
//!
//! `TEST_LADDERS` says how many steps are armed at once, `TEST_LADDER_SECONDS` for how
//! long there is trouble; the promise is about 10,000 and 300.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use henji::clock::Clock;
use reqwest::Method;
use serde_json::json;

use super::{PATIENCE, beside_others, house_at, tell, wanted};
use crate::support::binary::Binary;
use crate::support::cluster::Cluster;
use crate::support::nats::Broker;
use crate::support::webhook::inbound;

const ARMED: usize = 100;
const SECONDS: usize = 10;
/// Steps of each ladder: one in health, the others while there is trouble.
const STEPS: usize = 5;
const AT_ONCE: usize = 16;
/// Texts a second: as 10,000 steps in five minutes are (R7). What comes all at once is
/// told at some 190 a second.
const RATE: usize = 33;
/// How late a step may be where nothing is wrong, of 99 in a hundred.
const LATE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a campaign: bin/test campaigns"]
async fn each_step_is_told_once_whatever_becomes_of_the_nodes() {
    let armed = wanted("TEST_LADDERS", ARMED);
    let seconds = wanted("TEST_LADDER_SECONDS", SECONDS);
    let limit = beside_others(LATE);
    let mut server = Cluster::make();
    server.start(&[]);
    server.raw().execute("create database henji");
    let mut broker = Broker::not_yet_started();
    let mut nodes = nodes(server.url("henji"), broker.as_mut()).await;
    let waits = armed.div_ceil(STEPS);
    // Time for all to have come before the first step.
    let calm = 3 + waits / RATE;
    let after: Vec<usize> = (0..STEPS).map(|n| calm + n * (3 + seconds) / (STEPS - 1)).collect();
    climb(&nodes[1], &after).await;
    arrive(&nodes, waits).await;
    until(&nodes[1], "escalations where position = 0", waits).await;
    let late = lateness(&nodes[1], after[0]);
    let closed = close_some(&nodes).await;

    let begun = Instant::now();
    let (mut kills, mut turn) = (0, 0);
    while begun.elapsed() < Duration::from_secs(seconds as u64) {
        trouble(&mut nodes, broker.as_mut(), turn).await;
        (kills, turn) = (kills + 1, turn + 1);
    }
    let last = format!("escalations where position = {}", STEPS - 1);
    until(&nodes[1], &last, waits - closed).await;
    let mails = check(&nodes[1], waits).unwrap_or_else(|wrong| panic!("{wrong}"));
    let p99 = late[(late.len() * 99).div_ceil(100) - 1];
    tell(format_args!(
        "{armed} steps armed, {closed} of {waits} waits ended: {mails} told, each once, through \
         {kills} kills and stops in {seconds} s; in health p50 {:.2} s, p99 {p99:.2} s late",
        late[late.len() / 2],
    ));
    assert!(p99 <= limit.as_secs_f64(), "p99 is {p99} s late, not {limit:?}");

    // The control: a record that is lost is told again, and that is found out.
    let mut raw = nodes[1].db().raw();
    raw.execute("delete from escalations where position = 1");
    until(&nodes[1], "escalations where position = 1", waits - closed).await;
    assert!(check(&nodes[1], waits).is_err(), "steps that were told twice passed as told once");
    nodes.iter_mut().for_each(Binary::kill);
}

async fn nodes(url: String, broker: Option<&mut Broker>) -> Vec<Binary> {
    let mut first = house_at(url);
    if let Some(broker) = broker {
        broker.start();
        first.use_nats(&broker.url);
    }
    let mut nodes = vec![first.another(), first.another()];
    nodes.insert(0, first);
    for node in &mut nodes {
        node.start();
        node.answers().await;
    }
    nodes
}

/// The ladder: the same word in every text, told of after so many seconds each.
async fn climb(node: &Binary, after: &[usize]) {
    let step = |after: &usize| json!({"trigger": "words", "words": ["至急"], "after_seconds": after, "to": ["boss@example.jp"]});
    let steps: Vec<_> = after.iter().map(step).collect();
    // Each step a mail of its own: what is gathered into one cannot be counted.
    let policy = json!({"hours": "always", "window_seconds": 0, "steps": steps});
    let path = format!("/inboxes/{}/escalation_policy", node.inbox);
    let put = node.api(Method::PUT, &path).json(&policy);
    assert_eq!(put.send().await.unwrap().status(), 200);
}

/// One after the other, at [`RATE`].
async fn arrive(nodes: &[Binary], waits: usize) {
    let begun = tokio::time::Instant::now();
    let posts = (0..waits).map(|n| {
        let node = &nodes[n % nodes.len()];
        let text = inbound(&format!("L{n}"), &format!("+8190{n:08}"), "至急です").to_string();
        let turn = begun + Duration::from_secs_f64(n as f64 / RATE as f64);
        async move {
            tokio::time::sleep_until(turn).await;
            node.signer.request(&node.http, Clock::default().now(), "inbound", text).send().await
        }
    });
    let mut posts = futures_util::stream::iter(posts).buffer_unordered(AT_ONCE);
    while let Some(answer) = posts.next().await {
        assert_eq!(answer.unwrap().status(), 200);
    }
}

/// Until there are so many rows of a table.
async fn until(node: &Binary, rows: &str, wanted: usize) {
    let begun = Instant::now();
    let mut raw = node.db().raw();
    loop {
        let found = raw.count(rows, "");
        if found >= wanted as i64 {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{found} of {wanted} {rows}: {}", node.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How many seconds after its time each first step was taken, the soonest first.
fn lateness(node: &Binary, after: usize) -> Vec<f64> {
    let late = node.db().raw().texts(&format!(
        "select (extract(epoch from fired_at - since) - {after})::text as t \
         from escalations where position = 0"
    ));
    let mut late: Vec<f64> = late.iter().map(|late| late.parse().unwrap()).collect();
    late.sort_by(f64::total_cmp);
    late
}

/// Every fifth conversation is done with; how many those are.
async fn close_some(nodes: &[Binary]) -> usize {
    let ids = nodes[1].db().raw().texts("select id::text as t from conversations order by id");
    let some: Vec<&String> = ids.iter().step_by(5).collect();
    let puts = some.iter().enumerate().map(|(n, id)| {
        nodes[n % nodes.len()].api(Method::PUT, &format!("/conversations/{id}/closure")).send()
    });
    let mut puts = futures_util::stream::iter(puts).buffer_unordered(AT_ONCE);
    while let Some(answer) = puts.next().await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    some.len()
}

/// One node is stopped for a while, another killed and started, and the broker holds its
/// tongue or goes away.
async fn trouble(nodes: &mut [Binary], mut broker: Option<&mut Broker>, turn: usize) {
    let (stopped, killed) = (turn % nodes.len(), (turn + 1) % nodes.len());
    nodes[stopped].signal("STOP");
    nodes[killed].kill();
    match (&mut broker, turn % 2) {
        (Some(broker), 0) => broker.pause(),
        (Some(broker), _) => broker.stop(),
        (None, _) => {}
    }
    nodes[killed].start();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    nodes[stopped].signal("CONT");
    match (&mut broker, turn % 2) {
        (Some(broker), 0) => broker.resume(),
        (Some(broker), _) => broker.start(),
        (None, _) => {}
    }
    nodes[killed].answers().await;
}

/// Whether each step of each wait was told once, by one mail, not before its time and not
/// after its wait was over; how many there were.
fn check(node: &Binary, waits: usize) -> Result<usize, String> {
    let mut raw = node.db().raw();
    let mut counted = |what: &str| -> BTreeMap<String, usize> {
        let rows = raw.texts(what);
        let pair =
            |row: &String| row.split_once(' ').map(|(id, n)| (id.into(), n.parse().unwrap()));
        rows.iter().filter_map(pair).collect()
    };
    let told = counted(
        "select object_id || ' ' || count(*) as t from audit_entries \
         where action = 'conversation.escalate' group by object_id",
    );
    let mails = counted(
        "select conversation_id || ' ' || count(*) as t from mails group by conversation_id",
    );
    let steps = counted(
        "select conversation_id || ' ' || count(*) as t from escalations where mails = 1 \
         group by conversation_id",
    );
    let closed = counted("select id || ' 1' as t from conversations where state = 'closed'");
    if told != mails || told != steps || told.len() != waits {
        return Err(format!("told of {told:?} by {mails:?}, on record {steps:?}"));
    }
    let some = told.iter().find(|(id, told)| !closed.contains_key(*id) && **told != STEPS);
    if let Some((id, told)) = some {
        return Err(format!("{id} was told of {told} times, not {STEPS}"));
    }
    let late = "select count(*) as n from escalations e join cases c \
                on c.conversation_id = e.conversation_id where e.fired_at > c.closed_at";
    if let late @ 1.. = raw.number(late) {
        return Err(format!("{late} steps came after their wait was over"));
    }
    let early = "select count(*) as n from escalations e join escalation_steps s \
                 on s.position = e.position \
                 where e.fired_at < e.since + make_interval(secs => s.after_seconds)";
    match raw.number(early) {
        0 => Ok(told.values().sum()),
        early => Err(format!("{early} steps were early")),
    }
}
