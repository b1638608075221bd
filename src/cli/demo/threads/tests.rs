use super::*;
use crate::domain::conversation::ConversationState;
use crate::store::inboxes::Inbox;
use crate::store::senders::Sender;

fn desks() -> Vec<Desk> {
    (1..=3_u128)
        .map(|number| {
            let id = Uuid::from_u128(number);
            let person = |surname, of| house::Person { id: UserId(Uuid::from_u128(of)), surname };
            Desk {
                inbox: Inbox {
                    id: id.into(),
                    name: "受付".to_owned(),
                    locale: "ja".to_owned(),
                    time_zone: "Asia/Tokyo".to_owned(),
                    undo_seconds: 5,
                    calendar_id: None,
                },
                sender: Sender {
                    id: id.into(),
                    inbox_id: id.into(),
                    provider_account_id: id.into(),
                    address: "05012345678".to_owned(),
                    kind: "ip".to_owned(),
                    can_receive: true,
                    segments_per_second: 10,
                },
                agents: vec![person("佐藤", number), person("田中", number + 10)],
                members: vec![UserId(id)],
                tags: vec![DeskTag { id: id.into(), words: &["面接"] }],
            }
        })
        .collect()
}

fn sample(seed: u64, threads: u64, messages: u64) -> Vec<Thread> {
    let now = "2026-11-20T03:00:00Z".parse().unwrap();
    Sample::new(desks(), seed, now, Tz::Asia__Tokyo, threads, messages).collect()
}

fn messages(threads: &[Thread]) -> Vec<&Message> {
    threads.iter().flat_map(|thread| &thread.messages).collect()
}

#[test]
fn the_same_seed_tells_the_same_sample() {
    let (one, same, other) = (sample(1, 50, 400), sample(1, 50, 400), sample(2, 50, 400));
    assert_eq!(messages(&one), messages(&same));
    assert_ne!(messages(&one), messages(&other));
}

#[test]
fn a_sample_has_the_size_it_was_asked_for() {
    for (threads, lines) in [(1, 1), (1, 8), (13, 100), (2_000, 16_000)] {
        let told = sample(3, threads, lines);
        assert_eq!((told.len() as u64, messages(&told).len() as u64), (threads, lines));
    }
}

#[test]
fn every_state_of_a_house_in_use_is_there() {
    let told = sample(1, 2_000, 16_000);
    for state in ConversationState::ALL {
        assert!(told.iter().any(|thread| thread.status.state == *state), "{state:?}");
    }
    let states: Vec<_> = messages(&told).iter().filter_map(|message| message.state).collect();
    for state in ["sent", "delivered", "undelivered", "failed", "unknown"] {
        assert!(states.iter().any(|found| found.word() == state), "{state}");
    }
    assert!(told.iter().any(|thread| thread.opted_out.is_some()));
    assert!(told.iter().any(|thread| thread.name.is_none()));
    let tagged = told.iter().filter(|thread| !thread.tags.is_empty()).count();
    assert!((100..1_500).contains(&tagged), "{tagged} carry tags");
    let mut mentions = told.iter().flat_map(|thread| &thread.mentions);
    assert!(mentions.any(|mention| !mention.is_seen), "somebody is called");
    let waiting = told.iter().filter(|thread| thread.status.waiting_since.is_some()).count();
    assert!((20..200).contains(&waiting), "{waiting} wait");
}

#[test]
fn one_conversation_may_be_as_long_as_somebody_wants() {
    let now = "2026-11-20T03:00:00Z".parse().unwrap();
    let sample = Sample::new(desks(), 1, now, Tz::Asia__Tokyo, 6, 540).with_longest(500);
    let lengths: Vec<usize> = sample.map(|thread| thread.messages.len()).collect();
    assert_eq!((lengths.len(), lengths[0], lengths.iter().sum()), (6, 500, 540));
}
