//! The truth, the database, the log and the screens side by side, as multisets.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use uuid::Uuid;

use super::api::Message;
use super::faults::Thrown;
use super::plan::RoadName;
use super::screen::lines;
use super::settle::{Received, Seen, Sent, longest};
use crate::domain::delivery::ReceiptStatus;

/// What became of one promise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    pub promise: &'static str,
    pub words: &'static str,
    /// Faults that could have broken it.
    pub faults: u64,
    /// How many it was about.
    pub of: usize,
    pub lost: Vec<String>,
    pub doubled: Vec<String>,
    pub worst: Option<TimeDelta>,
}

pub fn compare(seen: &Seen, thrown: &Thrown) -> Vec<Verdict> {
    let nodes = thrown.of(&["kill", "restart", "freeze"]);
    let lost_on = |roads: &[RoadName]| -> u64 {
        roads.iter().filter_map(|road| thrown.lost_on_roads.get(road)).sum()
    };
    let database = lost_on(&[RoadName::Database]);
    let hooks = lost_on(&[RoadName::Hooks]);
    vec![
        Verdict { faults: nodes + database + hooks, ..acknowledged(seen) },
        Verdict { faults: nodes + database + hooks, ..once(seen) },
        Verdict { faults: nodes + hooks, ..listed(seen) },
        Verdict { faults: nodes + database + lost_on(&[RoadName::Sends]), ..sends(seen) },
        Verdict { faults: nodes + database + lost_on(&[RoadName::Front]), ..ordered(seen) },
        Verdict { faults: nodes + hooks + thrown.of(&["carrier"]), ..receipts(seen) },
        Verdict { faults: nodes + lost_on(&[RoadName::Front, RoadName::Broker]), ..screens(seen) },
        Verdict { faults: nodes + lost_on(&[RoadName::Front, RoadName::Database]), ..log(seen) },
    ]
}

/// R1: what was answered with a 2xx is there.
fn acknowledged(seen: &Seen) -> Verdict {
    let shown = inbound(&seen.messages);
    let owed: Vec<_> = seen.sent.iter().filter(|text| text.acknowledged).collect();
    let lost = owed.iter().filter(|text| !shown.contains_key(text.body.as_str()));
    let delay = |text: &Sent| {
        let arrived = shown.get(text.body.as_str())?.first()?;
        Some(arrived.created_at - text.at)
    };
    let stubborn = owed.iter().copied().filter(|text| !text.hasty);
    Verdict {
        promise: "R1",
        words: "acknowledged texts are kept",
        of: owed.len(),
        lost: lost.map(|text| text.body.clone()).collect(),
        worst: Some(longest(stubborn.filter_map(delay))),
        ..Verdict::default()
    }
}

/// R2: each text is there once; the stubborn carrier offers each until it is taken.
fn once(seen: &Seen) -> Verdict {
    let shown = inbound(&seen.messages);
    let stubborn: Vec<_> = seen.sent.iter().filter(|text| !text.hasty).collect();
    let lost = stubborn.iter().filter(|text| !shown.contains_key(text.body.as_str()));
    let truth: BTreeSet<&str> = seen.sent.iter().map(|text| text.body.as_str()).collect();
    let invented = shown.keys().filter(|body| !truth.contains(*body));
    let doubled = shown.iter().filter(|(_, copies)| copies.len() > 1).map(|(body, _)| body);
    Verdict {
        promise: "R2",
        words: "each text is there once",
        of: stubborn.len(),
        lost: lost.map(|text| text.body.clone()).collect(),
        doubled: doubled.chain(invented).map(|body| (*body).to_owned()).collect(),
        ..Verdict::default()
    }
}

/// R3: what a carrier gave up is fetched from its list.
fn listed(seen: &Seen) -> Verdict {
    let shown = inbound(&seen.messages);
    let hasty: Vec<_> = seen.sent.iter().filter(|text| text.hasty).collect();
    let lost = hasty.iter().filter(|text| !shown.contains_key(text.body.as_str()));
    Verdict {
        promise: "R3",
        words: "given-up texts are fetched",
        of: hasty.len(),
        lost: lost.map(|text| text.body.clone()).collect(),
        ..Verdict::default()
    }
}

/// R4: no text reaches a handset twice, and none that is said to have left did not.
fn sends(seen: &Seen) -> Verdict {
    let arrived = by_reference(&seen.received);
    let ours: Vec<_> = seen.messages.iter().filter(|m| m.direction == "outbound").collect();
    let lost = ours.iter().filter(|message| {
        let left = matches!(state(message), "sent" | "delivered" | "undelivered");
        let given_up = matches!(state(message), "failed" | "expired" | "canceled");
        let stuck = state(message) == "submitting";
        given_up || stuck || (left && !arrived.contains_key(&message.id))
    });
    let doubled = arrived.values().filter(|copies| copies.len() > 1);
    let made: BTreeMap<Uuid, &Message> = ours.iter().map(|m| (m.id, *m)).collect();
    let delay = |text: &Received| made.get(&text.reference).map(|m| text.at - m.created_at);
    Verdict {
        promise: "R4",
        words: "no text is sent twice",
        of: ours.len(),
        lost: lost.map(|message| named(message)).collect(),
        doubled: doubled.map(|copies| format!("{} x{}", copies[0].body, copies.len())).collect(),
        worst: Some(longest(seen.received.iter().filter_map(delay))),
        ..Verdict::default()
    }
}

