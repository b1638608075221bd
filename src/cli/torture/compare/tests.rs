use chrono::{DateTime, Utc};

use super::super::orders::Order;
use super::super::screen::View;
use super::super::settle::Sent;
use super::super::work::Followed;
use super::*;

const THREAD: Uuid = Uuid::from_u128(100);

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_301_400 + second, 0).unwrap()
}

fn message(id: u128, direction: &str, body: &str, state: Option<&str>) -> Message {
    Message {
        id: Uuid::from_u128(id),
        conversation_id: THREAD,
        direction: direction.to_owned(),
        body: body.to_owned(),
        state: state.map(str::to_owned),
        created_at: at(1),
    }
}

/// A run in which nothing went wrong.
fn clean() -> Seen {
    let messages = vec![
        message(1, "inbound", "text-1", Some("received")),
        message(2, "inbound", "text-2", Some("received")),
        message(3, "outbound", "order-1", Some("delivered")),
    ];
    let sent = |body: &str, hasty: bool| Sent {
        body: body.into(),
        at: at(0),
        acknowledged: !hasty,
        hasty,
    };
    let view = View {
        open: THREAD,
        thread: lines(&messages, THREAD),
        told: [1, 2].into(),
        cursor: 4,
        ..View::default()
    };
    Seen {
        sent: vec![sent("text-1", false), sent("text-2", true)],
        received: vec![Received {
            reference: Uuid::from_u128(3),
            body: "order-1".into(),
            at: at(3),
            receipt: Some(ReceiptStatus::Delivered),
        }],
        orders: vec![Order { body: "order-1".into(), outcome: Ok(Uuid::from_u128(3)) }],
        log: vec![1, 2, 4],
        shown: vec![1, 2],
        views: vec![view],
        followed: vec![Followed { seqs: vec![1, 2, 4], cursor: 4, ..Followed::default() }],
        messages,
        ..Seen::default()
    }
}

/// Which promises are broken, and how.
fn broken(seen: &Seen) -> Vec<(&'static str, Vec<String>, Vec<String>)> {
    let verdicts = compare(seen, &Thrown::default());
    let broken = verdicts.into_iter().filter(|v| !v.lost.is_empty() || !v.doubled.is_empty());
    broken.map(|v| (v.words, v.lost, v.doubled)).collect()
}

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_run_without_fault_is_clean() {
    assert_eq!(broken(&clean()), []);
    assert_eq!(compare(&clean(), &Thrown::default())[3].worst, Some(TimeDelta::seconds(2)));
}

#[test]
fn a_lost_acknowledged_text_is_named() {
    let mut seen = clean();
    seen.messages.remove(0);
    seen.views[0].thread = lines(&seen.messages, THREAD);
    let text = named(&["text-1"]);
    let expected = [
        ("acknowledged texts are kept", text.clone(), vec![]),
        ("each text is there once", text, vec![]),
    ];
    assert_eq!(broken(&seen), expected);
}

#[test]
fn a_doubled_and_an_invented_text_are_named() {
    let mut seen = clean();
    seen.messages.push(message(9, "inbound", "text-1", Some("received")));
    seen.messages.push(message(10, "inbound", "text-9", Some("received")));
    seen.views[0].thread = lines(&seen.messages, THREAD);
    let expected = [("each text is there once", vec![], named(&["text-1", "text-9"]))];
    assert_eq!(broken(&seen), expected);
}

#[test]
fn a_text_that_no_list_brought_back_is_named() {
    let mut seen = clean();
    seen.messages.remove(1);
    seen.views[0].thread = lines(&seen.messages, THREAD);
    assert_eq!(broken(&seen), [("given-up texts are fetched", named(&["text-2"]), vec![])]);
}

#[test]
fn a_text_sent_twice_is_named() {
    let mut seen = clean();
    seen.received.push(seen.received[0].clone());
    assert_eq!(broken(&seen), [("no text is sent twice", vec![], named(&["order-1 x2"]))]);
}

#[test]
fn a_text_that_only_seems_to_have_left_is_named() {
    let mut seen = clean();
    seen.received.clear();
    let lost = named(&["order-1 (delivered)"]);
    assert_eq!(broken(&seen), [("no text is sent twice", lost, vec![])]);
    // Nobody can tell, and it is said so: that is no loss.
    seen.messages[2].state = Some("unknown".into());
    seen.views[0].thread = lines(&seen.messages, THREAD);
    assert_eq!(broken(&seen), []);
}

#[test]
fn an_order_without_a_text_and_one_with_two_are_named() {
    let mut seen = clean();
    seen.orders.push(Order { body: "order-2".into(), outcome: Ok(Uuid::from_u128(8)) });
    seen.messages.push(message(7, "outbound", "order-1", Some("unknown")));
    seen.views[0].thread = lines(&seen.messages, THREAD);
    let expected = [("an order is one text", named(&["order-2"]), named(&["order-1"]))];
    assert_eq!(broken(&seen), expected);
}

#[test]
fn a_receipt_that_was_not_understood_is_named() {
    let mut seen = clean();
    seen.messages[2].state = Some("sent".into());
    seen.views[0].thread = lines(&seen.messages, THREAD);
    let lost = named(&["order-1: delivered, but sent"]);
    assert_eq!(broken(&seen), [("receipts in any order", lost, vec![])]);
}

#[test]
fn a_screen_that_missed_and_one_that_was_told_twice_are_named() {
    let mut seen = clean();
    seen.views[0].thread.remove(&Uuid::from_u128(1));
    seen.views[0].thread.insert(Uuid::from_u128(3), "sent".into());
    seen.views[0].repeated.push(2);
    let lost = named(&[
        "screen 0: text-1  is shown as nothing",
        "screen 0: order-1 delivered is shown as sent",
    ]);
    let doubled = named(&["screen 0: event 2"]);
    assert_eq!(broken(&seen), [("screens show everything", lost, doubled)]);
}

#[test]
fn an_event_skipped_and_one_repeated_are_named() {
    let mut seen = clean();
    seen.followed[0].seqs = vec![1, 4, 4];
    let (lost, doubled) = (named(&["follower 0: event 2"]), named(&["follower 0: event 4"]));
    assert_eq!(broken(&seen), [("the log skips nothing", lost, doubled)]);
}
