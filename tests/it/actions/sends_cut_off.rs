//! Sends that are cut off at any of the eight places of `crash.rs`, many of them
//! (R4). `tests/it/crashes.rs` kills real processes; here a worker just stops
//! there, which leaves the same rows behind and is a thousand times quicker.
//!
//! `TEST_SENDS_CUT_OFF` says how many.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use henji::actions::{deliver, resolve_unknown};
use henji::clock::fresh_id;
use henji::domain::id::MessageId;
use henji::store::outbox::{self, Due};
use serde_json::json;

use crate::support::TestApp;

/// A hundredth of the campaign, for every run.
const SENDS: usize = 1_000;
const HANDSETS: usize = 50;
/// At a time: as many as a worker has in its hands.
const AT_ONCE: usize = 32;
const PLACES: usize = 8;

/// What a send that was cut off leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// Claiming: nothing was committed.
    Nothing,
    /// Claimed, Calling: an attempt, and nobody was called.
    Attempt,
    /// Taken, Answered, Settling, Settled: the carrier has it, and no outcome was committed.
    Taken,
    /// Recorded: all of it.
    Everything,
}

/// By number of the place, in the order of `crash::Place`.
const LEFT: [Left; PLACES] = [
    Left::Nothing,
    Left::Attempt,
    Left::Attempt,
    Left::Taken,
    Left::Taken,
    Left::Taken,
    Left::Taken,
    Left::Everything,
];

#[tokio::test]
async fn no_text_is_doubled_and_what_was_taken_is_found_out() {
    let app = TestApp::start().await;
    let sends = sends();
    // The clock stands still, and so would texts beyond a second's worth.
    app.raw().execute(&format!("update senders set segments_per_second = {sends}"));
    // The list alone must tell of the first half, receipts of the second.
    let mut cut_off: HashMap<MessageId, Left> = HashMap::new();
    for (half, receipt) in ["none", "delivered"].into_iter().enumerate() {
        app.api().carrier(json!({ "receipt": receipt })).await;
        for n in half * sends / 2..(half + 1) * sends / 2 {
            app.api().send(&handset(n), &format!("本文{n}")).await;
            if (n + 1) % AT_ONCE == 0 || n + 1 == (half + 1) * sends / 2 {
                cut_all_off(&app, &mut cut_off).await;
            }
        }
        app.simulator.idle().await;
    }
    assert_eq!(cut_off.len(), sends);
    // Somebody else takes over, and asks the list until it is not asked any more.
    app.advance(deliver::LEASE + TimeDelta::seconds(1));
    app.deliver().await;
    app.simulator.idle().await;
    for _ in 0..48 {
        app.advance(TimeDelta::hours(1));
        resolve_unknown::run(&app).await.unwrap();
        app.deliver().await;
    }
    let mut arrived: HashMap<MessageId, usize> = HashMap::new();
    for n in 0..HANDSETS {
        for text in app.simulator.handset(&handset(n)) {
            *arrived.entry(text.reference).or_default() += 1;
        }
    }
    let (mut unknown, mut saved) = (0, 0);
    for (id, left) in &cut_off {
        let state = app.api().state_of(*id).await;
        let times = arrived.get(id).copied().unwrap_or_default();
        assert!(times <= 1, "{id}, cut off with {left:?}, arrived {times} times");
        match left {
            Left::Attempt => {
                assert_eq!((state.as_str(), times), ("unknown", 0), "nobody can tell of {id}");
                unknown += 1;
            }
            _ => {
                assert!(matches!(state.as_str(), "sent" | "delivered"), "{left:?}: {state}");
                assert_eq!(times, 1, "{left:?}");
                saved += usize::from(*left == Left::Taken);
            }
        }
    }
    // The control: whoever sends again what has no outcome doubles all of these.
    assert!(saved >= sends / 3, "only {saved} of {sends} were cut off after the carrier had them");
    assert!(unknown >= sends / 6);
}

/// Whatever is due is sent by workers that stop at a place each.
async fn cut_all_off(app: &TestApp, cut_off: &mut HashMap<MessageId, Left>) {
    let now = app.now();
    let due = app.store.read(move |db| outbox::due(db, now, i64::MAX)).await.unwrap();
    let known: HashSet<MessageId> = cut_off.keys().copied().collect();
    for due in due.into_iter().filter(|due| !known.contains(&due.message_id)) {
        let left = LEFT[cut_off.len() % PLACES];
        cut_off.insert(due.message_id, left);
        cut_one_off(app, due, left).await;
    }
}

async fn cut_one_off(app: &TestApp, due: Due, left: Left) {
    if left == Left::Nothing {
        return;
    }
    let begun = deliver::begin(app, due, fresh_id()).await.unwrap();
    let begun = begun.expect("nothing keeps this text back");
    if left == Left::Attempt {
        return;
    }
    let answer = deliver::send(app, &begun).await;
    answer.as_ref().expect("the carrier takes it");
    if left == Left::Everything {
        deliver::finish(app, begun, answer).await.unwrap();
    }
}

fn handset(n: usize) -> String {
    format!("+8190123400{:02}", n % HANDSETS)
}

fn sends() -> usize {
    #[expect(clippy::disallowed_methods, reason = "it is for the tests, and no setting")]
    let asked = std::env::var("TEST_SENDS_CUT_OFF").ok();
    asked.map_or(SENDS, |sends| sends.parse().expect("TEST_SENDS_CUT_OFF is a number"))
}