/// R4 at our own API: an order that was answered is one message, said as often as it may be.
fn ordered(seen: &Seen) -> Verdict {
    let mut made: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for message in seen.messages.iter().filter(|message| message.direction == "outbound") {
        made.entry(&message.body).or_default().push(message.id);
    }
    let mut verdict = Verdict {
        promise: "R4",
        words: "an order is one text",
        of: seen.orders.len(),
        ..Verdict::default()
    };
    for order in &seen.orders {
        let found = made.get(order.body.as_str()).map(Vec::as_slice).unwrap_or_default();
        match &order.outcome {
            Ok(id) if !found.contains(id) => verdict.lost.push(order.body.clone()),
            Err(problem) => verdict.lost.push(format!("{} ({problem})", order.body)),
            Ok(_) => {}
        }
        if found.len() > 1 {
            verdict.doubled.push(order.body.clone());
        }
    }
    verdict
}

/// R5: however receipts came, the state is what the network said.
fn receipts(seen: &Seen) -> Verdict {
    let states: BTreeMap<Uuid, &Message> = seen.messages.iter().map(|m| (m.id, m)).collect();
    let is_right = |text: &Received| {
        let Some(message) = states.get(&text.reference) else { return false };
        match text.receipt {
            Some(ReceiptStatus::Delivered) => state(message) == "delivered",
            Some(ReceiptStatus::Undelivered) => state(message) == "undelivered",
            // Nobody ever said more of it.
            _ => matches!(state(message), "sent" | "unknown"),
        }
    };
    let wrong = seen.received.iter().filter(|text| !is_right(text));
    let named = |text: &Received| {
        let said = text.receipt.map_or("no receipt", ReceiptStatus::word);
        let is = states.get(&text.reference).map_or("gone", |message| state(message));
        format!("{}: {said}, but {is}", text.body)
    };
    Verdict {
        promise: "R5",
        words: "receipts in any order",
        of: seen.received.len(),
        lost: wrong.map(named).collect(),
        ..Verdict::default()
    }
}

/// R6: every screen was told of every event, and the thread on it is what a page
/// that is loaded now would show.
fn screens(seen: &Seen) -> Verdict {
    let mut verdict = Verdict {
        promise: "R6",
        words: "screens show everything",
        of: seen.views.len() * seen.shown.len(),
        worst: TimeDelta::from_std(seen.converged).ok(),
        ..Verdict::default()
    };
    let bodies: BTreeMap<Uuid, &str> =
        seen.messages.iter().map(|message| (message.id, message.body.as_str())).collect();
    for (number, view) in seen.views.iter().enumerate() {
        let missed = view.missed(&seen.shown).into_iter();
        verdict.lost.extend(missed.map(|seq| format!("screen {number}: event {seq}")));
        let expected = lines(&seen.messages, view.open);
        let differs = expected.iter().filter(|(id, state)| view.thread.get(id) != Some(state));
        verdict.lost.extend(differs.map(|(id, state)| {
            let shows = view.thread.get(id).map_or("nothing", String::as_str);
            format!("screen {number}: {} {state} is shown as {shows}", bodies[id])
        }));
        let repeated = view.repeated.iter().map(|id| format!("screen {number}: event {id}"));
        verdict.doubled.extend(repeated);
        let invented = view.thread.keys().filter(|id| !expected.contains_key(id));
        verdict.doubled.extend(invented.map(|id| format!("screen {number}: {id}")));
    }
    verdict
}

/// R6: who follows the log meets every event once, in order.
fn log(seen: &Seen) -> Verdict {
    let mut verdict = Verdict {
        promise: "R6",
        words: "the log skips nothing",
        of: seen.log.len(),
        worst: Some(longest(seen.followed.iter().map(|followed| followed.slowest))),
        ..Verdict::default()
    };
    for (number, followed) in seen.followed.iter().enumerate() {
        let told: BTreeSet<i64> = followed.seqs.iter().copied().collect();
        let skipped = seen.log.iter().filter(|seq| !told.contains(seq));
        verdict.lost.extend(skipped.map(|seq| format!("follower {number}: event {seq}")));
        let again = followed.seqs.windows(2).filter(|two| two[1] <= two[0]);
        verdict.doubled.extend(again.map(|two| format!("follower {number}: event {}", two[1])));
    }
    verdict
}

/// The inbound texts there are, by their words, which are unique.
fn inbound(messages: &[Message]) -> BTreeMap<&str, Vec<&Message>> {
    let mut found: BTreeMap<&str, Vec<&Message>> = BTreeMap::new();
    for message in messages.iter().filter(|message| message.direction == "inbound") {
        found.entry(&message.body).or_default().push(message);
    }
    found
}

fn by_reference(received: &[Received]) -> BTreeMap<Uuid, Vec<&Received>> {
    let mut found: BTreeMap<Uuid, Vec<&Received>> = BTreeMap::new();
    for text in received {
        found.entry(text.reference).or_default().push(text);
    }
    found
}

fn state(message: &Message) -> &str {
    message.state.as_deref().unwrap_or_default()
}

fn named(message: &Message) -> String {
    format!("{} ({})", message.body, state(message))
}

impl Thrown {
    fn of(&self, words: &[&str]) -> u64 {
        words.iter().filter_map(|word| self.counts.get(word)).sum()
    }
}

#[cfg(test)]
mod tests;
